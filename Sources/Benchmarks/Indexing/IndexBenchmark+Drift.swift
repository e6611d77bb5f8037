import Bootstrap
import Catalog
import Indexer
import Ports
import PostgresClient
import PostgresStore
import SearchDSL

extension IndexBenchmark {
  private static let plantDeadline = Duration.seconds(60)

  /// Plants random drift behind the indexer's back, a third each missing, stale and extra, and times how long it takes
  /// to find and repair all of it.
  func verify(_ engine: any SearchEngine, alias: String, drifts: Int) async throws {
    let store = PostgresCatalog(catalog.pool)
    let ledger = PostgresIndexingLedger(catalog.pool)
    let live = try await ledger.liveGeneration(of: alias)
    let ids: [Int64] = try await catalog.pool.query(
      "SELECT id FROM indexing.searchable_product ORDER BY random() LIMIT \(drifts * 2 / 3)"
    ).map { try $0.decode(at: 0) }
    let largest: Int64 = try await catalog.pool.query("SELECT max(id) FROM catalog.product")[0].decode(at: 0)
    let missing = ids.prefix(drifts / 3).map {
      BulkOperation(id: String($0), externalVersion: nil, action: .delete)
    }
    let stale = ids.dropFirst(drifts / 3).map { Self.document($0, version: 0) }
    let extra = (0..<(drifts - ids.count)).map { Self.document(largest + 1 + Int64($0), version: 3) }
    let answer = try await engine.bulk(
      missing + stale + extra, to: live.indexName, refresh: true, deadline: .now + Self.plantDeadline)
    if let refused = answer.items.first(where: { $0.error != nil }) {
      throw IndexingError.gateRefused("planting \(refused.id): \(refused.error?.reason ?? "")")
    }
    let terminal = terminal
    let clock = SystemClock()
    let catchUp = IndexCatchUp(source: store, ledger: ledger, engine: engine, clock: clock) {
      terminal.printError("verify waits: \($0)")
    }
    let verification = IndexVerification(source: store, ledger: ledger, engine: engine)
    let report = try await verification.run(live) { try await catchUp.run(live) }
    let again = try await verification.run(live, catchUp: nil)
    terminal.print(
      """
      verify: planted \(missing.count) missing, \(stale.count) stale, \(extra.count) extra; found \
      \(report.count(.missing)), \(report.count(.stale)), \(report.count(.extra)); repaired \(report.repaired) in \
      \((report.seconds * 100).rounded() / 100) s; a second look finds \(again.found.count) in \
      \((again.seconds * 100).rounded() / 100) s
      """)
  }

  /// A document that an audit takes for an older version of the indexer's own.
  private static func document(_ id: Int64, version: Int64) -> BulkOperation {
    let checksum = AuditBucket.checksum(of: ProductID(rawValue: id), version: version)
    let source =
      #"{"product_id":\#(id),"document_version":\#(version),"audit_bucket":\#(id % 1024),"audit_checksum":\#(checksum)}"#
    return BulkOperation(id: String(id), externalVersion: nil, action: .index(source: Array(source.utf8)))
  }
}

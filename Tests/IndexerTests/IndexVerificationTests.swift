// Against a real Postgres and the embedded engine:
// 1. Missing, stale and extra documents are found, each as its kind, and repaired; correct ones stay untouched.
// 2. A change in progress is not drift, and neither is a refused document.
// 3. A document that was deleted behind our back, or whose engine version is ahead (a database from a backup), is
//    repaired too.
// 4. Documents that are not ours (another ID, no bucket, another document's bucket) are found and removed.
// 5. Without repair nothing is written. Sync audits by itself, and counts the drift that it finds and repairs.
// 6. Two drifts in one bucket that leave its count and its sum of versions unchanged are found.
// 7. Postgres and the documents compute the same checksums, for any ID and version, by the formula written down in
//    Ports, and sums of the largest buckets are exact in a double.
// 8. A document of which one audited field alone is wrong or absent is stale, and repaired.
import Catalog
import Indexer
import JSON
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import TestSupport
import Testing

@Suite struct IndexVerificationTests {
  private static let deadline = Duration.seconds(10)

  /// Writes behind the indexer's back; the engine counts versions itself.
  private func write(_ operations: [BulkOperation], to stack: IndexingStack) async throws {
    let response = try await stack.node.bulk(
      operations, to: "products", refresh: true, deadline: .now + Self.deadline)
    try #require(!response.hasErrors, "\(response.items)")
  }

  private func document(_ stack: IndexingStack, _ number: Int, version: Int64, bucket: Int64? = nil) async throws
    -> BulkOperation
  {
    let id = try await stack.id(number)
    var source = try #require(try await stack.indexed()[id.description]?.object)
    source["document_version"] = .int(version)
    source["audit_checksum"] = .int(AuditBucket.checksum(of: id, version: version))
    if let bucket { source["audit_bucket"] = .int(bucket) }
    return BulkOperation(
      id: id.description, externalVersion: nil, action: .index(source: JSONValue.object(source).bytes))
  }

  private func version(_ stack: IndexingStack, _ number: Int) async throws -> Int64 {
    try await stack.catalog.products([try await stack.id(number)])[0].documentVersion
  }

  @Test("1: every kind, found and repaired", .timeLimit(.minutes(5)))
  func everyKind() async throws {
    let stack = try await IndexingStack(products: 60)
    try await stack.execute("UPDATE catalog.product SET title = title || ' again'")
    _ = try await stack.full().run(stack.options)
    #expect(try await stack.verify().found.isEmpty)
    var planted: [BulkOperation] = []
    for number in 1...5 {
      planted.append(
        BulkOperation(id: try await stack.id(number).description, externalVersion: nil, action: .delete))
    }
    for number in 6...11 { planted.append(try await document(stack, number, version: 1)) }
    // Extra: as if a delete had been lost.
    let hidden = try await document(stack, 12, version: 2)
    try await stack.execute("UPDATE catalog.product SET lifecycle = 'hidden' WHERE code IN ('D-12', 'D-13')")
    try await IndexCatchUp(source: stack.catalog, ledger: stack.ledger, engine: stack.node, clock: stack.clock).run(
      try #require(try await stack.ledger.generations(alias: "products").first))
    planted.append(hidden)
    try await write(planted, to: stack)

    let seen = try await stack.verify(repairs: false)
    #expect(seen.count(.missing) == 5 && seen.count(.stale) == 6 && seen.count(.extra) == 1)
    #expect(seen.left.count == 12 && seen.repaired == 0)
    let untouched = try await stack.id(20)
    let before = try await stack.catalog.products([untouched])[0].documentVersion
    let report = try await stack.verify()
    #expect(report.found.count == 12 && report.left.isEmpty && report.repaired == 12)
    #expect(try await stack.isIndexEqual())
    #expect(try await stack.catalog.products([untouched])[0].documentVersion == before)
  }

  @Test("2: a change in progress, or a refused document, is not drift", .timeLimit(.minutes(5)))
  func noDrift() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.execute("UPDATE catalog.product SET title = 'On its way' WHERE code IN ('D-1', 'D-2')")
    try await stack.execute("DELETE FROM catalog.product WHERE code = 'D-3'")
    #expect(try await stack.verify(repairs: false).found.isEmpty)
    let engine = FaultyEngine(stack.node, refused: try await stack.id(4).description)
    try await stack.whileSyncing(stack.sync(engine: engine)) {
      try await stack.execute("UPDATE catalog.product SET title = 'Refused' WHERE code = 'D-4'")
      // The dead letter is stored before the cursor moves past its entry.
      let end = try await stack.catalog.outboxEnd()
      try await until { try await stack.ledger.liveGeneration(of: stack.alias).cursor >= end }
    }
    #expect(try await stack.ledger.deadLetterCount(generation: 1) == 1)
    #expect(try await stack.verify(repairs: false).found.isEmpty)
    #expect(try await stack.ledger.discardDeadLetters(generation: 1, of: nil) == 1)
    #expect(try await stack.verify().repaired == 1)
    #expect(try await stack.isIndexEqual())
  }

  @Test("3: versions that ran ahead", .timeLimit(.minutes(5)))
  func ahead() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let one = try await stack.id(1)
    // Written and deleted many times: the engine remembers a version far above Postgres's.
    for _ in 1...5 {
      try await write([try await document(stack, 2, version: 900)], to: stack)
    }
    let source = try #require(try await stack.indexed()[one.description])
    try await write(
      [BulkOperation(id: one.description, externalVersion: 700, action: .index(source: source.bytes))], to: stack)
    try await write([BulkOperation(id: one.description, externalVersion: nil, action: .delete)], to: stack)
    let report = try await stack.verify()
    #expect(report.count(.missing) == 1 && report.count(.stale) == 1 && report.left.isEmpty)
    #expect(try await stack.isIndexEqual())
  }

  @Test("3: an engine's version far ahead", .timeLimit(.minutes(5)))
  func farAhead() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    var stale = try await document(stack, 2, version: 0)
    // Further than any number of attempts reaches that does not ask the engine.
    stale.externalVersion = 1 << 40
    try await write([stale], to: stack)
    let report = try await stack.verify()
    #expect(report.count(.stale) == 1 && report.left.isEmpty)
    #expect(try await stack.isIndexEqual())
  }

  @Test("4: documents that are not ours", .timeLimit(.minutes(5)))
  func foreign() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let moved = try await document(stack, 5, version: 1, bucket: 17)
    var stranger = try await document(stack, 6, version: 1)
    stranger.id = "900000"
    try await write(
      [
        moved, stranger,
        BulkOperation(
          id: "someone", externalVersion: nil, action: .index(source: Array(#"{"title": "Not ours"}"#.utf8))),
      ], to: stack)
    let report = try await stack.verify()
    #expect(report.count(.extra) == 2 && report.count(.stale) == 1 && report.left.isEmpty, "\(report.found)")
    #expect(try await stack.isIndexEqual())
  }

  /// The fields that make up the buckets, each with a value that is not the document's.
  private static let wrongFields: [(field: String, value: JSONValue?)] = [
    ("audit_checksum", 1), ("audit_checksum", nil), ("audit_bucket", 17), ("audit_bucket", nil),
    ("document_version", 1), ("document_version", nil),
  ]

  @Test("8: a document of which one field alone is wrong", .timeLimit(.minutes(5)), arguments: wrongFields.indices)
  func oneWrongField(number: Int) async throws {
    let (field, value) = Self.wrongFields[number]
    let stack = try await IndexingStack()
    try await stack.execute("UPDATE catalog.product SET title = title || ' again'")
    _ = try await stack.full().run(stack.options)
    let id = try await stack.id(5).description
    var source = try #require(try await stack.indexed()[id]?.object)
    try #require(source[field] != nil && source[field] != value)
    source[field] = value
    try await write(
      [BulkOperation(id: id, externalVersion: nil, action: .index(source: JSONValue.object(source).bytes))], to: stack)
    let seen = try await stack.verify(repairs: false)
    #expect(seen.found.map(\.id) == [id] && seen.count(.stale) == 1, "\(field): \(seen.found)")
    let report = try await stack.verify()
    #expect(report.repaired == 1 && report.left.isEmpty, "\(field): \(report.left)")
    #expect(try await stack.isIndexEqual())
  }

  @Test("5: sync audits", .timeLimit(.minutes(5)))
  func auditsBySync() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let registry = MetricsRegistry()
    let sync = stack.sync(registry: registry, configure: { $0.auditInterval = .milliseconds(20) })
    try await stack.whileSyncing(sync) {
      try await write(
        [
          BulkOperation(id: try await stack.id(1).description, externalVersion: nil, action: .delete),
          try await document(stack, 2, version: 0),
        ], to: stack)
      try await until { try await stack.isIndexEqual() }
      let lines = ["vitrine_index_drift_found_total 2", "vitrine_index_drift_repaired_total 2"]
      try await until { lines.allSatisfy(registry.exposition().contains) }
    }
  }

  @Test("6: drifts that cancel out in count and versions", .timeLimit(.minutes(5)))
  func cancelling() async throws {
    let stack = try await IndexingStack()
    // The next product shares the first one's bucket.
    try await stack.execute("SELECT setval(pg_get_serial_sequence('catalog.product', 'id'), 1024)")
    _ = try await stack.catalog.upsert([IndexingStack.record(13)], source: "test")
    try #require(try await stack.id(13).rawValue - stack.id(1).rawValue == ProductDocument.auditBuckets)
    try await stack.execute("UPDATE catalog.product SET title = title || ' twice'")
    _ = try await stack.full().run(stack.options)

    // One document is missing, and one is extra.
    let second = try await stack.id(2)
    let version = try await self.version(stack, 2)
    var extra = try #require(try await stack.indexed()[second.description]?.object)
    let extraID = ProductID(rawValue: second.rawValue + ProductDocument.auditBuckets)
    extra["product_id"] = .int(extraID.rawValue)
    extra["audit_checksum"] = .int(AuditBucket.checksum(of: extraID, version: version))
    // One version is too low, the other too high by the same amount.
    let low = try await document(stack, 1, version: try await self.version(stack, 1) - 1)
    let high = try await document(stack, 13, version: try await self.version(stack, 13) + 1)
    try await write(
      [
        BulkOperation(id: second.description, externalVersion: nil, action: .delete),
        BulkOperation(
          id: extraID.description, externalVersion: nil, action: .index(source: JSONValue.object(extra).bytes)),
        low, high,
      ], to: stack)
    let report = try await stack.verify()
    #expect(report.count(.missing) == 1 && report.count(.extra) == 1 && report.count(.stale) == 2, "\(report.found)")
    #expect(report.left.isEmpty)
    #expect(try await stack.isIndexEqual())
  }

  @Test("7: the same checksums", .timeLimit(.minutes(5)))
  func checksums() async throws {
    // Computed by another program from the formula.
    #expect(AuditBucket.checksum(of: ProductID(rawValue: 2050), version: 17) == 1_480_600_533)
    #expect(AuditBucket.checksum(of: ProductID(rawValue: 1), version: 1) == 585_239_886)
    #expect(AuditBucket.checksum(of: ProductID(rawValue: 1), version: 2) == 2_987_561_792)
    #expect(AuditBucket.checksum(of: ProductID(rawValue: 2), version: 1) == 1_969_467_426)
    #expect(Double(1 << 21) * Double(UInt32.max) < 0x1p53, "two million documents a bucket")

    let seed = UInt64.random(in: 0...UInt64.max)
    print("IndexVerificationTests: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let stack = try await IndexingStack(products: 1)
    var expected: [Int: AuditBucket] = [:]
    try await stack.execute("DELETE FROM catalog.product")
    for number in 1...200 {
      // All magnitudes, and never the same ID twice.
      let id = (Int64.random(in: 1...(.max >> Int64.random(in: 0...44, using: &random)), using: &random) >> 9) << 9
      let first = ProductID(rawValue: id + Int64(number))
      try await stack.execute(
        "SELECT setval(pg_get_serial_sequence('catalog.product', 'id'), \(first.rawValue), false)")
      _ = try await stack.catalog.upsert([IndexingStack.record(number)], source: "test")
      let version = Int64.random(in: 1...(.max >> Int64.random(in: 8...62, using: &random)), using: &random)
      try await stack.execute("UPDATE catalog.product SET document_version = \(version) WHERE id = \(first)")
      let bucket = Int(first.rawValue % ProductDocument.auditBuckets)
      let before = expected[bucket] ?? AuditBucket(count: 0, versionSum: 0, checksumSum: 0)
      expected[bucket] = AuditBucket(
        count: before.count + 1, versionSum: before.versionSum + version,
        checksumSum: before.checksumSum + AuditBucket.checksum(of: first, version: version))
    }
    #expect(try await stack.catalog.auditBuckets() == expected)
  }
}

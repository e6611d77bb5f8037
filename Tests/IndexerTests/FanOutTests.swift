// Against a real Postgres and the embedded engine:
// 1. A rename of a category, a brand or a price list, and a category that moves, reach every product concerned, in
//    batches, while other changes go on; a full run takes them along.
// 2. A product that comes to a brand while that is renamed is not missed, whichever of the two commits first.
// 3. A price that begins or ends by time is in the index without any change of its row.
// 4. The metrics tell who writes, how far it is behind and how fresh the index is.
import Catalog
import Indexer
import JSON
import Ports
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import Testing
import Threading

@Suite struct FanOutTests {
  @Test("1: every product concerned, in batches", .timeLimit(.minutes(5)))
  func inBatches() async throws {
    let stack = try await IndexingStack(products: 1300)
    _ = try await stack.full().run(stack.options)
    let end = try await stack.catalog.outboxEnd()
    try await stack.whileSyncing(stack.sync(configure: { $0.batchDocuments = 100 })) {
      try await stack.execute("UPDATE catalog.category SET name = 'Apparel' WHERE name = 'Fashion'")
      try await stack.execute("UPDATE catalog.product SET title = 'Between' WHERE code = 'D-1300'")
      try await stack.execute("UPDATE catalog.brand SET name = 'Maison' WHERE name = 'Brand 1'")
      try await until { try await stack.isIndexEqual() }
      let batches = try await stack.pool.query(
        """
        SELECT count(*) FROM indexing.outbox WHERE transaction_id > \(end.transactionID)
        GROUP BY transaction_id ORDER BY 1 DESC
        """)
      #expect(batches.count >= 4, "1,300 products of the category in batches of 500, and 325 of the brand")
      #expect(try batches[0].decode(Int.self, at: 0) <= 500)
      try await stack.execute("UPDATE pricing.price_list SET code = 'shop' WHERE code = 'retail'")
      try await until { try await stack.isIndexEqual() }
    }
    try await stack.execute("UPDATE catalog.category SET name = 'Clothes' WHERE name = 'Apparel'")
    _ = try await stack.full().run(stack.options)
    #expect(try await stack.isIndexEqual())
  }

  @Test("2: a product that comes meanwhile", .timeLimit(.minutes(5)), arguments: [true, false])
  func comesMeanwhile(renameCommitsFirst: Bool) async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      // Of a category the two wait for each other by its unique name; a brand's do not.
      let rename: SQL = "UPDATE catalog.brand SET name = 'Maison' WHERE name = 'Brand 2'"
      let move: SQL = """
        UPDATE catalog.product SET brand_id = (SELECT id FROM catalog.brand WHERE name IN ('Brand 2', 'Maison'))
        WHERE code = 'D-1'
        """
      let (outer, inner) = renameCommitsFirst ? (move, rename) : (rename, move)
      try await stack.pool.withTransaction { connection in
        try await connection.execute(outer)
        try await stack.execute(inner)
      }
      try await until { try await stack.isIndexEqual() }
    }
  }

  @Test("3: a price that ends by time", .timeLimit(.minutes(5)))
  func pricesByTime() async throws {
    let stack = try await IndexingStack()
    let clock = MovingClock()
    func full() -> FullIndex {
      FullIndex(
        source: stack.catalog, ledger: stack.catalog, leases: stack.catalog, engine: stack.node, mapping: stack.mapping,
        clock: clock)
    }
    try await stack.execute(
      """
      UPDATE pricing.price SET valid_until = '2099-01-01T00:00:00Z' FROM catalog.variant v
      JOIN catalog.product p ON p.id = v.product_id WHERE price.variant_id = v.id AND p.code = 'D-3'
      """)
    _ = try await full().run(stack.options)
    let id = try await stack.id(3).description
    func price() async throws -> JSONValue? { try await stack.indexed()[id]?["price"]?["retail"] }
    #expect(try await price() == .int(300))
    var options = IndexSync.Options(alias: "products")
    options.refreshesEachBatch = true
    let sync = IndexSync(
      source: stack.catalog, ledger: stack.catalog, leases: stack.catalog, engine: stack.node, clock: clock,
      options: options, metrics: IndexSyncMetrics(registry: MetricsRegistry()))
    try await stack.whileSyncing(sync) {
      clock.set(Timestamp("2099-01-01T00:00:05Z")!)
      try await until { try await price() == nil }
    }
  }

  @Test("4: the metrics", .timeLimit(.minutes(5)))
  func metrics() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let registry = MetricsRegistry()
    let probed = IndexSync(
      source: stack.catalog, ledger: stack.catalog, leases: stack.catalog, engine: stack.node, clock: MovingClock(),
      options: {
        var options = IndexSync.Options(alias: "products")
        options.refreshesEachBatch = true
        options.probeInterval = .milliseconds(10)
        return options
      }(), metrics: IndexSyncMetrics(registry: registry))
    try await stack.whileSyncing(probed) {
      var number = 0
      try await until {
        number += 1
        try await stack.execute("UPDATE catalog.product SET title = \("Title \(number)") WHERE code = 'D-1'")
        let text = registry.exposition()
        return text.contains("vitrine_index_is_writer 1") && text.contains("vitrine_index_lag_entries")
          && !text.contains("vitrine_index_freshness_seconds_count 0")
      }
    }
    #expect(registry.exposition().contains("vitrine_index_is_writer 0"))
  }
}

/// A clock that a test sets; it begins in 2026.
final class MovingClock: WallClock {
  private let time = Guarded(StoppedClock().now())
  func now() -> Timestamp { time.withLock { $0 } }
  func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
}

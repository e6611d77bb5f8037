// Edges and units of the indexer:
// 1. Ranking may fall by the tolerance and no more. As many dead letters as are allowed pass, one more does not.
// 2. While a generation is being built, the entries that it has not read stay in the outbox.
// 3. Freshness and lag are in seconds, from the change's commit to the clock's time; documents written and documents
//    removed are both counted.
// 4. The last of several requests makes all of them visible, where that is asked for, and none does otherwise.
// 5. A facet's value of 80 bytes is one, a longer one is not; a card has the first 60 variants and 4 pictures.
// 6. A stopped full build goes on after the last product that is written.
// 7. A read-only index is waited for; another refusal with the same status is the document's own.

import Catalog
import Glibc
import JSON
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import TestSupport
import Testing
import Threading

@testable import Indexer

@Suite(.timeLimit(.minutes(2))) struct IndexerEdgeTests {
  @Test("1: the tolerance", arguments: [(0.7801, true), (0.7799, false), (0.9, true)])
  func tolerance(figure: Double, passes: Bool) async throws {
    let stack = try await IndexingStack(products: 3)
    let figures = ["products-1": 0.8, "products-2": figure]
    var options = stack.options
    options.gate.golden = .init(tolerance: 0.02) { index in figures[index] ?? 0 }
    _ = try await stack.full().run(options)
    do {
      _ = try await stack.full().run(options)
      #expect(passes)
    } catch is IndexingError { #expect(!passes) }
  }

  @Test("1: dead letters", arguments: [(0, false), (1, true), (2, true)])
  func deadLetters(allowed: Int, passes: Bool) async throws {
    let stack = try await IndexingStack(products: 3)
    let engine = FaultyEngine(stack.node, refused: try await stack.id(2).description)
    var options = stack.options
    options.gate.maxDeadLetters = allowed
    do {
      let report = try await stack.full(engine: engine).run(options)
      #expect(passes && report.deadLetters == 1 && report.documents == 2)
    } catch is IndexingError { #expect(!passes) }
  }

  @Test("2: pruning beside a build")
  func pruning() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let building = try await stack.ledger.beginGeneration(
      alias: stack.alias, mappingHash: "other", mapping: "{}", cursor: try await stack.catalog.captureCursor())
    try await stack.execute("UPDATE catalog.product SET title = 'Later' WHERE code IN ('D-1', 'D-2')")
    let end = try await stack.catalog.outboxEnd()
    #expect(building.cursor < end)
    let pruned = Guarded<[OutboxCursor]>([])
    var database = FaultyDatabase(stack, FaultPlan())
    database.onPrune = { cursor in pruned.withLock { $0.append(cursor) } }
    try await stack.whileSyncing(stack.sync(database: database, configure: { $0.pruneInterval = .milliseconds(1) })) {
      try await until { try await stack.ledger.liveGeneration(of: stack.alias).cursor >= end }
      let count = pruned.withLock { $0.count }
      // The second prune that ends from now on has begun after the cursor moved.
      try await until { pruned.withLock { $0.count } > count + 1 }
    }
    #expect(pruned.withLock { $0 }.allSatisfy { $0 <= building.cursor })
    #expect(try await stack.catalog.outbox(after: building.cursor, limit: 10).count == 2)
  }

  /// Runs ahead of the database's clock by a thousand seconds.
  private struct AdvancedClock: WallClock {
    func now() -> Timestamp {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Timestamp(microsecondsSinceEpoch: Int64(time.tv_sec + 1_000) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
  }

  @Test("3: seconds and counts")
  func units() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let registry = MetricsRegistry()
    var options = IndexSync.Options(alias: stack.alias)
    options.refreshesEachBatch = true
    options.pollPause = .milliseconds(1)
    options.probeInterval = .milliseconds(1)
    let lines = Guarded<[String]>([])
    let sync = IndexSync(
      source: stack.catalog, ledger: stack.ledger, leases: stack.leases, engine: stack.node, clock: AdvancedClock(),
      options: options, metrics: IndexSyncMetrics(registry: registry),
      log: { line in lines.withLock { $0.append(line) } })
    func value(_ name: String) -> Double? {
      registry.exposition().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }
    try await stack.whileSyncing(sync) {
      try await stack.execute("UPDATE catalog.product SET title = 'New' WHERE code = 'D-1'")
      try await until { value("vitrine_index_freshness_seconds_count") == 1 }
      let freshness = try #require(value("vitrine_index_freshness_seconds_sum"))
      #expect((1_000..<1_200).contains(freshness))
      #expect(value("vitrine_index_documents_total") == 1)
      try await stack.execute("DELETE FROM catalog.product WHERE code IN ('D-2', 'D-3')")
      try await until { value("vitrine_index_documents_total") == 3 }
      // An open transaction holds the next change back.
      try await stack.pool.withTransaction { connection in
        try await connection.execute("UPDATE catalog.product SET title = 'Open' WHERE code = 'D-4'")
        try await stack.execute("UPDATE catalog.product SET title = 'Held back' WHERE code = 'D-5'")
        try await until { value("vitrine_index_lag_entries") ?? 0 > 0 }
        let lag = try #require(value("vitrine_index_lag_seconds"))
        #expect((1_000..<1_200).contains(lag))
        try await until {
          lines.withLock { $0.contains { $0.hasPrefix("sync is 10") && $0.contains(" s behind, by ") } }
        }
      }
    }
  }

  @Test("4: refreshes", arguments: [true, false])
  func refreshes(isAsked: Bool) async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.execute("UPDATE catalog.product SET title = 'Renamed'")
    let ids: [ProductID] = try await stack.pool.query("SELECT id FROM catalog.product ORDER BY id").map {
      try $0.decode(at: 0)
    }
    let products = try await stack.catalog.products(ids)
    // One byte: each product is a request of its own.
    let writer = BulkWriter(engine: stack.node, clock: stack.clock, maxBytesARequest: 1)
    #expect(try await writer.write(products, to: stack.alias, refresh: isAsked).written == 12)
    let seen = try await stack.indexed().values.filter { $0["title"]?.string == "Renamed" }.count
    #expect(seen == (isAsked ? 12 : 0))
  }

  @Test("5: what a document holds", arguments: [80, 81])
  func documentLimits(length: Int) throws {
    let material = AttributeDefinition(code: "material", name: "Material", type: .text, isFacet: true)
    let text = String(repeating: "é", count: length / 2) + String(repeating: "e", count: length % 2)
    try #require(text.utf8.count == length)
    let variants = (1...length).map { ProductSnapshot.Variant(id: VariantID(Int64($0)), sku: SKU("S\($0)")) }
    let product = ProductSnapshot(
      id: ProductID(1), code: "P", source: "test", documentVersion: 1, title: "Thing", summary: "",
      attributes: [.init(definition: material, values: [.text(text)])], variants: variants,
      pictureURLs: (1...5).map { "/\($0).svg" }, createdAt: StoppedClock().now(), updatedAt: StoppedClock().now())
    let source = try JSONValue(parsing: ProductDocument(product, at: StoppedClock().now()).source())
    let facets = source["facets"]?.array?.compactMap(\.string) ?? []
    #expect(facets.contains("material=" + text) == (length == 80))
    #expect(source["attributes"]?.array?.compactMap(\.string) == [text], "it is searched in any case")
    let display = source["display"]
    let shown = display?["variants"]?.array?.compactMap { $0["sku"]?.string }
    #expect(shown == (1...60).map { "S\($0)" })
    #expect(display?["pictures"]?.array?.count == 4)
  }

  @Test("7: status 403", arguments: [("cluster_block_exception", true), ("security_exception", false)])
  func forbidden(type: String, isRepeated: Bool) throws {
    let operation = BulkOperation(id: "1", externalVersion: 1, action: .index(source: Array("{}".utf8)))
    var batch = BulkBatch([operation])
    try batch.receive(
      BulkResponse(items: [.init(id: "1", status: 403, error: .init(type: type, reason: "a test"))]))
    #expect(batch.pending.count == (isRepeated ? 1 : 0) && batch.refused.count == (isRepeated ? 0 : 1))
  }

  @Test("6: a stopped build")
  func resumed() async throws {
    let stack = try await IndexingStack(products: 30)
    let ids: [ProductID] = try await stack.pool.query("SELECT id FROM catalog.product ORDER BY id").map {
      try $0.decode(at: 0)
    }
    let starts = Guarded<[ProductID?]>([])
    var database = FaultyDatabase(stack, FaultPlan())
    database.onScan = { start in starts.withLock { $0.append(start) } }
    // As a run that was stopped after the 20th product leaves it.
    let generation = try await stack.ledger.beginGeneration(
      alias: stack.alias, mappingHash: stack.mapping.hash, mapping: stack.mapping.text,
      cursor: try await stack.catalog.captureCursor())
    let body = stack.mapping.bodyForLoading(on: try await stack.node.information(deadline: .now + .seconds(60)))
    try await stack.node.createIndex(generation.indexName, body: body, deadline: .now + .seconds(60))
    _ = try await BulkWriter(engine: stack.node, clock: stack.clock).write(
      try await stack.catalog.products(Array(ids[..<20])), to: generation.indexName, refresh: true)
    try await stack.ledger.noteLoaded(through: ids[19], generation: generation.number)
    let report = try await stack.full(database: database).run(stack.options)
    #expect(report.isResumed && report.documents == 30)
    #expect(starts.withLock { $0 } == [ids[19]])
    #expect(try await stack.isIndexEqual())
  }
}

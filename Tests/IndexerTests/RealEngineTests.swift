// Against a real Postgres and each real search server that is present:
// 1. Every kind of change is in the index after sync; verify finds and repairs what was planted behind its back; an old
//    generation is rolled back to with nothing missed; pruning leaves one.
// 2. An index that is read-only is waited for, which is said; what changed meanwhile is there afterwards.
// 3. A document that the mapping refuses, in each batch, becomes a dead letter with its reason and document; all others
//    are indexed; retried after it was mended, the letter goes.
// 4. Two syncs by force, both writing: no older document over a newer one.
// 5. The engine is killed, stays away while products change, and comes back: sync goes on by itself, nothing is lost, and
//    within 30 s a change is found within a second again.
import Catalog
import ElasticsearchClient
import Indexer
import JSON
import LocalServices
import Ports
import PostgresStore
import SearchDSL
import SearchNode
import Testing
import Threading

@Suite(.enabled(if: LocalSearchServer.absence == nil, "no search server: Java or ../shared/search-node is missing"))
struct RealEngineTests {
  static let kinds = LocalSearchServer.Kind.allCases

  /// A database whose products go into a real server, under an alias of the test's own.
  private func withStack(
    _ kind: LocalSearchServer.Kind, products: Int = 12, _ body: (IndexingStack, String) async throws -> Void
  ) async throws {
    let server = try #require(try await LocalSearchServer.shared(kind))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let stack = try await IndexingStack(
      products: products, engine: client, alias: "indexer-\(UInt32.random(in: 0...UInt32.max))")
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(stack, server.address)) } catch { outcome = .failure(error) }
    for index in try await client.indices(matching: stack.alias + "-*", deadline: .now + .seconds(60)) {
      try await client.updateSettings(
        ["index": ["blocks": ["write": false]]], of: index.name, deadline: .now + .seconds(60))
      try await client.deleteIndex(index.name, deadline: .now + .seconds(60))
    }
    try outcome.get()
  }

  private func isEqual(_ stack: IndexingStack) async throws -> Bool {
    try? await stack.engine.refresh(stack.alias, deadline: .now + .seconds(60))
    return try await stack.isIndexEqual()
  }

  /// One shard is enough for one node, and no replica is waited for.
  private func options(_ stack: IndexingStack) -> FullIndex.Options {
    var options = stack.options
    options.allocationPatience = .zero
    return options
  }

  @Test("1: the whole life", .timeLimit(.minutes(10)), arguments: kinds)
  func life(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind) { stack, _ in
      _ = try await stack.full().run(options(stack))
      try await stack.whileSyncing(stack.sync()) {
        for change in IndexSyncTests.changes {
          try await stack.execute(change)
          try await until { try await isEqual(stack) }
        }
      }
      let second = try await stack.full().run(options(stack))
      #expect(second.documents == 9)
      let ids = try await stack.indexed().keys.sorted()
      let planted = [
        BulkOperation(id: ids[0], externalVersion: nil, action: .delete),
        BulkOperation(
          id: ids[1], externalVersion: nil,
          action: .index(
            source: Array(#"{"product_id": \#(ids[1]), "document_version": 0, "audit_bucket": \#(ids[1])}"#.utf8))),
        BulkOperation(
          id: "77777", externalVersion: nil,
          action: .index(source: Array(#"{"product_id": 77777, "document_version": 3, "audit_bucket": 977}"#.utf8))),
      ]
      let answer = try await stack.engine.bulk(
        planted, to: second.generation.indexName, refresh: true, deadline: .now + .seconds(60))
      try #require(!answer.hasErrors, "\(answer.items)")
      let report = try await stack.verify()
      #expect(report.count(.missing) == 1 && report.count(.stale) == 1 && report.count(.extra) == 1)
      #expect(report.left.isEmpty)
      #expect(try await isEqual(stack))

      try await stack.execute("UPDATE catalog.product SET title = 'Missed by the first one' WHERE code = 'D-5'")
      let rolledBack = try await stack.rollback()
      #expect(rolledBack.generation.number < second.generation.number)
      #expect(try await isEqual(stack))
      let deleted = try await IndexPruning.run(
        alias: stack.alias, keeping: 1, holder: "me", ledger: stack.catalog, leases: stack.catalog, engine: stack.engine
      )
      #expect(deleted == [second.generation.indexName])
    }
  }

  @Test("2: a read-only index", .timeLimit(.minutes(10)), arguments: kinds)
  func readOnly(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind) { stack, _ in
      let index = try await stack.full().run(options(stack)).generation.indexName
      func block(_ isBlocked: Bool) async throws {
        try await stack.engine.updateSettings(
          ["index": ["blocks": ["write": .bool(isBlocked)]]], of: index, deadline: .now + .seconds(60))
      }
      let lines = Guarded<[String]>([])
      try await stack.whileSyncing(stack.sync(log: { line in lines.withLock { $0.append(line) } })) {
        try await block(true)
        try await stack.execute("UPDATE catalog.product SET title = 'While read-only'")
        try await until { lines.withLock { $0.contains { $0.contains("waits for the engine") } } }
        try await block(false)
        try await until { try await isEqual(stack) }
      }
      #expect(try await stack.catalog.deadLetterCount(generation: 1) == 0)
    }
  }

  @Test("3: a document in each batch that the mapping refuses", .timeLimit(.minutes(10)), arguments: kinds)
  func refused(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind, products: 30) { stack, _ in
      // An index that has room for few ratings only.
      var strange = try #require(stack.mapping.body.object)
      var mappings = try #require(strange["mappings"]?.object)
      var properties = try #require(mappings["properties"]?.object)
      properties["rating_count"] = ["type": "byte"]
      mappings["properties"] = .object(properties)
      strange["mappings"] = .object(mappings)
      try await stack.execute("UPDATE catalog.product SET rating_average = 4, rating_count = 4")
      _ = try await stack.full(mapping: try IndexMapping(body: .object(strange))).run(options(stack))
      try await stack.whileSyncing(stack.sync(configure: { $0.batchDocuments = 10 })) {
        try await stack.execute("UPDATE catalog.product SET rating_count = CASE WHEN id % 10 = 0 THEN 4000 ELSE 5 END")
        try await until { try await stack.catalog.deadLetterCount(generation: 1) == 3 }
        try await until {
          try await stack.engine.refresh(stack.alias, deadline: .now + .seconds(60))
          return try await stack.indexed().filter { $0.value["rating_count"] == .int(5) }.count == 27
        }
        let letters = try await stack.catalog.deadLetters(generation: 1, of: nil, limit: 10)
        #expect(letters.allSatisfy { $0.reason.contains("rating_count") && $0.document?.contains("4000") == true })
        try await stack.execute("UPDATE catalog.product SET rating_count = 6 WHERE id = 10")
        try await until { try await stack.catalog.deadLetterCount(generation: 1) == 2 }
        #expect(try await stack.catalog.retryDeadLetters(generation: 1, of: nil) == 2)
        let end = try await stack.catalog.outboxEnd()
        try await until { try await stack.catalog.generations(alias: stack.alias)[0].cursor >= end }
        #expect(try await stack.catalog.deadLetterCount(generation: 1) == 2, "they are still wrong")
      }
    }
  }

  @Test("4: two syncs by force", .timeLimit(.minutes(10)), arguments: [LocalSearchServer.Kind.openSearch])
  func twoByForce(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind) { stack, _ in
      _ = try await stack.full().run(options(stack))
      var forced = FaultyDatabase(stack.catalog, FaultPlan())
      forced.givesLeasesToAll = true
      try await stack.whileSyncing(stack.sync(database: forced)) {
        try await stack.whileSyncing(stack.sync(database: forced)) {
          for round in 1...100 {
            try await stack.execute(
              "UPDATE catalog.product SET title = \("Round \(round)") WHERE id % 3 = \(round % 3)")
          }
          try await until { try await isEqual(stack) }
        }
      }
    }
  }

  @Test("5: the engine away", .timeLimit(.minutes(15)), arguments: [LocalSearchServer.Kind.openSearch])
  func away(_ kind: LocalSearchServer.Kind) async throws {
    let server = try #require(try await LocalSearchServer.start(kind))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let stack = try await IndexingStack(products: 40, engine: client)
    _ = try await stack.full().run(options(stack))
    try await stack.whileSyncing(stack.sync(configure: { $0.refreshesEachBatch = false })) {
      try await server.endNode(0, .killed)
      let end = ContinuousClock.now + (IndexSyncTests.isSoak ? .seconds(120) : .seconds(3))
      var number = 0
      while ContinuousClock.now < end {
        number += 1
        try await stack.execute("UPDATE catalog.product SET title = \("Away \(number)") WHERE id % 7 = \(number % 7)")
      }
      try await server.startNode(0)
      let back = ContinuousClock.now
      try await until { (try? await isEqual(stack)) == true }
      var freshness = Duration.seconds(60)
      while freshness > .seconds(1), ContinuousClock.now - back < .seconds(60) {
        number += 1
        try await stack.execute("UPDATE catalog.product SET title = \("Back \(number)") WHERE code = 'D-1'")
        let changed = ContinuousClock.now
        try await until {
          try await stack.indexed().values.contains { $0["title"]?.string == "Back \(number)" }
        }
        freshness = .now - changed
      }
      #expect(freshness <= .seconds(1))
      #expect(ContinuousClock.now - back < .seconds(30), "fresh again after \(ContinuousClock.now - back)")
    }
    await server.stop()
  }
}

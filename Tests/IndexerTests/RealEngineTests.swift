// Against a real Postgres and each real search server that is present:
// 1. Every kind of change is in the index after sync; verify finds and repairs faults planted behind its back; a
//    rollback to an old generation misses nothing; pruning leaves one.
// 2. Sync waits, and says so, for an index that is read-only, by hand or because the disk is nearly full (the block
//    that the engine sets at its flood stage; in the long form by the engine itself). Changes made meanwhile arrive
//    afterwards, and none is a dead letter.
// 3. A document in each batch that the mapping refuses becomes a dead letter with its reason and document, and all
//    others are indexed; a retry after the fault is corrected removes the letter.
// 4. Two syncs forced to write at once: no older document replaces a newer one.
// 5. The engine is killed, stays away while products change, and comes back: sync continues by itself, nothing is lost,
//    and within 30 s a change is again found within a second.
// 6. Of three nodes, with one replica, one is stopped and comes back, and another is killed, while products change:
//    sync continues, and the index comes to equal Postgres. The long form repeats this on each kind of server, with
//    nodes chosen at random (the seed is printed).
// 7. An index in use has the mapping's settings again, and the engine refreshes without waiting for merges.
import Catalog
import ElasticsearchClient
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import TestSupport
import Testing
import Threading

@Suite(.enabled(if: LocalSearchServer.absence == nil, "no search server: needs Java and VITRINE_SEARCH_NODES"))
struct RealEngineTests {
  static let kinds = LocalSearchServer.Kind.allCases

  /// A database whose products go into a real server, under the test's own alias.
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
        ["index": ["blocks": ["write": false, "read_only_allow_delete": .null]]], of: index.name,
        deadline: .now + .seconds(60))
      try await client.deleteIndex(index.name, deadline: .now + .seconds(60))
    }
    try outcome.get()
  }

  private func isEqual(_ stack: IndexingStack) async throws -> Bool {
    try? await stack.engine.refresh(stack.alias, deadline: .now + .seconds(60))
    return try await stack.isIndexEqual()
  }

  /// One shard is enough for one node, and no replica is awaited.
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
        alias: stack.alias, keeping: 1, holder: "me", ledger: stack.ledger, leases: stack.leases, engine: stack.engine
      )
      #expect(deleted == [second.generation.indexName])
    }
  }

  @Test(
    "2: a read-only index", .timeLimit(.minutes(10)), arguments: kinds, ["write", "read_only_allow_delete"])
  func readOnly(_ kind: LocalSearchServer.Kind, block: String) async throws {
    try await withStack(kind) { stack, _ in
      let index = try await stack.full().run(options(stack)).generation.indexName
      try await isWaitedFor(stack) { isBlocked in
        try await stack.engine.updateSettings(
          ["index": ["blocks": [block: isBlocked ? .bool(true) : .null]]], of: index, deadline: .now + .seconds(60))
      }
    }
  }

  /// Products change, and one is deleted, while the index refuses writes.
  private func isWaitedFor(_ stack: IndexingStack, _ block: (_ isBlocked: Bool) async throws -> Void) async throws {
    let lines = Guarded<[String]>([])
    try await stack.whileSyncing(stack.sync(log: { line in lines.withLock { $0.append(line) } })) {
      try await block(true)
      try await stack.execute("UPDATE catalog.product SET title = 'While read-only'")
      try await stack.execute("DELETE FROM catalog.product WHERE code = 'D-3'")
      try await until { lines.withLock { $0.contains { $0.contains("waits for the engine") } } }
      #expect(try await !isEqual(stack))
      try await block(false)
      try await until { try await isEqual(stack) }
    }
    #expect(try await stack.ledger.deadLetterCount(generation: 1) == 0)
  }

  @Test(
    "2: a disk that is nearly full", .enabled(if: isSoak, "VITRINE_SOAK=1 runs it"),
    .timeLimit(.minutes(15)), arguments: kinds)
  func floodStage(_ kind: LocalSearchServer.Kind) async throws {
    let server = try #require(try await LocalSearchServer.start(kind))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let stack = try await IndexingStack(products: 40, engine: client)
    let index = try await stack.full().run(options(stack)).generation.indexName
    // Simulates a full disk: every disk is used by more than a hundredth of a percent.
    func setFloodStage(_ percent: String, isWatched: Bool) async throws {
      let disk: JSONValue = [
        "threshold_enabled": .bool(isWatched),
        "watermark": ["low": .string(percent), "high": .string(percent), "flood_stage": .string(percent)],
      ]
      let body: JSONValue = [
        "transient": [
          "cluster": ["info": ["update": ["interval": "10s"]], "routing": ["allocation": ["disk": disk]]]
        ]
      ]
      try await SearchServerRequest.put("/_cluster/settings", body, at: server.address)
    }
    try await isWaitedFor(stack) { isBlocked in
      try await setFloodStage(isBlocked ? "0.01%" : "99.9%", isWatched: true)
      // The engine checks its disk now and then, and sets and removes the block by itself.
      try await until {
        try await SearchServerRequest.get("/\(index)/_settings", at: server.address)
          .contains(#""read_only_allow_delete":"true""#) == isBlocked
      }
    }
    await server.stop()
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
        try await until { try await stack.ledger.deadLetterCount(generation: 1) == 3 }
        try await until {
          try await stack.engine.refresh(stack.alias, deadline: .now + .seconds(60))
          return try await stack.indexed().filter { $0.value["rating_count"] == .int(5) }.count == 27
        }
        let letters = try await stack.ledger.deadLetters(generation: 1, of: nil, limit: 10)
        #expect(letters.allSatisfy { $0.reason.contains("rating_count") && $0.document?.contains("4000") == true })
        try await stack.execute("UPDATE catalog.product SET rating_count = 6 WHERE id = 10")
        try await until { try await stack.ledger.deadLetterCount(generation: 1) == 2 }
        #expect(try await stack.ledger.retryDeadLetters(generation: 1, of: nil) == 2)
        let end = try await stack.catalog.outboxEnd()
        try await until { try await stack.ledger.generations(alias: stack.alias)[0].cursor >= end }
        #expect(try await stack.ledger.deadLetterCount(generation: 1) == 2, "they are still wrong")
      }
    }
  }

  @Test("4: two syncs by force", .timeLimit(.minutes(10)), arguments: [LocalSearchServer.Kind.openSearch])
  func twoByForce(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind) { stack, _ in
      _ = try await stack.full().run(options(stack))
      var forced = FaultyDatabase(stack, FaultPlan())
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
      let end = ContinuousClock.now + (isSoak ? .seconds(120) : .seconds(3))
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

  @Test("6: one node of three", .timeLimit(.minutes(15)))
  func oneOfThree() async throws {
    try await withCluster(.openSearch) { stack, cluster in
      try await lose(0, .stopped, of: cluster, stack)
      try await lose(1, .killed, of: cluster, stack)
    }
  }

  @Test(
    "6: again and again", .enabled(if: isSoak, "VITRINE_SOAK=1 runs it"), .timeLimit(.minutes(60)),
    arguments: kinds)
  func oneOfThreeAgain(_ kind: LocalSearchServer.Kind) async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("RealEngineTests: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    try await withCluster(kind) { stack, cluster in
      for _ in 1...6 {
        let end: LocalSearchServer.NodeEnd = Bool.random(using: &random) ? .stopped : .killed
        try await lose(Int.random(in: 0..<3, using: &random), end, of: cluster, stack)
      }
    }
  }

  /// Three nodes and a sync, with changes that continue while `body` runs; afterwards nothing may be lost.
  private func withCluster(
    _ kind: LocalSearchServer.Kind, _ body: (IndexingStack, LocalSearchServer) async throws -> Void
  ) async throws {
    let cluster = try #require(try await LocalSearchServer.start(kind, nodes: 3))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: cluster.addresses))
    let stack = try await IndexingStack(products: 60, engine: client)
    var options = stack.options
    options.allocationPatience = .seconds(120)
    _ = try await stack.full().run(options)
    try await stack.whileSyncing(stack.sync(configure: { $0.refreshesEachBatch = false })) {
      let changes = Task {
        var number = 0
        while !Task.isCancelled {
          number += 1
          try await stack.execute(
            "UPDATE catalog.product SET title = \("Title \(number)") WHERE id % 30 = \(number % 30)")
          // Leave the processor to three servers.
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(stack, cluster)) } catch { outcome = .failure(error) }
      changes.cancel()
      _ = await changes.result
      try outcome.get()
      try await until { (try? await isEqual(stack)) == true }
    }
    #expect(try await stack.verify(repairs: false).found.isEmpty)
    #expect(try await stack.ledger.deadLetterCount(generation: 1) == 0)
    await cluster.stop()
  }

  /// Ends a node, waits until the changes made without it are carried over, and restarts it.
  private func lose(
    _ node: Int, _ end: LocalSearchServer.NodeEnd, of cluster: LocalSearchServer, _ stack: IndexingStack
  ) async throws {
    try await cluster.endNode(node, end)
    let changed = try await stack.catalog.outboxEnd()
    try await until { try await stack.ledger.liveGeneration(of: stack.alias).cursor > changed }
    try await cluster.startNode(node)
    #expect(try await stack.engine.waitUntilAllocated(stack.alias, deadline: .now + .seconds(180)))
  }

  @Test("7: the settings of an index in use", .timeLimit(.minutes(10)), arguments: kinds)
  func settings(_ kind: LocalSearchServer.Kind) async throws {
    try await withStack(kind) { stack, address in
      let index = try await stack.full().run(options(stack)).generation.indexName
      let answer = try await SearchServerRequest.get("/\(index)/_settings?flat_settings=true", at: address)
      let settings = try #require(try JSONValue(parsing: Array(answer.utf8))[index]?["settings"])
      #expect(settings["index.refresh_interval"] == "250ms")
      #expect(settings["index.number_of_replicas"] == "1")
      #expect(settings["index.translog.flush_threshold_size"] == "64mb")
      #expect(settings["index.merge_on_flush.enabled"] == (kind == .openSearch ? "false" : nil))
    }
  }
}

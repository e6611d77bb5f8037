// Against a real Postgres and the embedded engine:
// 1. The next full run continues a stopped one, from the last product in the index; with another mapping, or when told
//    to, it begins anew.
// 2. A second full run, a rollback or a prune at the same time is refused, and the error names the process at work.
// 3. Every kept generation can be rolled back to, back and forth, and misses no change made since or during the
//    rollback, under sync or without.
// 4. Rolling back to a missing generation is refused with a list of the existing ones. A gate that refuses changes
//    nothing.
// 5. Pruning deletes old indices, and never the index in use.
// 6. Status reports a changed mapping, and advice.
// 7. Golden queries: a new index that ranks worse is not put in use.
import Catalog
import Indexer
import JSON
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import TestSupport
import Testing
import Threading

@Suite struct IndexLifecycleTests {
  private struct Stopped: Error {}

  @Test("1: a stopped run is continued", .timeLimit(.minutes(5)))
  func resumes() async throws {
    let stack = try await IndexingStack(products: 40)
    var options = stack.options
    options.batchSize = 10
    // The fifth call to the ledger and the source, around the third batch; which one it is does not matter.
    let task = Guarded<Task<FullIndex.Report, any Error>?>(nil)
    let batches = Guarded(0)
    let run = Task { [options] in
      try await stack.full().run(options) { _ in
        if batches.withLock({
          $0 += 1; return $0
        }) == 2 {
          task.withLock { $0?.cancel() }
        }
      }
    }
    task.withLock { $0 = run }
    let outcome = await run.result
    guard case .failure = outcome else { return }  // finished before it could be stopped: nothing to continue
    try await stack.execute("UPDATE catalog.product SET title = 'Changed while stopped' WHERE code = 'D-1'")
    let left = try #require(try await stack.ledger.generations(alias: "products").first)
    #expect(left.state == .building && left.loadedThrough.rawValue >= 20)
    let loaded = Guarded(0)
    let report = try await stack.full().run(options) { documents in loaded.withLock { $0 += documents } }
    #expect(report.isResumed && report.generation.number == left.number)
    #expect(loaded.withLock { $0 } <= 20, "what was in the index is not written again")
    #expect(try await stack.isIndexEqual())
  }

  @Test("1: another mapping, or told to: begins anew", .timeLimit(.minutes(5)), arguments: [true, false])
  func beginsAnew(isTold: Bool) async throws {
    let stack = try await IndexingStack()
    // The stream of products breaks off at its end: the index is complete, but the run does not know it.
    let broken = stack.full(database: FaultyDatabase(stack, FaultPlan(failing: 6, .after)))
    await #expect(throws: DependencyUnavailable.self) { _ = try await broken.run(stack.options) }
    let left = try #require(try await stack.ledger.generations(alias: "products").first)
    #expect(left.state == .building)
    var options = stack.options
    options.startsOver = isTold
    let report = try await stack.full(mapping: isTold ? stack.mapping : try stack.otherMapping()).run(options)
    #expect(!report.isResumed && report.generation.number > left.number)
    #expect(try await stack.isIndexEqual())
    let indices = try await stack.node.indices(matching: "products-*", deadline: .now + .seconds(10))
    #expect(indices.map(\.name) == [report.generation.indexName])
  }

  @Test("2: one at a time", .timeLimit(.minutes(5)))
  func oneAtATime() async throws {
    let stack = try await IndexingStack()
    let refusals = Guarded<[String]>([])
    let plan = FaultPlan(onFirstBulk: {
      for attempt in 0..<3 {
        do {
          switch attempt {
          case 0: _ = try await stack.full().run(stack.options)
          case 1: _ = try await stack.rollback()
          default:
            _ = try await IndexPruning.run(
              alias: "products", keeping: 1, holder: "me", ledger: stack.ledger, leases: stack.leases,
              engine: stack.node)
          }
        } catch let error as LeaseHeld {
          refusals.withLock { $0.append(error.description) }
        }
      }
    })
    var options = stack.options
    options.holder = "the first run"
    _ = try await stack.full(engine: FaultyEngine(stack.node, plan)).run(options)
    let told = refusals.withLock { $0 }
    #expect(told.count == 3 && told.allSatisfy { $0.contains("is held by the first run, since") }, "\(told)")
  }

  @Test("3: back and forth, no change missed", .timeLimit(.minutes(5)), arguments: [true, false])
  func rollsBack(underSync: Bool) async throws {
    let stack = try await IndexingStack()
    for _ in 1...3 { _ = try await stack.full().run(stack.options) }
    let changes = Guarded(0)
    func change() async throws {
      let number = changes.withLock {
        $0 += 1; return $0
      }
      try await stack.execute("UPDATE catalog.product SET title = \("Title \(number)") WHERE code = 'D-1'")
      try await stack.execute("UPDATE catalog.category SET name = \("Robes \(number)") WHERE slug LIKE '%dresses%'")
      try await stack.execute(
        "UPDATE catalog.product SET lifecycle = CASE lifecycle WHEN 'listed' THEN 'hidden' ELSE 'listed' END WHERE code = 'D-2'"
      )
    }
    func goThrough() async throws {
      for target: Int64? in [nil, 1, 3, 2, nil, 1, 2] {
        try await change()
        let report = try await stack.rollback(to: target)
        if let target { #expect(report.generation.number == target) }
        if underSync { try await change() }
        try await until { try await stack.isIndexEqual() }
        let live = try await stack.ledger.generations(alias: "products").filter { $0.state == .live }
        #expect(live.map(\.number) == [report.generation.number])
      }
    }
    if underSync { try await stack.whileSyncing(stack.sync()) { try await goThrough() } } else { try await goThrough() }
  }

  @Test("3: no change is missed although the outbox is compacted and pruned", .timeLimit(.minutes(5)))
  func rollsBackAfterCompaction() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    _ = try await stack.full().run(stack.options)
    for round in 1...10 {
      try await stack.execute("UPDATE catalog.product SET title = \("Round \(round)") WHERE code IN ('D-1', 'D-2')")
    }
    try await stack.execute("DELETE FROM catalog.product WHERE code = 'D-3'")
    try await stack.catalog.compactOutbox(through: try await stack.catalog.outboxEnd())
    let report = try await stack.rollback()
    #expect(report.generation.number == 1)
    #expect(try await stack.isIndexEqual())
  }

  @Test("4: a missing target; a gate that refuses", .timeLimit(.minutes(5)))
  func refuses() async throws {
    let stack = try await IndexingStack()
    await #expect {
      _ = try await stack.rollback()
    } throws: {
      "\($0)".contains("run `vitrine index full`")
    }
    _ = try await stack.full().run(stack.options)
    await #expect {
      _ = try await stack.rollback()
    } throws: {
      "\($0)".contains("none is kept beside products-1")
    }
    _ = try await stack.full().run(stack.options)
    await #expect {
      _ = try await stack.rollback(to: 7)
    } throws: {
      "\($0)".contains("no generation 7") && "\($0)".contains("kept are 1")
    }
    var database = FaultyDatabase(stack, FaultPlan())
    database.phantom = ProductID(rawValue: 4_000)
    var gate = IndexGate.Options()
    gate.patience = .zero
    await #expect(throws: IndexingError.self) {
      _ = try await stack.rollback(database: database, gate: gate)
    }
    #expect(try await stack.ledger.generations(alias: "products").map(\.state) == [.live, .retired])
    #expect(try await stack.isIndexEqual())
  }

  @Test("5: pruning", .timeLimit(.minutes(5)))
  func prunes() async throws {
    let stack = try await IndexingStack()
    for _ in 1...3 { _ = try await stack.full().run(stack.options) }
    _ = try await stack.rollback(to: 1)
    func prune(_ count: Int) async throws -> [String] {
      try await IndexPruning.run(
        alias: "products", keeping: count, holder: "me", ledger: stack.ledger, leases: stack.leases,
        engine: stack.node)
    }
    #expect(try await prune(3) == [])
    #expect(try await prune(2) == ["products-2"], "the one that was in use last stays")
    #expect(try await prune(1) == ["products-3"])
    #expect(try await prune(1) == [])
    #expect(try await stack.isIndexEqual())
    #expect(try await stack.ledger.generations(alias: "products").map(\.number) == [1])
  }

  @Test("6: status", .timeLimit(.minutes(5)))
  func status() async throws {
    let stack = try await IndexingStack()
    func status(_ mapping: IndexMapping) async throws -> IndexStatus {
      try await IndexStatus(
        alias: "products", source: stack.catalog, ledger: stack.ledger, leases: stack.leases, engine: stack.node,
        mapping: mapping)
    }
    #expect(try await status(stack.mapping).advice == ["no index is in use: run `vitrine index full`"])
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync(configure: { $0.holder = "the sync" })) {
      try await until { try await status(stack.mapping).syncHolder?.hasPrefix("the sync") == true }
      let current = try await status(stack.mapping)
      #expect(current.advice == [] && current.mappingDifferences == [] && current.products == 12)
      #expect(current.rows.map(\.documents) == [12] && current.aliased == ["products-1"])
      let other = try await status(try stack.otherMapping())
      #expect(other.mappingDifferences == [#"mappings.properties.title.analyzer: "exact", was "stemmed""#])
      #expect(other.advice.count == 1 && other.advice[0].contains("run `vitrine index full`"))
    }
    #expect(try await status(stack.mapping).advice == ["nobody carries changes: run `vitrine index sync`"])
    try await stack.node.deleteIndex("products-1", deadline: .now + .seconds(10))
    #expect(
      try await status(stack.mapping).advice.contains { $0.contains("products-1 is in use but not in the engine") })
  }

  @Test("7: golden queries", .timeLimit(.minutes(5)))
  func golden() async throws {
    let stack = try await IndexingStack()
    let figures = Guarded(["products-1": 0.8, "products-2": 0.75, "products-3": 0.79])
    var options = stack.options
    options.gate.golden = .init(tolerance: 0.02) { index in figures.withLock { $0[index] ?? 0 } }
    #expect(try await stack.full().run(options).checks.contains("golden nDCG 0.8"))
    await #expect {
      _ = try await stack.full().run(options)
    } throws: {
      "\($0)".contains("golden nDCG 0.75, before 0.8: more than 0.02 lower")
    }
    #expect(try await stack.full().run(options).generation.indexName == "products-3")
  }
}

extension IndexingStack {
  /// The mapping with another analyzer of the title.
  func otherMapping() throws -> IndexMapping {
    var body = try #require(mapping.body.object)
    var mappings = try #require(body["mappings"]?.object)
    var properties = try #require(mappings["properties"]?.object)
    var title = try #require(properties["title"]?.object)
    title["analyzer"] = "exact"
    properties["title"] = .object(title)
    mappings["properties"] = .object(properties)
    body["mappings"] = .object(mappings)
    return try IndexMapping(body: .object(body))
  }
}

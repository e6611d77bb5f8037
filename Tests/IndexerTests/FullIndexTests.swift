// Against a real Postgres and the embedded engine:
// 1. A full run makes an index that equals Postgres, and points the alias at it; a second run swaps, and old ones are
//    deleted.
// 2. Changes committed during the run are in the index that it puts in use.
// 3. The gate refuses an index with refused or missing documents; the index in use stays, the new one is deleted.
// 4. Whichever call of engine or database fails, before or after its work, an index equal to Postgres at its time stays
//    in use, and the next run puts everything right.
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

@Suite struct FullIndexTests {
  @Test("1: builds, swaps, keeps the last ones", .timeLimit(.minutes(5)))
  func builds() async throws {
    let stack = try await IndexingStack()
    let first = try await stack.full().run(stack.options)
    #expect(first.documents == 12 && first.deadLetters == 0)
    #expect(try await stack.isIndexEqual())
    try await stack.execute("UPDATE catalog.product SET title = 'Second title' WHERE code = 'D-1'")
    for _ in 2...5 { _ = try await stack.full().run(stack.options) }
    #expect(try await stack.isIndexEqual())
    let indices = try await stack.node.indices(matching: "products-*", deadline: .now + .seconds(10))
    #expect(indices.map(\.name) == ["products-3", "products-4", "products-5"])
    #expect(indices.map(\.aliases) == [[], [], ["products"]])
    let states = try await stack.ledger.generations(alias: "products").map(\.state)
    #expect(states == [.live, .retired, .retired], "what is deleted leaves the ledger")
  }

  @Test("2: changes made meanwhile are included", .timeLimit(.minutes(5)))
  func changesMeanwhile() async throws {
    let stack = try await IndexingStack()
    let deleted = try await stack.id(2)
    let plan = FaultPlan(onFirstBulk: {
      try await stack.execute("UPDATE catalog.product SET title = 'Changed meanwhile' WHERE code = 'D-1'")
      try await stack.execute("DELETE FROM catalog.product WHERE code = 'D-2'")
      try await stack.execute("UPDATE catalog.product SET lifecycle = 'hidden' WHERE code = 'D-3'")
      try await stack.execute("UPDATE catalog.category SET name = 'Robes' WHERE name = 'Dresses'")
      try await stack.execute("UPDATE inventory.stock SET on_hand = on_hand + 5")
      _ = try await stack.catalog.upsert([IndexingStack.record(13)], source: "test")
    })
    let report = try await stack.full(engine: FaultyEngine(stack.node, plan)).run(stack.options)
    #expect(report.replayed >= 4 && report.documents == 11)
    #expect(try await stack.isIndexEqual())
    let indexed = try await stack.indexed()
    #expect(indexed[deleted.description] == nil)
    #expect(indexed.values.contains { $0["title"]?.string == "Changed meanwhile" })
    #expect(indexed.values.contains { $0["title"]?.string == "Dress number13" })
  }

  @Test("3: the gate refuses dead letters", .timeLimit(.minutes(5)))
  func gate() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let before = try await stack.indexed()
    try await stack.execute("UPDATE catalog.product SET popularity = popularity + 1")
    let engine = FaultyEngine(stack.node, refused: try await stack.id(4).description)
    await #expect(throws: IndexingError.self) { _ = try await stack.full(engine: engine).run(stack.options) }
    #expect(try await stack.indexed() == before)
    let indices = try await stack.node.indices(matching: "products-*", deadline: .now + .seconds(10))
    #expect(indices.map(\.name) == ["products-1"])
    #expect(try await stack.ledger.generations(alias: "products").map(\.state) == [.failed, .live])
    #expect(try await stack.ledger.deadLetterCount(generation: 2) == 1)

    // The gate also refuses an index that lacks a document.
    var database = FaultyDatabase(stack, FaultPlan())
    database.phantom = ProductID(rawValue: 4_000)
    var impatient = stack.options
    impatient.gate.patience = .zero
    await #expect {
      _ = try await stack.full(database: database).run(impatient)
    } throws: {
      "\($0)".contains("4000 is missing")
    }
    #expect(try await stack.indexed() == before)

    var lenient = stack.options
    lenient.gate.maxDeadLetters = 1
    let report = try await stack.full(engine: engine).run(lenient)
    #expect(report.deadLetters == 1 && report.documents == 11)
  }

  @Test("4: the Nth call fails, for every N", .timeLimit(.minutes(10)), arguments: FaultPlan.Moment.allCases)
  func everyCallFails(_ moment: FaultPlan.Moment) async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    var number = 0
    while true {
      number += 1
      let before = try await stack.indexed()
      try await stack.execute("UPDATE catalog.product SET title = \("Title of round \(number)") WHERE code = 'D-5'")
      let plan = FaultPlan(failing: number, moment)
      let full = stack.full(engine: FaultyEngine(stack.node, plan), database: FaultyDatabase(stack, plan))
      // Whether the run throws or recovers by itself, the index in use must be complete.
      do { _ = try await full.run(stack.options) } catch is SearchEngineError {} catch is DependencyUnavailable {}
      if try await !stack.isIndexEqual() {
        #expect(try await stack.indexed() == before, "after call \(number) failed \(moment)")
      }
      // Sync continues from there, whichever index is in use.
      try await stack.whileSyncing(stack.sync()) { try await until { try await stack.isIndexEqual() } }
      if plan.callCount < number { break }
    }
    #expect(number > 12, "a full run makes more calls")
    _ = try await stack.full().run(stack.options)
    #expect(try await stack.isIndexEqual())
  }
}

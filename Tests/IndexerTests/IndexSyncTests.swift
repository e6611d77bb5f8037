// Against a real Postgres and the embedded engine:
// 1. Every kind of change is in the index after sync: title, price, stock, category, hidden, shown, deleted, new.
// 2. A change in a long transaction is not skipped although later ones end before it; nor is any of many transactions
//    that commit in another order than they began.
// 3. Sync moves to a new generation when a full run swaps, and points an alias that was left behind.
// 4. Whichever call of engine or database fails, before or after its work, the index comes to equal Postgres.
// 5. Without an index in use it says so and waits for one. Refused documents do not stop others.
// 6. Two syncs at once, as if the lease had been lost unnoticed, with a full run in between, do no harm.
// 7. Entries leave the outbox after they were read.
// 8. Postgres restarts in the middle of work, and sync continues by itself.
// 9. While one batch is written the next is read, and no more; the cursor waits for the write. For a product in both
//    batches the last one decides whether it is a dead letter, and what the index holds.
import Catalog
import Foundation
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry
import TestSupport
import Testing
import Threading

@Suite struct IndexSyncTests {
  static let changes: [SQL] = [
    "UPDATE catalog.product SET title = 'Velvet gown' WHERE code = 'D-1'",
    """
    UPDATE pricing.price SET amount_minor_units = 4242 FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
    WHERE price.variant_id = v.id AND p.code = 'D-2'
    """,
    """
    UPDATE inventory.stock SET on_hand = 77 FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id
    WHERE stock.variant_id = v.id AND p.code = 'D-4'
    """,
    "UPDATE catalog.category SET name = 'Robes' WHERE name = 'Dresses'",
    "UPDATE catalog.brand SET name = 'Maison' WHERE name = 'Brand 1'",
    "UPDATE catalog.attribute SET is_facet = false WHERE code = 'colour'",
    "UPDATE catalog.product SET lifecycle = 'hidden' WHERE code = 'D-6'",
    "UPDATE catalog.product SET lifecycle = 'listed' WHERE code = 'D-6'",
    "UPDATE catalog.product SET lifecycle = 'discontinued' WHERE code = 'D-8'",
    "UPDATE catalog.product SET for_shops = false WHERE code = 'D-9'",
    "DELETE FROM catalog.variant WHERE product_id = (SELECT id FROM catalog.product WHERE code = 'D-10')",
    "DELETE FROM catalog.product WHERE code = 'D-7'",
  ]

  @Test("1: every kind of change", .timeLimit(.minutes(5)))
  func changes() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      for change in Self.changes {
        let before = try await stack.indexed()
        try await stack.execute(change)
        #expect(try await stack.expected() != before, "the statement changes nothing that is indexed")
        try await until { try await stack.isIndexEqual() }
      }
      _ = try await stack.catalog.upsert([IndexingStack.record(13)], source: "test")
      try await until { try await stack.isIndexEqual() }
    }
    #expect(try await stack.indexed().count == 10)
  }

  @Test("2: a long transaction", .timeLimit(.minutes(5)))
  func slowTransaction() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      try await stack.pool.withTransaction { connection in
        try await connection.execute("UPDATE catalog.product SET title = 'Slow one' WHERE code = 'D-1'")
        try await stack.execute("UPDATE catalog.product SET title = 'Quick one' WHERE code = 'D-2'")
      }
      try await until { try await stack.isIndexEqual() }
      #expect(try await stack.indexed().values.filter { $0["title"]?.string?.hasSuffix(" one") == true }.count == 2)
    }
  }

  @Test("2: transactions that commit in another order", .timeLimit(.minutes(5)))
  func outOfOrder() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("IndexSyncTests: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      // The first one stays open until the end: a minute in the long form.
      try await stack.pool.withTransaction { slow in
        try await slow.execute("UPDATE catalog.product SET title = 'Slowest' WHERE code = 'D-1'")
        let patience = ContinuousClock.now + (isSoak ? .seconds(60) : .milliseconds(200))
        repeat { try await Self.crossing(stack, &random) } while ContinuousClock.now < patience
      }
      try await until { try await stack.isIndexEqual() }
      #expect(try await stack.indexed().values.contains { $0["title"]?.string == "Slowest" })
    }
  }

  /// Three transactions, each with its own order of begin, write and commit.
  private static func crossing(_ stack: IndexingStack, _ random: inout SeededGenerator) async throws {
    let numbers = (2...12).shuffled(using: &random)
    let title = "Title \(Int.random(in: 0...1_000_000, using: &random))"
    func write(_ number: Int, on connection: PostgresConnection) async throws {
      try await connection.execute(
        "UPDATE catalog.product SET title = \("\(title).\(number)") WHERE code = \("D-\(number)")")
    }
    try await stack.pool.withTransaction { first in
      try await write(numbers[0], on: first)
      try await stack.pool.withTransaction { second in
        try await write(numbers[1], on: second)
        try await stack.pool.withTransaction { third in try await write(numbers[2], on: third) }
        try await write(numbers[3], on: first)
      }
    }
  }

  @Test("8: Postgres restarts", .timeLimit(.minutes(5)))
  func postgresRestarts() async throws {
    let folder = "/tmp/vitrine-sync-restart-\(UInt32.random(in: 0...UInt32.max))"
    let server = try await LocalPostgres.start(in: folder, durability: .durable)
    // A leftover under /tmp does no harm.
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let stack = try await IndexingStack(database: try await server.makeDatabase(named: "restarts"))
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      for round in 1...2 {
        try await stack.execute("UPDATE catalog.product SET title = \("Before restart \(round)")")
        await server.stop()
        try await server.startAgain()
        try await until {
          // The pool's sessions died with the server: the first use of each fails.
          (try? await stack.execute("UPDATE catalog.product SET popularity = \(Double(round)) WHERE code = 'D-1'"))
            != nil
        }
        try await until { (try? await stack.isIndexEqual()) == true }
      }
    }
    await stack.pool.close()
    await server.stop()
  }

  @Test("3: moves to a new generation", .timeLimit(.minutes(5)))
  func newGeneration() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync()) {
      let busy = Task {
        var number = 0
        while !Task.isCancelled {
          number += 1
          try await stack.execute("UPDATE catalog.product SET title = \("Busy \(number)") WHERE code = 'D-1'")
        }
      }
      _ = try await stack.full().run(stack.options)
      try await stack.execute("UPDATE catalog.product SET title = 'After the swap' WHERE code = 'D-2'")
      // The source never rests, and yet sync finds the new generation.
      try await until {
        try await stack.indexed("products-2").values.contains { $0["title"]?.string == "After the swap" }
      }
      busy.cancel()
      _ = await busy.result
      try await until { try await stack.isIndexEqual() }
    }
    // The state after a full run that ended between its commit and the alias.
    try await stack.node.updateAliases(
      [.remove(index: "products-2", alias: "products"), .add(index: "products-1", alias: "products")],
      deadline: .now + .seconds(10))
    try await stack.whileSyncing(stack.sync()) { try await until { try await stack.isIndexEqual() } }
  }

  @Test("4: the Nth call fails, for every N", .timeLimit(.minutes(10)), arguments: FaultPlan.Moment.allCases)
  func everyCallFails(_ moment: FaultPlan.Moment) async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    // Sync makes calls without end: these are its start, two steps with the chores beside them, and its waits.
    for number in 1...24 {
      let plan = FaultPlan(failing: number, moment)
      let sync = stack.sync(engine: FaultyEngine(stack.node, plan), database: FaultyDatabase(stack, plan))
      try await stack.whileSyncing(sync) {
        for step in 1...2 {
          try await stack.execute("UPDATE catalog.product SET title = \("Round \(number).\(step)") WHERE code = 'D-5'")
          try await stack.execute("UPDATE inventory.stock SET on_hand = \(number % 2) + \(step % 2)")
          try await until { try await stack.isIndexEqual() }
        }
        try await until { plan.callCount >= number }
        try await until { try await stack.isIndexEqual() }
      }
    }
  }

  @Test("6: two at once, a full run between", .timeLimit(.minutes(5)))
  func twoAtOnce() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    var forced = FaultyDatabase(stack, FaultPlan())
    forced.givesLeasesToAll = true
    try await stack.whileSyncing(stack.sync(database: forced)) {
      try await stack.whileSyncing(stack.sync(database: forced)) {
        for round in 1...20 {
          try await stack.execute(
            "UPDATE catalog.product SET title = \("Round \(round)"), popularity = \(Double(round))")
          if round == 10 { _ = try await stack.full().run(stack.options) }
        }
        try await until { try await stack.isIndexEqual() }
      }
    }
  }

  @Test("7: the outbox is pruned", .timeLimit(.minutes(5)))
  func pruning() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    try await stack.whileSyncing(stack.sync(configure: { $0.pruneInterval = .milliseconds(20) })) {
      // Another test's transaction may hold entries back for a while, so this may take some hundreds of rounds.
      var isPruned = false
      for number in 1...1000 where !isPruned {
        let cursor = try await stack.ledger.generations(alias: "products")[0].cursor
        try await stack.execute("UPDATE catalog.product SET title = \("Title \(number)") WHERE code = 'D-1'")
        try await until { try await stack.ledger.generations(alias: "products")[0].cursor > cursor }
        let left: Int = try await stack.pool.query("SELECT count(*) FROM indexing.outbox")[0].decode(at: 0)
        isPruned = left < number / 2
      }
      #expect(isPruned)
      try await until { try await stack.isIndexEqual() }
    }
  }

  @Test("5: no index in use", .timeLimit(.minutes(5)))
  func noIndex() async throws {
    let stack = try await IndexingStack()
    let lines = Guarded<[String]>([])
    let sync = stack.sync(log: { line in lines.withLock { $0.append(line) } })
    try await stack.whileSyncing(sync) {
      try await until { lines.withLock { $0.contains { $0.contains("run `vitrine index full`") } } }
      _ = try await stack.full().run(stack.options)
      try await stack.execute("UPDATE catalog.product SET title = 'Found' WHERE code = 'D-1'")
      try await until { try await stack.isIndexEqual() }
    }
  }

  @Test("5: refused documents stop no others", .timeLimit(.minutes(5)))
  func refused() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let id = try await stack.id(4)
    let engine = FaultyEngine(stack.node, refused: id.description)
    try await stack.whileSyncing(stack.sync(engine: engine)) {
      try await stack.execute("UPDATE catalog.product SET title = 'Everything anew'")
      try await until { try await stack.ledger.deadLetterCount(generation: 1) == 1 }
      try await until {
        try await stack.indexed().filter { $0.value["title"]?.string == "Everything anew" }.count == 11
      }
    }
  }

  @Test("9: the next batch is read while one is written", .timeLimit(.minutes(5)))
  func readsAhead() async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let before = try await stack.ledger.liveGeneration(of: stack.alias).cursor
    let registry = MetricsRegistry()
    let (read, isHeld) = (Guarded<[ProductID]>([]), Guarded(true))
    let plan = FaultPlan(onFirstBulk: { try await until { isHeld.withLock { !$0 } } })
    var database = FaultyDatabase(stack, plan)
    database.onRead = { products in read.withLock { $0 += products.map(\.id) } }
    let sync = stack.sync(engine: FaultyEngine(stack.node, plan), database: database, registry: registry)
    try await stack.whileSyncing(sync) {
      for number in 1...2 {
        try await stack.execute("UPDATE catalog.product SET title = 'Held' WHERE code = \("D-\(number)")")
        let id = try await stack.id(number)
        try await until { read.withLock { $0.contains(id) } }
      }
      try await stack.execute("UPDATE catalog.product SET title = 'Held' WHERE code = 'D-3'")
      // Counted once a second: by then the third would have been read.
      try await until { registry.exposition().contains("vitrine_index_lag_entries 3\n") }
      let third = try await stack.id(3)
      #expect(!read.withLock { $0.contains(third) })
      #expect(try await stack.ledger.liveGeneration(of: stack.alias).cursor == before)
      isHeld.withLock { $0 = false }
      try await until { try await stack.isIndexEqual() }
      let end = try await stack.catalog.outboxEnd()
      try await until { try await stack.ledger.liveGeneration(of: stack.alias).cursor == end }
    }
  }

  @Test("9: a product in both batches", .timeLimit(.minutes(5)), arguments: [true, false])
  func sameProductInBoth(isFirstRefused: Bool) async throws {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let id = try await stack.id(4)
    let version = try await stack.catalog.products([id])[0].documentVersion
    let (read, isHeld) = (Guarded<[Int64]>([]), Guarded(true))
    let plan = FaultPlan(onFirstBulk: { try await until { isHeld.withLock { !$0 } } })
    var database = FaultyDatabase(stack, plan)
    database.onRead = { products in read.withLock { $0 += products.map(\.documentVersion) } }
    let refused = version + (isFirstRefused ? 1 : 2)
    let engine = FaultyEngine(stack.node, plan, refused: id.description, refusedVersion: refused)
    try await stack.whileSyncing(stack.sync(engine: engine, database: database)) {
      for number in 1...2 {
        try await stack.execute("UPDATE catalog.product SET title = \("Change \(number)") WHERE code = 'D-4'")
        try await until { read.withLock { $0.contains(version + Int64(number)) } }
      }
      isHeld.withLock { $0 = false }
      let end = try await stack.catalog.outboxEnd()
      try await until { try await stack.ledger.liveGeneration(of: stack.alias).cursor == end }
    }
    let letters = try await stack.ledger.deadLetters(generation: 1, of: nil, limit: 10)
    #expect(letters.map(\.documentVersion) == (isFirstRefused ? [] : [refused]))
    let title = try await stack.indexed()[id.description]?["title"]?.string
    #expect(title == (isFirstRefused ? "Change 2" : "Change 1"))
  }
}

// The ledger and the outbox, at their edges:
// 1. Pruning through an entry removes it and all before it, and no other.
// 2. A cursor moves forward only, however often and in whatever order it is told to; settled products leave the dead
//    letters of their generation, and no others do.
// 3. The lag counts at most its limit, and says the oldest change's time.
// 4. Of a product's refusals the last is kept, also within one call.
// 5. A price that begins or ends is passed on within two seconds.
// 6. Deleting what is too old takes as many statements as it needs.
// 7. A query is popular from three visitors of one day on, and for 28 days.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LedgerEdgeTests {
  private let pool: PostgresPool
  private let catalog: PostgresCatalog
  private var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }

  init() async throws {
    pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    catalog = PostgresCatalog(pool)
    let records = (1...4).map { number in
      ProductRecord(
        code: "L-\(number)", title: "Lamp \(number)",
        variants: [
          .init(sku: SKU("L-\(number)"), prices: [Price(amount: Money(minorUnits: 100, currency: .gbp))])
        ])
    }
    _ = try await catalog.upsert(records, source: "test")
  }

  /// One change of each product in turn; returns their entries.
  private func entries() async throws -> [OutboxEntry] {
    try await pool.execute("DELETE FROM indexing.outbox")
    for number in 1...4 {
      try await pool.execute("UPDATE catalog.product SET title = title || '!' WHERE code = \("L-\(number)")")
    }
    // A transaction of the server's own may hold them back for a moment.
    try await until { try await catalog.outbox(after: .start, limit: 100).count == 4 }
    return try await catalog.outbox(after: .start, limit: 100)
  }

  @Test("1: pruning")
  func pruning() async throws {
    for last in 0..<4 {
      let entries = try await entries()
      // A transaction of the server's own may hold the horizon back for a moment.
      try await until("the entries through number \(last) are gone") {
        try await catalog.pruneOutbox(through: entries[last].cursor)
        return try await catalog.outbox(after: .start, limit: 100).count <= 3 - last
      }
      let left = try await catalog.outbox(after: .start, limit: 100).map(\.cursor)
      #expect(left == entries[(last + 1)...].map(\.cursor))
    }
  }

  @Test("2: a cursor's way")
  func cursors() async throws {
    let entries = try await entries()
    let generation = try await ledger.beginGeneration(alias: "a", mappingHash: "h", mapping: "{}", cursor: .start)
    let other = try await ledger.beginGeneration(alias: "b", mappingHash: "h", mapping: "{}", cursor: .start)
    for number in [generation.number, other.number] {
      try await ledger.addDeadLetters(
        entries.map { DeadLetter(product: $0.product, documentVersion: 1, reason: "a test") }, generation: number)
    }
    var furthest = OutboxCursor.start
    for step in [1, 0, 2, 2, 1, 3, 0] {
      try await ledger.advance(generation: generation.number, to: entries[step].cursor, settled: [])
      furthest = max(furthest, entries[step].cursor)
      let known = try await ledger.generations(alias: "a")
      #expect(known.map(\.cursor) == [furthest])
    }
    #expect(try await ledger.generations(alias: "b").map(\.cursor) == [.start])
    // Settled products count even where the cursor stays.
    try await ledger.advance(
      generation: generation.number, to: entries[0].cursor, settled: [entries[1].product, entries[2].product])
    let left = try await ledger.deadLetters(generation: generation.number, of: nil, limit: 10)
    #expect(Set(left.map(\.product)) == [entries[0].product, entries[3].product])
    #expect(try await ledger.deadLetterCount(generation: other.number) == 4)
  }

  @Test("3: the lag")
  func lag() async throws {
    let entries = try await entries()
    for (limit, count) in [(1, 1), (3, 3), (4, 4), (5, 4)] {
      let lag = try await catalog.outboxLag(after: .start, limit: limit)
      #expect(lag.entries == count && lag.oldest == entries[0].committedAt)
    }
    for index in 0..<4 {
      let lag = try await catalog.outboxLag(after: entries[index].cursor, limit: 100)
      #expect(lag.entries == 3 - index)
      #expect(lag.oldest == (index == 3 ? nil : entries[index + 1].committedAt))
    }
  }

  @Test("4: refusals")
  func refusals() async throws {
    let entries = try await entries()
    let generation = try await ledger.beginGeneration(alias: "a", mappingHash: "h", mapping: "{}", cursor: .start)
    func letter(_ version: Int64, _ reason: String) -> DeadLetter {
      DeadLetter(product: entries[0].product, documentVersion: version, reason: reason, document: "{\"v\":\(version)}")
    }
    try await ledger.addDeadLetters([letter(1, "first"), letter(2, "second")], generation: generation.number)
    for expected in [letter(2, "second"), letter(3, "third")] {
      if expected.documentVersion == 3 { try await ledger.addDeadLetters([expected], generation: generation.number) }
      let kept = try await ledger.deadLetters(generation: generation.number, of: nil, limit: 10)
      #expect(kept.map(\.documentVersion) == [expected.documentVersion])
      #expect(kept.map(\.reason) == [expected.reason] && kept.map(\.document) == [expected.document])
    }
  }

  @Test("5: prices that begin and end")
  func priceChanges() async throws {
    let looked: Timestamp = try await pool.query("SELECT looked_through FROM indexing.price_clock")[0].decode(at: 0)
    func moment(_ seconds: Int64) -> Timestamp {
      Timestamp(microsecondsSinceEpoch: looked.microsecondsSinceEpoch + seconds * 1_000_000)
    }
    func passOn(_ seconds: Int64) async throws -> Int { try await catalog.fanOut(limit: 100, at: moment(seconds)) }
    try await pool.execute(
      """
      INSERT INTO pricing.price
        (variant_id, list_id, currency, amount_minor_units, minimum_quantity, valid_from, valid_until)
      SELECT v.id, p.list_id, p.currency, 50, 2, \(moment(100)), \(moment(200))
      FROM catalog.variant v JOIN pricing.price p ON p.variant_id = v.id WHERE v.sku = 'L-2'
      """)
    while try await passOn(10) > 0 {}
    #expect(try await passOn(99) == 0)
    #expect(try await passOn(102) == 1, "it has begun")
    #expect(try await passOn(198) == 0)
    #expect(try await passOn(202) == 1, "it has ended")
  }

  @Test("7: popular queries")
  func popularQueries() async throws {
    let now = Timestamp("2026-11-23T12:00:00Z")!
    for visitors in 1...5 {
      for daysAgo in [0, 26, 27, 28, 29] {
        try await pool.execute(
          """
          INSERT INTO behaviour.search_day
            (day, query, searches, visitors, networks, found_nothing, relaxed, corrected, clicked, reciprocal_ranks)
          VALUES (\(now.day.advanced(by: -daysAgo))::date, \("\(visitors) of \(daysAgo)"), 9, \(Int64(visitors)), \(Int64(visitors)), 0, 0, 0, 0, 0)
          """)
      }
    }
    let popular = try await PostgresSearchLog(pool).popularQueries(now: now, limit: 100).map(\.text)
    #expect(Set(popular) == Set((3...5).flatMap { visitors in [0, 26, 27].map { "\(visitors) of \($0)" } }))
  }

  @Test("6: more than one statement deletes", arguments: [9_999, 10_000, 20_001])
  func forgetting(rows: Int) async throws {
    let log = PostgresSearchLog(pool)
    let now = Timestamp("2026-11-23T12:00:00Z")!
    try await pool.execute(
      """
      INSERT INTO behaviour.search
        (id, searched_at, visitor, query, outcome, total, filter_count, first_rank, products)
      SELECT number, \(now) - interval '40 days', NULL, 'lamp', 'found', 1, 0, 1, '{}'
      FROM generate_series(1, \(Int64(rows))) AS number
      """)
    try await log.forget(now: now, searchDays: 30, countDays: 400)
    #expect(try await pool.query("SELECT count(*) FROM behaviour.search")[0].decode(Int.self, at: 0) == 0)
  }
}

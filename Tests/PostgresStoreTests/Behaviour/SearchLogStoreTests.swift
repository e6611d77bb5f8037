// The search log, against a real Postgres:
// 1. The counts of each day and query equal those of a plain pass over the searches and clicks, however often and in
//    whatever parts they are written and counted (random log, seed printed); the report gives these counts.
// 2. A click counts with its place, also where it comes before its search. A click on a product that the search did not
//    show counts nowhere, and a repeated click counts once, with its first place.
// 3. No table contains a visitor's number; two databases hash it differently; searches without a number count
//    separately.
// 4. Data older than its days is deleted: searches and clicks first, queries of few visitors next, all counts at last;
//    the sums stay until then.
// 5. Popular queries are those that three visitors used on a day and that find something unchanged; recent days count
//    more, and robots' searches count nowhere.
// 6. A query without a full match is listed with the searches that the same visitors made next, with success, within
//    ten minutes.
// 7. Seldom clicked queries are those whose 95 % Wilson interval lies below the usual click-through, ordered by the
//    clicks they lose.
// 8. While one process counts, another leaves the work to it.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing

/// A click on a product among a search's results.
private struct SearchClick {
  var search: SearchID
  var product: ProductID
  var clickedAt: Timestamp
}

@Suite struct SearchLogStoreTests {
  private static let now = Timestamp("2026-11-23T12:00:00Z")!

  private struct Store {
    let pool: PostgresPool
    let log: PostgresSearchLog
    let events: PostgresBehaviour

    /// `isOwn`: migrated separately, not copied from the tests' template, whose key it would share.
    init(isOwn: Bool = false) async throws {
      pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: !isOwn))
      if isOwn { _ = try await Migrator.shop.migrate(pool) }
      log = PostgresSearchLog(pool)
      events = PostgresBehaviour(pool)
      // Their ids are 1 to 100.
      try await pool.execute(
        """
        INSERT INTO catalog.product (source, code, title)
        SELECT 'test', n::text, 'Product ' || n FROM generate_series(1, 100) AS n
        """)
    }

    func write(_ searches: [LoggedSearch], sender: EventSender = .shopper) async throws {
      _ = try await events.write(
        searches.map { search in
          ShopEvent(
            id: .random(), at: search.searchedAt, actor: search.visitor.map { .person(.visitor($0)) } ?? .nobody,
            network: search.range, sender: sender, content: .search(search))
        })
    }

    func write(_ clicks: [SearchClick]) async throws {
      _ = try await events.write(
        clicks.map { click in
          ShopEvent(
            id: EventID(of: "\(click.search) \(click.product)"), at: click.clickedAt, actor: .nobody,
            content: .deed(ProductDeed(.click, .id(click.product), list: ListID(click.search))))
        })
    }

    func count(_ table: String) async throws -> Int {
      try await pool.query("SELECT count(*) FROM behaviour.\(unsafeRaw: table)")[0].decode(at: 0)
    }
  }

  private static func visitor(_ number: Int) -> VisitorID {
    VisitorID(String(repeating: "0", count: 28) + String(1000 + number))!
  }

  private static func time(_ daysAgo: Int, minute: Int = 0) -> Timestamp {
    Timestamp(
      microsecondsSinceEpoch: now.day.advanced(by: -daysAgo).start.microsecondsSinceEpoch + Int64(minute) * 60_000_000)
  }

  private static func search(
    _ query: String, _ visitor: Int?, daysAgo: Int = 0, minute: Int = 0, outcome: SearchOutcome = .found,
    filters: Int = 0, firstRank: Int = 1, products: ClosedRange<Int64> = 1...10, network: [UInt8]? = nil
  ) -> LoggedSearch {
    LoggedSearch(
      id: .random(), searchedAt: time(daysAgo, minute: minute), visitor: visitor.map(Self.visitor),
      range: network ?? visitor.map { [4, UInt8($0 / 256), UInt8($0 % 256), 0] } ?? [], query: query,
      outcome: outcome, total: outcome == .nothing ? 0 : 10, filterCount: filters, firstRank: firstRank,
      products: products.map { ProductID(rawValue: $0) })
  }

  private static func click(_ search: LoggedSearch, _ product: Int64) -> SearchClick {
    SearchClick(search: search.id, product: ProductID(rawValue: product), clickedAt: search.searchedAt)
  }

  /// The expected counts: one visitor's query on one day is one search.
  private static func figures(_ searches: [LoggedSearch], _ clicks: [SearchClick]) -> SearchReport.Figures {
    let asked = Dictionary(grouping: searches) { search in
      "\(search.searchedAt.day) \(search.visitor?.text ?? search.id.description) \(search.query)"
    }
    var figures = SearchReport.Figures()
    for rows in asked.values {
      figures.searches += 1
      func has(_ outcome: SearchOutcome) -> Int {
        rows.contains { $0.filterCount == 0 && $0.outcome == outcome } ? 1 : 0
      }
      figures.foundNothing += has(.nothing)
      figures.relaxed += has(.relaxed)
      figures.corrected += has(.corrected)
      let ranks = rows.flatMap { row in
        clicks.filter { $0.search == row.id }.compactMap { click in
          row.products.firstIndex(of: click.product).map { row.firstRank + $0 }
        }
      }
      guard let best = ranks.min() else { continue }
      figures.clicked += 1
      figures.reciprocalRanks += 1 / Double(best)
    }
    return figures
  }

  private func isSame(_ left: SearchReport.Figures, _ right: SearchReport.Figures) -> Bool {
    var rounded = left
    rounded.reciprocalRanks = right.reciprocalRanks
    return rounded == right && abs(left.reciprocalRanks - right.reciprocalRanks) < 1e-9
  }

  @Test("1: counts", .timeLimit(.minutes(5)))
  func counts() async throws {
    let store = try await Store()
    let seed = UInt64.random(in: .min ... .max)
    print("SearchLogStoreTests.counts seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var searches: [LoggedSearch] = []
    var clicks: [SearchClick] = []
    let days = 5
    for round in 0..<days {
      // A day at a time, as the days come: each is counted while it is today and on the day after.
      let daysAgo = days - 1 - round
      let today = (0..<60).map { _ in
        Self.search(
          "query \(Int.random(in: 0..<6, using: &random))",
          Bool.random(using: &random) ? Int.random(in: 0..<8, using: &random) : nil, daysAgo: daysAgo,
          minute: .random(in: 0..<700, using: &random), outcome: SearchOutcome.allCases.randomElement(using: &random)!,
          filters: .random(in: 0...1, using: &random), firstRank: [1, 25].randomElement(using: &random)!)
      }
      let clicked = (searches.filter { $0.searchedAt.day == today[0].searchedAt.day.advanced(by: -1) } + today)
        .filter { _ in Bool.random(using: &random) }.map { Self.click($0, .random(in: 1...12, using: &random)) }
      searches += today
      clicks += clicked
      let now = Self.time(daysAgo, minute: 720)
      for part in [Array(today[..<20]), today, today] {
        try await store.write(part)
        #expect(try await store.log.rollUp(now: now))
      }
      try await store.write(clicked + clicked)
      #expect(try await store.log.rollUp(now: now))
    }
    for length in [1, 3] {
      let report = try await store.log.report(days: length, now: Self.now, limit: 100)
      let first = Self.now.day.advanced(by: 1 - length)
      func within(_ search: LoggedSearch, _ from: Int) -> Bool {
        let day = search.searchedAt.day
        return day >= first.advanced(by: from) && day < first.advanced(by: from + length)
      }
      let period = searches.filter { within($0, 0) }
      #expect(isSame(report.totals, Self.figures(period, clicks)), "seed \(seed)")
      #expect(isSame(report.before, Self.figures(searches.filter { within($0, -length) }, clicks)), "seed \(seed)")
      #expect(report.byDay.map(\.day) == (0..<length).map { first.advanced(by: $0) })
      for day in report.byDay {
        #expect(
          isSame(day.figures, Self.figures(period.filter { $0.searchedAt.day == day.day }, clicks)), "seed \(seed)")
      }
      let byQuery = Dictionary(grouping: period, by: \.query).mapValues { Self.figures($0, clicks) }
      #expect(report.popular.count == byQuery.count)
      for query in report.popular { #expect(isSame(query.figures, byQuery[query.text]!), "seed \(seed)") }
      let order = report.popular.map { (-$0.figures.searches, $0.text) }
      #expect(order.elementsEqual(order.sorted(by: <), by: ==), "seed \(seed)")
    }
  }

  @Test("2: clicks", .timeLimit(.minutes(5)))
  func clicks() async throws {
    let store = try await Store()
    let search = Self.search("lamp", 1, firstRank: 25)
    let other = Self.search("lamp", 2)
    try await store.write([search])
    try await store.write([
      Self.click(search, 3), Self.click(search, 99), Self.click(other, 1), Self.click(search, 3), Self.click(search, 5),
    ])
    func figures() async throws -> (clicked: Int, reciprocalRanks: Double) {
      #expect(try await store.log.rollUp(now: Self.now))
      let totals = try await store.log.report(days: 1, now: Self.now, limit: 1).totals
      return (totals.clicked, totals.reciprocalRanks)
    }
    #expect(try await figures() == (1, 1.0 / 27))
    try await store.write([other])
    #expect(try await figures() == (2, 1.0 / 27 + 1))
  }

  @Test("3: visitors", .timeLimit(.minutes(5)))
  func visitors() async throws {
    var hashes: [Int64?] = []
    for _ in 0..<2 {
      let store = try await Store(isOwn: true)
      try await store.write([
        Self.search("a", 1), Self.search("b", 1), Self.search("c", nil), Self.search("c", nil),
      ])
      let rows = try await store.pool.query("SELECT visitor, search::text FROM behaviour.search ORDER BY query")
      let visitors: [Int64?] = try rows.map { try $0.decode(at: 0) }
      #expect(visitors[0] != nil && visitors[0] == visitors[1] && visitors[2] == nil)
      for row in rows { #expect(!(try row.decode(at: 1) as String).contains(Self.visitor(1).text)) }
      hashes.append(visitors[0])
      #expect(try await store.log.rollUp(now: Self.now))
      let report = try await store.log.report(days: 1, now: Self.now, limit: 10)
      #expect(report.totals.searches == 4)
    }
    #expect(hashes[0] != hashes[1])
  }

  @Test("4: forgetting", .timeLimit(.minutes(5)))
  func forgetting() async throws {
    let store = try await Store()
    var searches: [LoggedSearch] = []
    for daysAgo in 0..<40 {
      searches += (0..<3).map { Self.search("many", $0, daysAgo: daysAgo) }
      searches += [Self.search("jane doe", 1, daysAgo: daysAgo), Self.search("few", 2, daysAgo: daysAgo)]
    }
    try await store.write(searches)
    try await store.write(searches.map { Self.click($0, 2) })
    #expect(try await store.log.rollUp(now: Self.now))
    let before = try await store.log.report(days: 60, now: Self.now, limit: 10)
    #expect(before.totals.searches == searches.count && before.totals.clicked == searches.count)
    for _ in 0..<2 {
      try await store.log.forget(now: Self.now, searchDays: 30, countDays: 400)
      #expect(try await store.log.rollUp(now: Self.now))
      // Today and the 29 days before it.
      #expect(try await store.count("search") == 30 * 5)
      let oldest: String = try await store.pool.query("SELECT min(searched_at)::date::text FROM behaviour.search")[0]
        .decode(at: 0)
      #expect(oldest == "2026-10-25")
      let after = try await store.log.report(days: 60, now: Self.now, limit: 10)
      #expect(isSame(after.totals, before.totals))
      #expect(after.popular.map(\.text) == ["many", "few", "jane doe"])
      #expect(after.popular.map(\.figures.searches) == [120, 30, 30])
    }
    try await store.log.forget(now: Self.now, searchDays: 30, countDays: 35)
    #expect(try await store.log.report(days: 60, now: Self.now, limit: 10).totals.searches == 35 * 5)
  }

  @Test("5: popular queries", .timeLimit(.minutes(5)))
  func popular() async throws {
    let store = try await Store()
    func asked(_ query: String, by visitors: Int, daysAgo: Int, outcome: SearchOutcome = .found) -> [LoggedSearch] {
      (0..<visitors).map { Self.search(query, $0, daysAgo: daysAgo, outcome: outcome) }
    }
    try await store.write(
      asked("new", by: 5, daysAgo: 0) + asked("old", by: 8, daysAgo: 14) + asked("ancient", by: 50, daysAgo: 35)
        + asked("few", by: 2, daysAgo: 0) + asked("few", by: 2, daysAgo: 1)
        + (0..<9).map { Self.search("of one network", $0, network: [4, 203, 0, 113]) }
        + asked("drss", by: 9, daysAgo: 0, outcome: .corrected)
        + asked("unknown", by: 9, daysAgo: 0, outcome: .nothing)
        + asked("in part", by: 9, daysAgo: 0, outcome: .relaxed)
        + (0..<20).map { _ in Self.search("of nobody", nil) } + (0..<20).map { _ in Self.search("of one", 1) })
    try await store.write(asked("of robots", by: 9, daysAgo: 0), sender: .robot)
    #expect(try await store.log.rollUp(now: Self.now))
    let popular = try await store.log.popularQueries(now: Self.now, limit: 10)
    #expect(popular.map(\.text) == ["new", "old"])
    #expect(popular.map { ($0.weight * 1000).rounded() } == [5000, 2000])
    #expect(try await store.log.popularQueries(now: Self.now, limit: 1).map(\.text) == ["new"])
  }

  @Test("5: a server without room is away, and refuses nothing", .timeLimit(.minutes(5)))
  func diskFull() async throws {
    let store = try await Store()
    try await store.pool.execute(
      """
      CREATE FUNCTION behaviour.no_room() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
      """)
    try await store.pool.execute(
      "CREATE TRIGGER no_room BEFORE INSERT ON behaviour.search FOR EACH ROW EXECUTE FUNCTION behaviour.no_room()")
    // Rows for a store that is away are written later (SearchLog.flush); refused rows would be dropped.
    await #expect(throws: DependencyUnavailable.self) { try await store.write([Self.search("lamp", 1)]) }
    try await store.pool.execute("DROP TRIGGER no_room ON behaviour.search")
    try await store.write([Self.search("lamp", 1)])
  }

  @Test("6: successful searches that followed", .timeLimit(.minutes(5)))
  func thenFound() async throws {
    let store = try await Store()
    var searches: [LoggedSearch] = []
    for visitor in 0..<4 {
      searches.append(Self.search("settee", visitor, minute: 10, outcome: visitor == 0 ? .relaxed : .nothing))
      searches.append(Self.search("sette", visitor, minute: 12, outcome: .nothing))
      searches.append(Self.search(visitor == 3 ? "armchair" : "sofa", visitor, minute: 15))
      searches.append(Self.search("lamp", visitor, minute: 40))
    }
    // One visitor alone, or too late.
    searches += [Self.search("settee", 9, minute: 10, outcome: .nothing), Self.search("zebra", 9, minute: 11)]
    searches += [5, 6].flatMap {
      [Self.search("hammock", $0, minute: 10, outcome: .nothing), Self.search("sofa", $0, minute: 21)]
    }
    try await store.write(searches)
    #expect(try await store.log.rollUp(now: Self.now))
    let report = try await store.log.report(days: 1, now: Self.now, limit: 10)
    #expect(report.unanswered.map(\.text) == ["settee", "sette", "hammock"])
    #expect(report.unanswered.map(\.figures.foundNothing) == [4, 4, 2])
    #expect(report.unanswered.map(\.thenFound) == [["sofa"], ["sofa"], []])
  }

  @Test("7: seldom clicked", .timeLimit(.minutes(5)))
  func seldomClicked() async throws {
    let store = try await Store()
    let asked = [
      ("good", 60, 40), ("bad", 60, 3), ("worse", 100, 2), ("perhaps", 20, 6), ("too few", 9, 0), ("nothing", 50, 0),
    ]
    var visitor = 0
    var searches: [(search: LoggedSearch, isClicked: Bool)] = []
    for (query, count, clicked) in asked {
      for index in 0..<count {
        visitor += 1
        let search = Self.search(query, visitor, outcome: query == "nothing" ? .nothing : .found)
        searches.append((search, index < clicked))
      }
    }
    try await store.write(searches.map(\.search))
    try await store.write(searches.filter(\.isClicked).map { Self.click($0.search, 1) })
    #expect(try await store.log.rollUp(now: Self.now))
    let report = try await store.log.report(days: 7, now: Self.now, limit: 10)
    let usual = try #require(report.totals.clickThrough)
    func upperEnd(_ clicked: Int, of count: Int) -> Double {
      let (n, p, z) = (Double(count), Double(clicked) / Double(count), 1.96)
      return (p + z * z / (2 * n) + z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()) / (1 + z * z / n)
    }
    let wanted = asked.filter { query, count, clicked in
      count >= 10 && query != "nothing" && upperEnd(clicked, of: count) < usual
    }.sorted { usual * Double($0.1) - Double($0.2) > usual * Double($1.1) - Double($1.2) }
    #expect(report.seldomClicked.map(\.text) == wanted.map(\.0) && wanted.map(\.0) == ["worse", "bad"])
  }

  @Test("8: one process counts", .timeLimit(.minutes(5)))
  func oneCounts() async throws {
    let store = try await Store()
    try await store.write([Self.search("lamp", 1)])
    try await store.pool.withTransaction { connection in
      _ = try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('vitrine search log', 0))")
      #expect(try await !store.log.rollUp(now: Self.now))
    }
    #expect(try await store.count("search_day") == 0)
    #expect(try await store.log.rollUp(now: Self.now))
    #expect(try await store.count("search_day") == 1)
  }
}

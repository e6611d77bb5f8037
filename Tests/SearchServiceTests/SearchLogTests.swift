// The log in memory, over a store that says what it was given:
// 1. What looks like an e-mail address, a telephone's or a card's number is not in a query that is kept; sizes, models,
//    EANs and prices are.
// 2. A store that is away loses nothing up to the capacity; what is over it is counted as dropped; a store that refuses
//    does not hold up what comes after.
// 3. A click whose search is not there yet is tried again, and dropped after five times.
// 4. Popular queries are completed from their beginning, in any case, the weightier first, at most as many as asked for:
//    as a plain reading of the list does (random lists, seed printed).
// 5. What is taken in before the log is told to end is written.
// 6. Rows that the store can never keep, however many and wherever they stand among others, are set aside, counted and at
//    most 100 of them kept; every other row is written (random places, seed printed); a store that goes away meanwhile
//    loses none.
// 7. One sender, however much it sends, leaves the others their room, while the store is away too.
import Catalog
import Ports
import Telemetry
import TestSupport
import Testing
import Threading
import Understanding

@testable import SearchService

@Suite struct SearchLogTests {
  @Test("1: private text")
  func privateText() {
    for (typed, kept) in [
      ("jane.doe@example.com", "[email]"), ("dress for jane@x.co.uk please", "dress for [email] please"),
      ("4111 1111 1111 1111", "[card]"), ("4111111111111111 visa", "[card] visa"), ("3782-822463-10005", "[card]"),
      ("call +44 20 7946 0958", "call [phone]"), ("+442079460958", "[phone]"),
    ] {
      #expect(PrivateText.masked(typed) == kept, "\(typed)")
    }
    for typed in [
      "4006381333931", "04006381333931", "dv7-1211ea", "006r90321", "15.6 in", "£20-40", "+4", "red @ home", "@home",
      "1234 5678 9012 3456", "iphone 15 128 gb", "", "2 x 1000 1000 1000 1000", "usb (10)",
    ] {
      #expect(PrivateText.masked(typed) == typed, "\(typed)")
    }
  }

  private struct Clock: WallClock {
    func now() -> Timestamp { Timestamp("2026-11-23T12:00:00Z")! }
  }

  private final class Store: SearchLogStore {
    struct State {
      var searches: [LoggedSearch] = []
      var clicks: [SearchClick] = []
      var known: Set<SearchID> = []
      var clickTries = 0
      var failure: (any Error)?
      /// What no store can keep: queries of this beginning, products of this number and more.
      var unusableQuery = "\u{0}"
      var unusableProduct = Int64.max
      /// Writes until the store goes away.
      var writesLeft = Int.max
    }
    let state = Guarded(State())

    func write(_ searches: [LoggedSearch]) async throws {
      try state.withLock { state in
        if let failure = state.failure { throw failure }
        try Self.countDown(&state)
        if searches.contains(where: { $0.query.hasPrefix(state.unusableQuery) }) {
          throw UnusableRows(reason: "a test")
        }
        state.searches += searches
        state.known.formUnion(searches.map(\.id))
      }
    }
    func write(_ clicks: [SearchClick]) async throws -> [SearchClick] {
      try state.withLock { state in
        if let failure = state.failure { throw failure }
        try Self.countDown(&state)
        if clicks.contains(where: { $0.product.rawValue >= state.unusableProduct }) {
          throw UnusableRows(reason: "a test")
        }
        state.clickTries += clicks.isEmpty ? 0 : 1
        state.clicks += clicks.filter { state.known.contains($0.search) }
        return clicks.filter { !state.known.contains($0.search) }
      }
    }
    private static func countDown(_ state: inout State) throws {
      guard state.writesLeft > 0 else { throw DependencyUnavailable(dependency: "Postgres", reason: "it is down") }
      state.writesLeft -= 1
    }
    func rollUp(now: Timestamp) async throws -> Bool { true }
    func forget(now: Timestamp, searchDays: Int, countDays: Int) async throws {}
    func popularQueries(now: Timestamp, limit: Int) async throws -> [PopularQuery] {
      ["red lamp", "rude lamp"].map { PopularQuery(text: $0, weight: 1) }
    }
    func report(days: Int, now: Timestamp, limit: Int) async throws -> SearchReport {
      SearchReport(days: days, countedAt: now, before: .init(), byDay: [])
    }
  }

  private func page(_ text: String) -> SearchPage {
    SearchPage(
      input: SearchInput(text: text), plan: .init(text: text), typedText: text,
      total: .init(value: 0, isExact: true), products: [], facets: [], degraded: [], tookMilliseconds: 0)
  }

  private func log(_ store: Store, _ metrics: MetricsRegistry, capacity: Int = 100) -> SearchLog {
    var options = SearchLog.Options()
    options.capacity = capacity
    return SearchLog(store: store, clock: Clock(), options: options, metrics: metrics)
  }

  private func dropped(_ kind: String, _ metrics: MetricsRegistry) -> String? {
    counted("vitrine_query_log_dropped_total", kind, metrics)
  }

  private func counted(_ name: String, _ kind: String, _ metrics: MetricsRegistry) -> String? {
    metrics.exposition().split(separator: "\n").first { $0.hasPrefix("\(name){kind=\"\(kind)\"}") }
      .map { String($0.split(separator: " ")[1]) }
  }

  @Test("6: rows that cannot be kept")
  func unusable() async throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededGenerator(seed: seed)
    for share in [0.0, 0.002, 0.05, 0.5, 1] {
      let (store, metrics) = (Store(), MetricsRegistry())
      let log = log(store, metrics, capacity: 1_000)
      store.state.withLock {
        $0.unusableQuery = "bad"
        $0.unusableProduct = 1_000
      }
      var (good, bad): ([String], Int) = ([], 0)
      var (goodClicks, badClicks): ([Int64], Int) = ([], 0)
      for number in 0..<700 {
        let isBad = Double.random(in: 0..<1, using: &random) < share
        let search = try #require(
          log.record(page("\(isBad ? "bad" : "good") \(number)"), by: Searcher(visitor: .random())))
        if isBad { bad += 1 } else { good.append("good \(number)") }
        let isBadClick = Double.random(in: 0..<1, using: &random) < share
        _ = log.record(clicks: [(search, ProductID(rawValue: isBadClick ? 1_000 : Int64(number)))], by: Searcher())
        // A click on a search that was set aside waits for it, and is no loss of this test's.
        if isBadClick { badClicks += 1 } else if !isBad { goodClicks.append(Int64(number)) }
      }
      // The store goes away and comes back, again and again.
      for _ in 0..<2_000 {
        store.state.withLock { $0.writesLeft = Int.random(in: 0...5, using: &random) }
        do { try await log.flush() } catch is DependencyUnavailable { continue }
        break
      }
      store.state.withLock { $0.writesLeft = .max }
      for _ in 0..<10 { try await log.flush() }
      #expect(store.state.withLock { $0.searches.map(\.query) } == good, "seed \(seed), share \(share)")
      #expect(Set(store.state.withLock { $0.clicks.map(\.product.rawValue) }) == Set(goodClicks), "seed \(seed)")
      #expect(counted("vitrine_query_log_unusable_total", "search", metrics) == "\(bad)", "seed \(seed)")
      #expect(counted("vitrine_query_log_unusable_total", "click", metrics) == "\(badClicks)", "seed \(seed)")
      #expect(log.setAside.count == min(100, bad + badClicks))
      for row in log.setAside { if case .search(let search) = row.row { #expect(search.visitor == nil) } }
    }
  }

  @Test("2: a store that is away")
  func away() async throws {
    let (store, metrics) = (Store(), MetricsRegistry())
    let log = log(store, metrics, capacity: 5)
    store.state.withLock { $0.failure = DependencyUnavailable(dependency: "Postgres", reason: "it is down") }
    #expect(log.record(page(""), by: Searcher()) == nil)
    for number in 0..<3 { #expect(log.record(page("Lamp \(number)"), by: Searcher()) != nil) }
    await #expect(throws: DependencyUnavailable.self) { try await log.flush() }
    for number in 3..<8 { #expect((log.record(page("Lamp \(number)"), by: Searcher()) != nil) == (number < 5)) }
    #expect(dropped("search", metrics) == "3")
    store.state.withLock { $0.failure = nil }
    try await log.flush()
    try await log.flush()
    #expect(store.state.withLock { $0.searches.map(\.query) } == (0..<5).map { "lamp \($0)" })

    struct Refused: Error {}
    store.state.withLock { $0.failure = Refused() }
    _ = log.record(page("refused"), by: Searcher())
    await #expect(throws: Refused.self) { try await log.flush() }
    #expect(dropped("search", metrics) == "4")
    store.state.withLock { $0.failure = nil }
    _ = log.record(page("after"), by: Searcher())
    try await log.flush()
    #expect(store.state.withLock { $0.searches.map(\.query) }.suffix(2) == ["lamp 4", "after"])
  }

  @Test("3: early clicks")
  func earlyClicks() async throws {
    let (store, metrics) = (Store(), MetricsRegistry())
    let log = log(store, metrics, capacity: 3)
    let (early, never) = (SearchID.random(), SearchID.random())
    let product = ProductID(rawValue: 7)
    #expect(log.record(clicks: [(early, product), (never, product)], by: Searcher()) == 2)
    #expect(log.record(clicks: [(early, product), (early, product)], by: Searcher()) == 1)
    #expect(dropped("click", metrics) == "1")
    try await log.flush()
    try await log.flush()
    #expect(store.state.withLock { $0.clicks.isEmpty })
    store.state.withLock { _ = $0.known.insert(early) }
    for _ in 0..<9 { try await log.flush() }
    #expect(store.state.withLock { $0.clicks.map(\.search) } == [early, early])
    #expect(store.state.withLock { $0.clickTries } == 5)
    #expect(dropped("click", metrics) == "2")
  }

  @Test("4: completing")
  func completing() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("SearchLogTests.completing seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let letters = Array("abé z")
    for size in [0, 1, 2, 50, 400] {
      var texts: Set<String> = []
      while texts.count < size {
        texts.insert(
          String((0..<Int.random(in: 1...9, using: &random)).map { _ in letters.randomElement(using: &random)! }))
      }
      let queries = texts.sorted().map { PopularQuery(text: $0, weight: Double(Int.random(in: 1...9, using: &random))) }
      let list = PopularQueryList()
      list.replace(by: queries.shuffled(using: &random))
      for beginning in ["", "a", "A", "ab", "É", "z ", "zz", "q"] + texts.sorted().prefix(20) {
        let wanted = queries.filter { $0.text.hasPrefix(beginning.lowercased()) }
          .sorted { $0.weight == $1.weight ? $0.text < $1.text : $0.weight > $1.weight }.prefix(4).map(\.text)
        #expect(await list.queries(startingWith: beginning, limit: 4) == wanted, "seed \(seed), \(beginning)")
      }
    }
  }

  @Test("4: what may not be suggested", .timeLimit(.minutes(1)))
  func unsuggested() async throws {
    var options = SearchLog.Options()
    options.maySuggest = { !$0.contains("rude") }
    let log = SearchLog(store: Store(), clock: Clock(), options: options, metrics: MetricsRegistry())
    try await log.tend()
    #expect(await log.popular.queries(startingWith: "r", limit: 4) == ["red lamp"])
  }

  @Test("7: one sender among others")
  func shares() async throws {
    let (store, metrics) = (Store(), MetricsRegistry())
    let log = log(store, metrics, capacity: 100)
    func searcher(_ number: UInt8) -> Searcher { Searcher(sender: [4, 192, 0, 2, number]) }
    store.state.withLock { $0.failure = DependencyUnavailable(dependency: "Postgres", reason: "it is down") }
    let clicks = Array(repeating: (search: SearchID.random(), product: ProductID(rawValue: 1)), count: 100)
    for round in 0..<5 {
      for number in 0..<1_000 { _ = log.record(page("flood \(round) \(number)"), by: searcher(0)) }
      #expect(log.record(clicks: clicks, by: searcher(0)) == (round == 0 ? 5 : 0))
      #expect(log.record(page("lamp \(round)"), by: searcher(UInt8(round + 1))) != nil)
      #expect(log.record(clicks: Array(clicks.prefix(2)), by: searcher(UInt8(round + 1))) == 2)
      await #expect(throws: DependencyUnavailable.self) { try await log.flush() }
    }
    store.state.withLock { $0.failure = nil }
    try await log.flush()
    let kept = store.state.withLock { $0.searches.map(\.query) }
    #expect(kept.filter { $0.hasPrefix("lamp") } == (0..<5).map { "lamp \($0)" } && kept.count == 10)
    #expect(log.record(page("flood"), by: searcher(0)) != nil, "what was written takes no room")
  }

  @Test("7: clicks that wait for their search take their sender's room")
  func sharesOfWaiting() async throws {
    let log = log(Store(), MetricsRegistry(), capacity: 100)
    func clicks() -> [(search: SearchID, product: ProductID)] {
      (0..<10).map { _ in (search: SearchID.random(), product: ProductID(rawValue: 1)) }
    }
    #expect(log.record(clicks: clicks(), by: Searcher(sender: [1])) == 5)
    for _ in 0..<3 {
      try await log.flush()
      #expect(log.record(clicks: clicks(), by: Searcher(sender: [1])) == 0)
    }
    #expect(log.record(clicks: clicks(), by: Searcher(sender: [2])) == 5)
  }

  @Test("5: the end", .timeLimit(.minutes(1)))
  func end() async throws {
    let (store, metrics) = (Store(), MetricsRegistry())
    let log = log(store, metrics)
    let running = Task { await log.run(logger: Logger(label: "test", sink: NullSink())) }
    running.cancel()
    for number in 0..<3 { _ = log.record(page("lamp \(number)"), by: Searcher()) }
    await running.value
    try await log.flush()
    #expect(store.state.withLock { Set($0.searches.map(\.query)) } == ["lamp 0", "lamp 1", "lamp 2"])
  }
}

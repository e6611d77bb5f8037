// The log in memory, over a store that says what it was given:
// 1. What looks like an e-mail address, a telephone's or a card's number is not in a query that is kept; sizes, models,
//    EANs and prices are.
// 2. A search becomes an event with its words, outcome, places and searcher; one without words, or without room, none.
// 4. Popular queries are completed from their beginning, in any case, the weightier first, at most as many as asked for:
//    as a plain reading of the list does (random lists, seed printed).
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

  private struct Store: SearchLogStore {
    func rollUp(now: Timestamp) async throws -> Bool { true }
    func forget(now: Timestamp, searchDays: Int, countDays: Int) async throws {}
    func popularQueries(now: Timestamp, limit: Int) async throws -> [PopularQuery] {
      ["red lamp", "rude lamp"].map { PopularQuery(text: $0, weight: 1) }
    }
    func report(days: Int, now: Timestamp, limit: Int) async throws -> SearchReport {
      SearchReport(days: days, countedAt: now, before: .init(), byDay: [])
    }
  }

  private final class Recorder: EventRecorder {
    struct State {
      var events: [(event: ShopEvent, sender: [UInt8])] = []
      var isFull = false
    }
    let state = Guarded(State())

    func note(_ events: [ShopEvent], from sender: [UInt8]) -> Bool {
      state.withLock { state in
        guard !state.isFull else { return false }
        state.events += events.map { ($0, sender) }
        return true
      }
    }
    func settle() async throws {}
  }

  private func page(_ text: String) -> SearchPage {
    SearchPage(
      input: SearchInput(text: text), plan: .init(text: text), typedText: text,
      total: .init(value: 0, isExact: true), products: [], facets: [], degraded: [], tookMilliseconds: 0)
  }

  @Test("2: a search becomes an event")
  func event() throws {
    let recorder = Recorder()
    let log = SearchLog(store: Store(), events: recorder, clock: Clock())
    let visitor = VisitorID.random()
    let id = try #require(
      log.record(page("Lamp for ME@example.com"), by: Searcher(visitor: visitor, range: [4, 1], sender: [4, 1, 2])))
    #expect(log.record(page(""), by: Searcher()) == nil)
    let (event, sender) = try #require(recorder.state.withLock { $0.events.first })
    #expect(sender == [4, 1, 2] && event.network == [4, 1] && event.actor == .person(.visitor(visitor)))
    guard case .search(let search) = event.content else { Issue.record("\(event)"); return }
    #expect(
      search.id == id && search.query == "lamp for [email]" && search.outcome == .nothing && search.firstRank == 1)
    recorder.state.withLock { $0.isFull = true }
    #expect(log.record(page("lamp"), by: Searcher()) == nil)
    #expect(recorder.state.withLock { $0.events.count } == 1)
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
    let log = SearchLog(store: Store(), events: Recorder(), clock: Clock(), options: options)
    try await log.tend()
    #expect(await log.popular.queries(startingWith: "r", limit: 4) == ["red lamp"])
  }
}

// 1. Counts of choices are in the words of the trade: the plural, acronyms as they are, no plural of a name in brackets.
// 2. Ranges of prices have the currency's sign, and an open end says so.
// 3. A page on a bad address names no field of the API; other problems keep their own words.
// 4. Times are to the minute, and dates have the month's name.
// 5. Every order has a label of its own.
// 6. Tables for staff: times without seconds, lengths of time, three digits of a figure, schedules in words.
import Catalog
import HTTPServer
import SearchService
import Testing

@testable import Web

@Suite struct ShopWordsTests {
  @Test(
    "1: counts",
    arguments: [
      (6, "Size", "6 sizes"), (3, "Colour", "3 colours"), (1, "Colour", "1 colour"), (2, "Capacity", "2 capacities"),
      (4, "Key", "4 keys"), (2, "Finish", "2 finishes"), (5, "USB ports", "5 USB ports"), (2, "Glass", "2 glasses"),
      (2, "Box", "2 boxes"), (3, "Size (UK)", "3 sizes"),
      (8, "Shoe size (UK)", "8 shoe sizes"), (1, "Shoe size (UK)", "1 shoe size"), (3, "Storage", "3 storage sizes"),
      (2, "Memory", "2 memory sizes"), (2, "Main memory", "2 main memory sizes"), (2, "(UK)", "2 choices of (UK)"),
      (2, "Length 2", "2 choices of Length 2"),
      (2, "", "2 choices of "), (2, "Ärmellänge", "2 ärmellänges"),
    ])
  func counts(count: Int, name: String, text: String) { #expect(ShopWords.count(count, of: name) == text) }

  @Test("2: prices")
  func prices() throws {
    #expect(ShopWords.prices(120_000, 180_000, .gbp) == "£1,200 to £1,800")
    #expect(ShopWords.prices(nil, 4_999, .gbp) == "up to £49.99")
    #expect(ShopWords.prices(1_000, nil, try #require(Currency(code: "EUR"))) == "from €10")
  }

  private enum Code: String, Problem.Code {
    case bad, missing
    var code: String { rawValue }
    var status: HTTPStatus { self == .bad ? .badRequest : .notFound }
    var title: String { "A title" }
  }

  @Test("3: problems", arguments: ["page", "cursor", "q", "sort", nil])
  func problems(parameter: String?) {
    let problem = Problem(
      Code.bad, detail: "page: reaches past result 10000; follow `next_cursor`",
      extensions: parameter.map { ["parameter": .string($0)] } ?? [:])
    let message = ShopWords.message(of: problem)
    #expect(!(message.title + message.text).contains("next_cursor") && !message.text.isEmpty)
    #expect(ShopWords.message(of: Problem(Code.missing, detail: "It is gone.")).text == "It is gone.")
  }

  @Test("4: times")
  func times() throws {
    #expect(ShopWords.time(try #require(Timestamp("2026-11-30T14:05:09.123456Z"))) == "30 November 2026, 14:05 UTC")
    #expect(ShopWords.date("2026-01-02") == "2 January 2026")
    #expect(ShopWords.date("soon") == "soon" && ShopWords.date("2026-13-02") == "2026-13-02")
  }

  @Test("6: tables")
  func tables() throws {
    let now = try #require(Timestamp("2026-12-01T03:30:00Z"))
    #expect(ShopWords.shortTime(now, now: now) == "1 Dec, 03:30")
    #expect(ShopWords.shortTime(try #require(Timestamp("2025-06-09T23:59:59.9Z")), now: now) == "9 Jun 2025, 23:59")
    let lengths: [(Duration, String)] = [
      (.milliseconds(400), "0.4 s"), (.seconds(3), "3 s"), (.seconds(12), "12 s"), (.seconds(185), "3 min 5 s"),
      (.seconds(7_440), "2 h 4 min"), (.seconds(-5), "0 s"),
    ]
    for (length, text) in lengths { #expect(ShopWords.duration(length) == text) }
    let figures: [(Double, String)] = [
      (0.25583320453061326, "0.256"), (1_372.4, "1,372"), (18.23, "18.2"), (3.141_59, "3.14"), (12, "12"), (0, "0"),
      (-1_234_567, "-1,234,567"), (.nan, "none"), (999, "999"),
    ]
    for (figure, text) in figures { #expect(ShopWords.figure(figure) == text) }
    let schedules = [
      "30 3 * * *": "daily at 03:30", "5 * * * *": "hourly at minute 5", "*/15 * * * *": "every 15 minutes",
      "* * * * *": "every minute", "0 12 * * 7": "Sundays at 12:00", "0 6 1 * *": "monthly on day 1 at 06:00",
      "@daily": "daily", "0 3 1 1 *": "0 3 1 1 *", "0 9 * * mon-fri": "0 9 * * mon-fri", "0 9 * * 9": "0 9 * * 9",
    ]
    for (schedule, text) in schedules { #expect(ShopWords.schedule(schedule) == text) }
  }

  @Test("5: orders")
  func orders() {
    #expect(Set(SearchSort.allCases.map(\.label)).count == SearchSort.allCases.count)
    #expect(SearchSort.discount.label == "Biggest discount")
  }
}

// 1. Counts of choices are in the words of the trade: the plural, acronyms as they are, no plural of a name in brackets.
// 2. Ranges of prices have the currency's sign, and an open end says so.
// 3. A page on a bad address names no field of the API; other problems keep their own words.
// 4. Times are to the minute, and dates have the month's name.
// 5. Every order has a label of its own.
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
      (2, "Box", "2 boxes"), (3, "Size (UK)", "3 choices of Size (UK)"), (2, "Length 2", "2 choices of Length 2"),
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

  @Test("5: orders")
  func orders() {
    #expect(Set(SearchSort.allCases.map(\.label)).count == SearchSort.allCases.count)
    #expect(SearchSort.discount.label == "Biggest discount")
  }
}

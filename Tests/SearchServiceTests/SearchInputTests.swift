// 1. What is out of bounds is refused by the parameter's name: long queries, many filters, far pages, negative prices,
//    unknown sorts and parameters, malformed filters. Empty values are as good as absent.
// 2. parameters() of any input reads back as the same input (random inputs, seed printed).
// 3. Toggling a value twice gives the first page of the input again; a second category, price or rating replaces the
//    first; a value replaces its attribute's range.
import Catalog
import SearchService
import TestSupport
import Testing

@Suite struct SearchInputTests {
  private static func parse(_ parameters: [(String, String)]) throws(InvalidInput) -> SearchInput {
    try SearchInput(parameters: parameters.map { (name: $0.0, value: $0.1) })
  }

  private static func refusal(_ parameters: [(String, String)]) -> InvalidInput? {
    do {
      _ = try parse(parameters)
      return nil
    } catch {
      return error
    }
  }

  @Test("1: what is refused, and by which name")
  func refused() {
    let cases: [(parameters: [(String, String)], culprit: String)] = [
      ([("q", String(repeating: "x", count: 10_000))], "q"), ([("q", String(repeating: "é", count: 301))], "q"),
      ((0..<400).map { ("filter", "colour:\($0)") }, "filter"), ([("page", "1000000000")], "page"),
      ([("page", "99999999999999999999")], "page"), ([("page", "0")], "page"), ([("page", "-1")], "page"),
      ([("page", "1.5")], "page"), ([("page", "two")], "page"), ([("page", "417")], "page"),
      ([("page", "101"), ("page_size", "100")], "page"), ([("page_size", "0")], "page_size"),
      ([("page_size", "101")], "page_size"), ([("price_min", "-1")], "price_min"), ([("price_max", "x")], "price_max"),
      ([("price_min", "1.234")], "price_min"), ([("price_min", "99999999999999999999")], "price_min"),
      ([("price_min", "NaN")], "price_min"), ([("sort", "cheapest")], "sort"), ([("sort", "RELEVANCE")], "sort"),
      ([("colour", "Red")], "colour"), ([("exact", "yes")], "exact"), ([("Q", "x")], "Q"),
      ([(String(repeating: "n", count: 500), "x")], String(repeating: "n", count: 40)),
      ([("filter", "colour")], "filter"), ([("filter", ":Red")], "filter"), ([("filter", "Colour:Red")], "filter"),
      ([("filter", "colour:")], "filter"), ([("filter", "colour:" + String(repeating: "x", count: 201))], "filter"),
      ([("filter", String(repeating: "c", count: 65) + ":x")], "filter"), ([("filter", "category:shoes")], "filter"),
      ([("filter", "category:-1")], "filter"), ([("filter", "category:99999999999999999999")], "filter"),
      ([("filter", "price:10")], "filter"), ([("filter", "price:..")], "filter"),
      ([("filter", "price:-5..10")], "filter"), ([("filter", "rating:6")], "filter"),
      ([("filter", "rating:nan")], "filter"), ([("filter", "stock:no")], "filter"),
      ([("filter", "reduced:1")], "filter"), ([("filter", "price:20..10")], "price"),
      ([("price_min", "20"), ("price_max", "10")], "price"),
    ]
    for (parameters, culprit) in cases {
      let error = Self.refusal(parameters)
      #expect(error?.parameter == culprit, "\(parameters.first!)")
      #expect(error.map { !$0.reason.isEmpty && $0.reason.utf8.count < 200 } == true)
    }
  }

  @Test("1: what is taken")
  func taken() throws {
    #expect(try Self.parse([]) == SearchInput())
    #expect(
      try Self.parse(["q", "filter", "sort", "page", "page_size", "price_min", "price_max", "other"].map { ($0, "") })
        == SearchInput())
    #expect(try Self.parse([("page", "416")]).page == 416)
    #expect(try Self.parse([("exact", "true")]).isExact && !Self.parse([("exact", "false")]).isExact)
    #expect(try Self.parse([("q", String(repeating: "é", count: 300))]).text.count == 300)
    let input = try Self.parse([
      ("filter", "colour:Red"), ("filter", "brand:A:B"), ("filter", "colour:Blue"), ("filter", "screen_size:13..16.5"),
      ("filter", "range:a..b"), ("filter", "category:1"), ("filter", "category:12"), ("price_min", "12"),
      ("price_max", "12.5"), ("filter", "stock:yes"), ("filter", "reduced:yes"), ("filter", "rating:4"),
      ("filter", "colour:Red"),
    ])
    #expect(
      input.filters == [
        .attribute(code: "colour", values: ["Red", "Blue"]), .brand(["A:B"]),
        .attributeRange(code: "screen_size", lower: 13, upper: 16.5), .attribute(code: "range", values: ["a..b"]),
        .category(CategoryID(12)), .inStock, .reduced, .minimumRating(4), .price(lower: 1200, upper: 1250),
      ])
  }

  @Test("2: there and back")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let input = Self.randomInput(&random)
      let parameters = input.parameters(currency: .gbp)
      #expect(try SearchInput(parameters: parameters, currency: .gbp) == input, "seed \(seed)")
    }
  }

  private static func randomInput(_ random: inout SeededGenerator) -> SearchInput {
    func text(_ lengths: ClosedRange<Int>) -> String {
      let letters = Array("abcXYZ 0129:=&?%+#|\\\"'<>/..,éß漢😀")
      return String((0..<Int.random(in: lengths, using: &random)).map { _ in letters.randomElement(using: &random)! })
    }
    func values() -> [String] {
      var seen: Set<String> = []
      // A value with dots and numbers around them is a range; others are values.
      return (0..<Int.random(in: 1...4, using: &random)).map { _ in "v" + text(0...20) }.filter {
        seen.insert($0).inserted
      }
    }
    func bounds<Number>(_ low: Number, _ high: Number) -> (Number?, Number?) {
      [(low, high), (low, nil), (nil, high)].randomElement(using: &random)!
    }
    var input = SearchInput(text: text(0...30))
    let prices = [Int64.random(in: 0...1_000_000, using: &random), Int64.random(in: 0...1_000_000, using: &random)]
    let (lower, upper) = bounds(prices.min()!, prices.max()!)
    let (least, most) = bounds(Double.random(in: -1e6...0, using: &random), Double.random(in: 0...1e21, using: &random))
    let candidates: [SearchFilter] = [
      .category(CategoryID(Int64.random(in: 1...Int64.max, using: &random))), .brand(values()),
      .price(lower: lower, upper: upper), .inStock, .reduced,
      .minimumRating([0, 1, 3.5, 4, 4.123456, 5].randomElement(using: &random)!),
      .attribute(code: "colour", values: values()), .attribute(code: "size_2", values: values()),
      .attributeRange(code: "weight", lower: least, upper: most),
    ]
    input.filters = candidates.shuffled(using: &random).filter { _ in Bool.random(using: &random) }
    input.sort = SearchSort.allCases.randomElement(using: &random)!
    input.pageSize = Int.random(in: 1...100, using: &random)
    input.page = Int.random(in: 1...100, using: &random)
    input.isExact = Bool.random(using: &random)
    return input
  }

  @Test("3: toggling")
  func toggling() {
    let input = SearchInput(text: "dress", sort: .newest, page: 7, pageSize: 48)
    var first = input
    first.page = 1
    for (code, value) in [
      ("colour", "Red"), ("brand", "A:B"), ("category", "3"), ("price", "10.00..20.00"), ("rating", "4"),
      ("stock", "yes"), ("weight", "1..2"),
    ] {
      let on = input.toggling(code, value, currency: .gbp)
      #expect(on.filters.count == 1 && on.page == 1 && on.sort == .newest && on.pageSize == 48 && on.text == "dress")
      #expect(on.toggling(code, value, currency: .gbp) == first)
    }
    func toggled(_ choices: [(String, String)]) -> [SearchFilter] {
      choices.reduce(SearchInput()) { $0.toggling($1.0, $1.1, currency: .gbp) }.filters
    }
    #expect(toggled([("category", "1"), ("category", "2")]) == [.category(CategoryID(2))])
    #expect(toggled([("price", "1..2"), ("price", "3..4")]) == [.price(lower: 300, upper: 400)])
    #expect(toggled([("rating", "2"), ("rating", "3")]) == [.minimumRating(3)])
    #expect(toggled([("colour", "Red"), ("colour", "Blue")]) == [.attribute(code: "colour", values: ["Red", "Blue"])])
    #expect(toggled([("weight", "1..2"), ("weight", "5")]) == [.attribute(code: "weight", values: ["5"])])
  }
}

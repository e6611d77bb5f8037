// Properties:
// 1. Money is read and written exactly, with the currency's digits; a text that is not a valid amount is refused.
// 2. Timestamps and days are read and written in ISO 8601, before 1970 too; a day that the calendar lacks is refused.
// 3. The tree gives paths from the root, children in order, and ends on broken data.
// 4. Audiences are read and written as codes; a discontinued product is searchable while there is stock.
// 5. Tokens of numbers sort like the numbers and are read back; zero has one token, whatever its sign.

import Catalog
import Testing

@Suite struct CatalogTests {
  @Test("5: tokens of numbers") func numberTokens() {
    let numbers = [
      -Double.greatestFiniteMagnitude, -1e9, -1.5, -1, -Double.leastNonzeroMagnitude, 0, 0.25, 1, 2, 1e300,
    ]
    let tokens = numbers.map { FacetToken.number(code: "weight", $0) }
    #expect(tokens == tokens.sorted() && Set(tokens).count == tokens.count)
    #expect(tokens.map { FacetToken.number(of: $0) } == numbers)
    #expect(FacetToken.number(code: "weight", -0.0) == FacetToken.number(code: "weight", 0.0))
  }

  @Test("1: money") func money() throws {
    let (pounds, yen, dinar) = (Currency.gbp, try #require(Currency(code: "JPY")), try #require(Currency(code: "KWD")))
    for (text, currency, minorUnits) in [
      ("12", pounds, 1200), ("12.3", pounds, 1230), ("12.34", pounds, 1234), ("-0.05", pounds, -5), ("1234", yen, 1234),
      ("1.234", dinar, 1234),
    ] as [(String, Currency, Int64)] {
      let money = try #require(Money(decimalText: text, currency: currency))
      #expect(money.minorUnits == minorUnits)
      #expect(Money(decimalText: money.decimalText, currency: currency) == money)
    }
    for text in ["", ".", "1.", ".5", "1.234", "1,2", "1e3", "--1", "99999999999999999999", "٣"] {
      #expect(Money(decimalText: text, currency: pounds) == nil, "\(text)")
    }
    #expect(Money(decimalText: "1.5", currency: yen) == nil)
    for (minorUnits, currency, decimal, shown, short) in [
      (0, pounds, "0.00", "£0.00", "£0"), (5, pounds, "0.05", "£0.05", "£0.05"),
      (-123_400, pounds, "-1234.00", "-£1,234.00", "-£1,234"), (7, yen, "7", "7 JPY", "7 JPY"),
      (1_000_000, yen, "1000000", "1,000,000 JPY", "1,000,000 JPY"), (1_000, dinar, "1.000", "1.000 KWD", "1 KWD"),
      (.min, dinar, "-9223372036854775.808", "-9,223,372,036,854,775.808 KWD", "-9,223,372,036,854,775.808 KWD"),
    ] as [(Int64, Currency, String, String, String)] {
      let money = Money(minorUnits: minorUnits, currency: currency)
      #expect([money.decimalText, money.displayText, money.shortText] == [decimal, shown, short])
    }
    #expect(Currency(code: "gbp") == nil && Currency(code: "GB") == nil && Currency(code: "POUND") == nil)
  }

  @Test("2: time") func time() throws {
    for text in [
      "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "2000-02-29T12:00:00.500Z", "2026-11-23T17:06:28Z",
    ] {
      #expect(try #require(Timestamp(text)).description == text)
    }
    #expect(Timestamp("2009-12-10") == Timestamp("2009-12-10T00:00:00Z"))
    #expect(Timestamp("1970-01-02")?.microsecondsSinceEpoch == 86_400_000_000)
    #expect(Timestamp("1969-12-31T23:59:59.999Z")?.millisecondsSinceEpoch == -1)
    for text in ["", "2026", "2026-13-01", "2026-02-29", "2026-01-01T25:00:00Z", "2026-01-01T10:00:00", "26-1-1"] {
      #expect(Timestamp(text) == nil, "\(text)")
    }
    for days in stride(from: Int64(-800_000), to: 800_000, by: 997) {
      let day = CalendarDay(daysSinceEpoch: days)
      guard (0...9999).contains(day.civil.year) else { continue }
      #expect(CalendarDay(day.description) == day)
    }
  }

  @Test("3: the tree") func tree() throws {
    func node(_ id: Int64, _ parent: Int64?, _ name: String, _ position: Int) -> CategoryTree.Node {
      .init(id: CategoryID(id), parent: parent.map { CategoryID($0) }, slug: name, name: name, position: position)
    }
    let tree = CategoryTree(nodes: [
      node(1, nil, "home", 1), node(2, nil, "office", 0), node(3, 1, "tables", 1), node(4, 1, "chairs", 0),
    ])
    #expect(tree.roots.map(\.name) == ["office", "home"])
    #expect(tree.children(of: CategoryID(1)).map(\.name) == ["chairs", "tables"])
    #expect(tree.path(to: CategoryID(4))?.names == ["home", "chairs"])
    #expect(tree.path(to: CategoryID(9)) == nil)
    #expect(tree.node(slug: "tables")?.id == CategoryID(3))
    let circle = CategoryTree(nodes: [node(1, 2, "a", 0), node(2, 1, "b", 0)])
    #expect(circle.path(to: CategoryID(1)) != nil)
  }

  @Test("4: audience and lifecycle") func visibility() {
    for audience in [Audience.shops, .companies, .everyone] { #expect(Audience(codes: audience.codes) == audience) }
    #expect(Audience(codes: ["b2c", "b2x"]) == nil)
    #expect(Lifecycle.listed.isSearchable(hasStock: false))
    #expect(Lifecycle.discontinued.isSearchable(hasStock: true))
    #expect(!Lifecycle.discontinued.isSearchable(hasStock: false))
    #expect(!Lifecycle.draft.isSearchable(hasStock: true) && !Lifecycle.hidden.isSearchable(hasStock: true))
  }
}

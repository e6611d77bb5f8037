// 1. The published sums come out: a mixed cart at 19 %, a discount, a surcharge, rounding by line and by unit, a discount
//    of ten pieces and its refund.
// 2. Lists count by currency, channel, contract, period and priority; rows by quantity and period, the pieces of all
//    lines of a variant together; a derived list adds its share and ending to its basis.
// 3. For random catalog rows the price of a book equals that of the catalog rows (seed printed).
// 4. A sale price counts below the regular one only; a floor raises what is below it, in the list's tax basis.
// 5. Beside a reduction stands the lowest price of the 30 days before it began, and the share from that price.
// 6. The price of a kilogram, litre or metre is that of the contents.
// 7. Tax view and region change the tax and the shown sum alone; rates have categories and periods; a part of a country
//    falls back to the country.
// 8. A quote has an id of its own and is honoured for its lifetime; the same input gives the same quote.
// 9. Bad input is refused with its reason.
// 10. Nothing personal can be given to a quote: the context has seven fields, none of them about a person.
import Catalog
import TestSupport
import Testing

@testable import Pricing

@Suite struct PriceQuoteTests {
  @Test("1: 549.00 + 3 × 59.95 + 6.49 at 19 % included are 617.93 net")
  func mixedCart() throws {
    let items = [Books.item(1, Books.row(54900)), Books.item(2, Books.row(5995)), Books.item(3, Books.row(649))]
    let cart = Books.lines([1: 1, 2: 3, 3: 1])
    let quoted = try quote(cart, in: Books.context(), by: try PriceBook(Books.contents(items)))
    #expect(quoted.gross == 73534)
    #expect(quoted.net == 61793)
    #expect(quoted.tax == 11741)
    #expect(quoted.lines.map(\.net).reduce(0, +) == 61793)
    #expect(quoted.taxes == [TaxTotal(rate: Books.share("19"), net: 61793, tax: 11741, gross: 73534)])
    // Rounded line by line it is a cent less: 461.34 + 151.13 + 5.45.
    let byLine = try quote(cart, in: Books.context(), by: try PriceBook(Books.contents(items, rounding: .line)))
    #expect(byLine.net == 61792)
  }

  @Test("1: 10.50 − 15 % = 8.93 and 164.02 + 2.6 % = 168.28, in a list and as a promotion")
  func shares() throws {
    let lists = [
      PriceList(code: .retail, currency: .eur, includesTax: true),
      PriceList(
        code: "acme", currency: .eur, includesTax: true, contract: "acme", priority: 1, basis: .retail,
        adjustment: Books.share("-15")),
      PriceList(
        code: "dear", currency: .eur, includesTax: true, contract: "dear", priority: 1, basis: .retail,
        adjustment: Books.share("2.6")),
    ]
    let items = [Books.item(1, Books.row(1050)), Books.item(2, Books.row(16402))]
    let book = try PriceBook(Books.contents(items, lists: lists))
    let acme = try quote(Books.lines([1: 1]), in: Books.context(contract: "acme"), by: book)
    #expect(acme.gross == 893)
    #expect(
      acme.lines[0].steps.prefix(2) == [
        .listed("acme", amount: 1050, minimumQuantity: 1), .adjusted(by: Books.share("-15"), to: 893),
      ])
    #expect(try quote(Books.lines([2: 1]), in: Books.context(contract: "dear"), by: book).gross == 16828)
    let off = [Books.promotion("p", .percentage(Books.share("15")))]
    let promoted = try PriceBook(Books.contents(items, promotions: off))
    #expect(try quote(Books.lines([1: 1]), in: Books.context(), by: promoted).gross == 893)
  }

  @Test(
    "1: 3 × 1.08 at 19 % are 3.86 by line and 3.87 by unit",
    arguments: zip([TaxRounding.line, .unit, .total], [Int64(386), 387, 386]))
  func rounding(_ rounding: TaxRounding, _ gross: Int64) throws {
    let contents = Books.contents([Books.item(1, Books.row(108))], gross: false, rounding: rounding)
    #expect(try quote(Books.lines([1: 3]), in: Books.context(), by: try PriceBook(contents)).gross == gross)
  }

  @Test("1: 10 × 23.90 with 20 %, −25 % = 179.25, and refunds give it back", arguments: TaxRounding.allCases)
  func refunds(_ rounding: TaxRounding) throws {
    let contents = Books.contents(
      [Books.item(1, Books.row(2390))], tax: "20", rounding: rounding,
      promotions: [Books.promotion("quarter", .percentage(Books.share("25")))])
    let quoted = try quote(Books.lines([1: 10]), in: Books.context(), by: try PriceBook(contents))
    #expect(quoted.gross == 17925)
    #expect(quoted.discount == 5975)
    #expect(quoted.refund(line: 0, pieces: 10) == Refund(net: quoted.net, tax: quoted.tax, gross: 17925))
    for parts in [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [3, 3, 4], [7, 2, 1], [9, 1]] as [[Int64]] {
      var sum = Refund(net: 0, tax: 0, gross: 0)
      var before: Int64 = 0
      for pieces in parts {
        let refund = try #require(quoted.refund(line: 0, pieces: pieces, returnedBefore: before))
        #expect(refund.net + refund.tax == refund.gross)
        sum = Refund(net: sum.net + refund.net, tax: sum.tax + refund.tax, gross: sum.gross + refund.gross)
        before += pieces
      }
      #expect(sum == Refund(net: quoted.net, tax: quoted.tax, gross: 17925), "\(parts)")
    }
    for (line, pieces, before) in [(0, 11, 0), (0, 1, 10), (0, 0, 0), (0, -1, 0), (1, 1, 0), (0, 1, -1), (0, .max, 1)]
      as [(Int, Int64, Int64)]
    {
      #expect(quoted.refund(line: line, pieces: pieces, returnedBefore: before) == nil)
    }
  }

  @Test("2: lists and rows")
  func lists() throws {
    let lists = [
      PriceList(code: .retail, currency: .eur, includesTax: true),
      PriceList(code: "store", currency: .eur, includesTax: true, channels: ["store"], priority: 5),
      PriceList(code: "acme", currency: .eur, includesTax: true, contract: "acme", priority: 10),
      PriceList(
        code: "past", currency: .eur, includesTax: true, priority: 20, validUntil: Timestamp("2026-11-01T00:00:00Z")!),
      PriceList(code: "usd", currency: .usd, includesTax: true, priority: 30),
      PriceList(
        code: "charm", currency: .eur, includesTax: true, contract: "charm", priority: 40, basis: .retail,
        adjustment: Books.share("-10"), ending: PriceEnding(last: 99, step: 100)),
    ]
    let item = Books.item(
      1, Books.row(1000), Books.row(950, from: 10), Books.row(900, from: 100), Books.row(990, list: "store"),
      Books.row(800, list: "acme", from: 5), Books.row(1, list: "past"),
      PriceRow(Price(list: "usd", amount: Money(minorUnits: 2, currency: .usd))))
    let book = try PriceBook(Books.contents([item], lists: lists))
    func unit(_ pieces: Int64, _ context: QuoteContext) throws -> Int64 {
      try quote(Books.lines([1: pieces]), in: context, by: book).lines[0].unitAmount
    }
    #expect(try [1, 9, 10, 99, 100, 5_000].map { try unit($0, Books.context()) } == [1000, 1000, 950, 950, 900, 900])
    #expect(try unit(1, Books.context(channel: "store")) == 990)
    #expect(try [4, 5].map { try unit($0, Books.context(contract: "acme")) } == [1000, 800])
    #expect(try unit(1, Books.context(contract: "charm")) == 899)
    #expect(try unit(1, Books.context(at: Timestamp("2026-10-31T23:59:59Z")!)) == 1)
    // Six and four pieces of a variant are ten.
    let parted = try quote(Books.lines([1: 6, 1: 4]), in: Books.context(), by: book)
    #expect(parted.lines.map(\.unitAmount) == [950, 950])
    #expect(parted.gross == 9500)
  }

  @Test("3: random catalog rows")
  func catalogRows() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var found = 0
    let moments: [Timestamp?] = [
      nil, Timestamp("2026-12-01T11:00:00Z")!, Books.now, Timestamp("2026-12-01T13:00:00Z")!,
    ]
    let lists = [
      PriceList(code: .retail, currency: .eur, includesTax: true),
      PriceList(code: "acme", currency: .eur, includesTax: true, contract: "acme", priority: 1),
    ]
    for _ in 0..<3_000 {
      let rows = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        let period = [moments.randomElement(using: &random)!, moments.randomElement(using: &random)!]
        let isOrdered = period[0].map { from in period[1].map { from < $0 } ?? true } ?? true
        return Price(
          list: [.retail, "acme"].randomElement(using: &random)!,
          amount: Books.money(Int64.random(in: 0...5, using: &random)),
          minimumQuantity: Int64.random(in: 1...4, using: &random), validFrom: isOrdered ? period[0] : nil,
          validUntil: isOrdered ? period[1] : nil)
      }
      let book = try PriceBook(
        Books.contents([PricedItem(variant: VariantID(1), rows: rows.map { PriceRow($0) })], lists: lists))
      let quantity = Int64.random(in: 1...4, using: &random)
      for contract in [nil, "acme"] as [ContractCode?] {
        let expected = quote(
          rows, lists: contract == nil ? [.retail] : ["acme", .retail], quantity: quantity, at: Books.now)
        let quoted = try? quote(Books.lines([1: quantity]), in: Books.context(contract: contract), by: book)
        #expect(quoted?.lines[0].unitAmount == expected?.amount.minorUnits, "seed \(seed): \(rows)")
        #expect(quoted?.lines[0].list == expected?.list)
        if expected != nil { found += 1 }
      }
    }
    #expect(found > 1_000, "seed \(seed)")
  }

  @Test("4: sale prices and floors")
  func salesAndFloors() throws {
    let sale = Books.item(1, Books.row(1000), Books.row(800, sale: true), Books.row(1200, from: 5))
    let dearer = Books.item(2, Books.row(1000), Books.row(1100, sale: true))
    let advertised = Books.item(
      3, Books.row(1000), floors: [PriceFloor(kind: .minimumAdvertised, amount: Books.money(1250), includesTax: true)])
    // 10.01 net with 19 % are 11.9119: 11.92, never 11.91.
    let legal = Books.item(
      4, Books.row(1000), floors: [PriceFloor(kind: .legal, amount: Books.money(1001), includesTax: false)])
    let foreign = Books.item(
      5, Books.row(1000),
      floors: [PriceFloor(kind: .legal, amount: Money(minorUnits: 9999, currency: .usd), includesTax: true)])
    let book = try PriceBook(Books.contents([sale, dearer, advertised, legal, foreign]))
    let quoted = try quote(Books.lines([1: 1, 2: 1, 3: 1, 4: 1, 5: 1]), in: Books.context(), by: book)
    #expect(quoted.lines.map(\.unitAmount) == [800, 1000, 1250, 1192, 1000])
    #expect(quoted.lines[0].steps.contains(.sale(to: 800)))
    #expect(quoted.lines[0].regularUnitAmount == 1000)
    #expect(quoted.lines[2].steps.contains(.raised(to: 1250, by: .minimumAdvertised)))
    #expect(quoted.lines[3].steps.contains(.raised(to: 1192, by: .legal)))
    // A promotion does not go below the floor either, and says so.
    let half = [Books.promotion("half", .percentage(Books.share("50")))]
    let held = try quote(
      Books.lines([3: 2, 4: 1]), in: Books.context(),
      by: try PriceBook(Books.contents([advertised, legal], promotions: half)))
    #expect(held.lines.map(\.payable) == [2500, 1192])
    #expect(held.lines[0].steps.contains(.held("half", by: .minimumAdvertised, refused: 1250)))
  }

  @Test("5: the lowest price of the 30 days before")
  func priorPrice() throws {
    func day(_ text: String) -> Timestamp { Timestamp(text)! }
    let history = [
      PastPrice(list: .retail, amount: Books.money(700), from: day("2026-09-01"), until: day("2026-10-20")),
      PastPrice(list: .retail, amount: Books.money(900), from: day("2026-10-20"), until: day("2026-11-10")),
      PastPrice(list: .retail, amount: Books.money(1000), from: day("2026-11-10"), until: day("2026-11-27")),
      PastPrice(list: "acme", amount: Books.money(1), from: day("2026-11-10")),
    ]
    let lists = [
      PriceList(code: .retail, currency: .eur, includesTax: true),
      PriceList(code: "acme", currency: .eur, includesTax: true, contract: "acme", priority: 1),
    ]
    var item = Books.item(1, Books.row(1000), Books.row(850, sale: true, since: day("2026-11-27")))
    item.history = history
    let quoted = try quote(
      Books.lines([1: 1]), in: Books.context(), by: try PriceBook(Books.contents([item], lists: lists)))
    // 30 days before 27 November is 28 October: 9.00 was charged then, 7.00 no more.
    #expect(quoted.lines[0].priorUnitAmount == 900)
    #expect(quoted.lines[0].announcedReduction == Share(partsPerMillion: 55_555))
    // A price that lasted until the first moment of the period does not count; one moment longer, it does.
    #expect(lowestPrice(history, list: .retail, before: day("2026-11-19"))?.minorUnits == 900)
    #expect(lowestPrice(history, list: .retail, before: day("2026-11-18T23:59:59.999999Z"))?.minorUnits == 700)
    #expect(lowestPrice(history, list: .retail, before: day("2026-08-01")) == nil)
    // No reduction against 9.00 is announced for a price of 9.50, though the row says "was 10.00".
    item.rows = [Books.row(1000), Books.row(950, sale: true, since: day("2026-11-27"))]
    let dear = try quote(
      Books.lines([1: 1]), in: Books.context(), by: try PriceBook(Books.contents([item], lists: lists)))
    #expect(dear.lines[0].priorUnitAmount == 900)
    #expect(dear.lines[0].announcedReduction == nil)
    // A promotion for everybody is a reduction; one for holders of a coupon is not.
    item.rows = [Books.row(1000)]
    let open = Books.promotion("open", .percentage(Books.share("20")), since: day("2026-11-27"))
    var closed = open
    closed.coupon = CouponCode("only")
    let coupons = [CouponFact(code: CouponCode("only")!, remainingUses: 1)]
    for (promotion, prior) in [(open, 900), (closed, nil)] as [(Promotion, Int64?)] {
      let book = try PriceBook(Books.contents([item], promotions: [promotion], lists: lists))
      let quoted = try quote(Books.lines([1: 1]), in: Books.context(coupons: coupons), by: book)
      #expect(quoted.gross == 800)
      #expect(quoted.lines[0].priorUnitAmount == prior)
    }
  }

  @Test("6: unit prices")
  func unitPrices() throws {
    var oil = Books.item(1, Books.row(399))
    oil.content = Content(quantity: 750, unit: .millilitre)
    var cable = Books.item(2, Books.row(1000))
    cable.content = Content(quantity: 2_500, unit: .millimetre)
    var tiles = Books.item(3, Books.row(1999))
    tiles.content = Content(quantity: 900, unit: .squareCentimetre)
    let book = try PriceBook(Books.contents([oil, cable, tiles]))
    let quoted = try quote(Books.lines([1: 2, 2: 1, 3: 1]), in: Books.context(), by: book)
    #expect(
      quoted.lines.map(\.measure) == [
        MeasurePrice(amount: 532, unit: "l"), MeasurePrice(amount: 400, unit: "m"),
        MeasurePrice(amount: 22211, unit: "m²"),
      ])
    #expect(Content(quantity: 0, unit: .gram) == nil)
  }

  @Test("7: tax views, regions, categories, periods")
  func taxes() throws {
    var contents = Books.contents([Books.item(1, Books.row(11900)), Books.item(2, Books.row(10700), tax: "reduced")])
    let cut = Timestamp("2020-07-01T00:00:00Z")!
    let end = Timestamp("2021-01-01T00:00:00Z")!
    contents.taxes = [
      Books.taxes("19", .line), Books.taxes("25", .line, region: TaxRegion("DK")!),
      TaxRules(
        region: TaxRegion("FR")!, rounding: .line,
        rates: [
          TaxRate(category: .standard, rate: Books.share("16"), validFrom: cut, validUntil: end),
          TaxRate(category: .standard, rate: Books.share("20"), validFrom: end),
        ]),
      Books.taxes("0", .line, region: TaxRegion("US")!),
      Books.taxes("8.875", .line, region: TaxRegion("US-NY")!),
    ]
    let book = try PriceBook(contents)
    let cart = Books.lines([1: 1, 2: 1])
    let german = try quote(cart, in: Books.context(), by: book)
    #expect(german.taxes.map(\.rate) == [Books.share("7"), Books.share("19")])
    #expect(german.taxes.map(\.net) == [10000, 10000])
    #expect(german.shown.minorUnits == 22600)
    let net = try quote(cart, in: Books.context(view: .excluded), by: book)
    #expect(net.shown.minorUnits == 20000)
    #expect(net.lines.map(\.gross) == german.lines.map(\.gross))
    // The price with tax is the same everywhere; the tax in it differs.
    let danish = try quote(cart, in: Books.context(region: TaxRegion("DK")!), by: book)
    #expect(danish.gross == german.gross && danish.lines[0].net == 9520)
    let one = Books.lines([1: 1])
    let french = TaxRegion("FR")!
    for (time, rate) in [(cut, "16"), (end, "20")] {
      #expect(try quote(one, in: Books.context(at: time, region: french), by: book).taxes[0].rate == Books.share(rate))
    }
    for (region, rate) in [("US-NY", "8.875"), ("US-OR", "0")] {
      let context = Books.context(region: TaxRegion(region)!)
      #expect(try quote(one, in: context, by: book).taxes[0].rate == Books.share(rate))
    }
    #expect(throws: QuoteRefusal.noTaxRules(TaxRegion("XX")!)) {
      try quote(one, in: Books.context(region: TaxRegion("XX")!), by: book)
    }
    #expect(throws: QuoteRefusal.noTaxRate(french, "reduced")) {
      try quote(Books.lines([2: 1]), in: Books.context(region: french), by: book)
    }
    for bad in ["de", "D", "DEU", "DE-", "DE-NYCX", "D1", ""] { #expect(TaxRegion(bad) == nil, "\(bad)") }
    #expect(TaxRegion("US-NY")?.description == "US-NY")
  }

  @Test("8: ids and validity")
  func ids() throws {
    var contents = Books.contents([Books.item(1, Books.row(100)), Books.item(2, Books.row(100))])
    let book = try PriceBook(contents)
    let first = try quote(Books.lines([1: 1, 2: 2]), in: Books.context(), by: book)
    #expect(try quote(Books.lines([1: 1, 2: 2]), in: Books.context(), by: book) == first)
    #expect(try quote(Books.lines([2: 2, 1: 1]), in: Books.context(), by: book).id == first.id)
    #expect(first.id.description.utf8.count == 32)
    contents.version = 2
    let later = Timestamp(microsecondsSinceEpoch: Books.now.microsecondsSinceEpoch + 1)
    let others = [
      try quote(Books.lines([1: 1, 2: 1]), in: Books.context(), by: book),
      try quote(Books.lines([1: 2, 2: 1]), in: Books.context(), by: book),
      try quote(Books.lines([1: 1]), in: Books.context(), by: book),
      try quote(Books.lines([1: 1, 2: 2]), in: Books.context(at: later), by: book),
      try quote(Books.lines([1: 1, 2: 2]), in: Books.context(channel: "app"), by: book),
      try quote(Books.lines([1: 1, 2: 2]), in: Books.context(contract: "acme"), by: book),
      try quote(Books.lines([1: 1, 2: 2]), in: Books.context(view: .excluded), by: book),
      try quote(Books.lines([1: 1, 2: 2]), in: Books.context(), by: try PriceBook(contents)),
    ]
    #expect(Set(others.map(\.id)).union([first.id]).count == others.count + 1)
    let end = Timestamp("2026-12-01T12:15:00Z")!
    let justBefore = Timestamp("2026-12-01T12:14:59.999999Z")!
    let honoured = [Books.now, justBefore, end, Timestamp("2026-12-01T11:59:59Z")!].map(first.isHonoured)
    #expect(honoured == [true, true, false, false])
  }

  @Test("9: refusals")
  func refusals() throws {
    let book = try PriceBook(
      Books.contents([Books.item(1, Books.row(100, from: 2)), Books.item(2, Books.row(1_000_000_000_000))]))
    func refusal(_ lines: [QuoteLine], _ context: QuoteContext = Books.context()) -> QuoteRefusal? {
      do throws(QuoteRefusal) { _ = try quote(lines, in: context, by: book) } catch { return error }
      return nil
    }
    #expect(refusal([]) == .lines(0))
    #expect(refusal(Array(repeating: QuoteLine(variant: VariantID(1)), count: 501)) == .lines(501))
    for quantity in [0, -1, .min, .max] as [Int64] {
      #expect(refusal(Books.lines([1: quantity])) == .quantity(VariantID(1), quantity))
      #expect(refusal(Books.lines([1: quantity, 1: 5])) == .quantity(VariantID(1), quantity))
    }
    #expect(refusal(Books.lines([9: 1])) == .unknownVariant(VariantID(9)))
    #expect(refusal(Books.lines([1: 1])) == .noPrice(VariantID(1), .eur))
    #expect(refusal(Books.lines([2: 1_000_000_000])) == .tooMuch(VariantID(2)))
    var dollars = Books.context()
    dollars.currency = .usd
    #expect(refusal(Books.lines([1: 2]), dollars) == .noPrice(VariantID(1), .usd))
    let coupons = Array(repeating: CouponFact(code: CouponCode("x")!, remainingUses: 1), count: 21)
    #expect(refusal(Books.lines([1: 2]), Books.context(coupons: coupons)) == .coupons(21))
    // Moments at the ends of time neither overflow nor end the process.
    let ends = [Timestamp(microsecondsSinceEpoch: .min), Timestamp(microsecondsSinceEpoch: .max)]
    for end in ends { _ = try? quote(Books.lines([1: 2]), in: Books.context(at: end), by: book) }
  }

  @Test("10: nothing personal")
  func invariantFive() throws {
    func names(_ value: Any) -> Set<String> { Set(Mirror(reflecting: value).children.compactMap(\.label)) }
    let coupons = [CouponFact(code: CouponCode("x")!, remainingUses: 1)]
    let context = Books.context(contract: "acme", coupons: coupons)
    #expect(
      names(context) == ["currency", "channel", "contract", "taxRegion", "taxView", "coupons", "time"])
    #expect(names(coupons[0]) == ["code", "remainingUses"])
    #expect(names(QuoteLine(variant: VariantID(1))) == ["variant", "quantity"])
    // The signature is the proof that nothing else can come in. With a further parameter this would not compile.
    let byContextAlone: ([QuoteLine], QuoteContext, PriceBook) throws -> PriceQuote = quote(_:in:by:)
    let book = try PriceBook(Books.contents([Books.item(1, Books.row(100))]))
    // Two shoppers who differ in everything personal have equal contexts, so one price.
    #expect(
      try byContextAlone(Books.lines([1: 1]), context, book) == byContextAlone(Books.lines([1: 1]), context, book))
  }
}

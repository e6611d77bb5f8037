// 1. A quote is the price of the first list that has one now: a contract's before the retail one, never another
//    contract's.
// 2. A price is valid from its first moment until just before its last, and from its quantity on.
// 3. Of several valid prices the one with the highest quantity step counts, and of equal steps the lowest.
// 4. The price before a reduction is shown only if it is higher, in the same currency.
// 5. For random rows in any order, quotes equal those of a plain implementation of 1 to 4 (seed printed).
// 6. Only rows, lists, quantity and time matter: two shoppers with the same list get the same quote.
// 7. A product's lowest quote is the lowest of its variants', and there is none if no variant has a price.
import Catalog
import Pricing
import TestSupport
import Testing

@Suite struct QuoteTests {
  private static let now = Timestamp("2026-11-26T12:00:00Z")!
  private static let before = Timestamp("2026-11-26T11:59:59.999999Z")!
  private static let after = Timestamp("2026-11-26T12:00:00.000001Z")!

  private static func price(
    _ pence: Int64, list: PriceListCode = .retail, was: Money? = nil, from quantity: Int64 = 1,
    since: Timestamp? = nil, until: Timestamp? = nil
  ) -> Price {
    Price(
      list: list, amount: Money(minorUnits: pence, currency: .gbp), wasAmount: was, minimumQuantity: quantity,
      validFrom: since, validUntil: until)
  }

  private static func pence(_ quote: Quote?) -> Int64? { quote?.amount.minorUnits }

  @Test("1: the first list that has a price")
  func lists() {
    let rows = [Self.price(1000), Self.price(900, list: "acme"), Self.price(100, list: "other")]
    #expect(quote(rows, at: Self.now) == Quote(list: .retail, amount: Money(minorUnits: 1000, currency: .gbp)))
    #expect(
      quote(rows, lists: ["acme", .retail], at: Self.now)
        == Quote(list: "acme", amount: Money(minorUnits: 900, currency: .gbp)))
    // A contract's price counts although retail is lower.
    let dear = [Self.price(1000), Self.price(1100, list: "acme")]
    #expect(Self.pence(quote(dear, lists: ["acme", .retail], at: Self.now)) == 1100)
    // An expired price in one list does not stop the look at the next list.
    let over = [Self.price(1000), Self.price(900, list: "acme", until: Self.now)]
    #expect(Self.pence(quote(over, lists: ["acme", .retail], at: Self.now)) == 1000)
    #expect(quote(rows, lists: ["nobody"], at: Self.now) == nil)
    #expect(quote(rows, lists: [], at: Self.now) == nil)
    #expect(quote([], at: Self.now) == nil)
  }

  @Test("2: when a price is valid")
  func validity() {
    let row = [Self.price(1000, since: Self.now)]
    #expect(quote(row, at: Self.before) == nil)
    #expect(Self.pence(quote(row, at: Self.now)) == 1000)
    let ending = [Self.price(1000, until: Self.now)]
    #expect(Self.pence(quote(ending, at: Self.before)) == 1000)
    #expect(quote(ending, at: Self.now) == nil)
    let step = [Self.price(1000, from: 10)]
    #expect(quote(step, quantity: 9, at: Self.now) == nil)
    #expect(Self.pence(quote(step, quantity: 10, at: Self.now)) == 1000)
    // One price follows another: no moment has neither price, and none has both.
    let sale = [Self.price(1000, until: Self.now), Self.price(700, since: Self.now)]
    #expect([Self.before, Self.now, Self.after].map { Self.pence(quote(sale, at: $0)) } == [1000, 700, 700])
  }

  @Test("3: the highest step, then the lowest price")
  func steps() {
    let rows = [Self.price(1000), Self.price(950, from: 10), Self.price(900, from: 100), Self.price(960, from: 10)]
    let quoted = [1, 9, 10, 99, 100, 5_000].map { Self.pence(quote(rows, quantity: $0, at: Self.now)) }
    #expect(quoted == [1000, 1000, 950, 950, 900, 900])
    // A step with a higher price, even by mistake, is charged as written: it is the row for that quantity.
    #expect(Self.pence(quote([Self.price(1000), Self.price(1200, from: 10)], quantity: 10, at: Self.now)) == 1200)
  }

  @Test(
    "4: the price before",
    arguments: [
      (Money(minorUnits: 1001, currency: .gbp), true), (Money(minorUnits: 1000, currency: .gbp), false),
      (Money(minorUnits: 999, currency: .gbp), false), (Money(minorUnits: 5000, currency: .eur), false),
    ])
  func priceBefore(_ was: Money, _ isShown: Bool) {
    #expect(quote([Self.price(1000, was: was)], at: Self.now)?.wasAmount == (isShown ? was : nil))
  }

  /// The rule as a sentence: of the first list that has valid rows, the one that sorts first.
  private static func plainQuote(_ prices: [Price], lists: [PriceListCode], quantity: Int64, at time: Timestamp)
    -> Quote?
  {
    let valid = prices.filter { price in
      if let from = price.validFrom, time < from { return false }
      if let until = price.validUntil, time >= until { return false }
      return quantity >= price.minimumQuantity
    }
    guard let list = lists.first(where: { list in valid.contains { $0.list == list } }) else { return nil }
    let ranked = valid.filter { $0.list == list }.sorted {
      $0.minimumQuantity == $1.minimumQuantity
        ? $0.amount.minorUnits < $1.amount.minorUnits : $0.minimumQuantity > $1.minimumQuantity
    }
    return Quote(list: list, amount: ranked[0].amount, wasAmount: nil)
  }

  private static func randomRows(_ random: inout SeededGenerator) -> [Price] {
    func moment(_ random: inout SeededGenerator) -> Timestamp? {
      [nil, before, now, after].randomElement(using: &random)!
    }
    return (0..<Int.random(in: 0...8, using: &random)).map { _ in
      price(
        Int64.random(in: 0...5, using: &random), list: [.retail, "acme", "other"].randomElement(using: &random)!,
        from: Int64.random(in: 1...4, using: &random), since: moment(&random), until: moment(&random))
    }
  }

  @Test("5: random rows")
  func randomRows() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var found = 0
    for _ in 0..<20_000 {
      let rows = Self.randomRows(&random)
      let lists = [PriceListCode.retail, "acme", "other"].shuffled(using: &random)
        .prefix(Int.random(in: 0...3, using: &random))
      let quantity = Int64.random(in: 1...4, using: &random)
      let expected = Self.plainQuote(rows, lists: Array(lists), quantity: quantity, at: Self.now)
      if expected != nil { found += 1 }
      for rows in [rows, rows.reversed(), rows.shuffled(using: &random)] {
        let quoted = quote(rows, lists: Array(lists), quantity: quantity, at: Self.now)
        #expect(quoted == expected, "seed \(seed): \(rows) by \(lists), \(quantity) pieces")
      }
    }
    #expect(found > 5_000, "the random rows must give prices, seed \(seed)")
  }

  @Test("6: two shoppers, one price")
  func shoppers() {
    // The signature is the proof: no shopper can be passed. With a further parameter this would not compile.
    let byRowsAlone: ([Price], [PriceListCode], Int64, Timestamp) -> Quote? = quote(_:lists:quantity:at:)
    let rows = [Self.price(1000), Self.price(900, list: "acme")]
    #expect(byRowsAlone(rows, [.retail], 1, Self.now) == byRowsAlone(rows, [.retail, "acme"], 1, Self.now))
  }

  @Test("7: the lowest of a product's variants")
  func lowest() {
    func variant(_ id: Int64, _ prices: [Price]) -> ProductSnapshot.Variant {
      ProductSnapshot.Variant(id: VariantID(id), sku: SKU("S-\(id)"), prices: prices)
    }
    let was = Money(minorUnits: 1500, currency: .gbp)
    let variants = [
      variant(1, [Self.price(1000, was: was)]), variant(2, [Self.price(800, until: Self.now)]),
      variant(3, [Self.price(900, from: 10)]), variant(4, []),
      variant(5, [Self.price(1000), Self.price(1, list: "acme")]),
    ]
    // Of two variants with the same price the first one wins, with its price before the reduction.
    #expect(
      lowestQuote(variants, at: Self.now)
        == Quote(list: .retail, amount: Money(minorUnits: 1000, currency: .gbp), wasAmount: was))
    #expect(Self.pence(lowestQuote(variants, at: Self.before)) == 800)
    #expect(Self.pence(lowestQuote(variants, quantity: 10, at: Self.now)) == 900)
    #expect(Self.pence(lowestQuote(variants, lists: ["acme"], at: Self.now)) == 1)
    #expect(lowestQuote(variants, lists: ["nobody"], at: Self.now) == nil)
    #expect(lowestQuote([], at: Self.now) == nil)
  }
}

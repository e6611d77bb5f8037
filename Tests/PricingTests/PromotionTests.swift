// 1. Each kind of promotion takes off what it says: a share, an amount a piece, an amount shared over lines, the cheapest
//    of a group, a set for one price; thresholds and largest discounts count.
// 2. Stackable promotions follow each other by priority; an exclusive one keeps others off its lines, and of two of the
//    same priority the better one for the shopper counts.
// 3. A coupon works while it has uses, and its outcome is told.
// 4. For random books and carts (seed printed): no line and no sum is below 0; the order of lines changes nothing; lines
//    add up to the totals; net and tax are the gross sum; steps add up to the line; refunds give back what was paid.
// 5. Shares add up to the amount, are near the exact ones, and none is above its weight, up to the ends of 64 bits.
// 6. Rounding equals exact arithmetic, up to the ends of 64 bits.
import Catalog
import TestSupport
import Testing

@testable import Pricing

@Suite struct PromotionTests {
  private static let items = [
    Books.item(1, Books.row(1000)), Books.item(2, Books.row(2000)), Books.item(3, Books.row(333)),
  ]

  private static func quoted(
    _ promotions: [Promotion], _ lines: KeyValuePairs<Int64, Int64>, coupons: [CouponFact] = []
  ) throws -> PriceQuote {
    let book = try PriceBook(Books.contents(items, promotions: promotions))
    return try quote(Books.lines(lines), in: Books.context(coupons: coupons), by: book)
  }

  private static func only(_ id: Int64) -> PromotionTarget { PromotionTarget(variants: [VariantID(id)]) }

  @Test("1: kinds")
  func kinds() throws {
    func discounts(_ promotion: Promotion, _ lines: KeyValuePairs<Int64, Int64>) throws -> [Int64] {
      try Self.quoted([promotion], lines).lines.map(\.discount)
    }
    let ten = Promotion.Action.percentage(Books.share("10"))
    #expect(try discounts(Books.promotion("p", ten), [1: 1, 2: 1]) == [100, 200])
    #expect(try discounts(Books.promotion("p", ten, target: Self.only(2)), [1: 1, 2: 1]) == [0, 200])
    #expect(
      try discounts(Books.promotion("p", ten, target: PromotionTarget(categories: [CategoryID(1)])), [1: 1, 2: 1])
        == [100, 0])
    #expect(try discounts(Books.promotion("p", ten, most: 100), [1: 1, 2: 1]) == [33, 67])
    #expect(try discounts(Books.promotion("p", ten, spend: 3001), [1: 1, 2: 1]) == [0, 0])
    #expect(try discounts(Books.promotion("p", ten, spend: 3000), [1: 1, 2: 1]) == [100, 200])
    #expect(try discounts(Books.promotion("p", ten, pieces: 3), [1: 1, 2: 1]) == [0, 0])
    // Not off goods that cost no more than the discount.
    #expect(try discounts(Books.promotion("p", .amountEach(333)), [1: 2, 3: 5]) == [666, 0])
    // 10.00 over 10.00, 20.00 and 3.33: 300.03, 600.06 and 99.91.
    #expect(try discounts(Books.promotion("p", .amount(1000), spend: 2000), [1: 1, 2: 1, 3: 1]) == [300, 600, 100])
    // Three for two: 20, 20, 10 | 10, 3.33, 3.33 leave the cheapest of each group.
    let three = Promotion.Action.buyGet(buy: 2, get: 1, off: .whole)
    #expect(try discounts(Books.promotion("p", three), [1: 2, 2: 2, 3: 2]) == [1000, 0, 333])
    #expect(try discounts(Books.promotion("p", three), [1: 2]) == [0])
    #expect(try discounts(Books.promotion("p", three), [1: 7]) == [2000])
    let half = Promotion.Action.buyGet(buy: 1, get: 1, off: Books.share("50"))
    #expect(try discounts(Books.promotion("p", half), [1: 3]) == [500])
    // 1 of the first and 2 of the third for 12.00: two sets of 16.66.
    let set = Promotion.Action.bundle(
      parts: [.init(target: Self.only(1)), .init(target: Self.only(3), pieces: 2)], price: 1200)
    let bundled = try Self.quoted([Books.promotion("p", set)], [1: 3, 2: 1, 3: 5])
    #expect(bundled.discount == 2 * (1000 + 666 - 1200))
    #expect(bundled.lines.map(\.discount) == [559, 0, 373])
    let dear = Promotion.Action.bundle(parts: [.init(target: Self.only(1))], price: 1001)
    #expect(try discounts(Books.promotion("p", dear), [1: 1]) == [0])
  }

  @Test("2: stacking")
  func stacking() throws {
    let ten = Promotion.Action.percentage(Books.share("10"))
    let fifth = Promotion.Action.percentage(Books.share("20"))
    func gross(_ promotions: Promotion...) throws -> [Int64] {
      try Self.quoted(promotions, [1: 1, 2: 1]).lines.map(\.payable)
    }
    // 10.00 − 10 % − 1.00 against 10.00 − 1.00 − 10 %.
    let first = Books.promotion("a", ten, priority: 2)
    #expect(try gross(first, Books.promotion("b", .amountEach(100), priority: 1)) == [800, 1700])
    #expect(try gross(first, Books.promotion("b", .amountEach(100), priority: 3)) == [810, 1710])
    let exclusive = Books.promotion("x", fifth, target: Self.only(1), stacking: .exclusive, priority: 5)
    #expect(try gross(first, exclusive) == [800, 1800])
    // One that comes later finds the line taken.
    #expect(
      try gross(first, Books.promotion("x", fifth, target: Self.only(1), stacking: .exclusive, priority: 1))
        == [900, 1800])
    // The better one of two with the same priority wins, whatever their codes.
    for codes in [("a", "b"), ("b", "a")] {
      #expect(
        try gross(
          Books.promotion(codes.0, ten, stacking: .exclusive), Books.promotion(codes.1, fifth, stacking: .exclusive))
          == [800, 1600])
    }
  }

  @Test("3: coupons")
  func coupons() throws {
    let code = CouponCode("save10")!
    #expect(code == CouponCode("  SAVE10 "))
    #expect(CouponCode("  ") == nil && CouponCode(String(repeating: "x", count: 65)) == nil)
    let promotion = Books.promotion("p", .percentage(Books.share("10")), spend: 1000, coupon: code)
    func outcome(_ coupons: [CouponFact], _ lines: KeyValuePairs<Int64, Int64>, _ promotions: [Promotion])
      throws -> ([CouponOutcome.Result], Int64)
    {
      let quoted = try Self.quoted(promotions, lines, coupons: coupons)
      return (quoted.coupons.map(\.result), quoted.gross)
    }
    let fact = CouponFact(code: code, remainingUses: 1)
    #expect(try outcome([fact], [1: 1], [promotion]) == ([.applied], 900))
    #expect(try outcome([], [1: 1], [promotion]) == ([], 1000))
    // Given twice it is one coupon, and a used one stays used.
    #expect(try outcome([fact, fact], [1: 1], [promotion]) == ([.applied], 900))
    let used = CouponFact(code: code, remainingUses: 0)
    #expect(try outcome([used], [1: 1], [promotion]) == ([.usedUp], 1000))
    #expect(try outcome([fact, used], [1: 1], [promotion]) == ([.usedUp], 1000))
    #expect(try outcome([fact], [3: 1], [promotion]) == ([.conditionsNotMet], 333))
    let unknown = CouponFact(code: CouponCode("other")!, remainingUses: 9)
    #expect(try outcome([unknown], [1: 1], [promotion]) == ([.unknown], 1000))
    var later = promotion
    later.validFrom = Timestamp("2027-01-01T00:00:00Z")!
    #expect(try outcome([fact], [1: 1], [later]) == ([.notInForce], 1000))
    let exclusive = Books.promotion("x", .percentage(Books.share("5")), stacking: .exclusive, priority: 9)
    #expect(try outcome([fact], [1: 1], [promotion, exclusive]) == ([.noEffect], 950))
  }

  private static func randomPromotion(_ place: Int, _ random: inout SeededGenerator) -> Promotion {
    let target = PromotionTarget(
      categories: Bool.random(using: &random) ? [] : [CategoryID(Int64.random(in: 0...2, using: &random))])
    let amount = Int64.random(in: 1...3_000, using: &random)
    let actions: [Promotion.Action] = [
      .percentage(Share(partsPerMillion: Int64.random(in: 1...999_999, using: &random))!), .amountEach(amount),
      .amount(amount),
      .buyGet(
        buy: Int64.random(in: 1...3, using: &random), get: Int64.random(in: 1...2, using: &random),
        off: Share(partsPerMillion: Int64.random(in: 1...1_000_000, using: &random))!),
      .bundle(
        parts: [
          .init(target: PromotionTarget(categories: [CategoryID(0)])),
          .init(target: PromotionTarget(), pieces: Int64.random(in: 1...3, using: &random)),
        ], price: amount),
    ]
    return Books.promotion(
      "p\(place)", actions.randomElement(using: &random)!, target: target,
      spend: amount + Int64.random(in: 1...1_000, using: &random),
      most: Bool.random(using: &random) ? nil : Int64.random(in: 0...500, using: &random),
      stacking: Promotion.Stacking.allCases.randomElement(using: &random)!,
      priority: Int64.random(in: 0...2, using: &random))
  }

  private static func randomContents(_ random: inout SeededGenerator) -> PriceBookContents {
    let items = (1...6).map { id in
      Books.item(
        Int64(id), Books.row(Int64.random(in: 0...4_000, using: &random)),
        Books.row(Int64.random(in: 0...4_000, using: &random), from: 3),
        floors: Bool.random(using: &random)
          ? []
          : [
            PriceFloor(
              kind: .legal, amount: Books.money(Int64.random(in: 0...2_000, using: &random)),
              includesTax: Bool.random(using: &random))
          ], tax: Bool.random(using: &random) ? .standard : "reduced")
    }
    return Books.contents(
      items, gross: Bool.random(using: &random), tax: ["0", "19", "8.875"].randomElement(using: &random)!,
      rounding: TaxRounding.allCases.randomElement(using: &random)!,
      promotions: (0..<Int.random(in: 0...5, using: &random)).map { randomPromotion($0, &random) })
  }

  @Test("4: random books and carts")
  func random() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var reduced = 0
    for round in 0..<3_000 {
      let book = try PriceBook(Self.randomContents(&random))
      let cart = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        QuoteLine(
          variant: VariantID(Int64.random(in: 1...6, using: &random)), quantity: Int64.random(in: 1...9, using: &random)
        )
      }
      let quoted = try quote(cart, in: Books.context(), by: book)
      let run = "seed \(seed), round \(round)"
      Self.expectConsistent(quoted, run)
      if quoted.discount > 0 { reduced += 1 }
      let order = cart.indices.shuffled(using: &random)
      let other = try quote(order.map { cart[$0] }, in: Books.context(), by: book)
      #expect(other.gross == quoted.gross && other.net == quoted.net && other.id == quoted.id, "\(run)")
      // Lines of the same variant and quantity may change places.
      func key(_ line: QuotedLine) -> [Int64] { [line.variant.rawValue, line.quantity, line.gross, line.net] }
      #expect(
        other.lines.map(key).sorted(by: { $0.lexicographicallyPrecedes($1) })
          == quoted.lines.map(key).sorted(by: { $0.lexicographicallyPrecedes($1) }), "\(run)")
    }
    #expect(reduced > 800, "seed \(seed)")
  }

  private static func expectConsistent(_ quoted: PriceQuote, _ run: String) {
    func sum(_ field: (QuotedLine) -> Int64) -> Int64 { quoted.lines.reduce(0) { $0 + field($1) } }
    #expect(sum(\.net) == quoted.net && sum(\.gross) == quoted.gross && sum(\.tax) == quoted.tax, "\(run)")
    #expect(quoted.taxes.reduce(0) { $0 + $1.tax } == quoted.tax, "\(run)")
    #expect(sum(\.discount) == quoted.discount, "\(run)")
    for (place, line) in quoted.lines.enumerated() {
      #expect(line.net + line.tax == line.gross, "\(run)")
      #expect(line.payable >= 0 && line.net >= 0 && line.tax >= 0 && line.discount >= 0, "\(run)")
      #expect((line.includesTax ? line.gross : line.net) == line.payable || line.steps.last.map(isByUnit) == true)
      let off = line.steps.reduce(Int64(0)) { if case .promotion(_, let off) = $1 { $0 + off } else { $0 } }
      #expect(off == line.discount, "\(run)")
      let returned = (0..<line.quantity).compactMap { quoted.refund(line: place, pieces: 1, returnedBefore: $0) }
      #expect(returned.reduce(0) { $0 + $1.gross } == line.gross, "\(run)")
      #expect(returned.allSatisfy { $0.gross >= 0 && $0.tax >= 0 && $0.net >= -1 }, "\(run)")
    }
  }

  private static func isByUnit(_ step: PriceStep) -> Bool {
    if case .tax(_, .unit, _, _, _) = step { true } else { false }
  }

  @Test("5: shares")
  func shares() {
    #expect(Pricing.shares(of: 100, by: [1, 1, 1]) == [34, 33, 33])
    #expect(Pricing.shares(of: -100, by: [1, 1, 1]) == [-34, -33, -33])
    #expect(Pricing.shares(of: 7, by: []) == [])
    #expect(Pricing.shares(of: 7, by: [0, 0]) == [7, 0])
    #expect(Pricing.shares(of: .min, by: [5]) == [.min])
    #expect(Pricing.shares(of: .max, by: [.max, .max, 0]).reduce(0, +) == .max)
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let top = [3, 1_000, Int64.max / 8].randomElement(using: &random)!
      let weights = (0..<Int.random(in: 1...7, using: &random)).map { _ in Int64.random(in: 0...top, using: &random) }
      let whole = weights.reduce(0, +)
      let amount = Int64.random(in: 0...max(0, whole), using: &random)
      let parts = Pricing.shares(of: amount, by: weights)
      #expect(parts.reduce(0, +) == amount, "seed \(seed)")
      guard whole > 0 else { continue }
      for (part, weight) in zip(parts, weights) {
        #expect(part >= 0 && part <= weight, "seed \(seed)")
        let product = Int128(amount) * Int128(weight)
        #expect((Int128(part) * Int128(whole) - product).magnitude < Int128(whole).magnitude, "seed \(seed)")
      }
    }
  }

  @Test("6: rounding")
  func rounding() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50_000 {
      let amount = [
        Int64.random(in: -2_000...2_000, using: &random), Int64.random(in: .min...(.max), using: &random), .min, .max,
      ].randomElement(using: &random)!
      let share = Share(partsPerMillion: Int64.random(in: Share.allowed, using: &random))!
      // Half away from zero, as ⌊|x| + ½⌋ with the sign.
      let product = Int128(amount) * Int128(share.partsPerMillion)
      let magnitude = (product.magnitude * 2 + 1_000_000) / 2_000_000
      let exact = product < 0 ? -Int128(magnitude) : Int128(magnitude)
      #expect(share.of(amount) == Int64(clamping: exact), "seed \(seed): \(share) of \(amount)")
    }
    for text in ["19", "2.6", "-15", "8.875", "0", "1000", "0.0001"] {
      #expect(Share(percentText: text)?.percentText == text)
    }
    for text in ["", "-", "1e3", "1000.1", "-100.1", "19.", ".5", "19,5", "1.23456", "99999999999999999999", "+5"] {
      #expect(Share(percentText: text) == nil, "\(text)")
    }
  }
}

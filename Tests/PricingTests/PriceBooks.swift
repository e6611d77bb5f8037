import Catalog

@testable import Pricing

/// Short forms for the books that the tests quote by.
enum Books {
  static let now = Timestamp("2026-12-01T12:00:00Z")!
  static let germany = TaxRegion("DE")!

  static func money(_ cents: Int64) -> Money { Money(minorUnits: cents, currency: .eur) }
  static func share(_ percent: String) -> Share { Share(percentText: percent)! }

  static func row(
    _ cents: Int64, list: PriceListCode = .retail, from quantity: Int64 = 1, sale: Bool = false,
    since: Timestamp? = nil, until: Timestamp? = nil, was: Int64? = nil
  ) -> PriceRow {
    PriceRow(
      Price(
        list: list, amount: money(cents), wasAmount: was.map(money), minimumQuantity: quantity, validFrom: since,
        validUntil: until),
      isSale: sale)
  }

  static func item(_ id: Int64, _ rows: PriceRow..., floors: [PriceFloor] = [], tax: TaxCategory = .standard)
    -> PricedItem
  {
    PricedItem(
      variant: VariantID(id), product: ProductID(id), categories: [CategoryID(id % 3)], taxCategory: tax,
      floors: floors, rows: rows)
  }

  static func taxes(_ percent: String, _ rounding: TaxRounding, region: TaxRegion = germany) -> TaxRules {
    TaxRules(
      region: region, rounding: rounding,
      rates: [
        TaxRate(category: .standard, rate: share(percent)), TaxRate(category: "reduced", rate: share("7")),
      ])
  }

  static func contents(
    _ items: [PricedItem], gross: Bool = true, tax: String = "19", rounding: TaxRounding = .total,
    promotions: [Promotion] = [], lists: [PriceList]? = nil
  ) -> PriceBookContents {
    PriceBookContents(
      version: 1, lists: lists ?? [PriceList(code: .retail, currency: .eur, includesTax: gross)], items: items,
      promotions: promotions, taxes: [taxes(tax, rounding)])
  }

  static func context(
    contract: ContractCode? = nil, channel: ChannelCode = .web, coupons: [CouponFact] = [], at time: Timestamp = now,
    view: TaxView = .included, region: TaxRegion = germany
  ) -> QuoteContext {
    QuoteContext(
      currency: .eur, channel: channel, contract: contract, taxRegion: region, taxView: view, coupons: coupons,
      time: time)
  }

  static func lines(_ pairs: KeyValuePairs<Int64, Int64>) -> [QuoteLine] {
    pairs.map { QuoteLine(variant: VariantID($0.key), quantity: $0.value) }
  }

  static func promotion(
    _ code: String, _ action: Promotion.Action, target: PromotionTarget = PromotionTarget(), spend: Int64 = 0,
    pieces: Int64 = 0, most: Int64? = nil, coupon: CouponCode? = nil, stacking: Promotion.Stacking = .stackable,
    priority: Int64 = 0, since: Timestamp? = nil
  ) -> Promotion {
    Promotion(
      code: code, action: action, target: target, currency: .eur, minimumSpend: spend, minimumPieces: pieces,
      maxDiscount: most, coupon: coupon, stacking: stacking, priority: priority, validFrom: since)
  }
}

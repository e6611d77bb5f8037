public import Catalog

/// A line of a cart: pieces of a variant.
public struct QuoteLine: Hashable, Sendable {
  public var variant: VariantID
  public var quantity: Int64

  public init(variant: VariantID, quantity: Int64 = 1) {
    self.variant = variant
    self.quantity = quantity
  }
}

/// A coupon that was given, and how many more times it may be used, as the ledger of uses says it.
public struct CouponFact: Hashable, Sendable {
  public var code: CouponCode
  public var remainingUses: Int64

  public init(code: CouponCode, remainingUses: Int64) {
    self.code = code
    self.remainingUses = remainingUses
  }
}

/// Whether shown prices hold the tax.
public enum TaxView: String, Sendable, CaseIterable { case included, excluded }

/// Everything besides goods that a price may depend on. Nobody and no device can be named here, and no place closer
/// than the one that the tax law asks for (invariant 5); a test reads the fields.
public struct QuoteContext: Hashable, Sendable {
  public var currency: Currency
  public var channel: ChannelCode
  public var contract: ContractCode?
  public var taxRegion: TaxRegion
  public var taxView: TaxView
  public var coupons: [CouponFact]
  public var time: Timestamp

  public init(
    currency: Currency, channel: ChannelCode = .web, contract: ContractCode? = nil, taxRegion: TaxRegion,
    taxView: TaxView = .included, coupons: [CouponFact] = [], time: Timestamp
  ) {
    self.currency = currency
    self.channel = channel
    self.contract = contract
    self.taxRegion = taxRegion
    self.taxView = taxView
    self.coupons = coupons
    self.time = time
  }
}

/// Why a quote is not given.
public enum QuoteRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  public static let maxLines = 500
  public static let maxCoupons = 20
  /// A line's amount: 500 of them, and their products with a rate, fit 64 bits or are computed in 128.
  public static let maxMinorUnits: Int64 = 1_000_000_000_000_000

  case lines(Int)
  case coupons(Int)
  case quantity(VariantID, Int64)
  case unknownVariant(VariantID)
  case noPrice(VariantID, Currency)
  case noTaxRules(TaxRegion)
  case noTaxRate(TaxRegion, TaxCategory)
  case tooMuch(VariantID)

  public var description: String {
    switch self {
    case .lines(let count): "\(count) lines: a quote takes 1 to \(Self.maxLines)"
    case .coupons(let count): "\(count) coupons: a quote takes at most \(Self.maxCoupons)"
    case .quantity(let variant, let quantity):
      "variant \(variant): \(quantity) pieces; allowed are 1 to \(CatalogLimits.pieces.upperBound)"
    case .unknownVariant(let variant): "variant \(variant) is not in the price book"
    case .noPrice(let variant, let currency):
      "variant \(variant) has no price in \(currency) for this channel, contract, quantity and time"
    case .noTaxRules(let region): "the price book has no tax rules for \(region)"
    case .noTaxRate(let region, let category):
      "the price book has no tax rate for \(category) in \(region) at this time"
    case .tooMuch(let variant): "variant \(variant): the line comes to more than \(Self.maxMinorUnits) minor units"
    }
  }
}

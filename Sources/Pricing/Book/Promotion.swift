public import Catalog

/// A coupon's code, in capitals: `SPRING10`.
public struct CouponCode: Hashable, Sendable, CustomStringConvertible {
  public static let maxBytes = 64
  public let text: String

  /// nil if it is empty or longer than 64 bytes; spaces around it and the case of ASCII letters do not matter.
  public init?(_ text: String) {
    let bytes = text.utf8.drop { $0 == 32 }.reversed().drop { $0 == 32 }.reversed()
    let capitals = bytes.map { (97...122).contains($0) ? $0 - 32 : $0 }
    guard (1...Self.maxBytes).contains(capitals.count) else { return nil }
    self.text = String(decoding: capitals, as: UTF8.self)
  }

  public var description: String { text }
}

/// The goods that a promotion is about; empty: all goods.
public struct PromotionTarget: Hashable, Sendable {
  public var variants: Set<VariantID>
  public var products: Set<ProductID>
  public var brands: Set<BrandID>
  public var categories: Set<CategoryID>

  public init(
    variants: Set<VariantID> = [], products: Set<ProductID> = [], brands: Set<BrandID> = [],
    categories: Set<CategoryID> = []
  ) {
    self.variants = variants
    self.products = products
    self.brands = brands
    self.categories = categories
  }

  var isEverything: Bool { variants.isEmpty && products.isEmpty && brands.isEmpty && categories.isEmpty }
}

/// A promotion: what it takes off, of which goods, when, and beside which others.
public struct Promotion: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// −15 % of each line.
    case percentage(Share)
    /// 2.00 off each piece that costs more than that.
    case amountEach(Int64)
    /// 20.00 off all lines that match, shared in proportion to their amounts.
    case amount(Int64)
    /// The `get` cheapest of each `buy + get` pieces have `off` taken from them; pieces are grouped from the dearest
    /// on, so that a shopper loses nothing by one order in place of two.
    case buyGet(buy: Int64, get: Int64, off: Share)
    /// A set of parts for one price.
    case bundle(parts: [BundlePart], price: Int64)
  }

  public struct BundlePart: Hashable, Sendable {
    public var target: PromotionTarget
    public var pieces: Int64

    public init(target: PromotionTarget, pieces: Int64 = 1) {
      self.target = target
      self.pieces = pieces
    }
  }

  public enum Stacking: String, Sendable, CaseIterable {
    /// Takes off the amount that the promotions before it left.
    case stackable
    /// A line with this promotion has no other one.
    case exclusive
  }

  public var code: String
  public var action: Action
  public var target: PromotionTarget
  /// Amounts of the action, and of the two limits below.
  public var currency: Currency
  /// The amount that the matching lines must come to before promotions: the threshold.
  public var minimumSpend: Int64
  public var minimumPieces: Int64
  public var maxDiscount: Int64?
  /// Only with this coupon; nil: for everybody.
  public var coupon: CouponCode?
  public var stacking: Stacking
  /// The highest first. Of exclusive ones with the same priority, the one that takes off most is first.
  public var priority: Int64
  public var channels: [ChannelCode]
  public var contract: ContractCode?
  public var validFrom: Timestamp?
  public var validUntil: Timestamp?

  public init(
    code: String, action: Action, target: PromotionTarget = PromotionTarget(), currency: Currency,
    minimumSpend: Int64 = 0, minimumPieces: Int64 = 0, maxDiscount: Int64? = nil, coupon: CouponCode? = nil,
    stacking: Stacking = .stackable, priority: Int64 = 0, channels: [ChannelCode] = [], contract: ContractCode? = nil,
    validFrom: Timestamp? = nil, validUntil: Timestamp? = nil
  ) {
    self.code = code
    self.action = action
    self.target = target
    self.currency = currency
    self.minimumSpend = minimumSpend
    self.minimumPieces = minimumPieces
    self.maxDiscount = maxDiscount
    self.coupon = coupon
    self.stacking = stacking
    self.priority = priority
    self.channels = channels
    self.contract = contract
    self.validFrom = validFrom
    self.validUntil = validUntil
  }

  func counts(in context: QuoteContext) -> Bool {
    currency == context.currency
      && (contract == nil || contract == context.contract)
      && (channels.isEmpty || channels.contains(context.channel))
      && isInForce(from: validFrom, until: validUntil, at: context.time)
  }
}

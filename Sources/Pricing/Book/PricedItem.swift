public import Catalog

/// A row of a price list for the book: a catalog row, and whether it is a sale price beside the regular one.
public struct PriceRow: Hashable, Sendable {
  public var price: Price
  public var isSale: Bool

  public init(_ price: Price, isSale: Bool = false) {
    self.price = price
    self.isSale = isSale
  }
}

/// A price that was charged once: the evidence for "lowest price of the last 30 days".
public struct PastPrice: Hashable, Sendable {
  public var list: PriceListCode
  public var amount: Money
  public var from: Timestamp
  /// nil: until now.
  public var until: Timestamp?

  public init(list: PriceListCode, amount: Money, from: Timestamp, until: Timestamp? = nil) {
    self.list = list
    self.amount = amount
    self.from = from
    self.until = until
  }
}

/// An amount below which a variant is never sold.
public struct PriceFloor: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// MAP: the least price that the maker lets a shop advertise.
    case minimumAdvertised = "map"
    /// A fixed book price, a ban of sales at a loss.
    case legal
  }

  public var kind: Kind
  public var amount: Money
  public var includesTax: Bool

  public init(kind: Kind, amount: Money, includesTax: Bool) {
    self.kind = kind
    self.amount = amount
    self.includesTax = includesTax
  }
}

/// The contents of one piece, for the price of a kilogram, litre or metre (Directive 98/6/EC, Art. 2 b).
public struct Content: Hashable, Sendable {
  public enum Unit: String, Sendable, CaseIterable {
    case gram = "g"
    case millilitre = "ml"
    case millimetre = "mm"
    case squareCentimetre = "cm2"

    /// The unit that the price is shown for, and how many of this unit it holds.
    public var reference: (name: String, size: Int64) {
      switch self {
      case .gram: ("kg", 1_000)
      case .millilitre: ("l", 1_000)
      case .millimetre: ("m", 1_000)
      case .squareCentimetre: ("m²", 10_000)
      }
    }
  }

  public let quantity: Int64
  public let unit: Unit

  /// nil unless the quantity is 1 to 1,000,000,000.
  public init?(quantity: Int64, unit: Unit) {
    guard (1...1_000_000_000).contains(quantity) else { return nil }
    self.quantity = quantity
    self.unit = unit
  }
}

/// A variant as the book holds it: its rows, what its tax, floors and promotions depend on, and its past prices.
public struct PricedItem: Hashable, Sendable {
  public var variant: VariantID
  public var product: ProductID?
  public var brand: BrandID?
  /// All categories that hold the product, with those above them.
  public var categories: [CategoryID]
  public var taxCategory: TaxCategory
  public var content: Content?
  public var floors: [PriceFloor]
  public var rows: [PriceRow]
  public var history: [PastPrice]

  public init(
    variant: VariantID, product: ProductID? = nil, brand: BrandID? = nil, categories: [CategoryID] = [],
    taxCategory: TaxCategory = .standard, content: Content? = nil, floors: [PriceFloor] = [], rows: [PriceRow] = [],
    history: [PastPrice] = []
  ) {
    self.variant = variant
    self.product = product
    self.brand = brand
    self.categories = categories
    self.taxCategory = taxCategory
    self.content = content
    self.floors = floors
    self.rows = rows
    self.history = history
  }
}

/// The number of days that a reduction is compared with (Directive 98/6/EC, Art. 6a, of Directive (EU) 2019/2161).
public let priorPriceDays: Int64 = 30

/// The lowest price charged in the 30 days before a reduction began; nil: nothing was charged, so nothing is proved.
///
/// A price that began earlier counts if it was in force in the period for a moment.
public func lowestPrice(_ history: some Sequence<PastPrice>, list: PriceListCode, before start: Timestamp) -> Money? {
  let period = priorPriceDays * 86_400_000_000
  let first = Timestamp(microsecondsSinceEpoch: start.microsecondsSinceEpoch.subtracting(saturating: period))
  var lowest: Money?
  for past in history where past.list == list && past.from < start && past.until.map({ first < $0 }) ?? true {
    if let known = lowest, known.minorUnits <= past.amount.minorUnits { continue }
    lowest = past.amount
  }
  return lowest
}

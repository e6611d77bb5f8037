public import Catalog
import Pricing
import Ranking
import Recommending

/// The part of a product that recommendations read, in memory for every product of the shop.
public struct ProductFacts: Sendable, Hashable {
  public var id: ProductID
  public var version: Int64
  public var title: String
  /// `TitleWords` of the title.
  public var titleWords: [UInt64]
  public var brand: String?
  /// From the department to the leaf of its first path, then the others.
  public var categories: [CategoryID]
  /// The slugs of the same.
  public var categorySlugs: [String]
  /// The leaf of its first path.
  public var leaf: CategoryID?
  /// The lowest price of the retail list when the facts were read; shown prices are always quoted anew.
  public var priceMinorUnits: Int64?
  public var priceUnits: Double?
  /// (price - cost) / price
  public var marginShare: Double?
  /// (price before - price) / price before; 0 without a reduction.
  public var discountShare: Double
  public var stock: Int64
  public var audience: Audience
  public var isSearchable: Bool
  public var rating: Double
  public var ratingCount: Int64
  public var popularity: Double
  public var listedAt: Timestamp

  /// `costs`: of its variants, where known.
  public init(_ product: ProductSnapshot, costs: [VariantID: Money], now: Timestamp) {
    id = product.id
    version = product.documentVersion
    title = product.title
    titleWords = TitleWords.of(product.title)
    brand = product.brandName
    leaf = product.categories.first?.leaf.id
    var seen: Set<CategoryID> = []
    let steps = product.categories.flatMap(\.steps).filter { seen.insert($0.id).inserted }
    categories = steps.map(\.id)
    categorySlugs = steps.map(\.slug)
    let quotes = product.variants.compactMap { variant in
      quote(variant.prices, at: now).map { (variant: variant.id, amount: $0.amount, was: $0.wasAmount) }
    }
    let lowest = quotes.min { $0.amount.minorUnits < $1.amount.minorUnits }
    priceMinorUnits = lowest?.amount.minorUnits
    priceUnits = lowest.map { Double($0.amount.minorUnits) / Self.unit(of: $0.amount.currency) }
    discountShare =
      lowest.flatMap { lowest in
        lowest.was.map { 1 - Double(lowest.amount.minorUnits) / Double(max(1, $0.minorUnits)) }
      } ?? 0
    marginShare = lowest.flatMap { lowest in
      guard let cost = costs[lowest.variant], cost.currency == lowest.amount.currency, lowest.amount.minorUnits > 0
      else { return nil }
      return 1 - Double(cost.minorUnits) / Double(lowest.amount.minorUnits)
    }
    stock = product.variants.reduce(0) { $0.adding(saturating: $1.availableQuantity) }
    audience = product.audience
    isSearchable = product.isSearchable
    rating = product.ratingCount > 0 ? product.ratingAverage ?? 0 : 0
    ratingCount = product.ratingCount
    popularity = product.popularity.isFinite ? product.popularity : 0
    listedAt = product.releasedAt ?? product.createdAt
  }

  private static func unit(of currency: Currency) -> Double {
    (0..<currency.minorUnitDigits).reduce(1.0) { unit, _ in unit * 10 }
  }
}

extension ProductText {
  init(_ product: ProductSnapshot) {
    self.init(
      categories: product.categories.flatMap(\.names), brand: product.brandName,
      description: product.title + " " + product.summary,
      tags: product.attributes.flatMap { attribute in
        attribute.values.prefix(Self.maxValues).map { "\(attribute.definition.code)=\($0.displayText)" }
      })
  }

  /// Values of one attribute that are read.
  private static let maxValues = 20
}

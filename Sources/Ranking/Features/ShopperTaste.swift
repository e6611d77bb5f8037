public import Catalog
internal import Glibc

/// A shopper's tastes and deeds as ranking reads them, made of the deeds that the shop remembers and facts in memory.
///
/// A deed of weight w at age a counts w · 2^(-a / 14 days), as in the shopper's profile; a product's sum is cut off at 0, and
/// shares are of the sum over all products, the evidence.
public struct ShopperTaste: Sendable, Equatable {
  public static let halfLifeDays = 14.0

  /// One deed, with what is known of its product.
  public struct Deed: Sendable {
    public var product: ProductID
    public var signals: ProductSignals
    /// Negative where it shows the contrary of interest.
    public var weight: Double
    public var ageDays: Double
    public var isPurchase: Bool

    public init(product: ProductID, signals: ProductSignals, weight: Double, ageDays: Double, isPurchase: Bool) {
      self.product = product
      self.signals = signals
      self.weight = weight
      self.ageDays = ageDays
      self.isPurchase = isPurchase
    }
  }

  /// How much is known of the shopper; 0: nothing.
  public private(set) var evidence = 0.0
  /// Shares of the interest, each from 0 to 1.
  public private(set) var categories: [CategoryID: Double] = [:]
  public private(set) var brands: [String: Double] = [:]
  /// The mean place of the products' prices in their categories, 0 to 1; NaN where none is known.
  public private(set) var priceLevel = Double.nan
  /// The interest in each product.
  public private(set) var interest: [ProductID: Double] = [:]
  public private(set) var bought: Set<ProductID> = []

  public init(_ deeds: [Deed]) {
    var signals: [ProductID: ProductSignals] = [:]
    for deed in deeds {
      interest[deed.product, default: 0] += deed.weight * exp2(-max(0, deed.ageDays) / Self.halfLifeDays)
      if deed.isPurchase { bought.insert(deed.product) }
      signals[deed.product] = deed.signals
    }
    interest = interest.filter { $0.value > 0 }
    // In the order of the products, so that the sums are the same on every machine.
    let liked = interest.sorted { $0.key < $1.key }
    evidence = liked.reduce(0) { $0 + $1.value }
    guard evidence > 0 else { return }
    var (places, priced) = (0.0, 0.0)
    for (product, weight) in liked {
      guard let signals = signals[product] else { continue }
      for category in Set(signals.categories) { categories[category, default: 0] += weight / evidence }
      if let brand = signals.brand { brands[brand, default: 0] += weight / evidence }
      if signals.pricePlace.isFinite {
        places += weight * signals.pricePlace
        priced += weight
      }
    }
    if priced > 0 { priceLevel = places / priced }
  }
}

public import Catalog
public import Ports

/// The traits of a product that tell of the taste of a person who likes it.
public struct TasteFacts: Sendable, Hashable {
  public var categories: [CategoryID]
  public var brand: BrandID?
  public var attributes: [ShopperProfile.Attribute]
  public var priceMinorUnits: Int64?

  public init(
    categories: [CategoryID] = [], brand: BrandID? = nil, attributes: [ShopperProfile.Attribute] = [],
    priceMinorUnits: Int64? = nil
  ) {
    self.categories = categories
    self.brand = brand
    self.attributes = attributes
    self.priceMinorUnits = priceMinorUnits
  }
}

/// Computes a shopper's profile.
///
/// A deed of weight w at age a counts w · 2^(-a / h), with the half-life h. The sums by product are cut off at 0, so that
/// a dismissed product takes nothing from others; a category's share is the interest in its products by the interest in
/// all.
public enum ShopperTastes {
  public static let halfLifeDays = 14.0
  /// Attribute values of a profile, the strongest.
  public static let maxAttributes = 50

  public static func profile(
    of interactions: [Interaction], facts: [ProductID: TasteFacts], now: Timestamp
  ) -> ShopperProfile {
    var interest: [ProductID: Double] = [:]
    for interaction in interactions {
      let age = Double(now.microsecondsSinceEpoch - interaction.at.microsecondsSinceEpoch) / 86_400e6
      interest[interaction.product, default: 0] += interaction.weight * decay(afterDays: max(0, age))
    }
    interest = interest.filter { $0.value > 0 }
    var profile = ShopperProfile(evidence: interest.values.reduce(0, +))
    guard profile.evidence > 0 else { return profile }
    var (logarithms, priced) = (0.0, 0.0)
    for (product, weight) in interest.sorted(by: { $0.key < $1.key }) {
      guard let facts = facts[product] else { continue }
      let share = weight / profile.evidence
      for category in Set(facts.categories) { profile.categories[category, default: 0] += share }
      if let brand = facts.brand { profile.brands[brand, default: 0] += share }
      for attribute in Set(facts.attributes) { profile.attributes[attribute, default: 0] += share }
      if let price = facts.priceMinorUnits, price > 0 {
        logarithms += weight * logarithm(Double(price))
        priced += weight
      }
    }
    if priced > 0 { profile.priceLevelMinorUnits = exponential(logarithms / priced) }
    if profile.attributes.count > maxAttributes {
      let strongest = profile.attributes.sorted {
        ($0.value, $1.key.code, $1.key.value) > ($1.value, $0.key.code, $0.key.value)
      }
      profile.attributes = Dictionary(uniqueKeysWithValues: strongest.prefix(maxAttributes).map { ($0.key, $0.value) })
    }
    return profile
  }
}

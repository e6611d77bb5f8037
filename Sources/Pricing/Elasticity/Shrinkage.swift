/// A product's place and, where its own sales gave one, its own estimate.
public struct ElasticityMember: Hashable, Sendable {
  public var product: String
  public var brand: String
  public var category: String
  public var own: (value: Double, standardError: Double)? {
    guard let value, let standardError else { return nil }
    return (value, standardError)
  }
  private var value: Double?
  private var standardError: Double?

  public init(product: String, brand: String, category: String, value: Double? = nil, standardError: Double? = nil) {
    self.product = product
    self.brand = brand
    self.category = category
    self.value = value
    self.standardError = standardError
  }
}

/// An elasticity after shrinkage: a normal distribution, and how much of it is the product's own.
public struct ShrunkElasticity: Hashable, Sendable {
  public var value: Double
  public var deviation: Double
  /// 1: its own sales alone; 0: what is known of its brand and category.
  public var ownWeight: Double

  public var interval: ClosedRange<Double> { value - 1.96 * deviation...value + 1.96 * deviation }
}

/// Shrinks estimates towards their brand, and brands towards their category (empirical Bayes, normal-normal).
///
/// Each level's variance is estimated by the method of moments (DerSimonian and Laird 1986) and held near a prior where
/// a level has few members, because the method gives 0 too often there. A category's mean starts from the mean of
/// published elasticities, −2.62 (Bijmolt, Van Heerde and Pieters 2005), with a deviation of 2. A product without an own
/// estimate gets its brand's, with the deviation of products within a brand.
public func shrink(_ members: [ElasticityMember]) -> [String: ShrunkElasticity] {
  var shrunk: [String: ShrunkElasticity] = [:]
  for category in Dictionary(grouping: members, by: \.category).values {
    for (product, value) in shrinkCategory(category) { shrunk[product] = value }
  }
  return shrunk
}

private struct Normal {
  var mean: Double
  var variance: Double

  /// The product of two normal densities.
  func combined(with other: Normal) -> Normal {
    let precision = 1 / variance + 1 / other.variance
    return Normal(mean: (mean / variance + other.mean / other.variance) / precision, variance: 1 / precision)
  }
}

private let published = Normal(mean: -2.62, variance: 4)
/// The deviation of elasticities within a level that is assumed where nothing is known, with the weight of four members.
private let priorVariance = 0.3 * 0.3
private let priorWeight = 4.0

private func shrinkCategory(_ members: [ElasticityMember]) -> [(String, ShrunkElasticity)] {
  let brands = Dictionary(grouping: members, by: \.brand).sorted { $0.key < $1.key }
  let own = brands.map { _, members in
    members.compactMap(\.own).map { Normal(mean: $0.value, variance: max($0.standardError * $0.standardError, 1e-8)) }
  }
  let withinBrand = spread(own)
  // A brand's mean of its products' own estimates.
  let means = own.map { estimates in mean(estimates, spread: withinBrand) }
  let betweenBrands = spread([means.compactMap { $0 }])
  let category = mean(means.compactMap { $0 }, spread: betweenBrands).map { published.combined(with: $0) } ?? published
  var shrunk: [(String, ShrunkElasticity)] = []
  for (place, (_, members)) in brands.enumerated() {
    let prior = Normal(mean: category.mean, variance: category.variance + betweenBrands)
    let brand = means[place].map { prior.combined(with: $0) } ?? prior
    let expected = Normal(mean: brand.mean, variance: brand.variance + withinBrand)
    for member in members {
      guard let estimate = member.own else {
        shrunk.append(
          (
            member.product,
            ShrunkElasticity(value: expected.mean, deviation: expected.variance.squareRoot(), ownWeight: 0)
          ))
        continue
      }
      let variance = max(estimate.standardError * estimate.standardError, 1e-8)
      let result = expected.combined(with: Normal(mean: estimate.value, variance: variance))
      shrunk.append(
        (
          member.product,
          ShrunkElasticity(
            value: result.mean, deviation: result.variance.squareRoot(),
            ownWeight: expected.variance / (expected.variance + variance))
        ))
    }
  }
  return shrunk
}

/// The mean of estimates whose true values scatter by `spread`; nil of none.
private func mean(_ estimates: [Normal], spread: Double) -> Normal? {
  guard !estimates.isEmpty else { return nil }
  let weights = estimates.map { 1 / ($0.variance + spread) }
  let sum = weights.reduce(0, +)
  return Normal(mean: zip(weights, estimates).reduce(0) { $0 + $1.0 * $1.1.mean } / sum, variance: 1 / sum)
}

/// The variance of true values around their group's mean: moments, held near the prior.
private func spread(_ groups: [[Normal]]) -> Double {
  var q = 0.0
  var c = 0.0
  var freedom = 0.0
  for group in groups where group.count > 1 {
    let weights = group.map { 1 / $0.variance }
    let sum = weights.reduce(0, +)
    let mean = zip(weights, group).reduce(0) { $0 + $1.0 * $1.1.mean } / sum
    q += zip(weights, group).reduce(0) { $0 + $1.0 * ($1.1.mean - mean) * ($1.1.mean - mean) }
    c += sum - weights.reduce(0) { $0 + $1 * $1 } / sum
    freedom += Double(group.count - 1)
  }
  let moments = c > 0 ? max(0, (q - freedom) / c) : 0
  return (priorWeight * priorVariance + freedom * moments) / (priorWeight + freedom)
}

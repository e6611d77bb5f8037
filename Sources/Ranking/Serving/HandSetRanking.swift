internal import Glibc

/// The ranking that is in force until a better one was learned: the engine's score, moved a little by evidence.
///
///     score = ln(text_score) + Σ wᵢ · (xᵢ - cᵢ)
///
/// A missing value has no part. The parts of evidence about products are held within ±0.1 together, those about the shopper
/// within ±0.5: a product with a third of another's text score stays behind it, whoever searches. For a stranger in a shop
/// without a history the order is the engine's.
public struct HandSetRanking: CandidateScoring {
  public struct Weight: Sendable, Equatable {
    public let feature: String
    public let weight: Double
    /// The value that has no part.
    public let neutral: Double
  }

  static let weights = [
    Weight(feature: "popularity_30", weight: 0.04, neutral: 0),
    Weight(feature: "click_rate", weight: 0.05, neutral: 0),
    Weight(feature: "purchase_rate", weight: 0.05, neutral: 0),
    Weight(feature: "category_affinity", weight: 0.3, neutral: 0),
    Weight(feature: "brand_affinity", weight: 0.3, neutral: 0),
    Weight(feature: "price_fit", weight: 0.2, neutral: 0.75),
    Weight(feature: "collaborative", weight: 0.3, neutral: 0),
    Weight(feature: "likeness", weight: 0.1, neutral: 0),
  ]
  /// The bounds of the sums of each group's parts.
  static let bounds: [RankingFeature.Group: Double] = [.product: 0.1, .shopper: 0.5]

  public let version = "hand-1"
  private let places: [(place: Int, group: RankingFeature.Group, weight: Weight)]
  private let textScore: Int

  public init() {
    places = Self.weights.map { weight in
      let place = FeatureTable.places[weight.feature]!
      return (place, RankingFeature.all[place].group, weight)
    }
    textScore = FeatureTable.places["text_score"]!
  }

  public func scores(of table: FeatureTable) -> [Double] {
    (0..<table.rowCount).map { row in
      let values = table.row(row)
      var (product, shopper) = (0.0, 0.0)
      for (place, group, weight) in places {
        let value = values[values.startIndex + place]
        guard !value.isNaN else { continue }
        let part = weight.weight * (value - weight.neutral)
        if group == .shopper { shopper += part } else { product += part }
      }
      return text(values) + Self.held(product, .product) + Self.held(shopper, .shopper)
    }
  }

  public func parts(of row: Int, in table: FeatureTable) -> [Double]? {
    let values = table.row(row)
    var parts = [Double](repeating: 0, count: values.count)
    parts[textScore] = text(values)
    for (place, _, weight) in places {
      let value = values[values.startIndex + place]
      if !value.isNaN { parts[place] = weight.weight * (value - weight.neutral) }
    }
    // Each group's parts shrink together where their sum is held.
    for (group, bound) in Self.bounds {
      let own = places.filter { $0.group == group }.map(\.place)
      let sum = own.reduce(0) { $0 + parts[$1] }
      if abs(sum) > bound { for place in own { parts[place] *= bound / abs(sum) } }
    }
    return parts
  }

  private static func held(_ sum: Double, _ group: RankingFeature.Group) -> Double {
    let bound = bounds[group] ?? 0
    return min(max(sum, -bound), bound)
  }

  /// Rounded scores of equal products are equal; a product with hardly any score stands far behind.
  private func text(_ values: ArraySlice<Double>) -> Double { log(max(values[values.startIndex + textScore], 1e-4)) }
}

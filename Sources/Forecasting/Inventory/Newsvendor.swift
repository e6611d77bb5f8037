internal import Statistics

/// The stock for one season that cannot be ordered again: fashion, gifts (Snyder and Shen 2019, 4.3).
public struct Newsvendor: Sendable, Equatable {
  public let quantity: Double
  /// The mean cost of being left with too much or too little.
  public let cost: Double
  /// p / (h + p), the probability that demand is met.
  public let criticalRatio: Double

  /// Normal demand; `overage` h is lost on each unit left over, `underage` p on each unit missed. nil where the costs are
  /// not above zero, or the deviation is not.
  public init?(overage h: Double, underage p: Double, mean: Double, deviation: Double) {
    guard [h, p, deviation].allSatisfy({ $0.isFinite && $0 > 0 }), mean.isFinite else { return nil }
    criticalRatio = p / (h + p)
    let z = NormalDistribution.quantile(criticalRatio)
    quantity = mean + z * deviation
    cost = (h + p) * NormalDistribution.density(z) * deviation
  }

  /// The same for any demand that was seen: the smallest value of the sample that reaches the ratio.
  public static func quantity(overage h: Double, underage p: Double, sample: [Double]) -> Double? {
    guard h > 0, p > 0, !sample.isEmpty else { return nil }
    let sorted = sample.sorted()
    let rank = Int(saturating: (p / (h + p) * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }
}

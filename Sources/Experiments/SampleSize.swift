internal import Statistics

/// How many visitors a two-sided comparison of two arms needs, and how surely it finds an effect (normal approximation).
public struct SampleSize: Sendable, Equatable {
  /// The metric of the control, as far as it is known before.
  public let mean: Double
  public let variance: Double
  public let alpha: Double
  /// Whether the treatment's variance follows its own mean, p(1 − p).
  private let isProportion: Bool

  public static let maxVisitors = 1_000_000_000

  public init(mean: Double, variance: Double, alpha: Double = 0.05) {
    precondition(mean.isFinite && mean != 0, "a relative effect needs a mean other than 0")
    precondition(variance > 0 && variance.isFinite, "a variance of \(variance) needs no test")
    precondition(alpha > 0 && alpha < 1, "an alpha of \(alpha) is not in 0…1")
    (self.mean, self.variance, self.alpha, isProportion) = (mean, variance, alpha, false)
  }

  public init(proportion: Double, alpha: Double = 0.05) {
    precondition(proportion > 0 && proportion < 1, "a proportion of \(proportion) is not in 0…1")
    precondition(alpha > 0 && alpha < 1, "an alpha of \(alpha) is not in 0…1")
    (mean, variance, self.alpha, isProportion) = (proportion, proportion * (1 - proportion), alpha, true)
  }

  private func treatmentVariance(_ relativeEffect: Double) -> Double {
    guard isProportion else { return variance }
    let p = min(max(mean * (1 + relativeEffect), 0), 1)
    return p * (1 - p)
  }

  /// Visitors for each arm: n = (z_{1−α/2} + z_power)² · (σ_A² + σ_B²) / δ². Nil beyond a thousand million.
  public func visitorsPerArm(relativeEffect: Double, power: Double = 0.8) -> Int? {
    precondition(relativeEffect != 0 && relativeEffect.isFinite, "an effect of 0 is found by no sample")
    precondition(power > 0 && power < 1, "a power of \(power) is not in 0…1")
    let z = NormalDistribution.quantile(1 - alpha / 2) + NormalDistribution.quantile(power)
    let delta = mean * relativeEffect
    let visitors = (z * z * (variance + treatmentVariance(relativeEffect)) / (delta * delta)).rounded(.up)
    return visitors <= Double(Self.maxVisitors) ? max(2, Int(saturating: visitors)) : nil
  }

  /// The probability that the test finds the effect with so many visitors in each arm.
  public func power(relativeEffect: Double, visitorsPerArm: Int) -> Double {
    precondition(visitorsPerArm > 0, "a test needs visitors")
    let error = ((variance + treatmentVariance(relativeEffect)) / Double(visitorsPerArm)).squareRoot()
    let shift = mean * relativeEffect / error
    let z = NormalDistribution.quantile(1 - alpha / 2)
    return NormalDistribution.cumulative(shift - z) + NormalDistribution.cumulative(-shift - z)
  }

  /// The smallest relative effect, above 0, that is found with this power.
  public func detectableEffect(visitorsPerArm: Int, power: Double = 0.8) -> Double {
    precondition(visitorsPerArm > 0 && power > alpha && power < 1, "a power must be above alpha and below 1")
    var (low, high) = (0.0, 1.0)
    while self.power(relativeEffect: high, visitorsPerArm: visitorsPerArm) < power, high < 1e6 { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if self.power(relativeEffect: middle, visitorsPerArm: visitorsPerArm) < power {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }
}

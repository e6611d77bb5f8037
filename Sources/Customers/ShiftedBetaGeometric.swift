internal import Glibc
internal import Statistics

/// The shifted beta-geometric model of contracts that are renewed or not (Fader and Hardie 2007): each customer leaves at a
/// renewal with a probability of its own, θ ~ beta(α, β).
public struct ShiftedBetaGeometric: Sendable, Equatable {
  public let alpha, beta: Double

  /// nil unless both are above zero.
  public init?(alpha: Double, beta: Double) {
    guard alpha.isFinite, beta.isFinite, alpha > 0, beta > 0 else { return nil }
    self.alpha = alpha
    self.beta = beta
  }

  /// From the customers that are left after each period, the first number those of the start. nil where fewer than two
  /// are given, or one is above the one before it.
  public static func fitted(_ survivors: [Double]) -> (model: ShiftedBetaGeometric, logLikelihood: Double)? {
    guard survivors.count >= 2, survivors.allSatisfy({ $0.isFinite && $0 >= 0 }),
      zip(survivors, survivors.dropFirst()).allSatisfy({ $0 >= $1 })
    else { return nil }
    func cost(_ logarithms: [Double]) -> Double {
      guard logarithms.allSatisfy({ abs($0) < 20 }),
        let model = ShiftedBetaGeometric(alpha: exp(logarithms[0]), beta: exp(logarithms[1]))
      else { return .infinity }
      return -model.logLikelihood(survivors)
    }
    let best = NelderMead.precise.minimum(from: [0.1, 0.1], of: cost)
    return ShiftedBetaGeometric(alpha: exp(best.point[0]), beta: exp(best.point[1])).map { ($0, -best.value) }
  }

  private func logLikelihood(_ survivors: [Double]) -> Double {
    var (sum, logLeaving) = (0.0, 0.0)
    for period in 1..<survivors.count {
      let t = Double(period)
      // P(T = 1) = α / (α + β); P(T = t) = P(T = t − 1) (β + t − 2) / (α + β + t − 1).
      logLeaving += period == 1 ? log(alpha / (alpha + beta)) : log((beta + t - 2) / (alpha + beta + t - 1))
      sum += (survivors[period - 1] - survivors[period]) * logLeaving
    }
    return sum + survivors[survivors.count - 1] * log(survival(survivors.count - 1))
  }

  /// S(t): the share that is left after t renewals.
  public func survival(_ periods: Int) -> Double {
    (0..<max(0, periods)).reduce(1) { $0 * (beta + Double($1)) / (alpha + beta + Double($1)) }
  }

  /// The share of those left after t − 1 renewals that renews the tth time, (β + t − 1) / (α + β + t − 1).
  public func retention(_ period: Int) -> Double {
    (beta + Double(period) - 1) / (alpha + beta + Double(period) - 1)
  }
}

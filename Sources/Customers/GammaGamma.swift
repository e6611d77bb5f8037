internal import Glibc
internal import Statistics

/// The gamma-gamma model of what a purchase is worth (Fader and Hardie 2013): values vary about a customer's own mean, and
/// the means vary between customers.
public struct GammaGamma: Sendable, Equatable {
  public let p, q, v: Double

  /// nil unless all are above zero.
  public init?(p: Double, q: Double, v: Double) {
    guard [p, q, v].allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    self.p = p
    self.q = q
    self.v = v
  }

  /// Maximum likelihood from customers with x repeat purchases of the mean value z̄; those without are left out.
  public static func fitted(
    _ customers: [(repeats: Double, mean: Double)]
  ) throws(UnusableHistory) -> (model: GammaGamma, logLikelihood: Double) {
    let known = customers.filter { $0.repeats > 0 && $0.mean > 0 }
    guard known.count >= UnusableHistory.fewestCustomers else {
      throw UnusableHistory(customers: customers.count, repeaters: known.count)
    }
    func cost(_ logarithms: [Double]) -> Double {
      guard logarithms.allSatisfy({ abs($0) < 25 }),
        let model = GammaGamma(p: exp(logarithms[0]), q: exp(logarithms[1]), v: exp(logarithms[2]))
      else { return .infinity }
      return -known.reduce(0) { $0 + model.logLikelihood(repeats: $1.repeats, mean: $1.mean) }
    }
    let mean = known.map(\.mean).mean
    var best = NelderMead.precise.minimum(from: [1, 1, log(mean)], of: cost)
    let again = NelderMead.precise.minimum(from: best.point.map { $0 + 0.1 }, of: cost)
    if again.value < best.value { best = again }
    guard let model = GammaGamma(p: exp(best.point[0]), q: exp(best.point[1]), v: exp(best.point[2])) else {
      throw UnusableHistory(customers: customers.count, repeaters: known.count)
    }
    return (model, -best.value)
  }

  /// ln L of one customer (equation 1a).
  func logLikelihood(repeats x: Double, mean z: Double) -> Double {
    logGamma(p * x + q) - logGamma(p * x) - logGamma(q) + q * log(v) + (p * x - 1) * log(z) + p * x * log(x)
      - (p * x + q) * log(x * z + v)
  }

  /// The mean value of all customers' purchases, pv / (q − 1); nil where q ≤ 1 and there is none.
  public var populationMean: Double? { q > 1 ? p * v / (q - 1) : nil }

  /// E[M | x, z̄]: a customer's own mean drawn to that of all (equation 5). For a customer without repeat purchases, that of
  /// all.
  public func expectedValue(repeats x: Double, mean z: Double) -> Double? {
    guard p * x + q > 1 else { return populationMean }
    guard x > 0 else { return populationMean }
    return p * (v + x * z) / (p * x + q - 1)
  }
}

internal import Glibc

/// The normal distribution with mean 0 and deviation 1.
public enum NormalDistribution {
  /// φ(z)
  public static func density(_ z: Double) -> Double { exp(-z * z / 2) / (2 * Double.pi).squareRoot() }

  /// Φ(z)
  public static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The loss function G(z) = φ(z) − z(1 − Φ(z)): the mean of what a normal number exceeds z by.
  public static func loss(_ z: Double) -> Double { density(z) - z * cumulative(-z) }

  /// The second-order loss function, ½ E[max(0, Z − z)²] = ½ ((z² + 1)(1 − Φ(z)) − zφ(z)).
  public static func secondOrderLoss(_ z: Double) -> Double { ((z * z + 1) * cumulative(-z) - z * density(z)) / 2 }

  /// Φ⁻¹(p) for 0 < p < 1, by Acklam's rational approximation and two of Halley's steps; ±infinity at the ends, and no
  /// number outside.
  public static func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    // The lower tail alone, because 1 − p is exact where p is near 1 and Φ is not.
    if p > 0.5 { return -quantile(1 - p) }
    var z = approximateQuantile(p)
    for _ in 0..<2 {
      let u = (cumulative(z) - p) / density(z)
      z -= u / (1 + z * u / 2)
    }
    return z
  }

  private static func approximateQuantile(_ p: Double) -> Double {
    let a = [
      -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
      -3.066479806614716e+01, 2.506628277459239e+00,
    ]
    let b = [
      -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
      -1.328068155288572e+01, 1,
    ]
    let c = [
      -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
      4.374664141464968e+00, 2.938163982698783e+00,
    ]
    let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1]
    func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
    if p < 0.02425 {
      let q = (-2 * log(p)).squareRoot()
      return polynomial(c, q) / polynomial(d, q)
    }
    let q = p - 0.5
    return polynomial(a, q * q) * q / polynomial(b, q * q)
  }
}

extension SplitMix64 {
  /// A number of 0 ..< 1.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the normal distribution with mean 0 and deviation 1 (Box and Muller 1958).
  public mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

  /// A number of the Poisson distribution, by Knuth's product in parts of at most 30 so that nothing underflows.
  public mutating func poisson(_ mean: Double) -> Int {
    var (rest, count) = (min(max(0, mean), 1e6), 0)
    while rest > 0 {
      let part = min(rest, 30)
      rest -= part
      let limit = exp(-part)
      var product = uniform()
      while product > limit {
        count += 1
        product *= uniform()
      }
    }
    return count
  }

  /// A number of the gamma distribution with that shape and rate (Marsaglia and Tsang 2000).
  public mutating func gamma(shape: Double, rate: Double) -> Double {
    if shape < 1 { return gamma(shape: shape + 1, rate: rate) * pow(1 - uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    while true {
      let x = normal()
      let v = pow(1 + x / (9 * d).squareRoot(), 3)
      if v > 0, log(1 - uniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v / rate }
    }
  }
}

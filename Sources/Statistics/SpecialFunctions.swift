internal import Glibc

/// ln Γ(x) for x > 0.
public func logGamma(_ x: Double) -> Double { lgamma(x).0 }

/// ln B(a, b) for positive a and b.
public func logBeta(_ a: Double, _ b: Double) -> Double { logGamma(a) + logGamma(b) - logGamma(a + b) }

/// Gauss's ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series; where c − a − b < 0 Euler's transformation first, whose terms
/// fall faster.
public func hypergeometric(_ a: Double, _ b: Double, _ c: Double, _ z: Double) -> Double {
  if c - a - b < 0, z > 0 { return pow(1 - z, c - a - b) * series(c - a, c - b, c, z) }
  return series(a, b, c, z)
}

private func series(_ a: Double, _ b: Double, _ c: Double, _ z: Double) -> Double {
  var (term, sum) = (1.0, 1.0)
  // The ratio of terms goes to z, so that 200,000 terms are enough up to z = 0.9998.
  for index in 0..<200_000 {
    let n = Double(index)
    term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
    sum += term
    if abs(term) <= 1e-16 * abs(sum) { break }
  }
  return sum
}

/// The logistic function 1 / (1 + e⁻ˣ), without overflow.
public func sigmoid(_ x: Double) -> Double {
  if x >= 0 { return 1 / (1 + exp(-x)) }
  let e = exp(x)
  return e / (1 + e)
}

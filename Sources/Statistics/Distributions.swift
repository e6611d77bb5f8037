internal import Glibc

// Distribution functions for tests and intervals. Accuracy is about 1e-12; known values of R and SciPy are in the tests.

/// Student's distribution.
public enum StudentDistribution {
  /// P(|T| ≥ t), the p-value of a two-sided test: I_{ν/(ν+t²)}(ν/2, 1/2).
  public static func twoSided(_ t: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "Student's distribution needs degrees of freedom")
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    return regularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), a: degreesOfFreedom / 2, b: 0.5)
  }

  public static func cumulative(_ t: Double, degreesOfFreedom: Double) -> Double {
    let tail = twoSided(t, degreesOfFreedom: degreesOfFreedom) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The t with P(|T| ≥ t) = `probability`, the half-width of a two-sided interval in standard errors.
  public static func twoSidedQuantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability of \(probability) has no quantile")
    // Bisection needs no start and no derivative; 200 halvings end at the last bit.
    var (low, high) = (0.0, 1.0)
    while twoSided(high, degreesOfFreedom: degreesOfFreedom) > probability, high < 1e300 { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if twoSided(middle, degreesOfFreedom: degreesOfFreedom) > probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The chi-square distribution.
public enum ChiSquareDistribution {
  /// P(X ≥ x) = Q(ν/2, x/2).
  public static func upperTail(_ x: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "a chi-square distribution needs degrees of freedom")
    guard x > 0 else { return x.isNaN ? .nan : 1 }
    return regularizedGammaUpper(a: degreesOfFreedom / 2, x: x / 2)
  }
}

/// The binomial distribution with equal chances, for the sign test.
public enum FairCoin {
  /// The p-value of `heads` among `tosses` tosses of a fair coin, both sides: 2 · P(X ≥ the larger side), at most 1.
  public static func twoSided(heads: Int, tosses: Int) -> Double {
    precondition((0...tosses).contains(heads), "\(heads) heads of \(tosses) tosses")
    let larger = max(heads, tosses - heads)
    guard larger * 2 > tosses else { return 1 }
    // P(X ≥ k) = I_{1/2}(k, n − k + 1).
    return min(1, 2 * regularizedBeta(0.5, a: Double(larger), b: Double(tosses - larger + 1)))
  }
}

/// I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8), evaluated by Lentz's method.
func regularizedBeta(_ x: Double, a: Double, b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  let front = exp(a * log(x) + b * log1p(-x) - logBeta(a, b))
  // The fraction converges fast below the mean; above it the mirror image is used.
  if x > (a + 1) / (a + b + 2) { return 1 - front * betaFraction(1 - x, a: b, b: a) / b }
  return front * betaFraction(x, a: a, b: b) / a
}

private func betaFraction(_ x: Double, a: Double, b: Double) -> Double {
  let tiny = 1e-300
  func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / kept(1 - (a + b) * x / (a + 1))
  var h = d
  for m in 1...10_000 {
    let m = Double(m)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / kept(1 + even * d)
    c = kept(1 + even / c)
    h *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / kept(1 + odd * d)
    c = kept(1 + odd / c)
    h *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return h
}

/// Q(a, x): by the series below a + 1 (Abramowitz and Stegun 6.5.29), else by the continued fraction (6.5.31).
func regularizedGammaUpper(a: Double, x: Double) -> Double {
  guard x > 0 else { return 1 }
  let front = exp(a * log(x) - x - logGamma(a))
  if x < a + 1 {
    var term = 1 / a
    var sum = term
    for n in 1...10_000 {
      term *= x / (a + Double(n))
      sum += term
      if term < sum * 1e-17 { break }
    }
    return 1 - front * sum
  }
  let tiny = 1e-300
  var b = x + 1 - a
  var c = 1 / tiny
  var d = 1 / b
  var h = d
  for n in 1...10_000 {
    let an = -Double(n) * (Double(n) - a)
    b += 2
    d = 1 / max(tiny, an * d + b)
    c = max(tiny, b + an / c)
    h *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return front * h
}

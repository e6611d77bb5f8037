extension RandomStream {
  /// Normal with mean 0 and variance 1 (Marsaglia and Bray's polar method, 1964; its second value is discarded, so that
  /// a stream's state is only its generator's).
  mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0, square < 1 { return x * (-2 * PortableMath.ln(square) / square).squareRoot() }
    }
  }

  /// Exponential with the given mean, by inversion.
  mutating func exponential(mean: Double) -> Double { -mean * PortableMath.ln(1 - uniform()) }

  /// Gamma with the given shape (at least 1) and mean (Marsaglia and Tsang, "A simple method for generating gamma
  /// variables", 2000: d = shape - 1/3, c = 1/√(9d), v = (1 + cx)³).
  mutating func gamma(shape: Double, mean: Double) -> Double {
    precondition(shape >= 1, "gamma of shape \(shape): the method asks for 1 or more")
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let base = 1 + c * x
      guard base > 0 else { continue }
      let v = base * base * base
      if PortableMath.ln(1 - uniform()) < 0.5 * x * x + d - d * v + d * PortableMath.ln(v) {
        return d * v * mean / shape
      }
    }
  }

  /// Poisson with the given mean: Knuth's product of uniforms (TAOCP 2, 3.4.1), in parts of at most 16, because a sum
  /// of Poisson variables is a Poisson variable.
  mutating func poisson(_ mean: Double) -> Int {
    var rest = mean
    var count = 0
    while rest > 0 {
      let limit = PortableMath.exp(-min(rest, 16))
      var product = uniform()
      while product > limit {
        count += 1
        product *= uniform()
      }
      rest -= 16
    }
    return count
  }

  /// A rank in 0..<count from a power law cut off at `count`, by inversion (Zipf's law, made continuous; s other than
  /// 1):
  /// P(rank ≤ r) = ((r + 2)^(1-s) - 1) / ((count + 1)^(1-s) - 1).
  mutating func powerLawRank(count: Int, exponent s: Double) -> Int {
    guard count > 1 else { return 0 }
    let top = PortableMath.power(Double(count + 1), 1 - s) - 1
    let x = PortableMath.power(1 + uniform() * top, 1 / (1 - s))
    return min(max(Int(saturating: x) - 1, 0), count - 1)
  }

  /// An index, drawn in proportion to its weight.
  mutating func index(weights: [Double]) -> Int {
    var target = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      target -= weight
      if target < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}

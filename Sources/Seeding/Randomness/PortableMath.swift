/// Elementary functions made of additions, multiplications, divisions and square roots alone, which IEEE 754 rounds the
/// same everywhere. A C library's `exp` differs in the last bit from machine to machine, and then the bytes would.
enum PortableMath {
  static let ln2 = 0.693147180559945309417232121458

  /// eˣ: x = k ln 2 + r with |r| ≤ ln 2 / 2, and r's Taylor series to the 14th power (relative error below 1e-15).
  static func exp(_ x: Double) -> Double {
    let bounded = min(max(x, -700), 700)
    let k = (bounded / ln2).rounded()
    let r = bounded - k * ln2
    var sum = 1.0
    for n in stride(from: 14.0, through: 1, by: -1) { sum = 1 + r / n * sum }
    return Double(sign: .plus, exponent: Int(saturating: k), significand: sum)
  }

  /// The natural logarithm of a positive number: x = 2ᵏ m with m around 1, ln m = 2 (s + s³/3 + s⁵/5 …), s = (m-1)/(m+1).
  static func ln(_ x: Double) -> Double {
    precondition(x > 0 && x.isFinite, "ln of \(x): only positive finite numbers have one")
    var k = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
      m /= 2
      k += 1
    }
    let s = (m - 1) / (m + 1)
    let s2 = s * s
    var sum = 0.0
    for n in stride(from: 23.0, through: 1, by: -2) { sum = sum * s2 + 1 / n }
    return k * ln2 + 2 * s * sum
  }

  static func power(_ base: Double, _ exponent: Double) -> Double { exp(exponent * ln(base)) }

  /// cos 2πt, by symmetry from the first quarter's Taylor series to the 22nd power.
  static func cosineOfTurns(_ t: Double) -> Double {
    let part = abs(t - t.rounded())
    let mirrored = part > 0.25
    let x = (mirrored ? 0.5 - part : part) * 6.283185307179586
    let x2 = x * x
    var sum = 1.0
    for n in stride(from: 22.0, through: 2, by: -2) { sum = 1 - x2 / (n * (n - 1)) * sum }
    return mirrored ? -sum : sum
  }

  /// 1 / (1 + e⁻ˣ).
  static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

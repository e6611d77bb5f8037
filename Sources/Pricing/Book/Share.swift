/// A part of a whole in parts per million: 19 % is 190,000. Prices are computed without floating point.
public struct Share: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let partsPerMillion: Int64

  public static let millionth: Int64 = 1_000_000
  public static let zero = Share(known: 0)
  public static let whole = Share(known: millionth)
  /// From nothing left to eleven times as much: beyond this a percentage is a slip of the hand.
  public static let allowed: ClosedRange<Int64> = -millionth...10 * millionth

  private init(known parts: Int64) { partsPerMillion = parts }

  /// nil outside of −100 % … 1,000 %.
  public init?(partsPerMillion: Int64) {
    guard Self.allowed.contains(partsPerMillion) else { return nil }
    self.init(known: partsPerMillion)
  }

  /// Reads `19`, `2.6`, `-15` or `8.875`; nil for other texts, for more than four decimals, and outside of the range.
  public init?(percentText: String) {
    let isNegative = percentText.hasPrefix("-")
    let parts = percentText.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...4).contains(parts[0].utf8.count) else { return nil }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard fraction.utf8.count <= 4, parts.count == 1 || !fraction.isEmpty else { return nil }
    let digits = String(parts[0]) + fraction + String(repeating: "0", count: 4 - fraction.utf8.count)
    guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(digits) else { return nil }
    self.init(partsPerMillion: isNegative ? -number : number)
  }

  /// The part of an amount, rounded half away from zero.
  public func of(_ amount: Int64) -> Int64 { amount.scaled(by: partsPerMillion, over: Self.millionth) }

  /// The amount with the part added to it: 164.02 + 2.6 % = 168.28. The sum is rounded, not the part: 10.50 − 15 % is
  /// 8.93.
  public func added(to amount: Int64) -> Int64 {
    amount.scaled(by: Self.millionth + partsPerMillion, over: Self.millionth)
  }

  /// The amount without the part, rounded the same way.
  public func taken(from amount: Int64) -> Int64 {
    amount.scaled(by: Self.millionth - partsPerMillion, over: Self.millionth)
  }

  public static func < (left: Share, right: Share) -> Bool { left.partsPerMillion < right.partsPerMillion }

  /// `19 %`, `2.6 %`
  public var description: String { "\(percentText) %" }

  /// `19`, `2.6`, `-15`: the text that `init(percentText:)` reads.
  public var percentText: String {
    let (whole, rest) = partsPerMillion.magnitude.quotientAndRemainder(dividingBy: 10_000)
    var fraction = String(rest + 10_000).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(partsPerMillion < 0 ? "-" : "")\(whole)\(fraction.isEmpty ? "" : "." + fraction)"
  }
}

/// The direction in which a division is rounded.
enum RoundingDirection { case halfAwayFromZero, up, down }

extension Int64 {
  /// `self × factor ÷ divisor`, rounded; the nearest number that there is where it does not fit. `divisor` is above 0.
  @inline(__always)
  func scaled(
    by factor: Int64, over divisor: Int64, rounding: RoundingDirection = .halfAwayFromZero
  ) -> Int64 {
    let (product, isTooWide) = multipliedReportingOverflow(by: factor)
    guard isTooWide else {
      let (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
      guard remainder != 0 else { return quotient }
      let distance = remainder.magnitude
      switch rounding {
      // Without a doubling, which could overflow.
      case .halfAwayFromZero: return distance >= divisor.magnitude - distance ? quotient + remainder.signum() : quotient
      case .up: return remainder > 0 ? quotient + 1 : quotient
      case .down: return remainder < 0 ? quotient - 1 : quotient
      }
    }
    return scaledWide(by: factor, over: divisor, rounding: rounding)
  }

  @inline(never)
  private func scaledWide(by factor: Int64, over divisor: Int64, rounding: RoundingDirection) -> Int64 {
    let product = Int128(self) * Int128(factor)
    var (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(divisor))
    switch rounding {
    case .halfAwayFromZero: if 2 * remainder.magnitude >= divisor.magnitude { quotient += remainder.signum() }
    case .up: if remainder > 0 { quotient += 1 }
    case .down: if remainder < 0 { quotient -= 1 }
    }
    return Int64(clamping: quotient)
  }
}

/// Splits an amount in proportion to weights so that the parts add up to it: the largest remainder method (Hamilton).
///
/// Each part is rounded down, and what is left goes, one minor unit each, to the parts with the largest remainders, of
/// equal ones to the earlier. No part of an amount up to the sum of the weights is above its weight. Weights are not
/// negative; if all are 0, the first takes the whole amount.
public func shares(of amount: Int64, by weights: [Int64]) -> [Int64] {
  guard !weights.isEmpty else { return [] }
  let sum = weights.reduce(Int128(0)) { $0 + Int128(max(0, $1)) }
  guard sum > 0 else { return [amount] + Array(repeating: 0, count: weights.count - 1) }
  let magnitude = Int128(amount.magnitude)
  var parts = [Int128](repeating: 0, count: weights.count)
  var remainders = parts
  var left = magnitude
  for place in weights.indices {
    // At most 2^63 × 2^63, which fits.
    let (quotient, remainder) = (magnitude * Int128(max(0, weights[place]))).quotientAndRemainder(dividingBy: sum)
    parts[place] = quotient
    remainders[place] = remainder
    left -= quotient
  }
  let order = weights.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
  // Fewer units are left than there are parts with a remainder.
  for place in order.prefix(Int(clamping: left)) { parts[place] += 1 }
  return parts.map { Int64(clamping: amount < 0 ? -$0 : $0) }
}

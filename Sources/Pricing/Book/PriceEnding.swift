/// The last digits that a price gets: `.99`, `.95`, or the five-hundredths of Swiss cash prices.
public struct PriceEnding: Hashable, Sendable {
  public enum Direction: String, Sendable, CaseIterable { case nearest, up, down }

  /// The last digits in minor units: 99 for `.99`, 0 for round numbers.
  public let last: Int64
  /// The distance of two such prices: 100 for `.99` of each whole unit, 1,000 for `9.99`, 5 for five-hundredths.
  public let step: Int64
  public let direction: Direction

  /// nil unless `0 ≤ last < step ≤ 1,000,000`.
  public init?(last: Int64, step: Int64, direction: Direction = .nearest) {
    guard (1...1_000_000).contains(step), (0..<step).contains(last) else { return nil }
    self.last = last
    self.step = step
    self.direction = direction
  }

  /// The price with this ending; the lower one if two are as near. An amount below the least such price stays as it is
  /// if the direction is down.
  public func applied(to amount: Int64) -> Int64 {
    let below = lower(amount)
    if below == amount { return amount }
    let above = upper(amount)
    switch direction {
    case .down: return below ?? amount
    case .up: return above
    case .nearest:
      guard let below else { return above }
      return amount - below <= above - amount ? below : above
    }
  }

  /// The highest price with this ending that is not above the amount.
  func lower(_ amount: Int64) -> Int64? {
    guard amount >= last else { return nil }
    return amount - (amount - last) % step
  }

  /// The lowest price with this ending that is not below the amount.
  func upper(_ amount: Int64) -> Int64 {
    guard let below = lower(amount) else { return last }
    return below == amount ? amount : below.adding(saturating: step)
  }
}

/// Orders for known demand that changes by period, at the least cost (Wagner and Whitin 1958).
public struct WagnerWhitin: Sendable, Equatable {
  /// A quantity for each period.
  public let orders: [Double]
  public let cost: Double

  public static let maxPeriods = 1_000

  /// `fixedCost` K an order, `holdingCost` h a unit and period. nil where a number is below zero, or the periods are more
  /// than `maxPeriods`.
  public init?(fixedCost k: Double, holdingCost h: Double, demand: [Double]) {
    guard demand.count <= Self.maxPeriods, ([k, h] + demand).allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
    // θ(t): the least cost of the periods from t on; the order in t serves those before `next[t]`.
    var least = [Double](repeating: 0, count: demand.count + 1)
    var next = [Int](repeating: demand.count, count: demand.count + 1)
    for start in demand.indices.reversed() {
      least[start] = .infinity
      var held = k
      for end in (start + 1)...demand.count {
        held += h * Double(end - 1 - start) * demand[end - 1]
        if held + least[end] < least[start] { (least[start], next[start]) = (held + least[end], end) }
      }
    }
    var quantities = [Double](repeating: 0, count: demand.count)
    var period = 0
    while period < demand.count {
      quantities[period] = demand[period..<next[period]].reduce(0, +)
      period = next[period]
    }
    orders = quantities
    cost = least[0]
  }
}

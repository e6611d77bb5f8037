/// The order quantity where ordering and holding cost the least (Harris 1913; Snyder and Shen 2019, 3.2 and 3.5).
public struct EconomicOrderQuantity: Sendable, Equatable {
  public let quantity: Double
  /// The cost a unit of time.
  public let cost: Double
  /// The share of time out of stock; 0 without backorders.
  public let stockoutShare: Double

  /// `fixedCost` K an order, `holdingCost` h a unit and time, `demand` λ a time, `backorderCost` p a unit and time or nil
  /// where nobody waits. nil unless all are above zero.
  ///
  /// Q = √(2Kλ/h), with backorders √(2Kλ(h + p)/(hp)).
  public init?(fixedCost k: Double, holdingCost h: Double, demand: Double, backorderCost p: Double? = nil) {
    guard [k, h, demand, p ?? 1].allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    if let p {
      quantity = (2 * k * demand * (h + p) / (h * p)).squareRoot()
      cost = (2 * k * demand * h * p / (h + p)).squareRoot()
      stockoutShare = h / (h + p)
    } else {
      quantity = (2 * k * demand / h).squareRoot()
      cost = (2 * k * demand * h).squareRoot()
      stockoutShare = 0
    }
  }
}

internal import Statistics

/// How demand and lead time vary, for one product; all lengths of time in the same unit, such as days.
public struct LeadTimeDemand: Sendable, Equatable {
  /// d: mean demand a unit of time.
  public let mean: Double
  /// σ: its deviation.
  public let deviation: Double
  /// L: mean lead time.
  public let leadTime: Double
  /// σL: its deviation.
  public let leadTimeDeviation: Double

  /// nil where a number is below zero or not a number.
  public init?(mean: Double, deviation: Double, leadTime: Double, leadTimeDeviation: Double = 0) {
    guard [mean, deviation, leadTime, leadTimeDeviation].allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
    self.mean = mean
    self.deviation = deviation
    self.leadTime = leadTime
    self.leadTimeDeviation = leadTimeDeviation
  }

  /// The mean demand while an order is on its way, dL.
  public var demand: Double { mean * leadTime }

  /// Its deviation, √(Lσ² + d²σL²) (Silver, Pyke and Thomas 2017, 6.30).
  public var demandDeviation: Double {
    (leadTime * deviation * deviation + mean * mean * leadTimeDeviation * leadTimeDeviation).squareRoot()
  }

  /// SS = z · deviation, for a probability `service` that no stock-out comes before the order.
  public func safetyStock(service: Double) -> Double { NormalDistribution.quantile(clamped(service)) * demandDeviation }

  /// ROP = dL + SS.
  public func reorderPoint(service: Double) -> Double { demand + safetyStock(service: service) }

  /// The share of demand served from stock with reorder point `r` and order quantity `q`: 1 − σ G(z) / Q.
  public func fillRate(reorderPoint r: Double, quantity q: Double) -> Double {
    guard q > 0 else { return 0 }
    guard demandDeviation > 0 else { return r >= demand ? 1 : max(0, 1 - (demand - r) / q) }
    return 1 - demandDeviation * NormalDistribution.loss((r - demand) / demandDeviation) / q
  }

  /// The least reorder point with that fill rate, by halving.
  public func reorderPoint(fillRate: Double, quantity q: Double) -> Double {
    let wanted = clamped(fillRate)
    var (low, high) = (demand - 4 * demandDeviation - q, demand + 8 * demandDeviation)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if self.fillRate(reorderPoint: middle, quantity: q) < wanted { low = middle } else { high = middle }
    }
    return high
  }

  /// No stock serves all demand of a distribution without end.
  private func clamped(_ service: Double) -> Double { min(max(service, 0.001), 0.9999) }
}

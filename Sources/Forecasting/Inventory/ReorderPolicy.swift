internal import Statistics

/// The (r, Q) policy under normal demand: order Q when the inventory position falls to r (Snyder and Shen 2019, 5).
public struct ReorderPolicy: Sendable, Equatable {
  public let reorderPoint: Double
  public let quantity: Double
  /// The mean cost a unit of time.
  public let cost: Double

  /// Costs and demand, all for the same unit of time.
  public struct Problem: Sendable, Equatable {
    public let holdingCost, stockoutCost, fixedCost: Double
    public let demandMean, demandDeviation, leadTime: Double

    /// nil where a cost or the demand is not above zero, or the deviation or the lead time is below.
    public init?(
      holdingCost: Double, stockoutCost: Double, fixedCost: Double, demandMean: Double, demandDeviation: Double,
      leadTime: Double
    ) {
      guard [holdingCost, stockoutCost, fixedCost, demandMean].allSatisfy({ $0.isFinite && $0 > 0 }),
        [demandDeviation, leadTime].allSatisfy({ $0.isFinite && $0 >= 0 })
      else { return nil }
      self.holdingCost = holdingCost
      self.stockoutCost = stockoutCost
      self.fixedCost = fixedCost
      self.demandMean = demandMean
      self.demandDeviation = demandDeviation
      self.leadTime = leadTime
    }

    fileprivate var mean: Double { demandMean * leadTime }
    /// Never 0, so that z is a number.
    fileprivate var deviation: Double { max(demandDeviation * leadTime.squareRoot(), 1e-9 * max(1, mean)) }

    fileprivate func z(_ level: Double) -> Double { (level - mean) / deviation }
    /// E[(D − level)⁺]
    fileprivate func shortage(_ level: Double) -> Double { deviation * NormalDistribution.loss(z(level)) }
    /// ½ E[((D − level)⁺)²]
    fileprivate func secondShortage(_ level: Double) -> Double {
      deviation * deviation * NormalDistribution.secondOrderLoss(z(level))
    }

    /// g(S) = h E[(S − D)⁺] + p E[(D − S)⁺], the cost of holding S against the demand of a lead time.
    fileprivate func rate(_ level: Double) -> Double {
      holdingCost * (level - mean) + (holdingCost + stockoutCost) * shortage(level)
    }

    /// The exact cost, (Kλ + ∫ g(S) dS from r to r + Q) / Q; the integral in closed form by the second-order loss.
    public func cost(reorderPoint r: Double, quantity q: Double) -> Double {
      let (low, high) = (r - mean, r + q - mean)
      let integral =
        holdingCost * (high * high - low * low) / 2
        + (holdingCost + stockoutCost) * (secondShortage(r) - secondShortage(r + q))
      return (fixedCost * demandMean + integral) / q
    }

    /// The best r for a quantity: g(r) = g(r + Q), by halving between S* − 5Q and S*.
    public func reorderPoint(quantity q: Double) -> Double {
      let best = mean + deviation * NormalDistribution.quantile(stockoutCost / (stockoutCost + holdingCost))
      var (low, high) = (best - q, best)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        // g falls before S* and rises after it.
        if rate(middle) > rate(middle + q) { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
  }

  /// The policy with the least exact cost (Federgruen and Zheng 1992): the cost is convex in Q with the best r for each.
  public static func exact(_ problem: Problem) -> ReorderPolicy {
    func cost(_ q: Double) -> Double { problem.cost(reorderPoint: problem.reorderPoint(quantity: q), quantity: q) }
    let base = (2 * problem.fixedCost * problem.demandMean / problem.holdingCost).squareRoot()
    var (low, high) = (base * 1e-3, base * 4 + 8 * problem.deviation)
    let ratio = (5.0.squareRoot() - 1) / 2
    for _ in 0..<120 {
      let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
      if cost(left) < cost(right) { high = right } else { low = left }
    }
    let q = (low + high) / 2
    let r = problem.reorderPoint(quantity: q)
    return ReorderPolicy(reorderPoint: r, quantity: q, cost: problem.cost(reorderPoint: r, quantity: q))
  }

  /// The approximation by the expected inventory level (Hadley and Whitin 1963): r and Q from each other in turn; p is paid
  /// once a unit short. nil where holding costs more than being short, so that no r exists.
  public static func expectedInventoryLevel(_ problem: Problem) -> ReorderPolicy? {
    var q = (2 * problem.fixedCost * problem.demandMean / problem.holdingCost).squareRoot()
    var r = 0.0
    for _ in 0..<1_000 {
      let share = 1 - q * problem.holdingCost / (problem.stockoutCost * problem.demandMean)
      guard share > 0 else { return nil }
      let next = problem.mean + problem.deviation * NormalDistribution.quantile(share)
      let quantity =
        (2 * problem.demandMean * (problem.fixedCost + problem.stockoutCost * problem.shortage(next))
        / problem.holdingCost).squareRoot()
      let isSettled = abs(next - r) < 1e-9 && abs(quantity - q) < 1e-9
      (r, q) = (next, quantity)
      if isSettled { break }
    }
    let cost =
      problem.holdingCost * (r - problem.mean + q / 2)
      + problem.demandMean * (problem.fixedCost + problem.stockoutCost * problem.shortage(r)) / q
    return ReorderPolicy(reorderPoint: r, quantity: q, cost: cost)
  }

  /// EOQ with backorders as Q, and the best r for it.
  public static func economicQuantity(_ problem: Problem) -> ReorderPolicy? {
    EconomicOrderQuantity(
      fixedCost: problem.fixedCost, holdingCost: problem.holdingCost, demand: problem.demandMean,
      backorderCost: problem.stockoutCost
    ).map { economic in
      let r = problem.reorderPoint(quantity: economic.quantity)
      return ReorderPolicy(
        reorderPoint: r, quantity: economic.quantity,
        cost: problem.cost(reorderPoint: r, quantity: economic.quantity))
    }
  }
}

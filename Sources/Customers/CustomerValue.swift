internal import Glibc

/// The value of customers over the months ahead, discounted, by BG/NBD and gamma-gamma.
public struct CustomerValue: Sendable {
  public let buying: BGNBD
  public let spending: GammaGamma
  /// The share by which a month's money is worth less than that of the month before it.
  public let monthlyDiscount: Double

  /// Weeks in a month, as the published figures count them (lifetimes).
  private static let weeksPerMonth = 4.345
  private static let maxMonths = 120

  public init(buying: BGNBD, spending: GammaGamma, monthlyDiscount: Double = 0.01) {
    self.buying = buying
    self.spending = spending
    self.monthlyDiscount = monthlyDiscount
  }

  /// Both models fitted to the customers.
  public init(_ summaries: [PurchaseSummary], monthlyDiscount: Double = 0.01) throws(UnusableHistory) {
    buying = try BGNBD.fitted(summaries.map { BGNBD.History(weeks: $0) }).model
    spending = try GammaGamma.fitted(summaries.map { (Double($0.repeats), $0.meanRepeatMinorUnits) }).model
    self.monthlyDiscount = monthlyDiscount
  }

  /// Σ over months of the purchases expected in it × the value of one / (1 + d)^month; 0 where no mean value exists.
  public func value(_ history: BGNBD.History, meanRepeat: Double, months: Int = 12) -> Double {
    guard let each = spending.expectedValue(repeats: history.x, mean: meanRepeat) else { return 0 }
    var (sum, before) = (0.0, 0.0)
    for month in 1...max(1, min(months, Self.maxMonths)) {
      let purchases = buying.expectedPurchases(next: Double(month) * Self.weeksPerMonth, history)
      sum += (purchases - before) * each / pow(1 + monthlyDiscount, Double(month))
      before = purchases
    }
    return sum
  }
}

public import Catalog
internal import Statistics

/// A customer's purchases as the models of buying need them. Orders of one day are one purchase.
public struct PurchaseSummary: Sendable, Equatable {
  public let customer: String
  /// x: the days with a purchase after the first one.
  public let repeats: Int
  /// t_x: from the first purchase to the last, in days.
  public let recencyDays: Double
  /// T: from the first purchase to the end of observation, in days.
  public let ageDays: Double
  /// The mean value of a repeat purchase, in minor units; 0 without any.
  public let meanRepeatMinorUnits: Double
  /// All purchases together.
  public let totalMinorUnits: Int64

  public init(
    customer: String, repeats: Int, recencyDays: Double, ageDays: Double, meanRepeatMinorUnits: Double = 0,
    totalMinorUnits: Int64 = 0
  ) {
    self.customer = customer
    self.repeats = repeats
    self.recencyDays = recencyDays
    self.ageDays = ageDays
    self.meanRepeatMinorUnits = meanRepeatMinorUnits
    self.totalMinorUnits = totalMinorUnits
  }

  /// In the order of the customers' codes. Orders after `end` are left out. An order of nothing is a purchase, as in
  /// the published data; a day on which returns are worth more than orders is not.
  public static func summaries(_ orders: [CustomerOrder], end: CalendarDay) -> [PurchaseSummary] {
    var byCustomer: [String: [CalendarDay: Int64]] = [:]
    for order in orders where order.day <= end {
      byCustomer[order.customer, default: [:]][order.day, default: 0].add(saturating: order.valueMinorUnits)
    }
    return byCustomer.sorted { $0.key < $1.key }.compactMap { customer, byDay in
      let days = byDay.filter { $0.value >= 0 }.sorted { $0.key < $1.key }
      guard let first = days.first, let last = days.last else { return nil }
      let values = days.dropFirst().map { Double($0.value) }
      return PurchaseSummary(
        customer: customer, repeats: days.count - 1,
        recencyDays: Double(last.key.daysSinceEpoch - first.key.daysSinceEpoch),
        ageDays: Double(end.daysSinceEpoch - first.key.daysSinceEpoch), meanRepeatMinorUnits: values.mean,
        totalMinorUnits: days.reduce(Int64(0)) { $0.adding(saturating: $1.value) })
    }
  }
}

extension Int64 {
  fileprivate mutating func add(saturating other: Int64) { self = adding(saturating: other) }
}

public import Catalog

/// Customers by the month of their first order, and what they did in the months after it.
public struct Cohorts: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    /// The first day of the month.
    public let month: CalendarDay
    public let customers: Int
    /// The customers who ordered in the month of the first order, and in each after it.
    public let active: [Int]
    /// The value of their orders in those months, returns taken off.
    public let revenueMinorUnits: [Int64]

    /// Shares of the cohort.
    public var retention: [Double] { active.map { Double($0) / Double(max(1, customers)) } }
  }

  public let rows: [Row]
  public static let maxMonths = 240

  /// Up to the month of `end`; months beyond the bound are left out.
  public init(_ orders: [CustomerOrder], end: CalendarDay) {
    var first: [String: Int64] = [:]
    let orders = orders.filter { $0.day <= end }
    for order in orders where order.valueMinorUnits > 0 {
      let month = Self.month(order.day)
      first[order.customer] = min(first[order.customer] ?? month, month)
    }
    var active: [Int64: [Set<String>]] = [:]
    var revenue: [Int64: [Int64]] = [:]
    let last = Self.month(end)
    for month in Set(first.values) {
      let months = min(Self.maxMonths, Int(last - month) + 1)
      active[month] = Array(repeating: [], count: months)
      revenue[month] = Array(repeating: 0, count: months)
    }
    for order in orders {
      guard let cohort = first[order.customer] else { continue }
      let place = Int(Self.month(order.day) - cohort)
      guard place >= 0, let sums = revenue[cohort], sums.indices.contains(place) else { continue }
      if order.valueMinorUnits > 0 { active[cohort]?[place].insert(order.customer) }
      revenue[cohort]?[place] = sums[place].adding(saturating: order.valueMinorUnits)
    }
    let sizes = first.values.reduce(into: [Int64: Int]()) { $0[$1, default: 0] += 1 }
    rows = sizes.keys.sorted().compactMap { month in
      guard let day = CalendarDay(year: month / 12, month: month % 12 + 1, day: 1) else { return nil }
      return Row(
        month: day, customers: sizes[month] ?? 0, active: (active[month] ?? []).map(\.count),
        revenueMinorUnits: revenue[month] ?? [])
    }
  }

  private static func month(_ day: CalendarDay) -> Int64 {
    let (year, month, _) = day.civil
    return year * 12 + month - 1
  }
}

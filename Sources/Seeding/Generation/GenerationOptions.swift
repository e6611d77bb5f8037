public import Catalog

/// The amount of demo data to make. The same options always give the same bytes.
public struct GenerationOptions: Sendable, Hashable {
  public let products: Int
  public let customers: Int
  public let days: Int
  public let seed: UInt64
  /// The last day of the history, whose prices the catalog has.
  public let lastDay: CalendarDay

  /// The largest numbers that fit the width of a product's and a customer's code.
  static let maxProducts = 9_999_999
  static let maxCustomers = 9_999_999
  /// Ten years: data computed in advance for every kind and day is kept in memory.
  static let maxDays = 3653

  /// 2026-10-31, fixed so that the machine's clock changes nothing.
  public static let standardLastDay = CalendarDay(daysSinceEpoch: 20_757)

  /// Throws for numbers out of range.
  public init(
    products: Int, customers: Int = 0, days: Int = 0, seed: UInt64 = 1, lastDay: CalendarDay = standardLastDay
  ) throws(SeedError) {
    guard (1...Self.maxProducts).contains(products) else {
      throw SeedError("--products \(products)", "give a number from 1 to \(Self.maxProducts)")
    }
    guard (0...Self.maxCustomers).contains(customers) else {
      throw SeedError("--customers \(customers)", "give a number from 0 to \(Self.maxCustomers)")
    }
    guard (0...Self.maxDays).contains(days) else {
      throw SeedError("--days \(days)", "give a number from 0 to \(Self.maxDays)")
    }
    self.products = products
    self.customers = customers
    self.days = days
    self.seed = seed
    self.lastDay = lastDay
  }

  /// The first day of the history.
  var firstDay: CalendarDay { CalendarDay(daysSinceEpoch: lastDay.daysSinceEpoch - Int64(max(days, 1) - 1)) }
}

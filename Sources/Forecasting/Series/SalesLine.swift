public import Catalog

/// A line of sales: units of a product on a day.
public struct SalesLine: Sendable, Equatable {
  /// Orders are demand. A cancellation before dispatch takes the order's demand back. A return brings stock back, but the
  /// demand was there.
  public enum Kind: String, Sendable { case order, cancellation, `return` }

  public var product: String
  public var day: CalendarDay
  public var units: Double
  public var kind: Kind
  public var price: Double?
  public var isPromoted: Bool

  public init(
    product: String, day: CalendarDay, units: Double, kind: Kind = .order, price: Double? = nil,
    isPromoted: Bool = false
  ) {
    self.product = product
    self.day = day
    self.units = units
    self.kind = kind
    self.price = price
    self.isPromoted = isPromoted
  }
}

/// Bounds on what is forecast, so that a slip of the keyboard cannot order a ship.
public enum ForecastLimits {
  /// A day of a product above it is a mistake, or a matter for a person.
  public static let unitsPerLine = 100_000.0
  public static let lines = 20_000_000
  public static let products = 200_000
  /// Ten years of days.
  public static let steps = 3_660
  public static let horizon = 366
  public static let price = 1e9
}

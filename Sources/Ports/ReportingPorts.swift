public import Catalog

/// A figure of the shop, as the catalogue of metrics defines it.
public struct Metric: Sendable, Hashable {
  /// Each figure's kind, which decides how it is written.
  public enum Unit: String, Sendable, CaseIterable {
    /// In minor units of the shop's currency.
    case money
    case count
    /// A share of 1.
    case share
    case days
    /// A ratio, such as 2.4 times.
    case ratio
  }

  /// The ways in which a figure can be taken apart.
  public enum Dimension: String, Sendable, CaseIterable { case day, category, product }

  /// `net_sales`
  public var code: String
  public var title: String
  /// In words.
  public var formula: String
  public var unit: Unit
  /// More is better; nil where neither is.
  public var isBetterHigher: Bool?
  /// Empty: as it stands now, without a period.
  public var dimensions: [Dimension]

  public init(
    code: String, title: String, formula: String, unit: Unit, isBetterHigher: Bool?, dimensions: [Dimension]
  ) {
    self.code = code
    self.title = title
    self.formula = formula
    self.unit = unit
    self.isBetterHigher = isBetterHigher
    self.dimensions = dimensions
  }

  /// Whether it is of a period; else it is of now.
  public var isOfPeriod: Bool { dimensions.contains(.day) }
}

/// Days from the first to the last, both among them.
public struct ReportPeriod: Sendable, Hashable {
  /// Ten years.
  public static let maxDays = 3_660

  public let first: CalendarDay
  public let last: CalendarDay

  /// nil unless 1 to `maxDays` days.
  public init?(first: CalendarDay, last: CalendarDay) {
    let days = last.daysSinceEpoch.subtracting(saturating: first.daysSinceEpoch).adding(saturating: 1)
    guard (1...Int64(Self.maxDays)).contains(days) else { return nil }
    self.first = first
    self.last = last
  }

  public var days: Int { Int(last.daysSinceEpoch - first.daysSinceEpoch) + 1 }

  /// As many days directly before.
  public var previous: ReportPeriod? {
    ReportPeriod(first: first.advanced(by: -days), last: first.advanced(by: -1))
  }

  /// The same days, 52 weeks before, so that weekdays fall together.
  public var yearBefore: ReportPeriod? {
    ReportPeriod(first: first.advanced(by: -364), last: last.advanced(by: -364))
  }
}

/// A figure of one day, category or product; nil where it is not defined, such as a mean of nothing.
public struct MetricPart: Sendable, Hashable {
  /// A day, or the id of a category or product; empty: products without a category.
  public var key: String
  public var name: String
  public var value: Double?

  public init(key: String, name: String, value: Double?) {
    self.key = key
    self.name = name
    self.value = value
  }
}

/// Counts the history, and reads the figures of the catalogue of metrics.
public protocol MetricStore: Sendable {
  /// The catalogue.
  var metrics: [Metric] { get }
  /// Counts the days from `since` on again, nil: all; a day is one of the time zone. Repeatable.
  func count(since: CalendarDay?, timeZone: String, now: Timestamp) async throws
  /// When the sums were counted; nil before the first time.
  func countedAt() async throws -> Timestamp?
  /// By code; a metric without a value is left out.
  func values(_ codes: [String], in period: ReportPeriod) async throws -> [String: Double]
  /// By day in the days' order, else the greatest first.
  func parts(
    of code: String, by dimension: Metric.Dimension, in period: ReportPeriod, limit: Int
  ) async throws -> [MetricPart]
}

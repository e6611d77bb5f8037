internal import Statistics

/// Forecasts one series from its own past.
public protocol SeriesModel: Sendable {
  /// The short name in reports: `theta`.
  var name: String { get }

  /// The mean demand of the `horizon` steps after the series, or nil where the series is too short for the model.
  func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]?
}

/// The same step of the last season; the last value where there is no whole season. The yardstick of the others.
public struct SeasonalNaive: SeriesModel {
  public let name = "seasonal-naive"

  public init() {}

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    Self.forecast(series.filledUnits, season: series.period.seasonLength, horizon: horizon)
  }

  public static func forecast(_ y: [Double], season: Int, horizon: Int) -> [Double]? {
    guard let last = y.last else { return nil }
    guard y.count >= season else { return Array(repeating: last, count: horizon) }
    return (0..<horizon).map { y[y.count - season + $0 % season] }
  }
}

/// The mean of the last steps: the plain answer where demand has no pattern.
public struct MovingAverage: SeriesModel {
  public let name = "moving-average"
  public let steps: Int

  public init(steps: Int = 28) { self.steps = steps }

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    let known = series.units.indices.filter { !series.isCensored[$0] }.suffix(steps).map { series.units[$0] }
    guard !known.isEmpty else { return nil }
    return Array(repeating: known.reduce(0, +) / Double(known.count), count: horizon)
  }
}

/// The median of the last steps: the least absolute error where demand is rare, and too low as a mean. It serves in
/// mixtures whose bias is bounded.
public struct MovingMedian: SeriesModel {
  public let name = "moving-median"
  public let steps: Int

  public init(steps: Int = 28) { self.steps = steps }

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    let known = series.units.indices.filter { !series.isCensored[$0] }.suffix(steps).map { series.units[$0] }
    guard !known.isEmpty else { return nil }
    return Array(repeating: known.quantile(0.5), count: horizon)
  }
}

public import Catalog
internal import Statistics

/// When a product's stock runs out, and how much of it nobody will buy in time.
public struct StockRisk: Sendable, Equatable {
  /// The first day on which the mean demand uses up the stock; nil within the forecast's year.
  public let stockoutDay: CalendarDay?
  /// The first day on which it might, with demand at the upper end of its interval.
  public let earliestStockoutDay: CalendarDay?
  /// The probability that the stock runs out before an order of today arrives.
  public let probability: Double
  /// The units that will likely be missed until then: the mean of the demand beyond the stock.
  public let shortageUnits: Double
  /// The days that the stock lasts.
  public let coverDays: Double?
  /// Units beyond the demand of the cover that the shop wants.
  public let overstockUnits: Double
  public let overstockMinorUnits: Int64

  private static let longestDays = 366

  /// `maxCoverDays` is the cover beyond which stock is too much. `onOrder` is taken to arrive after the lead time.
  public init(
    _ stock: StockPosition, _ forecast: ProductForecast, leadTimeDays: Double, maxCoverDays: Int = 90,
    coverage: Double = 0.8
  ) {
    let demand = DemandOverTime(forecast, coverage: coverage)
    let lead = Int(saturating: min(max(0, leadTimeDays), 730).rounded(.up))
    let first = forecast.days.first
    func day(_ z: Double) -> Int? {
      var (left, variance) = (stock.onHand - stock.backordered, 0.0)
      for day in 0..<Self.longestDays {
        if day == lead { left += stock.onOrder }
        left -= demand.on(day)
        variance += demand.deviation * demand.deviation
        if left - z * variance.squareRoot() < 0 { return day }
      }
      return nil
    }
    let likely = day(0)
    stockoutDay = likely.flatMap { first?.advanced(by: $0) }
    earliestStockoutDay = day(NormalDistribution.quantile((1 + coverage) / 2)).flatMap { first?.advanced(by: $0) }
    coverDays = likely.map { Double($0) }
    let (mean, spread) = (demand.mean(lead), demand.deviation * Double(lead).squareRoot())
    let usable = stock.onHand - stock.backordered
    probability = spread > 0 ? NormalDistribution.cumulative((mean - usable) / spread) : mean > usable ? 1 : 0
    shortageUnits =
      spread > 0 ? spread * NormalDistribution.loss((usable - mean) / spread) : max(0, mean - usable)
    overstockUnits = max(0, stock.position - demand.mean(max(1, maxCoverDays)))
    overstockMinorUnits = Int64(saturating: overstockUnits * Double(stock.costMinorUnits ?? 0))
  }

  /// Whether pricing must look at it: more stock than wanted, by the cover of a whole season.
  public var isMarkdownCandidate: Bool { overstockUnits >= 1 && (coverDays ?? .infinity) > 180 }
}

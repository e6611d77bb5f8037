internal import Catalog
internal import Glibc
internal import Statistics

/// The features of one step of a series, from the steps before it: lags, rolling means and deviations, the calendar, price
/// change, promotion now, before and after, and the product's own statistics.
///
/// Units are parts of the series' mean demand, so that one learner serves all series.
struct LagFeatures {
  private let period: Period
  private let lags: [Int]
  private let windows: [Int]
  let names: [String]

  init(_ period: Period) {
    self.period = period
    (lags, windows) =
      switch period {
      case .day: ([1, 7, 14, 30], [7, 14, 30])
      case .week: ([1, 2, 4, 52], [4, 8, 13])
      case .month: ([1, 2, 3, 12], [3, 6, 12])
      }
    names =
      lags.map { "lag_\($0)" } + windows.flatMap { ["mean_\($0)", "deviation_\($0)"] } + [
        "weekday", "day_of_month", "month", "price_change", "promoted", "promoted_before", "promoted_after",
        "scale", "variation", "zero_share", "steps_since_demand",
      ]
  }

  /// A series whose steps ahead are filled one by one.
  struct Growing {
    let series: DemandSeries
    let plan: SalesPlan
    let scale: Double
    let variation: Double
    let zeroShare: Double
    let meanPrice: Double?
    /// Units / scale of the history, then of what was predicted.
    var values: [Double]

    init(_ series: DemandSeries, plan: SalesPlan) {
      self.series = series
      self.plan = plan
      let units = series.filledUnits
      let mean = units.mean
      scale = mean > 0 ? mean : 1
      variation = mean > 0 ? units.deviation / mean : 0
      zeroShare = units.isEmpty ? 1 : Double(units.count { $0 == 0 }) / Double(units.count)
      let prices = series.prices.compactMap { $0 }.filter { $0 > 0 }
      meanPrice = prices.isEmpty ? nil : prices.mean
      values = units.map { [scale] in $0 / scale }
    }

    func isPromoted(_ step: Int) -> Bool {
      if series.isPromoted.indices.contains(step) { return series.isPromoted[step] }
      let ahead = step - series.count
      return plan.isPromoted.indices.contains(ahead) && plan.isPromoted[ahead]
    }

    func price(_ step: Int) -> Double? {
      if series.prices.indices.contains(step) { return series.prices[step] }
      let ahead = step - series.count
      return plan.prices.indices.contains(ahead) ? plan.prices[ahead] : nil
    }
  }

  /// Adds the row of `step`, which may be at most one after the filled steps.
  func append(_ step: Int, of series: Growing, to rows: inout [Float]) {
    func add(_ value: Double) { rows.append(Float(value)) }
    for lag in lags { add(step >= lag ? series.values[step - lag] : .nan) }
    for window in windows {
      guard step >= window else {
        add(.nan)
        add(.nan)
        continue
      }
      var (sum, squares) = (0.0, 0.0)
      for value in series.values[(step - window)..<step] {
        sum += value
        squares += value * value
      }
      let mean = sum / Double(window)
      add(mean)
      add(max(0, squares / Double(window) - mean * mean).squareRoot())
    }
    let day = series.series.day(at: step)
    let (_, month, ofMonth) = day.civil
    add(period == .day ? Double(day.weekday) : 0)
    add(Double(ofMonth))
    add(Double(month))
    add(zip2(series.price(step), series.meanPrice).map { log(max($0, 1e-9) / $1) } ?? .nan)
    add(series.isPromoted(step) ? 1 : 0)
    add(step > 0 && series.isPromoted(step - 1) ? 1 : 0)
    add(series.isPromoted(step + 1) ? 1 : 0)
    add(log(series.scale))
    add(series.variation)
    add(series.zeroShare)
    let since = series.values[..<step].reversed().prefix(Self.longestSilence).firstIndex { $0 > 0 }
    add(Double(since.map { step - $0.base } ?? Self.longestSilence))
  }

  private static let longestSilence = 60

  private func zip2(_ left: Double?, _ right: Double?) -> (Double, Double)? {
    guard let left, let right else { return nil }
    return (left, right)
  }
}

/// The steps ahead of all series by a global learner, one step after another: a prediction is the next step's lag.
struct GlobalForecast {
  /// More rows add time, hardly accuracy.
  static let maxRows = 200_000
  /// The first steps lack their lags.
  private static let leastHistory = 3

  let features: LagFeatures
  let predictor: any GlobalPredictor

  /// nil where there are no rows to learn from.
  init?(_ learner: any GlobalLearner, _ series: [DemandSeries], seed: UInt64) throws {
    guard let period = series.first?.period else { return nil }
    features = LagFeatures(period)
    var places: [(series: Int, step: Int)] = []
    for (index, one) in series.enumerated() where one.count > Self.leastHistory {
      for step in Self.leastHistory..<one.count where !one.isCensored[step] { places.append((index, step)) }
    }
    guard !places.isEmpty else { return nil }
    var random = SplitMix64(seed: seed)
    if places.count > Self.maxRows {
      for place in 0..<Self.maxRows { places.swapAt(place, place + random.below(places.count - place)) }
      places.removeSubrange(Self.maxRows...)
      places.sort { ($0.series, $0.step) < ($1.series, $1.step) }
    }
    var rows = FeatureRows(names: features.names)
    rows.values.reserveCapacity(places.count * features.names.count)
    var growing: (index: Int, series: LagFeatures.Growing)?
    for place in places {
      let one: LagFeatures.Growing
      if let growing, growing.index == place.series {
        one = growing.series
      } else {
        one = LagFeatures.Growing(series[place.series], plan: SalesPlan(prices: [], isPromoted: []))
        growing = (place.series, one)
      }
      features.append(place.step, of: one, to: &rows.values)
      rows.targets.append(Float(one.values[place.step]))
    }
    predictor = try learner.trained(on: rows)
  }

  func forecasts(_ series: [DemandSeries], horizon: Int, plans: [SalesPlan]) -> [[Double]] {
    var growing = zip(series, plans).map { LagFeatures.Growing($0, plan: $1) }
    for _ in 0..<horizon {
      var rows = FeatureRows(names: features.names)
      for one in growing { features.append(one.values.count, of: one, to: &rows.values) }
      for (index, prediction) in predictor.predictions(for: rows).enumerated() {
        growing[index].values.append(max(0, Double(prediction)))
      }
    }
    return growing.map { one in one.values.suffix(horizon).map { $0 * one.scale } }
  }
}

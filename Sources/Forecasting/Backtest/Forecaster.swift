internal import Statistics
internal import Threading

/// Forecasts all series: every model that suits a series' class, weighed by a backtest, with intervals.
///
///     series → class → models' forecasts at past origins → weights and errors by class → forecasts ahead → intervals
///
/// A backtest moves the origin through the history: at each one the models know the steps before it alone. The weights and
/// intervals that are judged at an origin come from earlier origins, so that the figures are of forecasts, not of fits.
public struct Forecaster: Sendable {
  public struct Options: Sendable {
    public var horizon: Int
    /// The origins of the backtest; the first one gives weights and errors alone.
    public var origins: Int
    /// The share of demand that an interval holds.
    public var coverage = 0.8
    public var seed: UInt64 = 1
    public var holidays: [Holiday] = []

    public init(horizon: Int = 28, origins: Int = 4) {
      self.horizon = horizon
      self.origins = origins
    }
  }

  public struct Unusable: Error, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
  }

  let options: Options
  let learner: any GlobalLearner

  /// Throws where an option is outside of its bounds.
  public init(_ options: Options = Options(), learner: (any GlobalLearner)? = nil) throws(Unusable) {
    guard (1...ForecastLimits.horizon).contains(options.horizon) else {
      throw Unusable(reason: "the horizon is \(options.horizon) steps: 1 to \(ForecastLimits.horizon) are possible")
    }
    guard (1...12).contains(options.origins) else {
      throw Unusable(reason: "\(options.origins) origins: 1 to 12 are possible")
    }
    guard options.coverage > 0.1, options.coverage < 0.999 else {
      throw Unusable(reason: "the interval's share is \(options.coverage): .1 to .999 are possible")
    }
    self.options = options
    self.learner = learner ?? RandomForest(seed: options.seed)
  }

  /// One series' plan by product; the last price goes on where there is none. `isCancelled` is asked before each series, and
  /// ends the work with a `CancellationError`.
  public func run(
    _ series: [DemandSeries], plans: [String: SalesPlan] = [:],
    isCancelled: @escaping @Sendable () -> Bool = { false }, progress: @Sendable (Int) throws -> Void = { _ in }
  ) throws -> ForecastReport {
    guard let period = series.first?.period else { throw Unusable(reason: "there is no series to forecast") }
    guard series.allSatisfy({ $0.period == period }) else {
      throw Unusable(reason: "the series have steps of different lengths")
    }
    guard series.count <= ForecastLimits.products else {
      throw Unusable(reason: "\(series.count) products are more than \(ForecastLimits.products), the most")
    }
    let classes = series.map { DemandClass($0) }
    var backtest = Backtest(options, learner: learner.name)
    var forms = [ExponentialSmoothing.Form?](repeating: nil, count: series.count)
    // The earliest origin first.
    for round in (1...options.origins).reversed() {
      let back = round * options.horizon
      let places = series.indices.filter { series[$0].count - back >= Backtest.fewestSteps(period) }
      guard !places.isEmpty else { continue }
      let known = places.map { series[$0].prefix(series[$0].count - back) }
      let ahead = places.map { SalesPlan(series[$0], after: series[$0].count - back, horizon: options.horizon) }
      let made = try forecasts(known, plans: ahead, forms: places.map { forms[$0] }, isCancelled)
      for (index, place) in places.enumerated() { forms[place] = made[index].form ?? forms[place] }
      backtest.judge(
        places.enumerated().map { index, place in
          Backtest.Outcome(
            series: series[place], known: known[index], demandClass: DemandClass(known[index]),
            forecasts: made[index].forecasts)
        })
      try progress(options.origins - round + 1)
    }
    backtest.settle()
    let ahead = series.map {
      plans[$0.product] ?? SalesPlan(continuing: $0, horizon: options.horizon)
    }
    let made = try forecasts(series, plans: ahead, forms: forms, isCancelled)
    try progress(options.origins + 1)
    return ForecastReport(
      period: period, horizon: options.horizon, seed: options.seed, coverage: options.coverage,
      forecasts: series.indices.map { index in
        forecast(series[index], classes[index], made[index].forecasts, backtest)
      }, backtest: backtest.report)
  }

  private func forecast(
    _ series: DemandSeries, _ demandClass: DemandClass, _ forecasts: [String: [Double]], _ backtest: Backtest
  ) -> ProductForecast {
    let weights = backtest.weights(demandClass)
    let mean = EnsembleWeights.blended(forecasts, weights) ?? Array(repeating: 0, count: options.horizon)
    let scale = Backtest.intervalScale(series)
    let half = mean.indices.map { step in backtest.intervals.halfWidth(demandClass, step: step).map { $0 * scale } }
    let present = weights.filter { $0.value > 0 && forecasts[$0.key] != nil }
    return ProductForecast(
      product: series.product, category: series.category, demandClass: demandClass,
      days: mean.indices.map { series.day(at: series.count + $0) }, mean: mean,
      lower: zip(mean, half).map { mean, half in half.map { max(0, mean - $0) } },
      upper: zip(mean, half).map { mean, half in half.map { mean + $0 } },
      weights: present.isEmpty ? ["category-shape": 1] : present,
      note: demandClass == .short
        ? "\(series.count) steps of history are too few: the level is drawn to the category's, with the category's shape"
        : nil)
  }

  private struct Made: Sendable {
    var forecasts: [String: [Double]]
    var form: ExponentialSmoothing.Form?
  }

  /// Each suitable model's forecast of each series; none below zero.
  private func forecasts(
    _ series: [DemandSeries], plans: [SalesPlan], forms: [ExponentialSmoothing.Form?],
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> [Made] {
    let horizon = options.horizon
    let classes = series.map { DemandClass($0) }
    let long = series.indices.filter { classes[$0] != .short }
    let global = try GlobalForecast(learner, long.map { series[$0] }, seed: options.seed)?
      .forecasts(long.map { series[$0] }, horizon: horizon, plans: long.map { plans[$0] })
    var learnt: [Int: [Double]] = [:]
    for (index, place) in long.enumerated() { learnt[place] = global?[index] }
    let shapes = Self.shapes(series)
    let (name, holidays) = (learner.name, options.holidays)
    let result = inParallel(series.count, block: 8) { [learnt] index in
      guard !isCancelled() else { return Made(forecasts: [:], form: nil) }
      let one = series[index]
      guard classes[index] != .short else {
        let shape = one.category.flatMap { shapes[$0] } ?? shapes[""]
        return Made(forecasts: ["category-shape": shape?.forecast(one, horizon: horizon) ?? []], form: nil)
      }
      var made = Made(forecasts: [:], form: nil)
      for model in Self.models(classes[index], holidays: holidays) {
        made.forecasts[model.name] = model.forecast(one, horizon: horizon, plan: plans[index])
      }
      if !classes[index].isIntermittent {
        // The form that the first origin chose serves the others.
        let (units, season) = (one.filledUnits, one.period.seasonLength)
        let fit =
          forms[index].flatMap { ExponentialSmoothing.chosen(units, season: season, only: [$0]) }
          ?? ExponentialSmoothing.chosen(units, season: season)
        made.forecasts["ets"] = fit?.forecast(horizon)
        made.form = fit?.form
      }
      made.forecasts[name] = learnt[index]
      made.forecasts = made.forecasts.mapValues { $0.map { $0.isFinite ? max(0, $0) : 0 } }
      return made
    }
    guard !isCancelled() else { throw CancellationError() }
    return result
  }

  static func models(_ demandClass: DemandClass, holidays: [Holiday]) -> [any SeriesModel] {
    let always: [any SeriesModel] = [
      SeasonalNaive(), MovingAverage(), Theta(), AdditiveModel(holidays: holidays),
    ]
    guard demandClass.isIntermittent else { return always }
    return always + [MovingMedian()] + Intermittent.Method.allCases.map { Intermittent($0) }
  }

  /// By category; `""` is the whole shop.
  private static func shapes(_ series: [DemandSeries]) -> [String: CategoryShape] {
    guard let period = series.first?.period else { return [:] }
    var byCategory: [String: [DemandSeries]] = ["": series]
    for one in series { if let category = one.category { byCategory[category, default: []].append(one) } }
    return byCategory.mapValues { CategoryShape($0, period: period) }
  }
}

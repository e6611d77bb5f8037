internal import Statistics

/// Judges forecasts at one origin after another, and learns weights and interval widths from those before.
struct Backtest {
  static func fewestSteps(_ period: Period) -> Int { DemandClass.fewestSteps(period) }

  static let ensemble = "ensemble"
  private static let baseline = "seasonal-naive"
  /// The windows that choose the weights; more add time only.
  private static let maxWindows = 4_000

  /// The forecasts of one series at one origin.
  struct Outcome {
    /// With the steps that came after the origin.
    let series: DemandSeries
    let known: DemandSeries
    let demandClass: DemandClass
    let forecasts: [String: [Double]]

    var last: Int { known.count }
  }

  private let options: Forecaster.Options
  private let learner: String
  private var windows: [DemandClass: [EnsembleWeights.Window]] = [:]
  private var learnt = EnsembleWeights()
  /// For classes with too few windows of their own.
  private var pooled: [String: Double]?
  private(set) var intervals: ConformalIntervals
  private var sums: [DemandClass?: [String: ErrorSums]] = [:]
  private var hasJudged = false

  init(_ options: Forecaster.Options, learner: String) {
    self.options = options
    self.learner = learner
    intervals = ConformalIntervals(share: options.coverage)
  }

  func weights(_ demandClass: DemandClass) -> [String: Double] {
    learnt.byClass[demandClass] ?? pooled ?? EnsembleWeights.start(learner: learner)
  }

  /// The width of an interval is a part of this: the mean error of the seasonal naive forecast in the history.
  static func intervalScale(_ series: DemandSeries) -> Double {
    let units = series.filledUnits
    return ForecastMeasure.scale(units, season: series.period.seasonLength) ?? max(units.mean, 1)
  }

  mutating func judge(_ outcomes: [Outcome]) {
    // The first origin has no weights from the past: it teaches, and is not counted.
    let counts = hasJudged || options.origins == 1
    for outcome in outcomes { judge(outcome, counts: counts) }
    settle()
    hasJudged = true
  }

  private mutating func judge(_ outcome: Outcome, counts: Bool) {
    let steps = (outcome.last..<min(outcome.series.count, outcome.last + options.horizon)).filter {
      !outcome.series.isCensored[$0]
    }
    guard !steps.isEmpty else { return }
    let actual = steps.map { outcome.series.units[$0] }
    let forecasts = outcome.forecasts.mapValues { forecast in
      steps.map { forecast.indices.contains($0 - outcome.last) ? forecast[$0 - outcome.last] : 0 }
    }
    let demandClass = outcome.demandClass
    let scale = ForecastMeasure.scale(outcome.known.filledUnits, season: outcome.known.period.seasonLength)
    guard let blend = EnsembleWeights.blended(forecasts, weights(demandClass)) else { return }
    if counts {
      for group in [demandClass, nil] as [DemandClass?] {
        for (name, forecast) in forecasts {
          sums[group, default: [:]][name, default: ErrorSums()].add(actual, forecast, scale: scale)
        }
        sums[group, default: [:]][Self.ensemble, default: ErrorSums()].add(actual, blend, scale: scale)
      }
    }
    let width = Self.intervalScale(outcome.known)
    for (index, step) in steps.enumerated() {
      let (ahead, error) = (step - outcome.last, abs(actual[index] - blend[index]))
      if counts, let half = intervals.halfWidth(demandClass, step: ahead) {
        for group in [demandClass, nil] as [DemandClass?] {
          sums[group]?[Self.ensemble]?.addCoverage(error <= half * width)
        }
      }
      pending.append((error / width, demandClass, ahead))
    }
    if let scale {
      let weight = 1 / (scale * Double(steps.count))
      windows[demandClass, default: []].append(.init(actual: actual, forecasts: forecasts, weight: weight))
    }
  }

  /// The errors of the origin at hand, which must not serve itself.
  private var pending: [(error: Double, demandClass: DemandClass, step: Int)] = []

  /// Learns from all that was judged.
  mutating func settle() {
    for one in pending { intervals.add(one.error, one.demandClass, step: one.step) }
    pending.removeAll()
    intervals.settle()
    for (demandClass, windows) in windows { learnt.byClass[demandClass] = Self.chosen(windows) }
    // In the order of the classes, so that sums round alike in every run.
    pooled = Self.chosen(DemandClass.allCases.filter { $0 != .short }.flatMap { windows[$0] ?? [] })
  }

  private static func chosen(_ windows: [EnsembleWeights.Window]) -> [String: Double]? {
    let names = Set(windows.flatMap { $0.forecasts.keys }).sorted()
    let stride = max(1, windows.count / maxWindows)
    let some = Swift.stride(from: 0, to: windows.count, by: stride).map { windows[$0] }
    return EnsembleWeights.chosen(some, names: names)
  }

  var report: BacktestReport {
    BacktestReport(
      byClass: sums.mapValues { $0.mapValues(\.figures) }, weights: learnt,
      gate: BacktestReport.Gate(
        ensemble: sums[nil]?[Self.ensemble]?.figures, baseline: sums[nil]?[Self.baseline]?.figures))
  }
}

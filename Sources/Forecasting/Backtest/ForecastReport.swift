public import Catalog

/// The demand ahead of one product.
public struct ProductForecast: Sendable, Equatable {
  public let product: String
  public let category: String?
  public let demandClass: DemandClass
  /// The first day of each step ahead.
  public let days: [CalendarDay]
  public let mean: [Double]
  /// nil before any error of a past forecast is known.
  public let lower: [Double?]
  public let upper: [Double?]
  /// The models that made it, with weights that sum to 1.
  public let weights: [String: Double]
  /// Said to the buyer.
  public let note: String?

  public var total: Double { mean.reduce(0, +) }

  /// All lists have one entry a day.
  public init(
    product: String, category: String?, demandClass: DemandClass, days: [CalendarDay], mean: [Double],
    lower: [Double?], upper: [Double?], weights: [String: Double], note: String?
  ) {
    self.product = product
    self.category = category
    self.demandClass = demandClass
    self.days = days
    self.mean = mean
    self.lower = lower
    self.upper = upper
    self.weights = weights
    self.note = note
  }

  /// A forecast from elsewhere, such as a store or a buyer's own, with one half width for all steps.
  public init(
    product: String, demandClass: DemandClass, days: [CalendarDay], mean: [Double], halfWidth: Double? = nil
  ) {
    self.init(
      product: product, category: nil, demandClass: demandClass, days: days, mean: mean,
      lower: mean.map { mean in halfWidth.map { max(0, mean - $0) } },
      upper: mean.map { mean in halfWidth.map { mean + $0 } }, weights: [:], note: nil)
  }
}

/// The figures of a backtest.
public struct BacktestReport: Sendable, Equatable {
  /// By class, nil for all; then by model, of which `ensemble` is one.
  public let byClass: [DemandClass?: [String: BacktestFigures]]
  public let weights: EnsembleWeights
  public let gate: Gate

  /// Whether the forecasts may be acted upon.
  public enum Gate: Sendable, Equatable, CustomStringConvertible {
    case passed
    case refused(reason: String)

    /// The bias from which stock would drift.
    static let maxBias = 0.25

    init(ensemble: BacktestFigures?, baseline: BacktestFigures?) {
      guard let ensemble, let mase = ensemble.mase else {
        self = .refused(reason: "the history is too short for a backtest")
        return
      }
      if let other = baseline?.mase, mase > other {
        self = .refused(reason: "the ensemble's MASE is above the seasonal naive forecast's")
      } else if let bias = ensemble.bias, abs(bias) > Self.maxBias {
        self = .refused(reason: "the ensemble's bias is above \(Int(saturating: Self.maxBias * 100)) % of demand")
      } else {
        self = .passed
      }
    }

    public var description: String {
      switch self {
      case .passed: "passed"
      case .refused(let reason): "refused: \(reason)"
      }
    }
  }
}

/// Forecasts with the figures that say how far to trust them.
public struct ForecastReport: Sendable, Equatable {
  public let period: Period
  public let horizon: Int
  public let seed: UInt64
  /// The share that an interval promises.
  public let coverage: Double
  public let forecasts: [ProductForecast]
  public let backtest: BacktestReport
}

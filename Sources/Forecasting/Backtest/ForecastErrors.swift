/// Measures of forecasts (Hyndman and Koehler 2006).
public enum ForecastMeasure {
  /// The mean error of the seasonal naive forecast within the history, MASE's yardstick; nil where it is 0 or the history
  /// too short.
  public static func scale(_ y: [Double], season: Int) -> Double? {
    let lag = y.count > season ? season : 1
    guard y.count > lag else { return nil }
    let error = (lag..<y.count).reduce(0) { $0 + abs(y[$1] - y[$1 - lag]) } / Double(y.count - lag)
    return error > 0 ? error : nil
  }

  /// Mean |y − f| / scale.
  public static func mase(_ actual: [Double], _ forecast: [Double], scale: Double) -> Double {
    zip(actual, forecast).reduce(0) { $0 + abs($1.0 - $1.1) } / (scale * Double(max(1, actual.count)))
  }

  /// Mean of 200 |y − f| / (|y| + |f|), as in the M4 competition; 0 where both are 0.
  public static func smape(_ actual: [Double], _ forecast: [Double]) -> Double {
    zip(actual, forecast).reduce(0) { sum, pair in
      let size = abs(pair.0) + abs(pair.1)
      return size > 0 ? sum + 200 * abs(pair.0 - pair.1) / size : sum
    } / Double(max(1, actual.count))
  }
}

/// Errors added up over windows.
struct ErrorSums: Sendable {
  private(set) var windows = 0
  private var scaled = 0.0
  private var scaledWindows = 0
  private var smape = 0.0
  private var forecast = 0.0
  private var actual = 0.0
  private var covered = 0
  private var bounded = 0

  mutating func add(_ y: [Double], _ f: [Double], scale: Double?) {
    windows += 1
    if let scale {
      scaled += ForecastMeasure.mase(y, f, scale: scale)
      scaledWindows += 1
    }
    smape += ForecastMeasure.smape(y, f)
    forecast += f.reduce(0, +)
    actual += y.reduce(0, +)
  }

  mutating func addCoverage(_ isCovered: Bool) {
    bounded += 1
    covered += isCovered ? 1 : 0
  }

  var figures: BacktestFigures {
    BacktestFigures(
      windows: windows, mase: scaledWindows > 0 ? scaled / Double(scaledWindows) : nil,
      smape: windows > 0 ? smape / Double(windows) : 0, bias: actual > 0 ? (forecast - actual) / actual : nil,
      coverage: bounded > 0 ? Double(covered) / Double(bounded) : nil)
  }
}

/// How well a model forecast windows that it had not seen.
public struct BacktestFigures: Sendable, Equatable {
  /// Series × origins.
  public let windows: Int
  /// nil if no history had any movement.
  public let mase: Double?
  /// In percent, 0 to 200.
  public let smape: Double
  /// (Σ forecast − Σ demand) / Σ demand; nil without demand.
  public let bias: Double?
  /// The share of steps within the interval, where the model has one.
  public let coverage: Double?

  public init(windows: Int, mase: Double?, smape: Double, bias: Double?, coverage: Double?) {
    self.windows = windows
    self.mase = mase
    self.smape = smape
    self.bias = bias
    self.coverage = coverage
  }
}

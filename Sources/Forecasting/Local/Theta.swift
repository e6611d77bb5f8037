internal import Glibc
internal import Statistics

/// The standard theta method as a state space model (Assimakopoulos and Nikolopoulos 2000; Fiorucci et al. 2016, STM):
/// half a straight line, half a smoothed line of twice the curvature.
///
/// Level ℓ and smoothing α minimise the squared errors of one step; the first three do not count. Where the season shows,
/// the series is adjusted by it first.
public struct Theta: SeriesModel {
  public let name = "theta"
  private static let fewestSteps = 4
  private static let curvature = 2.0
  private static let smoothing = 0.1...0.99
  private static let level = -1e10...1e10
  private static let uncountedErrors = 3

  public init() {}

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    Self.forecast(series.filledUnits, season: series.period.seasonLength, horizon: horizon)
  }

  /// nil for fewer than four steps. The result may be below zero where the series falls.
  public static func forecast(_ y: [Double], season: Int, horizon: Int) -> [Double]? {
    guard y.count >= fewestSteps else { return nil }
    guard Decomposition.isSeasonal(y, season: season) else { return nonseasonal(y, horizon: horizon) }
    if (y.min() ?? 0) > 0, let pattern = Decomposition.seasonal(y, season: season, isMultiplicative: true),
      pattern.allSatisfy({ $0 >= 0.01 })
    {
      let adjusted = zip(y, pattern).map { $0 / $1 }
      return nonseasonal(adjusted, horizon: horizon).enumerated().map { step, value in
        value * pattern[y.count - season + step % season]
      }
    }
    guard let pattern = Decomposition.seasonal(y, season: season, isMultiplicative: false) else { return nil }
    let adjusted = zip(y, pattern).map { $0 - $1 }
    return nonseasonal(adjusted, horizon: horizon).enumerated().map { step, value in
      value + pattern[y.count - season + step % season]
    }
  }

  private static func nonseasonal(_ y: [Double], horizon: Int) -> [Double] {
    let line = trendLine(y)
    let scale = max(y.reduce(0) { $0 + abs($1) } / Double(y.count), 1e-10)
    let fit = NelderMead().minimum(from: [y[0] / 2, 0.5], within: [level, smoothing]) { parameters in
      var squares = 0.0
      _ = run(y, line, level: parameters[0], smoothing: parameters[1]) { step, error in
        if step >= uncountedErrors { squares += error * error }
      }
      return squares / scale
    }
    let alpha = fit.point[1]
    var level = run(y, line, level: fit.point[0], smoothing: alpha) { _, _ in }
    return (0..<horizon).map { step in
      let mean = mean(level, line, alpha, y.count + step)
      level += alpha * (mean - level)
      return mean
    }
  }

  /// μ(i) = ℓ(i − 1) + (1 − 1/θ)(a (1 − α)ⁱ + b (1 − (1 − α)ⁱ⁺¹) / α)
  private static func mean(
    _ level: Double, _ line: (intercept: Double, slope: Double), _ alpha: Double, _ step: Int
  ) -> Double {
    let power = pow(1 - alpha, Double(step))
    return level + (1 - 1 / curvature)
      * (line.intercept * power + line.slope * (1 - power * (1 - alpha)) / alpha)
  }

  /// Walks the series, tells each error, and gives the last level.
  private static func run(
    _ y: [Double], _ line: (intercept: Double, slope: Double), level start: Double, smoothing alpha: Double,
    _ told: (Int, Double) -> Void
  ) -> Double {
    var level = alpha * y[0] + (1 - alpha) * start
    told(0, y[0] - start - (1 - 1 / curvature) * (line.intercept + line.slope))
    for step in 1..<y.count {
      told(step, y[step] - mean(level, line, alpha, step))
      level += alpha * (y[step] - level)
    }
    return level
  }
}

internal import Glibc
internal import Statistics

/// Exponential smoothing in state space form, with the form chosen by AICc (Hyndman, Koehler, Snyder and Grose 2002).
///
/// Forms: error A or M; trend none, A or damped A; season none, A or M. Multiplicative parts need demand above zero in
/// every step. The start of the search and its bounds are those of statsforecast's `AutoETS`.
public struct ExponentialSmoothing: SeriesModel {
  public let name = "ets"
  /// A longer season has more states than its history can tell.
  private static let longestSeason = 24

  public init() {}

  public struct Form: Sendable, Hashable, CustomStringConvertible {
    public enum Part: String, Sendable { case none = "N", additive = "A", multiplicative = "M" }

    public let isErrorMultiplicative: Bool
    public let hasTrend: Bool
    public let isDamped: Bool
    public let season: Part

    /// `ETS(M,Ad,A)`
    public var description: String {
      "ETS(\(isErrorMultiplicative ? "M" : "A"),\(hasTrend ? isDamped ? "Ad" : "A" : "N"),\(season.rawValue))"
    }
  }

  /// A form with its parameters and its states after the last step.
  public struct Fit: Sendable {
    public let form: Form
    public let aicc: Double
    public let alpha, beta, gamma, phi: Double
    var states: ETSStates

    /// The mean of the steps ahead.
    public func forecast(_ horizon: Int) -> [Double] {
      var damping = phi
      var sum = phi
      return (0..<horizon).map { step in
        defer {
          damping *= phi
          sum += damping
        }
        let level = states.level + (form.hasTrend ? sum * states.slope : 0)
        switch form.season {
        case .none: return level
        case .additive: return level + states.season(ahead: step)
        case .multiplicative: return level * states.season(ahead: step)
        }
      }
    }
  }

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    Self.chosen(series.filledUnits, season: series.period.seasonLength)?.forecast(horizon)
  }

  /// The form with the least AICc; nil where the series is too short for any. `only` limits the choice, which a backtest
  /// uses after its first origin.
  public static func chosen(_ y: [Double], season: Int, only forms: [Form]? = nil) -> Fit? {
    guard let first = y.first, y.count > 6 else { return nil }
    let isPositive = (y.min() ?? 0) > 0
    if y.allSatisfy({ $0 == first }) {
      let form = Form(isErrorMultiplicative: false, hasTrend: false, isDamped: false, season: .none)
      return Fit(form: form, aicc: 0, alpha: 1, beta: 0, gamma: 0, phi: 1, states: ETSStates(level: first))
    }
    let season = season <= longestSeason && y.count > season ? season : 1
    var bounds = ETSBounds()
    var best: Fit?
    for form in forms ?? candidates(isPositive: isPositive, hasSeason: season > 1) {
      guard isPositive || (!form.isErrorMultiplicative && form.season != .multiplicative) else { continue }
      guard let fit = ETSFitting(y, form, season: season, &bounds)?.fit() else { continue }
      if fit.aicc < best?.aicc ?? .infinity { best = fit }
    }
    return best
  }

  /// In the order of the search, which matters because the bounds tighten on the way.
  static func candidates(isPositive: Bool, hasSeason: Bool) -> [Form] {
    var forms: [Form] = []
    for isMultiplicative in isPositive ? [false, true] : [false] {
      for hasTrend in [false, true] {
        for season in hasSeason ? [Form.Part.none, .additive, .multiplicative] : [.none] {
          guard season != .multiplicative || isMultiplicative else { continue }
          for isDamped in hasTrend ? [true, false] : [false] {
            forms.append(
              Form(
                isErrorMultiplicative: isMultiplicative, hasTrend: hasTrend, isDamped: isDamped, season: season))
          }
        }
      }
    }
    return forms
  }
}

/// The greatest β and γ of the forms that follow. statsforecast tightens them by each form's first α and keeps them so;
/// the same choice needs the same habit.
struct ETSBounds {
  static let least = 0.0001
  static let most = 0.9999
  static let damping = 0.8...0.98
  var maxBeta = most
  var maxGamma = most
}

/// Level, slope and a season whose places turn.
struct ETSStates: Sendable {
  var level: Double
  var slope = 0.0
  /// The next step's season is at `place`, the one after it at the next place.
  var seasons: [Double] = []
  var place = 0

  func season(ahead step: Int) -> Double { seasons[(place + step) % seasons.count] }
}

internal import Catalog
internal import Glibc
internal import Statistics

/// Prophet's additive model (Taylor and Letham 2018): y(t) = g(t) + s(t) + h(t) + x(t)·β + ε.
///
/// g is a line whose slope changes at up to 25 places in the first 80 % of the history; s are Fourier series of the year
/// (10 pairs) and the week (3); h are holidays and x price and promotion. Parameters are the maximum a posteriori under
/// Prophet's priors: slope and offset N(0, 5), changes Laplace(0, 0.05), the others N(0, 10), σ half normal (0.5).
///
/// The posterior is a quadratic form of the parameters but for σ and the changes' prior. So the data enter by sums that
/// are made once, and an evaluation costs the square of the number of parameters, however long the history.
public struct AdditiveModel: SeriesModel {
  public let name = "additive"
  public let holidays: [Holiday]

  private static let changes = 25
  private static let changeRange = 0.8
  private static let changeScale = 0.05
  private static let yearlyOrder = 10
  private static let weeklyOrder = 3
  private static let daysForYear = 730
  private static let daysForWeek = 14
  private static let effectDeviation = 10.0
  private static let slopeDeviation = 5.0
  private static let noiseDeviation = 0.5

  public init(holidays: [Holiday] = []) { self.holidays = holidays }

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    fit(series)?.forecast(horizon, plan: plan)
  }

  /// nil for fewer than two known steps.
  public func fit(_ series: DemandSeries) -> Fit? {
    let known = series.units.indices.filter { !series.isCensored[$0] }
    guard known.count >= 2, let last = known.last, let start = known.first else { return nil }
    let scale = known.reduce(0) { max($0, abs(series.units[$1])) }
    let design = Design(self, series, known: known, start: start, last: last)
    guard scale > 0 else { return Fit(design: design, series: series, weights: design.noWeights, scale: 1) }
    let posterior = Posterior(design, series, known: known, scale: scale)
    return Fit(design: design, series: series, weights: posterior.mode(), scale: scale)
  }

  /// A model with its parameters.
  public struct Fit: Sendable {
    let design: Design
    let series: DemandSeries
    let weights: [Double]
    let scale: Double

    /// The mean of the steps after the series.
    public func forecast(_ horizon: Int, plan: SalesPlan) -> [Double] {
      (0..<horizon).map { step in
        value(
          series.count + step, price: plan.prices.indices.contains(step) ? plan.prices[step] : nil,
          isPromoted: plan.isPromoted.indices.contains(step) && plan.isPromoted[step])
      }
    }

    /// The mean of a step of the series.
    public func fitted(_ step: Int) -> Double {
      value(step, price: series.prices[step], isPromoted: series.isPromoted[step])
    }

    private func value(_ step: Int, price: Double?, isPromoted: Bool) -> Double {
      let row = design.row(series.day(at: step), price: price, isPromoted: isPromoted)
      return scale * zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// The columns of a step: slope, offset, changes, then the effects.
  struct Design: Sendable {
    let origin: Double
    let span: Double
    let changePlaces: [Double]
    let hasYear: Bool
    let hasWeek: Bool
    let holidays: [Holiday]
    let meanLogPrice: Double?
    let priceDeviation: Double
    let hasPromotions: Bool

    init(_ model: AdditiveModel, _ series: DemandSeries, known: [Int], start: Int, last: Int) {
      let days = known.map { Double(series.day(at: $0).daysSinceEpoch) }
      origin = days[0]
      span = max(days[days.count - 1] - days[0], 1)
      let head = Int(saturating: Double(known.count) * AdditiveModel.changeRange)
      let changes = min(AdditiveModel.changes, head - 1)
      changePlaces =
        changes < 1
        ? []
        : (1...changes).map { [origin, span] change in
          let place = Double(change) * Double(head - 1) / Double(changes)
          return (days[Int(saturating: place.rounded(.toNearestOrEven))] - origin) / span
        }
      hasYear = Int(saturating: span) >= AdditiveModel.daysForYear
      hasWeek = series.period == .day && Int(saturating: span) >= AdditiveModel.daysForWeek
      let seen = Set(known.map { series.day(at: $0) })
      holidays = model.holidays.filter { !$0.days.isDisjoint(with: seen) }
      let prices = known.compactMap { series.prices[$0] }.filter { $0 > 0 }.map { log($0) }
      let deviation = prices.deviation
      // A price that never moved tells nothing.
      let isPriced = prices.count == known.count && deviation > 1e-9
      meanLogPrice = isPriced ? prices.mean : nil
      priceDeviation = isPriced ? deviation : 1
      let promoted = known.count { series.isPromoted[$0] }
      hasPromotions = promoted > 0 && promoted < known.count
    }

    var effectStart: Int { 2 + changePlaces.count }

    var noWeights: [Double] { row(CalendarDay(daysSinceEpoch: 0), price: nil, isPromoted: false).map { _ in 0 } }

    func row(_ day: CalendarDay, price: Double?, isPromoted: Bool) -> [Double] {
      let date = Double(day.daysSinceEpoch)
      let time = (date - origin) / span
      var row = [time, 1]
      for place in changePlaces { row.append(max(0, time - place)) }
      func waves(_ length: Double, _ order: Int) {
        for harmonic in 1...order {
          let angle = 2 * Double.pi * Double(harmonic) * date / length
          row.append(sin(angle))
          row.append(cos(angle))
        }
      }
      if hasYear { waves(365.25, AdditiveModel.yearlyOrder) }
      if hasWeek { waves(7, AdditiveModel.weeklyOrder) }
      for holiday in holidays { row.append(holiday.days.contains(day) ? 1 : 0) }
      if let meanLogPrice { row.append(price.map { (log(max($0, 1e-9)) - meanLogPrice) / priceDeviation } ?? 0) }
      if hasPromotions { row.append(isPromoted ? 1 : 0) }
      return row
    }
  }

  /// −ln of the posterior, by the sums of products of the columns.
  private struct Posterior {
    let count: Double
    let columns: Int
    let changes: Range<Int>
    /// Row by row.
    var products: [Double]
    var right: [Double]
    var square = 0.0

    init(_ design: Design, _ series: DemandSeries, known: [Int], scale: Double) {
      let rows = known.map {
        design.row(series.day(at: $0), price: series.prices[$0], isPromoted: series.isPromoted[$0])
      }
      count = Double(rows.count)
      columns = rows[0].count
      changes = 2..<design.effectStart
      products = Array(repeating: 0, count: columns * columns)
      right = Array(repeating: 0, count: columns)
      for (row, step) in zip(rows, known) {
        let y = series.units[step] / scale
        square += y * y
        for i in row.indices where row[i] != 0 {
          right[i] += row[i] * y
          for j in i..<columns { products[i * columns + j] += row[i] * row[j] }
        }
      }
      for i in 0..<columns { for j in 0..<i { products[i * columns + j] = products[j * columns + i] } }
    }

    /// The weights at the greatest posterior.
    ///
    /// Prophet searches by L-BFGS, which walked 2,000 steps along the valleys that the nearly parallel changes make: 100 ms
    /// a series, measured. Here |δ| is bounded by the parabola that touches it at the last δ (Hunter and Lange 2004), so that each step is one
    /// linear system, and σ follows from its own equation. The posterior rises with each step, to the same mode.
    func mode() -> [Double] {
      var weights = [Double](repeating: 0, count: columns)
      var changeWeights = [Double](repeating: 1 / (AdditiveModel.changeScale * 0.1), count: columns)
      var variance = noiseVariance(squares: square)
      var last = Double.infinity
      for _ in 0..<Self.maxSteps {
        var matrix = products.map { $0 / variance }
        for i in 0..<columns { matrix[i * columns + i] += changes.contains(i) ? changeWeights[i] : precision(i) }
        guard let solved = solvedPositiveDefinite(matrix, right.map { $0 / variance }) else { break }
        weights = solved
        for i in changes { changeWeights[i] = 1 / (AdditiveModel.changeScale * max(abs(weights[i]), Self.corner)) }
        let squares = squaredErrors(weights)
        variance = noiseVariance(squares: squares)
        let value = cost(weights, squares: squares, variance: variance)
        if last - value < 1e-7 * max(1, abs(value)) { break }
        last = value
      }
      return weights
    }

    private static let maxSteps = 300
    /// A change below it is none.
    private static let corner = 1e-7

    private func precision(_ place: Int) -> Double {
      let deviation = place < 2 ? AdditiveModel.slopeDeviation : AdditiveModel.effectDeviation
      return 1 / (deviation * deviation)
    }

    private func squaredErrors(_ weights: [Double]) -> Double {
      var squares = square
      for i in 0..<columns {
        var sum = -2 * right[i]
        for j in 0..<columns { sum += products[i * columns + j] * weights[j] }
        squares += weights[i] * sum
      }
      return max(squares, 0)
    }

    /// The root of σ⁴ / v + nσ² = Σe², where v is the prior's variance.
    private func noiseVariance(squares: Double) -> Double {
      let prior = AdditiveModel.noiseDeviation * AdditiveModel.noiseDeviation
      // Written without the difference of two near numbers.
      let root = 2 * squares / (count + (count * count + 4 * squares / prior).squareRoot())
      return max(root, 1e-12)
    }

    /// −ln of the posterior up to a constant.
    private func cost(_ weights: [Double], squares: Double, variance: Double) -> Double {
      let prior = AdditiveModel.noiseDeviation * AdditiveModel.noiseDeviation
      var value = count * log(variance) / 2 + squares / (2 * variance) + variance / (2 * prior)
      for i in 0..<columns {
        value +=
          changes.contains(i)
          ? abs(weights[i]) / AdditiveModel.changeScale : weights[i] * weights[i] * precision(i) / 2
      }
      return value
    }
  }
}

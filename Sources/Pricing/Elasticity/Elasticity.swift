import Catalog
import Glibc

/// How the demand for a product answers its price: ε of q = k · p^ε.
public struct ElasticityEstimate: Hashable, Sendable {
  public enum Method: String, Sendable {
    /// Least squares of log units on log price.
    case logLog = "log_log"
    /// Poisson regression with a log link, for days with few sales or none (Santos Silva and Tenreyro 2006).
    case poisson
  }

  public var value: Double
  /// Allows for unequal variances.
  public var standardError: Double
  public var degreesOfFreedom: Int
  public var method: Method
  public var observations: Int
  public var lowestPrice: Double
  public var highestPrice: Double
  /// The mean of log prices, as a price, and the units of a mean observation at it.
  public var referencePrice: Double
  public var referenceUnits: Double
  /// Standard error of the logarithm of the units at the reference price.
  public var unitsError: Double
  /// Other influences that were allowed for: `trend`, `promotion`, `weekday`, `season`.
  public var controls: [String]

  /// The interval that holds the true value 95 % of the time.
  public var interval: ClosedRange<Double> {
    let half = studentQuantile95(degreesOfFreedom: degreesOfFreedom) * standardError
    return value - half...value + half
  }
}

/// Why an elasticity is not given.
public enum ElasticityRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case tooFewObservations(Int)
  case tooFewSales(Double)
  case priceDidNotVary(deviation: Double)
  /// Price and controls moved together, so that their effects cannot be told apart.
  case priceFollowsControls([String])
  case didNotConverge

  public static let leastObservations = 12
  public static let leastUnits = 10.0
  /// Standard deviation of log prices: 1 %.
  public static let leastDeviation = 0.01
  /// Units of each day from which on their logarithms may be used: the mean of the logarithm of a Poisson number with
  /// mean m is 1 ÷ 2m below log m, which makes elasticities of slow goods look larger than they are.
  public static let leastUnitsForLogarithms = 50.0

  public var description: String {
    switch self {
    case .tooFewObservations(let count):
      "\(count) days with stock; an estimate needs \(Self.leastObservations)"
    case .tooFewSales(let units): "\(units.shortText) units sold; an estimate needs \(Self.leastUnits.shortText)"
    case .priceDidNotVary(let deviation):
      "the price hardly varied (log deviation \((deviation * 10_000).rounded() / 10_000)): sales tell nothing about "
        + "other prices"
    case .priceFollowsControls(let controls):
      "the price moved with \(controls.joined(separator: ", ")) alone, so that its effect cannot be told from theirs"
    case .didNotConverge: "the regression found no end: the sales do not fit the form"
    }
  }
}

/// Estimates the elasticity of one product from its days, with controls for what else moves sales.
///
/// Days when goods ran out are left out. Trend, promotion, weekday and season are controlled where the days show them.
public func estimateElasticity(_ days: [SalesObservation]) throws(ElasticityRefusal) -> ElasticityEstimate {
  let days = days.filter { !$0.isStockedOut && $0.price > 0 && $0.units >= 0 }
  guard days.count >= ElasticityRefusal.leastObservations else { throw .tooFewObservations(days.count) }
  let units = days.reduce(0) { $0 + $1.units }
  guard units >= ElasticityRefusal.leastUnits else { throw .tooFewSales(units) }
  let logPrices = days.map { log($0.price) }
  let mean = logPrices.reduce(0, +) / Double(days.count)
  let deviation = (logPrices.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(days.count)).squareRoot()
  guard deviation >= ElasticityRefusal.leastDeviation else { throw .priceDidNotVary(deviation: deviation) }
  let controls = Controls(days)
  // The price goes last: if it follows from the controls, it is the column that is dropped.
  let columns = controls.columns + [logPrices.map { $0 - mean }]
  let isSlow = days.contains { $0.units < ElasticityRefusal.leastUnitsForLogarithms }
  let groups = Array(repeating: 0, count: days.count)
  let fit =
    isSlow
    ? poissonRegression(columns, target: days.map(\.units))
    : Regression(columns, target: days.map { log($0.units) }, groups: groups, groupCount: 1)
  guard let fit else { throw isSlow ? .didNotConverge : .tooFewObservations(days.count) }
  let price = columns.count - 1
  guard !fit.dropped.contains(price) else { throw .priceFollowsControls(controls.names) }
  let value = fit.coefficients[price]
  guard value.isFinite, fit.standardError(price).isFinite else { throw .didNotConverge }
  // The mean of units over the curve's, so that the logarithm's mean is not taken for the mean's logarithm (Duan 1983).
  let powers = logPrices.reduce(0) { $0 + exp(value * ($1 - mean)) } / Double(days.count)
  let prices = days.map(\.price)
  let scatter = zip(days, fit.fitted).reduce(0) { sum, pair in
    let level = max(exp(pair.1), 1e-9)
    return sum + (pair.0.units / level - 1) * (pair.0.units / level - 1)
  }
  return ElasticityEstimate(
    value: value, standardError: fit.standardError(price), degreesOfFreedom: fit.degreesOfFreedom,
    method: isSlow ? .poisson : .logLog, observations: days.count, lowestPrice: prices.min() ?? 0,
    highestPrice: prices.max() ?? 0, referencePrice: exp(mean), referenceUnits: units / Double(days.count) / powers,
    unitsError: (scatter / Double(fit.degreesOfFreedom) / Double(days.count)).squareRoot(), controls: controls.names)
}

/// The columns beside the price, where days show enough of them to tell their effect.
private struct Controls {
  var columns: [[Double]] = []
  var names: [String] = []

  private static let daysForTrend = 24
  private static let daysForWeekdays = 63
  private static let spanForSeason: Int64 = 540

  init(_ days: [SalesObservation]) {
    let numbers = days.map(\.day.daysSinceEpoch)
    let first = numbers.min() ?? 0
    let span = (numbers.max() ?? 0).subtracting(saturating: first)
    let since = numbers.map { Double($0 - first) }
    if days.contains(where: \.isPromoted), days.contains(where: { !$0.isPromoted }) {
      add("promotion", [days.map { $0.isPromoted ? 1 : 0 }])
    }
    if days.count >= Self.daysForTrend, span > 0 { add("trend", [since.map { $0 / Double(span) }]) }
    let weekdays = numbers.map { (($0 % 7) + 7) % 7 }
    if days.count >= Self.daysForWeekdays, Set(weekdays).count == 7 {
      add("weekday", (1..<7).map { weekday in weekdays.map { $0 == weekday ? 1 : 0 } })
    }
    // A year and a half: a shorter span does not tell season from trend.
    if span >= Self.spanForSeason, days.count >= Self.daysForWeekdays {
      let angles = since.map { 2 * .pi * $0 / 365.25 }
      add("season", [angles.map { sin($0) }, angles.map { cos($0) }])
    }
  }

  private mutating func add(_ name: String, _ new: [[Double]]) {
    columns += new
    names.append(name)
  }
}

/// log E[y] = Xb by iterated weighted least squares (Nelder and Wedderburn 1972).
private func poissonRegression(_ columns: [[Double]], target: [Double]) -> Regression? {
  let groups = Array(repeating: 0, count: target.count)
  let mean = target.reduce(0, +) / Double(target.count)
  var eta = target.map { log(($0 + mean) / 2) }
  var last: [Double] = []
  var isLast = false
  for _ in 0..<100 {
    // Bounds keep a step that goes too far from overflowing; the fit itself stays within them.
    let mu = eta.map { exp(min(max($0, -30), 30)) }
    let response = target.indices.map { eta[$0] + (target[$0] - mu[$0]) / mu[$0] }
    guard let fit = Regression(columns, target: response, groups: groups, groupCount: 1, weights: mu, hasErrors: isLast)
    else { return nil }
    guard fit.fitted.allSatisfy({ $0.isFinite }) else { return nil }
    if isLast { return fit }
    eta = fit.fitted.map { min(max($0, -30), 30) }
    // One more step after the end gives the errors.
    isLast =
      last.count == fit.coefficients.count
      && zip(last, fit.coefficients).allSatisfy { abs($0 - $1) < 1e-9 * (1 + abs($1)) }
    last = fit.coefficients
  }
  return nil
}

/// log units on log price with a constant for each brand: one elasticity for all rows.
public struct BrandRegression: Hashable, Sendable {
  public var intercept: Double
  public var elasticity: Double
  public var standardError: Double
  /// The constants of the other brands less that of the first, by name.
  public var brands: [(name: String, effect: Double)] { zip(names, effects).map { ($0, $1) } }
  public var reference: String
  public var rSquared: Double
  public var rows: Int
  private var names: [String]
  private var effects: [Double]

  public init(_ observations: [SalesObservation]) throws(ElasticityRefusal) {
    let rows = observations.filter { !$0.isStockedOut && $0.units > 0 && $0.price > 0 }
    let brands = Set(rows.map { $0.brand ?? $0.product }).sorted()
    guard let first = brands.first, rows.count > brands.count + 1 else { throw .tooFewObservations(rows.count) }
    let places = Dictionary(uniqueKeysWithValues: brands.enumerated().map { ($1, $0) })
    let fit = Regression(
      [rows.map { log($0.price) }], target: rows.map { log($0.units) },
      groups: rows.map { places[$0.brand ?? $0.product] ?? 0 }, groupCount: brands.count)
    guard let fit, fit.dropped.isEmpty else { throw .priceDidNotVary(deviation: 0) }
    intercept = fit.constants[0]
    elasticity = fit.coefficients[0]
    standardError = fit.standardError(0)
    reference = first
    rSquared = fit.rSquared
    self.rows = rows.count
    names = Array(brands.dropFirst())
    effects = fit.constants.dropFirst().map { $0 - fit.constants[0] }
  }
}

/// Own and cross elasticities of products that compete, each from a regression of its log units on all log prices.
public struct CrossElasticities: Hashable, Sendable {
  public static let maxProducts = 8
  public var products: [String]
  /// `values[i][j]`: the answer of product i's units to product j's price.
  public var values: [[Double]]
  public var standardErrors: [[Double]]

  /// Uses the days on which each product was in stock and sold.
  public init(_ series: [(product: String, days: [SalesObservation])]) throws(ElasticityRefusal) {
    guard (2...Self.maxProducts).contains(series.count) else { throw .tooFewObservations(series.count) }
    let byDay = series.map { product in
      Dictionary(
        product.days.filter { !$0.isStockedOut && $0.units > 0 && $0.price > 0 }.map { ($0.day, $0) }
      ) { first, _ in first }
    }
    let days = byDay[0].keys.filter { day in byDay.allSatisfy { $0[day] != nil } }.sorted()
    guard days.count >= series.count + ElasticityRefusal.leastObservations else {
      throw .tooFewObservations(days.count)
    }
    let columns = byDay.map { sales in days.map { log(sales[$0]?.price ?? 1) } }
    let groups = Array(repeating: 0, count: days.count)
    products = series.map(\.product)
    values = []
    standardErrors = []
    for sales in byDay {
      let target = days.map { log(sales[$0]?.units ?? 1) }
      guard let fit = Regression(columns, target: target, groups: groups, groupCount: 1) else {
        throw .tooFewObservations(days.count)
      }
      guard fit.dropped.isEmpty else { throw .priceFollowsControls(fit.dropped.sorted().map { series[$0].product }) }
      values.append(fit.coefficients)
      standardErrors.append(columns.indices.map(fit.standardError))
    }
  }
}

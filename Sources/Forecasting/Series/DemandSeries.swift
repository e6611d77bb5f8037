public import Catalog
internal import Statistics

/// The demand of one product by day, week or month.
public struct DemandSeries: Sendable, Equatable {
  public let product: String
  /// The product's group, whose shape serves a product without history.
  public let category: String?
  public let period: Period
  /// The first day of the first step.
  public let first: CalendarDay
  /// Units a step; not meaningful where `isCensored`.
  public private(set) var units: [Double]
  /// The steps without stock: nobody knows what would have been sold.
  public private(set) var isCensored: [Bool]
  public private(set) var prices: [Double?]
  public private(set) var isPromoted: [Bool]

  /// All lists that are given have one entry a step.
  public init(
    product: String, category: String? = nil, period: Period = .day, first: CalendarDay, units: [Double],
    isCensored: [Bool]? = nil, prices: [Double?]? = nil, isPromoted: [Bool]? = nil
  ) {
    self.product = product
    self.category = category
    self.period = period
    self.first = first
    self.units = units
    self.isCensored = isCensored ?? Array(repeating: false, count: units.count)
    self.prices = prices ?? Array(repeating: nil, count: units.count)
    self.isPromoted = isPromoted ?? Array(repeating: false, count: units.count)
    precondition(
      self.isCensored.count == units.count && self.prices.count == units.count && self.isPromoted.count == units.count)
  }

  public var count: Int { units.count }

  public func day(at step: Int) -> CalendarDay { period.day(step, after: first) }

  /// The series as it was known after its first `count` steps.
  public func prefix(_ count: Int) -> DemandSeries {
    DemandSeries(
      product: product, category: category, period: period, first: first, units: Array(units.prefix(count)),
      isCensored: Array(isCensored.prefix(count)), prices: Array(prices.prefix(count)),
      isPromoted: Array(isPromoted.prefix(count)))
  }

  /// Units with the censored steps filled, for models that need each step: the mean of the nearest known steps of the
  /// same season place before and after, else of all known steps.
  public var filledUnits: [Double] {
    guard isCensored.contains(true) else { return units }
    let season = period.seasonLength
    let known = units.indices.filter { !isCensored[$0] }
    let mean = known.map { units[$0] }.mean
    return units.indices.map { step in
      guard isCensored[step] else { return units[step] }
      let before = stride(from: step - season, through: 0, by: -season).first { !isCensored[$0] }
      let after = stride(from: step + season, to: count, by: season).first { !isCensored[$0] }
      let neighbours = [before, after].compactMap { $0.map { units[$0] } }
      return neighbours.isEmpty ? mean : neighbours.mean
    }
  }
}

/// Plans for the steps ahead: price and promotion are decisions of the shop, thus known.
public struct SalesPlan: Sendable, Equatable {
  public var prices: [Double?]
  public var isPromoted: [Bool]

  public init(prices: [Double?], isPromoted: [Bool]) {
    self.prices = prices
    self.isPromoted = isPromoted
  }

  /// The last price goes on, without promotion.
  public init(continuing series: DemandSeries, horizon: Int) {
    prices = Array(repeating: series.prices.last { $0 != nil } ?? nil, count: horizon)
    isPromoted = Array(repeating: false, count: horizon)
  }

  /// The steps of `series` after `origin`, as a backtest knows them.
  init(_ series: DemandSeries, after origin: Int, horizon: Int) {
    let steps = origin..<min(series.count, origin + horizon)
    prices = Array(series.prices[steps])
    isPromoted = Array(series.isPromoted[steps])
  }
}

/// Makes series from lines of sales.
public struct SeriesBuilder: Sendable {
  public let period: Period
  /// The last day of the data: every series ends there, because no sale up to it is zero demand.
  public let last: CalendarDay?
  public let categories: [String: String]
  /// Days without stock by product.
  public let stockouts: [String: Set<CalendarDay>]

  public init(
    period: Period = .day, last: CalendarDay? = nil, categories: [String: String] = [:],
    stockouts: [String: Set<CalendarDay>] = [:]
  ) {
    self.period = period
    self.last = last
    self.categories = categories
    self.stockouts = stockouts
  }

  /// In the order of the products' codes. A product begins with its first sale. Demand below zero after cancellations is
  /// taken as zero.
  public func series(from lines: [SalesLine]) -> [DemandSeries] {
    guard let end = last ?? lines.map(\.day).max() else { return [] }
    var byProduct: [String: [Int]] = [:]
    for (index, line) in lines.enumerated() where line.day <= end && line.kind != .return {
      byProduct[line.product, default: []].append(index)
    }
    return byProduct.keys.sorted().compactMap { product in
      series(of: product, (byProduct[product] ?? []).map { lines[$0] }, until: end)
    }
  }

  private func series(of product: String, _ lines: [SalesLine], until end: CalendarDay) -> DemandSeries? {
    guard let start = lines.map(\.day).min() else { return nil }
    // The years before the bound are left out.
    let total = period.steps(from: period.start(of: start), to: end) + 1
    let first = period.day(max(0, total - ForecastLimits.steps), after: period.start(of: start))
    let count = min(total, ForecastLimits.steps)
    var units = [Double](repeating: 0, count: count)
    var prices = [Double?](repeating: nil, count: count)
    var promoted = [Bool](repeating: false, count: count)
    for line in lines where line.day >= first {
      let step = period.steps(from: first, to: line.day)
      units[step] += line.kind == .cancellation ? -abs(line.units) : line.units
      prices[step] = line.price ?? prices[step]
      promoted[step] = promoted[step] || line.isPromoted
    }
    // A price stands until the next one is seen.
    for step in prices.indices.dropFirst() where prices[step] == nil { prices[step] = prices[step - 1] }
    var censored = [Bool](repeating: false, count: count)
    for day in stockouts[product] ?? [] where day >= first && day <= end {
      let step = period.steps(from: first, to: day)
      // A sale on a day without stock at its end is a lower bound, and is left out of learning as well.
      if censored.indices.contains(step) { censored[step] = true }
    }
    return DemandSeries(
      product: product, category: categories[product], period: period, first: first, units: units.map { max(0, $0) },
      isCensored: censored, prices: prices, isPromoted: promoted)
  }
}

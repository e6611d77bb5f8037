import Catalog

/// A generated product's price on each day: regular prices that step now and then, and weekly promotions.
struct PriceCalendar: Sendable {
  let options: GenerationOptions

  /// The days of the history on which a price is valid; the end is excluded.
  struct Period: Sendable {
    var firstDay: Int
    var endDay: Int
    var pence: Int64
    /// The regular price, if this one is reduced.
    var wasPence: Int64?
  }

  /// The amount as a shelf price: 1234.5 → 1199 or 1249; from 200 pounds on, 19,900 or 24,900.
  static func shelfPrice(_ pence: Double) -> Int64 {
    let step = pence < 2000 ? 50.0 : pence < 20_000 ? 100.0 : pence < 100_000 ? 1000.0 : 5000.0
    let steps = max(1, (pence / step).rounded())
    return Int64(saturating: steps * step) - (pence < 20_000 ? 1 : 100)
  }

  /// Regular prices: a step about every eight months, up or down by some six per cent, for no reason that a shopper
  /// could see, so that an elasticity can be learned from it.
  func regularPeriods(product: Int, basePence: Double) -> [Period] {
    var stream = RandomStream(seed: options.seed, .priceSteps, product)
    let days = max(options.days, 1)
    var stepDays = (0..<stream.poisson(Double(days) / 240)).map { _ in stream.below(days) }
    stepDays.sort()
    var periods = [Period(firstDay: 0, endDay: days, pence: Int64(saturating: basePence))]
    for day in stepDays {
      let pence = Self.shelfPrice(basePence * PortableMath.exp(stream.normal() * 0.06))
      guard day > periods[periods.count - 1].firstDay, pence != periods[periods.count - 1].pence else { continue }
      periods[periods.count - 1].endDay = day
      periods.append(Period(firstDay: day, endDay: days, pence: pence))
    }
    return periods
  }

  /// Days since 1970-01-01 → weeks that begin on a Monday.
  private func week(_ day: Int) -> Int { (Int(options.firstDay.daysSinceEpoch) + day + 3) / 7 }

  private func firstDay(ofWeek week: Int) -> Int { week * 7 - 3 - Int(options.firstDay.daysSinceEpoch) }

  /// The product's reduction in the week of a day, as a share; nil without a promotion.
  func promotion(product: Int, day: Int) -> Double? { promotion(product: product, week: week(day)) }

  private func promotion(product: Int, week: Int) -> Double? {
    var stream = RandomStream(seed: options.seed, .promotion, product, week)
    guard stream.chance(Self.isSaleWeek(week) ? 0.16 : 0.03) else { return nil }
    return stream.pick([0.1, 0.15, 0.2, 0.25, 0.3, 0.4])
  }

  /// The week of November's fourth Thursday, and the first two weeks of January.
  static func isSaleWeek(_ week: Int) -> Bool {
    let thursday = CalendarDay(daysSinceEpoch: Int64(week * 7)).civil
    return (thursday.month == 11 && (22...28).contains(thursday.day)) || (thursday.month == 1 && thursday.day <= 13)
  }

  private static func reduced(_ pence: Int64, by share: Double) -> Int64 {
    min(shelfPrice(Double(pence) * (1 - share)), pence - 1)
  }

  /// The price on a day, and the regular price if it is reduced.
  func price(product: Int, basePence: Double, day: Int) -> (pence: Int64, wasPence: Int64?) {
    let periods = regularPeriods(product: product, basePence: basePence)
    let regular = periods.last { $0.firstDay <= day }?.pence ?? Int64(saturating: basePence)
    guard let share = promotion(product: product, day: day) else { return (regular, nil) }
    return (Self.reduced(regular, by: share), regular)
  }

  /// Every price of the history in the order of time, with promotions in place of regular prices.
  func periods(product: Int, basePence: Double) -> [Period] {
    let days = max(options.days, 1)
    var periods: [Period] = []
    for regular in regularPeriods(product: product, basePence: basePence) {
      var day = regular.firstDay
      for week in week(regular.firstDay)...week(regular.endDay - 1) {
        guard let share = promotion(product: product, week: week) else { continue }
        let first = max(firstDay(ofWeek: week), regular.firstDay)
        let end = min(firstDay(ofWeek: week) + 7, regular.endDay)
        if day < first { periods.append(Period(firstDay: day, endDay: first, pence: regular.pence)) }
        let pence = Self.reduced(regular.pence, by: share)
        periods.append(Period(firstDay: first, endDay: min(end, days), pence: pence, wasPence: regular.pence))
        day = end
      }
      if day < regular.endDay { periods.append(Period(firstDay: day, endDay: regular.endDay, pence: regular.pence)) }
    }
    return periods
  }
}

// Known answers of the models of one series. Properties proved here:
// 1. The standard theta method on AirPassengers gives statsforecast's figures, with and without a season.
// 2. Automatic exponential smoothing chooses statsforecast's form, with its AICc and forecasts.
// 3. Croston, SBA, ADIDA and TSB give statsforecast's figures.
// 4. The additive model gives Prophet's forecasts within 2 % of the series' range.
// 5. Price, promotion and holidays have the effect that made the series.

import Catalog
import Forecasting
import Numbers
import Testing

@Suite struct KnownForecastTests {
  /// Box and Jenkins: passengers by month, 1949 to 1960.
  static let airPassengers: [Double] = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
    140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
    172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
    229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
    355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
    505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
    622, 606, 508, 461, 390, 432,
  ]

  private func expectClose(_ found: [Double]?, _ expected: [Double], within tolerance: Double) {
    #expect(found?.count == expected.count)
    for (one, other) in zip(found ?? [], expected) { #expect(abs(one - other) < tolerance, "\(one), not \(other)") }
  }

  @Test("1: theta")
  func theta() {
    expectClose(
      Theta.forecast(Self.airPassengers, season: 1, horizon: 5), [432.9292, 434.2578, 435.5864, 436.9150, 438.2435],
      within: 1e-3)
    expectClose(
      Theta.forecast(Self.airPassengers, season: 12, horizon: 12),
      [
        440.96919545, 429.24924183, 490.69318724, 476.65992046, 480.6310379, 546.45554379, 603.9526499, 602.29490695,
        524.98958424, 457.52943268, 398.73799016, 448.52474805,
      ], within: 0.05)
    #expect(Theta.forecast([1, 2, 3], season: 1, horizon: 2) == nil)
  }

  @Test("2: exponential smoothing")
  func exponentialSmoothing() throws {
    let fit = try #require(ExponentialSmoothing.chosen(Self.airPassengers, season: 12))
    #expect(fit.form.description == "ETS(M,N,M)" && abs(fit.aicc - 1458.1018) < 0.01)
    expectClose(
      fit.forecast(12),
      [
        442.35716875, 428.26736624, 492.97479339, 477.36999551, 477.602817, 535.8579976, 600.8320224, 594.76827626,
        513.70320272, 448.22263603, 390.31626497, 435.73799675,
      ], within: 0.4)
    let plain = try #require(ExponentialSmoothing.chosen(Self.airPassengers, season: 1))
    #expect(plain.form.description == "ETS(M,A,N)" && abs(plain.aicc - 1673.4115) < 0.01)
    #expect(ExponentialSmoothing.chosen(Array(repeating: 3, count: 30), season: 7)?.forecast(2) == [3, 3])
    #expect(ExponentialSmoothing.chosen([1, 2, 3], season: 1) == nil)
  }

  @Test("3: intermittent demand")
  func intermittent() {
    let y: [Double] = [0, 0, 3, 0, 0, 0, 2, 0, 5, 0, 0, 1, 0, 0, 4, 0, 0, 0, 0, 2]
    let expected: [Intermittent.Method: Double] = [
      .croston: 0.910884, .sba: 0.865340, .adida: 0.969397, .tsb: 0.8014175,
    ]
    for (method, figure) in expected {
      let found = Intermittent.level(y, method) ?? .nan
      #expect(abs(found - figure) < 1e-5, "\(method): \(found)")
    }
    for method in Intermittent.Method.allCases {
      #expect(Intermittent.level([0, 0, 0], method) == 0 && Intermittent.level([], method) == nil)
    }
  }

  @Test("4: the additive model")
  func additive() throws {
    let series = DemandSeries(
      product: "air", period: .month, first: try #require(CalendarDay("2020-01-01")), units: Self.airPassengers)
    let found = try #require(
      AdditiveModel().forecast(series, horizon: 14, plan: SalesPlan(continuing: series, horizon: 14)))
    let range = 622.0 - 104
    for (one, other) in zip(found, Self.prophet) { #expect(abs(one - other) < 0.02 * range, "\(one), not \(other)") }
  }

  /// Prophet 1.5.0's forecast of that series, as if it began in January 2020.
  private static let prophet: [Double] = [
    475.379, 473.079, 506.869, 499.326, 501.422, 536.842, 567.412, 571.483, 532.903, 499.644, 469.895, 490.701,
    492.672, 482.113,
  ]

  @Test("5: price, promotion and holidays", arguments: [UInt64(11)])
  func effects(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let first = try #require(CalendarDay("2024-01-01"))
    let christmas = Holiday.retail(2024...2026).filter { $0.name == "Christmas" }
    let promoted = (0..<800).map { _ in random.below(10) == 0 }
    let units = (0..<800).map { step in
      let isHoliday = christmas[0].days.contains(first.advanced(by: step))
      return 50 + (promoted[step] ? 30 : 0) + (isHoliday ? 40 : 0) + Double(random.below(7)) - 3
    }
    let series = DemandSeries(product: "p", first: first, units: units, isPromoted: promoted)
    let fit = try #require(AdditiveModel(holidays: christmas).fit(series))
    let ahead = fit.forecast(
      2, plan: SalesPlan(prices: [nil, nil], isPromoted: [false, true]))
    #expect(abs(ahead[1] - ahead[0] - 30) < 2, "seed \(seed): \(ahead)")
    let day = try #require(CalendarDay("2024-12-25"))
    let step = Int(day.daysSinceEpoch - first.daysSinceEpoch)
    #expect(fit.fitted(step) - fit.fitted(step - 7) > 25)
    // Censored days teach nothing.
    let censored = DemandSeries(
      product: "p", first: first, units: units.indices.map { $0 < 400 && $0 % 3 == 0 ? 0 : units[$0] },
      isCensored: units.indices.map { $0 < 400 && $0 % 3 == 0 }, isPromoted: promoted)
    let other = try #require(AdditiveModel(holidays: christmas).fit(censored))
    #expect(abs(other.fitted(101) - fit.fitted(101)) < 4)
  }
}

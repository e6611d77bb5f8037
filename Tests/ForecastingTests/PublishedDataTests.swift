// Forecasts of published data, where they are present. Properties proved here:
// 1. On every 25th series of carparts the ensemble's MASE is at least 5 % below the seasonal naive forecast's, and not
//    above the best single model's whose bias is bounded.
// 2. The naive forecast of M4 has the competition's sMAPE and MASE.

import Catalog
import Forecasting
import Foundation
import Importing
import LocalServices
import Testing

@Suite struct PublishedDataTests {
  private static let carparts = OptionalMaterial.data("carparts/carparts.csv.gz")
  private static let weekly = (
    train: OptionalMaterial.data("m4/Weekly-train.csv"), test: OptionalMaterial.data("m4/Weekly-test.csv")
  )
  private static let hourly = (
    train: OptionalMaterial.data("m4/Hourly-train.csv"), test: OptionalMaterial.data("m4/Hourly-test.csv")
  )

  private func unpacked(_ path: String) throws -> String {
    String(decoding: try WholeFile.bytes(path: path, atMost: 1 << 24), as: UTF8.self)
  }

  @Test("1: carparts", .enabled(if: carparts != nil, "no carparts/carparts.csv.gz in VITRINE_DATA"))
  func parts() throws {
    let rows = try unpacked(Self.carparts ?? "").split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let first = try #require(CalendarDay("1998-01-01"))
    // A part with a missing month is left out, as in the published studies.
    let whole = rows[0].indices.compactMap { column -> DemandSeries? in
      let units = rows.dropFirst().compactMap { Double($0[column]) }
      guard units.count == rows.count - 1 else { return nil }
      return DemandSeries(product: String(rows[0][column]), period: .month, first: first, units: units)
    }
    #expect(whole.count == 2509)
    let some = stride(from: 0, to: whole.count, by: 25).map { whole[$0] }
    var forest = RandomForest()
    forest.trees = 20
    let report = try Forecaster(.init(horizon: 6, origins: 4), learner: forest).run(some)
    let all = try #require(report.backtest.byClass[nil])
    let ensemble = try #require(all["ensemble"]?.mase)
    let naive = try #require(all["seasonal-naive"]?.mase)
    print(
      "carparts, \(some.count) series: ensemble \(ensemble), naive \(naive), covered \(all["ensemble"]?.coverage ?? 0)")
    #expect(ensemble < 0.95 * naive)
    // Models that forecast each series; the median does not forecast the mean.
    for name in ["theta", "additive", "moving-average", "forest"] {
      #expect(ensemble <= all[name]?.mase ?? 0, "\(name)")
    }
  }

  @Test(
    "2: M4",
    .enabled(if: weekly.train != nil && weekly.test != nil, "no m4/Weekly-train.csv, Weekly-test.csv in VITRINE_DATA"))
  func byWeek() throws { try check(Self.weekly, season: 1, smape: 9.161, mase: 2.777) }

  @Test(
    "2: M4 by hour",
    .enabled(if: hourly.train != nil && hourly.test != nil, "no m4/Hourly-train.csv, Hourly-test.csv in VITRINE_DATA"))
  func byHour() throws { try check(Self.hourly, season: 24, smape: 43.003, mase: 11.608) }

  private func check(_ files: (train: String?, test: String?), season: Int, smape: Double, mase: Double) throws {
    func series(_ path: String?) throws -> [[Double]] {
      try String(contentsOfFile: path ?? "", encoding: .utf8).split(separator: "\n").dropFirst().map { line in
        line.split(separator: ",").dropFirst().compactMap { Double($0.filter { $0 != "\"" }) }
      }
    }
    let (train, test) = (try series(files.train), try series(files.test))
    #expect(train.count == test.count && !train.isEmpty)
    var (smapes, mases) = (0.0, 0.0)
    for (history, actual) in zip(train, test) {
      let forecast = try #require(SeasonalNaive.forecast(history, season: 1, horizon: actual.count))
      let scale = try #require(ForecastMeasure.scale(history, season: season))
      smapes += ForecastMeasure.smape(actual, forecast)
      mases += ForecastMeasure.mase(actual, forecast, scale: scale)
    }
    #expect(abs(smapes / Double(train.count) - smape) < 0.001 && abs(mases / Double(train.count) - mase) < 0.001)
  }
}

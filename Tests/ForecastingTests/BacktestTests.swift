// The backtest and the ensemble. Properties proved here:
// 1. MASE and sMAPE are their definitions on figures worked out by hand.
// 2. On made series with a week, a trend and promotions, the ensemble is better than the seasonal naive forecast, its
//    interval holds about the promised share, and the same seed gives the same report.
// 3. A short series takes its category's shape and says so; no forecast is below zero.
// 4. A learner that fails, no series and options out of bounds are errors with a reason.
// 5. The forest learns an effect that the average does not have.

import Catalog
import Forecasting
import Numbers
import Statistics
import Testing

@Suite struct BacktestTests {
  @Test("1: measures")
  func measures() {
    #expect(ForecastMeasure.scale([1, 3, 2, 6], season: 1) == 7.0 / 3)
    #expect(ForecastMeasure.scale([1, 3, 2, 6], season: 2) == 2)
    #expect(ForecastMeasure.scale([2, 2, 2], season: 1) == nil)
    #expect(ForecastMeasure.mase([4, 6], [5, 3], scale: 2) == 1)
    #expect(ForecastMeasure.smape([1, 0], [3, 0]) == 50)
  }

  private static func made(_ count: Int, seed: UInt64) throws -> [DemandSeries] {
    var random = SplitMix64(seed: seed)
    let first = try #require(CalendarDay("2025-01-06"))
    return (0..<count).map { index in
      let level = 4 + 30 * random.uniform()
      let promoted = (0..<140).map { _ in random.below(12) == 0 }
      return DemandSeries(
        product: "p\(100 + index)", category: index % 2 == 0 ? "shoes" : "bags", first: first,
        units: (0..<140).map { step in
          let week = step % 7 >= 5 ? 1.6 : 0.8
          return Double(random.poisson(level * week * (1 + 0.002 * Double(step)) * (promoted[step] ? 2 : 1)))
        }, isPromoted: promoted)
    }
  }

  @Test("2: better than the yardstick", arguments: [UInt64(5)])
  func ensemble(seed: UInt64) throws {
    let series = try Self.made(14, seed: seed)
    var forest = RandomForest(seed: seed)
    forest.trees = 8
    let forecaster = try Forecaster(.init(horizon: 14, origins: 3), learner: forest)
    let report = try forecaster.run(series)
    let all = try #require(report.backtest.byClass[nil])
    let ensemble = try #require(all["ensemble"])
    let (mase, naive) = (ensemble.mase ?? 9, all["seasonal-naive"]?.mase ?? 0)
    print("backtest of 14 made series, seed \(seed): ensemble \(mase), seasonal naive \(naive)")
    #expect(mase < 0.9 * naive, "seed \(seed): \(mase) against \(naive)")
    #expect(abs((ensemble.coverage ?? 0) - 0.8) < 0.1, "seed \(seed): \(ensemble.coverage ?? 0)")
    #expect(report.backtest.gate == .passed)
    for forecast in report.forecasts {
      #expect(forecast.mean.count == 14 && forecast.days.first == series[0].day(at: 140))
      #expect(abs(forecast.weights.values.reduce(0, +) - 1) < 1e-9)
      #expect(zip(forecast.lower, forecast.mean).allSatisfy { ($0 ?? -1) >= 0 && ($0 ?? 0) <= $1 })
    }
    let some = Array(series.prefix(2))
    let short = try Forecaster(.init(horizon: 14, origins: 1), learner: forest)
    #expect(try short.run(some) == short.run(some))
  }

  @Test("3: short series")
  func short() throws {
    var series = try Self.made(6, seed: 9)
    series.append(series[0].prefix(140))
    let first = series[0].day(at: 130)
    series[6] = DemandSeries(
      product: "z", category: "shoes", first: first, units: [3, 2, 4, 0, 3, 9, 8, 2, 3, 3])
    var forest = RandomForest()
    forest.trees = 5
    let report = try Forecaster(.init(horizon: 14, origins: 2), learner: forest).run(series)
    let forecast = try #require(report.forecasts.last)
    #expect(forecast.demandClass == .short && forecast.note?.contains("10 steps of history are too few") == true)
    #expect(forecast.weights == ["category-shape": 1])
    // The weekend of the category stands out.
    let saturday = try #require(forecast.days.firstIndex { ($0.daysSinceEpoch + 3) % 7 == 5 })
    #expect(forecast.mean[saturday] > 1.4 * forecast.mean[(saturday + 3) % 7])
    #expect(report.forecasts.allSatisfy { $0.mean.allSatisfy { $0 >= 0 } })
  }

  private struct Broken: GlobalLearner {
    struct Failure: Error {}
    let name = "broken"
    func trained(on rows: FeatureRows) throws -> any GlobalPredictor { throw Failure() }
  }

  @Test("4: errors")
  func errors() throws {
    let series = try Self.made(1, seed: 1)
    #expect(throws: Broken.Failure.self) { try Forecaster(learner: Broken()).run(series) }
    #expect(throws: Forecaster.Unusable.self) { try Forecaster().run([]) }
    #expect(throws: Forecaster.Unusable.self) { try Forecaster(.init(horizon: 0)) }
    #expect(throws: Forecaster.Unusable.self) { try Forecaster(.init(horizon: 5, origins: 99)) }
    let month = DemandSeries(product: "m", period: .month, first: series[0].first, units: [1, 2])
    #expect(throws: Forecaster.Unusable.self) { try Forecaster().run(series + [month]) }
  }

  @Test("5: the forest", arguments: [UInt64(3)])
  func forest(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var rows: (values: [Float], targets: [Float]) = ([], [])
    for _ in 0..<4_000 {
      let (a, b) = (Float(random.uniform()), Float(random.uniform()))
      rows.values += [a, b, random.below(5) == 0 ? .nan : a]
      rows.targets.append(a > 0.5 && b > 0.5 ? 1 : 0)
    }
    let predictor = try RandomForest(seed: seed).trained(
      on: FeatureRows(names: ["a", "b", "c"], values: rows.values, targets: rows.targets))
    let found = predictor.predictions(
      for: FeatureRows(names: ["a", "b", "c"], values: [0.2, 0.2, 0.2, 0.8, 0.2, .nan, 0.8, 0.8, 0.8]))
    #expect(found[0] < 0.1 && found[1] < 0.15 && found[2] > 0.85, "seed \(seed): \(found)")
  }
}

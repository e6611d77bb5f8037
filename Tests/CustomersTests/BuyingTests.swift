// Models of buying and value. Properties proved here:
// 1. BG/NBD on CDNOW gives lifetimes' parameters, likelihood, expectations and probabilities.
// 2. Gamma-gamma on CDNOW gives lifetimes' parameters and expectations; the value over 12 months is lifetimes'.
// 3. sBG gives the published parameters.
// 4. BG/NBD finds the parameters that made random customers.
// 5. Too few purchases are an error that says so; a customer without repeats is alive and has the mean value.
// 6. Orders: bad lines are told; one purchase a day; returns are taken off.

import Catalog
import Customers
import Numbers
import Statistics
import Testing

@Suite struct BuyingTests {
  private static let isPresent = CDNowData.path != nil

  private func summaries() throws -> [PurchaseSummary] {
    let end = try #require(CalendarDay(CDNowData.calibrationEnd))
    return PurchaseSummary.summaries(try CDNowData.orders(), end: end)
  }

  private func expect(_ found: Double, _ expected: Double, _ tolerance: Double, line: Int = #line) {
    #expect(abs(found - expected) < tolerance, "line \(line): \(found), not \(expected)")
  }

  @Test("1: BG/NBD on CDNOW", .enabled(if: isPresent, "no cdnow/sample.csv.gz in VITRINE_DATA"))
  func buying() throws {
    let summaries = try summaries()
    #expect(summaries.count == 2357 && summaries.count { $0.repeats > 0 } == 946)
    // The published figures are of weeks with two digits.
    func rounded(_ weeks: Double) -> Double { (100 * weeks).rounded() / 100 }
    let histories = summaries.map {
      BGNBD.History(x: Double($0.repeats), tx: rounded($0.recencyDays / 7), age: rounded($0.ageDays / 7))
    }
    let (model, likelihood) = try BGNBD.fitted(histories)
    expect(model.r, 0.24259, 1e-4)
    expect(model.alpha, 4.41353, 1e-3)
    expect(model.a, 0.79289, 1e-3)
    expect(model.b, 2.42575, 3e-3)
    expect(likelihood, -9582.4256, 1e-3)
    let published = try #require(BGNBD(r: 0.24259, alpha: 4.41353, a: 0.79289, b: 2.42575))
    for (t, mean) in [(0.1429, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.858)] {
      expect(published.expectedPurchases(newFor: t), mean, 6e-5)
    }
    let first = BGNBD.History(x: 2, tx: 30.43, age: 38.86)
    expect(published.expectedPurchases(next: 39, first), 1.2259, 6e-5)
    expect(published.probabilityAlive(first), 0.7266, 6e-5)
    // These two figures are of the parameters rounded to three digits.
    let coarse = try #require(BGNBD(r: 0.243, alpha: 4.414, a: 0.793, b: 2.426))
    expect(coarse.probability(of: 10, newFor: 2), 1.07869e-07, 1e-11)
    expect(coarse.probability(of: 0, newFor: 39), 0.5737864, 1e-6)
    let sum = (0..<400).reduce(0.0) { $0 + published.probability(of: $1, newFor: 39) }
    expect(sum, 1, 1e-6)
  }

  @Test("2: gamma-gamma on CDNOW", .enabled(if: isPresent, "no cdnow/sample.csv.gz in VITRINE_DATA"))
  func spending() throws {
    let summaries = try summaries()
    let dollars = summaries.map { (repeats: Double($0.repeats), mean: $0.meanRepeatMinorUnits / 100) }
    let (model, likelihood) = try GammaGamma.fitted(dollars)
    expect(model.p, 6.2488, 0.01)
    expect(model.q, 3.7446, 0.01)
    expect(model.v, 15.4477, 0.06)
    expect(likelihood, -4055.923, 0.01)
    expect(try #require(model.populationMean), 35.1710, 0.01)
    expect(try #require(model.expectedValue(repeats: dollars[0].repeats, mean: dollars[0].mean)), 24.6586, 0.01)
    let buying = try BGNBD.fitted(summaries.map { BGNBD.History(weeks: $0) }).model
    let value = CustomerValue(buying: buying, spending: model)
    for (index, expected) in [36.2785, 4.6375, 8.3441].enumerated() {
      let history = BGNBD.History(weeks: summaries[index])
      expect(value.value(history, meanRepeat: dollars[index].mean), expected, 0.03)
    }
  }

  @Test("3: sBG")
  func contracts() throws {
    let regular = [1000.0, 631, 468, 382, 326, 289, 262, 241]
    let (model, likelihood) = try #require(ShiftedBetaGeometric.fitted(regular))
    expect(model.alpha, 0.7041, 1e-3)
    expect(model.beta, 1.1820, 1e-3)
    expect(likelihood, -1680.265, 0.01)
    expect(model.survival(1), model.retention(1), 1e-12)
    #expect(ShiftedBetaGeometric.fitted([100, 110]) == nil && ShiftedBetaGeometric.fitted([100]) == nil)
  }

  @Test("4: made customers", arguments: [UInt64(17)])
  func made(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let histories = (0..<4_000).map { _ -> BGNBD.History in
      let rate = random.gamma(shape: 0.8, rate: 6)
      let (x, y) = (random.gamma(shape: 1.5, rate: 1), random.gamma(shape: 3, rate: 1))
      let leaving = x / (x + y)
      let age = 40 + 12 * random.uniform()
      var (time, last, count) = (0.0, 0.0, 0.0)
      while true {
        // An exponential wait is a gamma number of shape 1.
        time += random.gamma(shape: 1, rate: rate)
        guard time < age else { break }
        (last, count) = (time, count + 1)
        if random.uniform() < leaving { break }
      }
      return BGNBD.History(x: count, tx: last, age: age)
    }
    let (model, likelihood) = try BGNBD.fitted(histories)
    let truth = try #require(BGNBD(r: 0.8, alpha: 6, a: 1.5, b: 3))
    #expect(likelihood >= histories.reduce(0) { $0 + truth.logLikelihood($1) }, "seed \(seed)")
    expect(model.r / model.alpha, 0.8 / 6, 0.015)
    expect(model.expectedPurchases(newFor: 52), truth.expectedPurchases(newFor: 52), 0.12)
  }

  @Test("5: too little")
  func tooLittle() throws {
    let none = (0..<30).map { _ in BGNBD.History(x: 0, tx: 0, age: 10) }
    let error = try #require(throws: UnusableHistory.self) { try BGNBD.fitted(none) }
    #expect(error.description.contains("0 of 30 customers bought again"))
    #expect(throws: UnusableHistory.self) { try BGNBD.fitted([BGNBD.History(x: 1, tx: 1, age: 2)]) }
    #expect(throws: UnusableHistory.self) { try GammaGamma.fitted([(1, 10)]) }
    #expect(BGNBD(r: 0, alpha: 1, a: 1, b: 1) == nil)
    let model = try #require(BGNBD(r: 1, alpha: 1, a: 1, b: 1))
    #expect(model.probabilityAlive(.init(x: 0, tx: 0, age: 500)) == 1)
    #expect(model.expectedPurchases(newFor: 10).isFinite)
    let spending = try #require(GammaGamma(p: 2, q: 3, v: 10))
    #expect(spending.expectedValue(repeats: 0, mean: 0) == 10)
  }

  @Test("6: orders")
  func orders() throws {
    let text = """
      customer_id,date,cds,dollars
      1,1997-01-01,2,29.33
      1,1997-01-01,1,-9.33
      x,1997-13-01,1,1
      2,1997-01-03,1,a
      3,9999-12-31,1,5
      3,0001-01-01,1,5
      """
    let days = CalendarDay.ofRecords(now: try #require(Timestamp("1997-06-01T00:00:00Z")))
    let read = try OrderReader.read(Array(text.utf8), days: days)
    #expect(read.refusals.last?.description.contains("is not from 1970-01-01 to 1997-06-02") == true)
    #expect(read.refusedCount == 4 && read.orders.map(\.valueMinorUnits) == [2933, -933])
    let end = try #require(CalendarDay("1997-01-08"))
    let summary = PurchaseSummary.summaries(read.orders, end: end)
    #expect(
      summary == [PurchaseSummary(customer: "1", repeats: 0, recencyDays: 0, ageDays: 7, totalMinorUnits: 2000)])
    #expect(throws: DelimitedRows.Unusable.self) {
      try OrderReader.read(Array("customer,date,value\n".utf8), days: days)
    }
  }
}

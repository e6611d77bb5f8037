// Properties proved here:
// 1. The figures of GrowthBook's gbstats tests are reproduced.
// 2. Of 1,000 simulated experiments without a difference 5 % ± 1.5 are significant at a fixed size, and at most 5 % at any
//    look of the sequential test; looking each day with the fixed test finds far more.
// 3. A planted +5 % is found with the stated power.
// 4. CUPED narrows the interval as the correlation says, and stays unbiased; winsorising bounds the outlier's weight.
// 5. The Bayesian view agrees with a sum over its posterior; a prior shrinks.
// 6. The sequential p-value is below α exactly where the interval leaves 0 out.
// 7. The paired t-test has SciPy's figures, and equal figures have no test.
// 8. Arms without variance, of one visitor, or with a control at 0 give no figure.
import Experiments
import Foundation
import Numbers
import Testing

struct Dice {
  private var random: SplitMix64
  init(_ seed: UInt64) { random = SplitMix64(seed: seed) }
  mutating func unit() -> Double { (Double(random.next() >> 11) + 0.5) * 0x1p-53 }
  /// Skewed, mean 1: a shopper's spending.
  mutating func exponential() -> Double { -log(unit()) }
  mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
}

private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 5e-6) -> Bool {
  abs(value - expected) <= tolerance
}

@Suite struct ComparisonTests {
  @Test("1. gbstats' figures") func known() throws {
    let a = SampleStatistics(count: 3407, sum: 1396.87, sumOfSquares: 52377.9767)
    let b = SampleStatistics(count: 3461, sum: 2422.7, sumOfSquares: 134698.29)
    let result = FixedHorizonTest.result(try #require(ArmDifference(control: a, treatment: b, scale: .relative)))
    #expect(isClose(result.estimate, 0.70732) && isClose(result.pValue, 0.06191))
    #expect(isClose(result.interval.lowerBound, -0.03526) && isClose(result.interval.upperBound, 1.44989))
    let proportions = try #require(
      ArmDifference(control: .proportion(14, of: 28), treatment: .proportion(16, of: 30), scale: .relative))
    #expect(isClose(FixedHorizonTest.result(proportions).pValue, 0.80707))
    // Welch's test of the absolute difference, by SciPy.
    let absolute = try #require(
      ArmDifference(control: .proportion(14, of: 28), treatment: .proportion(16, of: 30), scale: .absolute))
    #expect(isClose(FixedHorizonTest.result(absolute).pValue, 0.8004455444, 1e-9))
    #expect(isClose(try #require(SampleRatioCheck(counts: [1000, 1200], weights: [1, 1])).pValue, 2.00787e-05, 5e-11))
  }

  private struct Outcome {
    var fixed = 0
    var sequential = 0
    var peeking = 0
  }

  /// Experiments of 400 visitors an arm, looked at ten times.
  private func simulate(_ runs: Int, seed: UInt64, scale: ArmDifference.Scale) throws -> Outcome {
    var dice = Dice(seed)
    var outcome = Outcome()
    let test = SequentialTest(tightestAt: 500)
    for _ in 0..<runs {
      var (a, b) = (SampleStatistics(), SampleStatistics())
      var (isSequential, isPeeked) = (false, false)
      var last = 1.0
      for look in 1...10 {
        for _ in 0..<40 {
          a.add(dice.exponential())
          b.add(dice.exponential())
        }
        let difference = try #require(ArmDifference(control: a, treatment: b, scale: scale))
        if look >= 3, let result = test.result(difference), result.pValue < 0.05 { isSequential = true }
        last = FixedHorizonTest.result(difference).pValue
        if last < 0.05 { isPeeked = true }
      }
      outcome.fixed += last < 0.05 ? 1 : 0
      outcome.sequential += isSequential ? 1 : 0
      outcome.peeking += isPeeked ? 1 : 0
    }
    return outcome
  }

  @Test("2. A/A") func noDifference() throws {
    let seed: UInt64 = 20_261_201
    let outcome = try simulate(1_000, seed: seed, scale: .relative)
    print("A/A, seed \(seed): \(outcome) of 1,000")
    #expect((35...65).contains(outcome.fixed), "seed \(seed): \(outcome)")
    #expect(outcome.sequential <= 50, "seed \(seed): \(outcome)")
    #expect(outcome.peeking > 120, "seed \(seed): \(outcome)")
  }

  @Test("3. a planted +5 % is found with the stated power") func power() throws {
    let seed: UInt64 = 7
    var dice = Dice(seed)
    let size = SampleSize(mean: 1, variance: 0.16)
    let visitors = try #require(size.visitorsPerArm(relativeEffect: 0.05, power: 0.8))
    #expect((990...1_015).contains(visitors))
    #expect(isClose(size.power(relativeEffect: 0.05, visitorsPerArm: visitors), 0.8, 1e-3))
    #expect(isClose(size.detectableEffect(visitorsPerArm: visitors), 0.05, 1e-4))
    let runs = 300
    var found = 0
    for _ in 0..<runs {
      var (a, b) = (SampleStatistics(), SampleStatistics())
      for _ in 0..<visitors {
        a.add(1 + 0.4 * dice.normal())
        b.add(1.05 + 0.4 * dice.normal())
      }
      let difference = try #require(ArmDifference(control: a, treatment: b, scale: .relative))
      if FixedHorizonTest.result(difference).pValue < 0.05 { found += 1 }
    }
    print("+5 %, seed \(seed): found \(found) of \(runs), stated 80 %")
    // Three standard deviations of a binomial of 300.
    #expect(abs(Double(found) / Double(runs) - 0.8) < 0.07, "seed \(seed): \(found)")
    // By hand: (1.959964 + 0.841621)² · (0.09 + 0.1056) / 0.02² = 3,838.1.
    #expect(SampleSize(proportion: 0.1).visitorsPerArm(relativeEffect: 0.2) == 3_839)
    #expect(SampleSize(proportion: 0.001).visitorsPerArm(relativeEffect: 1e-6) == nil)
  }

  @Test("4. CUPED") func cuped() throws {
    let seed: UInt64 = 5
    var dice = Dice(seed)
    var narrower = 0.0
    var estimates: [Double] = []
    for _ in 0..<60 {
      var arms = [AdjustedStatistics(), AdjustedStatistics()]
      for arm in 0..<2 {
        for _ in 0..<300 {
          let before = 10 + 2 * dice.normal()
          // Correlation 0.8 with what was before; the treatment adds 0.5.
          let outcome = before + 1.5 * dice.normal() + (arm == 1 ? 0.5 : 0)
          arms[arm].add(outcome: outcome, before: before)
        }
      }
      let adjusted = AdjustedStatistics.adjusted(arms[0], arms[1])
      let plain = try #require(
        ArmDifference(control: arms[0].outcome, treatment: arms[1].outcome, scale: .absolute))
      let better = try #require(
        ArmDifference(control: adjusted.control, treatment: adjusted.treatment, scale: .absolute))
      narrower += better.variance / plain.variance
      estimates.append(better.estimate)
      #expect(abs(adjusted.theta - 1) < 0.2)
    }
    #expect(abs(narrower / 60 - (1 - 0.64)) < 0.03, "seed \(seed): \(narrower / 60)")
    #expect(abs(SampleStatistics(estimates).mean - 0.5) < 0.05, "seed \(seed)")
    // Adjusted by hand: y − θ(x − mean x).
    var (one, other) = (AdjustedStatistics(), AdjustedStatistics())
    let (x, y) = ([1.0, 2, 4, 1, 3, 5], [2.0, 3, 7, 4, 6, 9])
    for index in 0..<3 { one.add(outcome: y[index], before: x[index]) }
    for index in 3..<6 { other.add(outcome: y[index], before: x[index]) }
    let adjusted = AdjustedStatistics.adjusted(one, other)
    let center = x.reduce(0, +) / 6
    let expected = SampleStatistics((0..<3).map { y[$0] - adjusted.theta * (x[$0] - center) })
    #expect(isClose(adjusted.control.mean, expected.mean, 1e-12))
    #expect(isClose(adjusted.control.variance, expected.variance, 1e-12))
  }

  @Test("4. winsorising") func winsorizing() throws {
    let values = (1...100).map(Double.init) + [0, 0, 1e9]
    let bound = try #require(Winsorizing(percentile: 0.99, of: values))
    #expect(bound.upper == 100 && bound(1e9) == 100 && bound(3) == 3)
    #expect(Winsorizing(percentile: 0.5, of: [0, 0, 0, 8], ignoresZeros: false)?.upper == 0)
    #expect(Winsorizing(percentile: 0.5, of: [0]) == nil)
  }

  @Test("5. the Bayesian view") func bayesian() throws {
    let a = SampleStatistics((0..<200).map { Double($0 % 7) })
    let b = SampleStatistics((0..<200).map { Double($0 % 7) + ($0 % 3 == 0 ? 0.6 : 0) })
    let difference = try #require(ArmDifference(control: a, treatment: b, scale: .relative))
    let view = BayesianView(difference)
    // By a sum over the posterior.
    var (chance, riskOfTreatment, riskOfControl, total) = (0.0, 0.0, 0.0, 0.0)
    for step in -60_000...60_000 {
      let z = Double(step) / 10_000
      let effect = view.mean + z * view.standardDeviation
      let weight = exp(-z * z / 2)
      total += weight
      chance += effect > 0 ? weight : 0
      riskOfTreatment += max(0, -effect) * weight
      riskOfControl += max(0, effect) * weight
    }
    #expect(isClose(view.chanceToBeBetter, chance / total, 1e-4))
    #expect(isClose(view.riskOfTreatment, riskOfTreatment / total, 1e-6))
    #expect(isClose(view.riskOfControl, riskOfControl / total, 1e-6))
    #expect(isClose(view.interval().upperBound - view.mean, 1.959964 * view.standardDeviation))
    let shrunk = BayesianView(difference, prior: .init(standardDeviation: 0.05))
    #expect(shrunk.mean > 0 && shrunk.mean < view.mean && shrunk.standardDeviation < view.standardDeviation)
    #expect(isClose(BayesianView(difference, prior: .init(standardDeviation: 1e6)).mean, view.mean, 1e-9))
  }

  @Test("6. the sequential interval and its p-value agree") func sequential() throws {
    let seed: UInt64 = 3
    var dice = Dice(seed)
    var both = (below: 0, above: 0)
    for _ in 0..<400 {
      let count = 100 + Int(900 * dice.unit())
      let shift = 0.6 * dice.unit()
      let a = SampleStatistics((0..<count).map { _ in 1 + dice.exponential() })
      let b = SampleStatistics((0..<count).map { _ in 1 + shift + dice.exponential() })
      let difference = try #require(ArmDifference(control: a, treatment: b, scale: .absolute))
      let result = try #require(SequentialTest(tightestAt: 500).result(difference))
      #expect((result.pValue < 0.05) == !result.interval.contains(0), "seed \(seed): \(result)")
      if result.pValue < 0.05 { both.below += 1 } else { both.above += 1 }
      let fixed = FixedHorizonTest.result(difference)
      #expect(result.interval.lowerBound < fixed.interval.lowerBound)
    }
    #expect(both.below > 50 && both.above > 50)
    let few = SampleStatistics([1, 2, 3])
    let difference = try #require(ArmDifference(control: few, treatment: few, scale: .absolute))
    #expect(SequentialTest().result(difference) == nil)
  }

  @Test("7. the paired t-test") func paired() throws {
    let result = try #require(
      FixedHorizonTest.paired(baseline: [0.5, 0.6, 0.3, 0.9, 0.2], candidate: [0.7, 0.6, 0.5, 0.8, 0.6]))
    // scipy.stats.ttest_rel: t 1.605910.
    #expect(isClose(result.estimate, 0.14, 1e-12) && isClose(result.pValue, 0.18356686005527664, 1e-9))
    #expect(result.interval.contains(0))
    #expect(FixedHorizonTest.paired(baseline: [1, 2], candidate: [2, 3]) == nil)
    #expect(FixedHorizonTest.paired(baseline: [], candidate: []) == nil)
  }

  @Test("8. nothing to compare") func nothing() {
    let one = SampleStatistics([1])
    let flat = SampleStatistics([2, 2, 2])
    let zero = SampleStatistics([0, 0, 0])
    let good = SampleStatistics([1, 2, 3])
    #expect(ArmDifference(control: one, treatment: good, scale: .absolute) == nil)
    #expect(ArmDifference(control: flat, treatment: flat, scale: .absolute) == nil)
    #expect(ArmDifference(control: zero, treatment: good, scale: .relative) == nil)
    #expect(ArmDifference(control: good, treatment: flat, scale: .relative) != nil)
    #expect(SampleRatioCheck(counts: [0, 0], weights: [1, 1]) == nil)
  }
}

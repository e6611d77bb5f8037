// Properties proved here:
// 1. The distribution functions have SciPy 1.17's values, in the middle and far out in the tails.
// 2. Quantiles undo the cumulative functions.
// 3. Known identities hold: two degrees of freedom of chi-square are an exponential, one of Student is Cauchy's.
import Foundation
import Statistics
import Testing

private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-10) -> Bool {
  abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
}

@Suite struct DistributionTests {
  @Test("1. SciPy's values") func known() {
    #expect(isClose(StudentDistribution.twoSided(2, degreesOfFreedom: 5), 0.10193947882985835))
    #expect(isClose(StudentDistribution.twoSided(1.2, degreesOfFreedom: 0.8), 0.47768411065537886))
    #expect(isClose(StudentDistribution.twoSided(4, degreesOfFreedom: 1e6), 6.33470340100481e-05, 1e-7))
    #expect(isClose(StudentDistribution.twoSidedQuantile(0.05, degreesOfFreedom: 7.5), 2.3330396268649745))
    #expect(isClose(ChiSquareDistribution.upperTail(3.84, degreesOfFreedom: 1), 0.05004352124870519))
    #expect(isClose(ChiSquareDistribution.upperTail(30, degreesOfFreedom: 12), 0.0027924293327009145))
    #expect(isClose(ChiSquareDistribution.upperTail(0.01, degreesOfFreedom: 3), 0.9997348349413444))
    for (p, z) in [(1e-10, -6.361340902404056), (0.001, -3.090232306167813), (0.3, -0.5244005127080409)] {
      #expect(isClose(NormalDistribution.quantile(p), z, 1e-9), "\(p): \(NormalDistribution.quantile(p))")
      #expect(isClose(NormalDistribution.quantile(1 - p), -z, 1e-6))
    }
    #expect(isClose(NormalDistribution.cumulative(1.959963984540054), 0.975))
    #expect(isClose(FairCoin.twoSided(heads: 60, tosses: 100), 0.05688793364098089))
    #expect(FairCoin.twoSided(heads: 5, tosses: 10) == 1 && FairCoin.twoSided(heads: 0, tosses: 0) == 1)
    #expect(isClose(FairCoin.twoSided(heads: 0, tosses: 10), 2.0 / 1024))
  }

  @Test("2. quantiles undo") func quantiles() {
    for p in stride(from: 0.001, to: 1, by: 0.0107) {
      #expect(isClose(NormalDistribution.cumulative(NormalDistribution.quantile(p)), p))
      for df in [0.7, 3, 40, 5_000] {
        let t = StudentDistribution.twoSidedQuantile(p, degreesOfFreedom: df)
        #expect(isClose(StudentDistribution.twoSided(t, degreesOfFreedom: df), p))
      }
    }
    #expect(NormalDistribution.quantile(0) == -.infinity && NormalDistribution.quantile(1) == .infinity)
    #expect(NormalDistribution.quantile(0.5).magnitude < 1e-12 && NormalDistribution.quantile(2).isNaN)
  }

  @Test("3. identities") func identities() {
    for x in [0.1, 1, 2.5, 7, 40] {
      #expect(isClose(ChiSquareDistribution.upperTail(x, degreesOfFreedom: 2), exp(-x / 2)))
      #expect(isClose(StudentDistribution.cumulative(-x, degreesOfFreedom: 1), 0.5 - atan(x) / .pi, 1e-9))
      #expect(
        isClose(
          StudentDistribution.cumulative(x, degreesOfFreedom: 3)
            + StudentDistribution.cumulative(-x, degreesOfFreedom: 3),
          1))
    }
  }
}

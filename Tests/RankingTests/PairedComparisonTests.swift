// Properties proved here:
// 1. Known answers: the permutation test of few pairs is exact, and the mean difference and a degenerate interval are
//    correct.
// 2. Swapping the two sides negates the difference and the interval, and leaves p.
// 3. Equal sides have no difference, an interval of zero width and p 1; without pairs there is no comparison.
// 4. The 95 % interval contains the true difference in about 95 % of simulated experiments, and without a difference p
//    is below 0.05 in about 5 % of them.
// 5. A seed gives the same result again, and another seed about the same.
import Foundation
import Numbers
import Ranking
import Testing

@Suite struct PairedComparisonTests {
  private func compare(
    _ baseline: [Double], _ candidate: [Double], seed: UInt64 = 1, resamples: Int = 10_000
  ) throws -> PairedComparison {
    try #require(PairedComparison(baseline: baseline, candidate: candidate, seed: seed, resamples: resamples))
  }

  @Test("1. known answers") func knownAnswers() throws {
    // Of the 8 assignments of signs to 1, 2, 3 only +++ and --- have a sum of 6 in magnitude.
    let three = try compare([0, 0, 0], [1, 2, 3])
    #expect(three.difference == 2 && three.pairs == 3)
    #expect(three.pValue == 0.25)
    // Fisher's own data (Darwin's maize, The Design of Experiments, section 21): 863 of the 2^15 = 32,768 assignments
    // have a sum of 314 or more, and as many have -314 or less.
    let maize: [Double] = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    let darwin = try compare(maize.map { _ in 0 }, maize, resamples: 32_768)
    #expect(darwin.pValue == 2 * 863 / 32_768.0)
    #expect(abs(darwin.difference - 314 / 15.0) < 1e-12)
    // Every sample of equal differences has the same mean.
    let constant = try compare([0.25, 0.5, 0.25, 0], [0.5, 0.75, 0.5, 0.25])
    #expect(constant.interval == 0.25...0.25)
    // The sampled test comes near the exact one.
    #expect(abs(try compare(maize.map { _ in 0 }, maize, resamples: 20_000).pValue - 2 * 863 / 32_768.0) < 0.006)
  }

  @Test("2. symmetric", arguments: [UInt64(3), 4, 5]) func symmetric(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let baseline = (0..<46).map { _ in uniform(&random) }
    let candidate = baseline.map { min(1, max(0, $0 + uniform(&random) * 0.3 - 0.1)) }
    let forward = try compare(baseline, candidate, seed: seed)
    let backward = try compare(candidate, baseline, seed: seed)
    #expect(abs(forward.difference + backward.difference) < 1e-12)
    #expect(abs(forward.interval.lowerBound + backward.interval.upperBound) < 1e-9)
    #expect(abs(forward.interval.upperBound + backward.interval.lowerBound) < 1e-9)
    #expect(forward.pValue == backward.pValue)
    #expect(forward.interval.contains(forward.difference))
    #expect(forward.pValue > 0 && forward.pValue <= 1)
  }

  @Test("3. no difference") func equal() throws {
    let figures = (0..<46).map { Double($0) / 46 }
    let same = try compare(figures, figures)
    #expect(same.difference == 0 && same.interval == 0...0 && same.pValue == 1)
    #expect(PairedComparison(baseline: [], candidate: [], seed: 1) == nil)
    let unjudged = Judgments.Query(text: "x", ratings: ["a": 0])
    let run = JudgedRun(name: "run", answers: [.init(query: unjudged, ranking: ["a"])])
    #expect(PairedComparison(.ndcg10, baseline: run, candidate: run, seed: 1) == nil)
  }

  @Test("4. coverage on simulated experiments", .timeLimit(.minutes(5))) func coverage() throws {
    // 46 queries, as many as in a day's judgments, with differences like those of nDCG: half of them 0, the rest
    // normal.
    let (experiments, resamples) = (400, 400)
    var random = SplitMix64(seed: 20_260)
    var covered = 0
    var refused = 0
    for experiment in 0..<experiments {
      let noise = (0..<46).map { _ in uniform(&random) < 0.5 ? 0 : 0.2 * normal(&random) }
      // The mean of the other half is 0.1, of all 0.05.
      let effect = noise.map { $0 == 0 ? 0 : $0 + 0.1 }
      let zero = noise.map { _ in 0.0 }
      let seed = UInt64(experiment)
      if try compare(zero, effect, seed: seed, resamples: resamples).interval.contains(0.05) { covered += 1 }
      if try compare(zero, noise, seed: seed, resamples: resamples).pValue < 0.05 { refused += 1 }
    }
    // Three standard errors of a share of 400 around 0.95 are 0.033; the percentile interval is a little narrow.
    let coverage = Double(covered) / Double(experiments)
    #expect(coverage > 0.90 && coverage < 0.985, "seed 20260: \(coverage)")
    let level = Double(refused) / Double(experiments)
    #expect(level > 0.015 && level < 0.085, "seed 20260: \(level)")
  }

  @Test("5. seeds") func seeds() throws {
    let figures = (0..<30).map { Double($0 % 7) / 7 }
    let others = (0..<30).map { Double($0 % 5) / 5 }
    let first = try compare(figures, others, seed: 9)
    #expect(try compare(figures, others, seed: 9) == first)
    let other = try compare(figures, others, seed: 10)
    #expect(abs(other.interval.lowerBound - first.interval.lowerBound) < 0.02)
    #expect(abs(other.pValue - first.pValue) < 0.05)
  }

  private func uniform(_ random: inout SplitMix64) -> Double { Double(random.next() >> 11) / Double(UInt64(1) << 53) }

  /// Box and Muller's method.
  private func normal(_ random: inout SplitMix64) -> Double {
    (-2 * log(1 - uniform(&random))).squareRoot() * cos(2 * .pi * uniform(&random))
  }
}

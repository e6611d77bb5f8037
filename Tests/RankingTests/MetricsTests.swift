// Properties proved here:
// 1. The figures of gorse's own tests (github.com/gorse-io/gorse) are reproduced to ten digits.
// 2. Graded nDCG follows both gain forms; an ideal order is 1; unjudged IDs count 0.
// 3. A query with nothing relevant has no nDCG, recall, average precision or reciprocal rank, and the mean leaves it
//    out.
// 4. An ID repeated in a ranking earns nothing more, and no metric leaves 0…1 over random rankings.
import Foundation
import Ranking
import Testing

private func binary(_ ids: [Int]) -> [Int: Double] { Dictionary(uniqueKeysWithValues: ids.map { ($0, 1.0) }) }

private func isClose(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-10) -> Bool {
  value.map { abs($0 - expected) <= tolerance } ?? false
}

@Suite struct MetricsTests {
  let list = Array(0...9)

  @Test("1. gorse's known answers") func knownAnswers() {
    let targets = binary([1, 3, 5, 7])
    #expect(isClose(RankingMetrics.nDCG(of: list, ratings: targets, at: 10), 0.6766372989))
    #expect(isClose(RankingMetrics.nDCG(of: list, ratings: targets, at: 10, gain: .linear), 0.6766372989))
    #expect(isClose(RankingMetrics.precision(of: list, ratings: targets, at: 10), 0.4))
    #expect(RankingMetrics.averagePrecision(of: list, ratings: binary([1, 3, 7, 9])) == 0.44375)
    #expect(RankingMetrics.reciprocalRank(of: list, ratings: binary([3])) == 0.25)
  }

  @Test("2. graded ratings, both gains") func graded() {
    // By hand: DCG = 7/log2(2) + 0 + 3/log2(4) = 8.5; ideal 7 + 3/log2(3) = 8.892789260714.
    let ratings: [String: Double] = ["a": 3, "b": 2, "c": 0]
    #expect(isClose(RankingMetrics.nDCG(of: ["a", "x", "b"], ratings: ratings, at: 10), 8.5 / 8.892789260714))
    // Linear: 3 + 2/2 = 4; ideal 3 + 2/log2(3) = 4.261859507143.
    #expect(
      isClose(RankingMetrics.nDCG(of: ["a", "x", "b"], ratings: ratings, at: 10, gain: .linear), 4 / 4.261859507143))
    #expect(RankingMetrics.nDCG(of: ["a", "b"], ratings: ratings, at: 10) == 1)
    #expect(RankingMetrics.nDCG(of: ["x", "a"], ratings: ratings, at: 1) == 0)
    #expect(RankingMetrics.recall(of: ["a", "x"], ratings: ratings, at: 2) == 0.5)
    #expect(RankingMetrics.judged(of: ["a", "x", "c", "y"], ratings: ratings, at: 4) == 0.5)
    #expect(RankingMetrics.precision(of: ["a"], ratings: ratings, at: 4) == 0.25)
  }

  @Test("3. nothing relevant, no figure") func nothingRelevant() {
    let ratings = [1: 0.0]
    #expect(RankingMetrics.nDCG(of: list, ratings: ratings, at: 10) == nil)
    #expect(RankingMetrics.recall(of: list, ratings: ratings, at: 10) == nil)
    #expect(RankingMetrics.averagePrecision(of: list, ratings: ratings) == nil)
    #expect(RankingMetrics.reciprocalRank(of: list, ratings: ratings) == nil)
    #expect(RankingMetrics.reciprocalRank(of: [5], ratings: [1: 1]) == 0)
    #expect(RankingMetrics.judged(of: [Int](), ratings: ratings, at: 10) == nil)
    #expect(RankingMetrics.mean([1, nil, 0.5]) == 0.75)
    #expect(RankingMetrics.mean([nil]) == nil)
  }

  @Test("4. repeats earn nothing, figures stay in 0…1", arguments: [UInt64(7), 8, 9])
  func bounds(seed: UInt64) {
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<300 {
      var ratings: [Int: Double] = [:]
      for id in 0..<next(8) { ratings[id] = Double(next(4)) }
      let ranking = (0..<next(20)).map { _ in next(12) }
      let k = 1 + next(12)
      let figures = [
        RankingMetrics.nDCG(of: ranking, ratings: ratings, at: k),
        RankingMetrics.nDCG(of: ranking, ratings: ratings, at: k, gain: .linear),
        RankingMetrics.precision(of: ranking, ratings: ratings, at: k),
        RankingMetrics.recall(of: ranking, ratings: ratings, at: k),
        RankingMetrics.averagePrecision(of: ranking, ratings: ratings, at: k),
        RankingMetrics.reciprocalRank(of: ranking, ratings: ratings),
        RankingMetrics.judged(of: ranking, ratings: ratings, at: k),
      ]
      for case .some(let figure) in figures {
        #expect(figure >= 0 && figure <= 1 + 1e-12, "seed \(seed): \(ranking) against \(ratings) at \(k)")
      }
    }
  }
}

// Properties proved here:
// 1. libsvm lines are read with qids and with side files of sizes, CSV with quoted queries in any order; missing values
//    are NaN in CSV and 0 in sparse lines; each kind of damage is refused with its line.
// 2. Figures are those of RankingMetrics; LightGBM's mean counts queries without anything relevant as 1.
// 3. Values are normalised within a query: neither scale nor shift of a query's raw values changes a linear score.
// 4. Coordinate ascent finds a planted linear truth, beats equal weights on queries it has not seen, and repeats itself
//    for a seed.
// 5. Permutation importance finds the features that matter, and none for noise.
import Foundation
import Numbers
import Ranking
import Testing

/// Queries whose ratings follow 3·a − 2·b + noise, with two features of noise; each query has a scale of its own.
private func planted(queries: Int, seed: UInt64) -> RankingExamples {
  var random = SplitMix64(seed: seed)
  func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
  var examples = RankingExamples(featureNames: ["a", "b", "noise1", "noise2"])
  for _ in 0..<queries {
    let (scale, shift) = (1 + 99 * unit(), 1_000 * unit())
    let rows = (0..<12).map { _ in (0..<4).map { _ in unit() } }
    let truth = rows.map { 3 * $0[0] - 2 * $0[1] + 0.3 * unit() }
    let order = truth.sorted(by: >)
    examples.addQuery(
      rows: rows.map { row in row.map { $0 * scale + shift } },
      ratings: truth.map { $0 >= order[0] ? 3 : $0 >= order[2] ? 2 : $0 >= order[5] ? 1 : 0 })
  }
  return examples
}

@Suite struct LearningTests {
  @Test("1. libsvm") func libsvm() throws {
    let withIDs = try RankingExamples(libsvm: "2 qid:a 0:1.5 3:2 # first\n0 qid:a 1:-1\n\n1 qid:b 2:1e-3\r\n")
    #expect(withIDs.featureNames == ["Column_0", "Column_1", "Column_2", "Column_3"])
    #expect(withIDs.ratings == [2, 0, 1] && withIDs.queries == [0..<2, 2..<3])
    #expect(withIDs.values == [1.5, 0, 0, 2, 0, -1, 0, 0, 0, 0, 1e-3, 0])
    let withSizes = try RankingExamples(libsvm: "2 0:1.5 3:2\n0 1:-1\n1 2:1e-3", sizes: "2\n1\n")
    #expect(withSizes == withIDs)
    #expect(withSizes.widened(to: 5).values.count == 15 && withSizes.widened(to: 2) == withSizes)
    for (text, sizes, line) in [
      ("x 0:1", nil, 1), ("1 qid:1 0:1\n1 qid:1 0:y", nil, 2), ("1 qid:1 0=1", nil, 1), ("1 qid:1 2:1 1:1", nil, 1),
      ("1 qid:1 99999:1", nil, 1), ("1 0:1", nil, 1), ("1 qid:1 0:1\n1 qid:2 0:1\n1 qid:1 0:1", nil, 3), ("", nil, 1),
      ("31 qid:1 0:1", nil, 1), ("-1 qid:1 0:1", nil, 1), ("1 0:1\n1 0:1", "3", 1), ("1 0:1\n1 0:1", "1", 1),
      ("1 0:1", "x", 1),
    ] as [(String, String?, Int)] {
      let error = #expect(throws: RankingFileError.self, "\(text)") { try RankingExamples(libsvm: text, sizes: sizes) }
      #expect(error?.line == line, "\(text): \(error?.description ?? "")")
    }
  }

  @Test("1. CSV") func csv() throws {
    let examples = try RankingExamples(
      csv: "price,query,product_id,rating,position,age\n1,\"usb, c\",p,3,0,\n2,tv,q,0,1,5\n3,\"usb, c\",r,1,1,6\n")
    #expect(examples.featureNames == ["price", "age"] && examples.ratings == [3, 1, 0])
    #expect(examples.queries == [0..<2, 2..<3] && examples.positions == [0, 1, 1])
    #expect(examples.values[0] == 1 && examples.values[1].isNaN && examples.values[2...] == [3, 6, 2, 5])
    for (text, line) in [
      ("", 1), ("query,rating\n", 1), ("a,rating\n1,2", 1), ("query,rating,a\nq,1", 2), ("query,rating,a\nq,1,x", 2),
      ("query,rating,a\nq,-1,2", 2), ("query,rating,a,position\nq,1,2,-3", 2), ("query,rating,a\nq,\"1,2", 2),
    ] {
      let error = #expect(throws: RankingFileError.self, "\(text)") { try RankingExamples(csv: text) }
      #expect(error?.line == line, "\(text)")
    }
  }

  @Test("2. figures") func figures() throws {
    var examples = RankingExamples(featureNames: ["x"])
    examples.addQuery(rows: [[1], [2], [3]], ratings: [0, 3, 1])
    examples.addQuery(rows: [[1], [2]], ratings: [0, 0])
    let figures = RankingFigures(scores: [0.5, 0.5, 0.1, 9, 8], examples: examples)
    #expect(figures.judgedQueries == 1)
    let expected = RankingMetrics.nDCG(of: [0, 1, 2], ratings: [0: 0, 1: 3, 2: 1], at: 3)!
    #expect(figures.meanNDCG(at: 3) == expected && figures.lightGBMNDCG(at: 3) == (expected + 1) / 2)
    #expect(figures.meanReciprocalRank == 0.5)
    #expect(figures.meanAveragePrecision == (1.0 / 2 + 2.0 / 3) / 2)
    #expect(figures.pairs(with: figures, at: 1).own.count == 1)
  }

  @Test("3. normalised within the query") func normalised() {
    let ranker = LinearRanker(featureNames: ["a", "b"], weights: [0.5, -0.5])
    let scores = ranker.scores(of: [1, 5, 2, 6, 4, 5])
    #expect(ranker.scores(of: [100, 0.5, 200, 0.6, 400, 0.5]).elementsEqual(scores) { abs($0 - $1) < 1e-12 })
    #expect(scores[0] == 0 && abs(scores[2] - 0.5) < 1e-12)
    // The same in all rows, or missing: no say.
    #expect(ranker.scores(of: [7, 1, 7, 1]) == [0, 0])
    #expect(ranker.scores(of: [.nan, 1, 2, 1, 4, 1]) == [0, 0, 0.5])
    #expect(ranker.scores(of: [.infinity, 1, 2, 1, 4, 1]) == [0.5, 0, 0.5])
  }

  @Test("4. coordinate ascent finds a planted truth", arguments: [UInt64(1), 2])
  func ascent(seed: UInt64) throws {
    let (train, test) = (planted(queries: 60, seed: seed), planted(queries: 40, seed: seed + 100))
    var options = LinearRanker.Options()
    options.seed = seed
    options.starts = 2
    let ranker = LinearRanker(learningFrom: train, options: options)
    #expect(abs(ranker.weights.reduce(0) { $0 + abs($1) } - 1) < 1e-12)
    #expect(ranker.weights[0] > 0.35 && ranker.weights[1] < -0.2, "seed \(seed): \(ranker.weights)")
    #expect(abs(ranker.weights[2]) < 0.15 && abs(ranker.weights[3]) < 0.15, "seed \(seed): \(ranker.weights)")
    func ndcg(_ ranker: LinearRanker) -> RankingFigures {
      RankingFigures(scores: ranker.scores(of: test), examples: test)
    }
    let equal = ndcg(LinearRanker(featureNames: train.featureNames, weights: [0.25, 0.25, 0.25, 0.25]))
    let pairs = ndcg(ranker).pairs(with: equal, at: 10)
    let comparison = try #require(
      PairedComparison(baseline: pairs.other, candidate: pairs.own, seed: seed, resamples: 1_000))
    #expect(comparison.difference > 0.2 && comparison.pValue < 0.01, "seed \(seed): \(comparison)")
    #expect(LinearRanker(learningFrom: train, options: options) == ranker)
  }

  @Test("5. permutation importance") func importance() {
    let examples = planted(queries: 60, seed: 8)
    let ranker = LinearRanker(featureNames: examples.featureNames, weights: [0.6, -0.4, 0, 0])
    let found = PermutationImportance.of(examples.normalizedWithinQueries(), seed: 3) { ranker.scores(of: $0) }
    #expect(found.map(\.feature).prefix(2) == ["a", "b"])
    #expect(found[0].loss > 0.1 && found[1].loss > 0.05 && found[2...].allSatisfy { $0.loss == 0 })
  }
}

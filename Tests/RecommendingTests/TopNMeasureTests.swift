// Measures. What is proved:
// 1. gorse's case: targets 1 3 5 7, list 0…9: nDCG@10 .6766372989; recall is hits over targets.
// 2. What was learnt from a user is left out; users without a held-out choice do not count; items nobody learnt do.
// 3. Popularity bias: coverage, lift, Gini and novelty of lists made by hand.
// 4. RMSE and MAE by hand.

import Recommending
import Testing

@Suite struct TopNMeasureTests {
  private func rows(_ users: Int, _ items: Int, _ pairs: [(Int32, Int32)]) -> SparseRows {
    SparseRows(
      rowCount: users, columnCount: items, entries: pairs.map { .init(row: $0.0, column: $0.1, value: 1) })
  }

  @Test("1: gorse's case")
  func gorse() throws {
    let heldOut = TopNMeasure.HeldOut(
      train: rows(1, 10, []), test: rows(1, 10, [(0, 1), (0, 3), (0, 5), (0, 7)]), depth: 10)
    let model = Popularity(scores: (0..<10).map { Float(-$0) })
    let measure = try #require(TopNMeasure(heldOut, model: model))
    #expect(abs(measure.ndcg - 0.6766372989) < 1e-9 && measure.recall == 1)
    let short = TopNMeasure.HeldOut(train: heldOut.train, test: heldOut.test, depth: 4)
    #expect(TopNMeasure(short, model: model)?.recall == 0.5)
  }

  @Test("2: who counts")
  func whoCounts() throws {
    let heldOut = TopNMeasure.HeldOut(
      train: rows(3, 4, [(0, 0), (1, 0), (1, 1)]), test: rows(3, 4, [(0, 1), (0, 3), (2, 0)]), depth: 1)
    let measure = try #require(TopNMeasure(heldOut, model: Popularity(heldOut.train)))
    // User 0 gets item 1, one of two; user 2 gets item 0.
    #expect(measure.users == 2 && measure.recall == 0.75 && measure.ndcg == 1)
    let nobody = TopNMeasure.HeldOut(train: heldOut.train, test: rows(3, 4, []))
    #expect(TopNMeasure(nobody, model: Popularity(heldOut.train)) == nil)
    let all = TopNMeasure.HeldOut(
      train: heldOut.train, test: heldOut.test, leftOut: rows(3, 4, [(0, 1)]), depth: 1)
    #expect(TopNMeasure(all, model: Popularity(heldOut.train))?.recall == 0.5)
  }

  @Test("3: popularity bias")
  func bias() {
    let train = rows(4, 4, [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1)])
    let one = PopularityBias(lists: [[0], [0]], train: train)
    // Choices: four of an item with 4, two of one with 2: mean 20 / 6.
    #expect(one.coverage == 0.25 && abs(one.lift - 4 / (20.0 / 6)) < 1e-12)
    #expect(one.gini == 0.75 && one.novelty == 0)
    let even = PopularityBias(lists: [[0, 1], [2, 3]], train: train)
    #expect(even.coverage == 1 && even.gini == 0)
    // −log₂ of 4/4, 2/4, and half a user for the two that nobody chose.
    #expect(abs(even.novelty - (0 + 1 + 3 + 3) / 4) < 1e-12)
    #expect(PopularityBias(lists: [], train: train).gini == 0)
  }

  @Test("4: errors of ratings")
  func errors() {
    let error = RatingError(predictions: [3, 5, 1], ratings: [4, 5, 3])
    #expect(error?.rootMeanSquare == (5.0 / 3).squareRoot() && error?.meanAbsolute == 1)
    #expect(RatingError(predictions: [], ratings: []) == nil)
  }
}

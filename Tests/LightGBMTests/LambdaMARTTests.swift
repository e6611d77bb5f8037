// Properties proved here (all but 1 and 2 need the library: scripts/install-lightgbm):
// 1. A missing library, and a file that is none, give an error that says what to do.
// 2. Options that LightGBM would abort on are refused with their value.
// 3. A trained model, read from its text, scores 10,000 rows with missing values and categories as the library does, to
//    1e-9.
// 4. Monotone constraints hold for the scores.
// 5. Early stopping keeps the trees up to the best figure on the validation data.
// 6. With positions, the bias that clicks carry is corrected: the learned ranking is nearer the truth than without.
// 7. The same examples and seed give the same model; a feature that matters has the greatest gain; weights count.
// 8. A refusal of the library itself comes out as an error with its reason.
import Foundation
import LightGBM
import Numbers
import Ranking
import Testing

private let needsLibrary = ConditionTrait.enabled(
  if: LightGBMLibrary.isInstalled, "needs lib_lightgbm.so: scripts/install-lightgbm")

private struct Dice {
  var random: SplitMix64
  init(_ seed: UInt64) { random = SplitMix64(seed: seed) }
  mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }
}

/// Queries of 20 candidates: a number, one with missing values, a category, noise.
private func mixed(queries: Int, seed: UInt64) -> RankingExamples {
  var dice = Dice(seed)
  var examples = RankingExamples(featureNames: ["price level", "rating", "category", "noise"])
  for _ in 0..<queries {
    let rows = (0..<20).map { _ -> [Double] in
      [
        dice.unit(), dice.unit() < 0.3 ? .nan : dice.unit(), (30 * dice.unit()).rounded(.down),
        dice.unit() < 0.5 ? 0 : dice.unit(),
      ]
    }
    examples.addQuery(
      rows: rows,
      ratings: rows.map { row in
        let isThird = Int(saturating: row[2]) % 3 == 0
        let truth = row[0] + (row[1].isNaN ? 0.7 : row[1]) + (isThird ? 0.8 : 0) + 0.2 * dice.unit()
        return min(3, (truth * 1.6).rounded(.down))
      })
  }
  return examples
}

private func options(trees: Int = 20) -> LambdaMART.Options {
  var options = LambdaMART.Options()
  options.trees = trees
  options.leastRowsOfLeaf = 20
  options.leastHessianOfLeaf = 0.1
  return options
}

@Suite struct LambdaMARTTests {
  @Test("1. no library") func missing() throws {
    let error = #expect(throws: LightGBMError.self) { try LightGBMLibrary(path: "/nonexistent/lib_lightgbm.so") }
    #expect(error?.description.contains("scripts/install-lightgbm") == true)
    let other = #expect(throws: LightGBMError.self) { try LightGBMLibrary(path: #filePath) }
    #expect(other?.description.contains("cannot load") == true)
  }

  @Test("2. options are checked", needsLibrary) func refusals() throws {
    let examples = mixed(queries: 3, seed: 1)
    let trainer = LambdaMART(library: try LightGBMLibrary())
    let changes: [(inout LambdaMART.Options) -> Void] = [
      { $0.trees = 0 }, { $0.leaves = 1 }, { $0.learningRate = .nan }, { $0.leastRowsOfLeaf = 0 }, { $0.maxBins = 1 },
      { $0.threads = 0 }, { $0.patience = -1 }, { $0.monotone = ["x": 1] }, { $0.categorical = ["y"] },
      { $0.positionRegularization = -1 }, { $0.leastHessianOfLeaf = .infinity },
    ]
    for change in changes {
      var options = LambdaMART.Options()
      change(&options)
      #expect(throws: LightGBMError.self) { try trainer.train(on: examples, options: options) }
    }
    #expect(throws: LightGBMError.self) { try trainer.train(on: examples, weights: [1]) }
  }

  @Test("3. the own walker scores as the library does", needsLibrary) func equalScores() throws {
    let examples = mixed(queries: 200, seed: 2)
    var options = options(trees: 40)
    options.categorical = ["category"]
    var dice = Dice(3)
    let rows = (0..<10_000).flatMap { _ -> [Double] in
      [
        4 * dice.unit() - 2, dice.unit() < 0.3 ? .nan : dice.unit(),
        dice.unit() < 0.1 ? .nan : (40 * dice.unit() - 2).rounded(.down), dice.unit() < 0.3 ? 0 : dice.unit(),
      ]
    }
    let worst = try LambdaMART(library: try LightGBMLibrary()).compare(on: examples, options: options) { text, scores in
      let own = try TreeEnsemble(lightGBMText: text).scores(of: rows)
      let theirs = try scores(rows)
      #expect(Set(theirs).count > 1_000)
      return zip(own, theirs).map { abs($0 - $1) }.max()!
    }
    #expect(worst < 1e-9, "differs by \(worst)")
  }

  @Test("4. monotone constraints", needsLibrary) func monotone() throws {
    // Dearer is better in this data; the constraint forbids the model to say so.
    let examples = mixed(queries: 100, seed: 4)
    var options = options()
    func rises(_ text: String) throws -> (up: Bool, down: Bool) {
      let trees = try TreeEnsemble(lightGBMText: text)
      var (up, down) = (false, false)
      var dice = Dice(5)
      for _ in 0..<50 {
        let rest = [dice.unit(), (30 * dice.unit()).rounded(.down), dice.unit()]
        let scores = trees.scores(of: stride(from: 0.0, to: 1, by: 0.05).flatMap { [$0] + rest })
        for (low, high) in zip(scores, scores.dropFirst()) { (up, down) = (up || high > low, down || high < low) }
      }
      return (up, down)
    }
    let trainer = LambdaMART(library: try LightGBMLibrary())
    let free = try rises(trainer.train(on: examples, options: options).text)
    #expect(free.up)
    options.monotone = ["price level": -1]
    let held = try rises(trainer.train(on: examples, options: options).text)
    #expect(!held.up)
    options.monotone = ["price level": 1]
    let rising = try rises(trainer.train(on: examples, options: options).text)
    #expect(rising.up && !rising.down)
  }

  @Test("5. early stopping", needsLibrary) func earlyStopping() throws {
    var options = options(trees: 300)
    options.patience = 15
    options.learningRate = 0.3
    let model = try LambdaMART(library: try LightGBMLibrary()).train(
      on: mixed(queries: 30, seed: 6), validation: mixed(queries: 60, seed: 7), options: options)
    #expect(model.treeCount < 300 && model.validation.count <= model.treeCount + 15)
    #expect(model.validation[model.treeCount - 1] == model.validation.max())
    let trees = try TreeEnsemble(lightGBMText: model.text)
    #expect(trees.treeCount == model.treeCount)
    // The figure is the one that the own metric gives for the own scores.
    let held = mixed(queries: 60, seed: 7)
    let own = try #require(RankingFigures(scores: trees.scores(of: held.values), examples: held).lightGBMNDCG(at: 10))
    #expect(abs(own - model.validation[model.treeCount - 1]) < 1e-9)
  }

  @Test("6. positions", needsLibrary, arguments: [UInt64(1), 2]) func positions(seed: UInt64) throws {
    var dice = Dice(seed)
    var examples = RankingExamples(featureNames: ["worth", "shown first"])
    var truths: [Double] = []
    var features: [Double] = []
    for _ in 0..<1_500 {
      // The shop shows by a feature that says nothing about the worth, and clicks fall off steeply by position.
      let rows = (0..<10).map { _ in [dice.unit(), dice.unit()] }.sorted { $0[1] > $1[1] }
      let clicks = rows.enumerated().map { position, row -> Double in
        dice.unit() < row[0] * row[0] / Double(1 + position) ? 1 : 0
      }
      examples.addQuery(rows: rows, ratings: clicks, positions: (0..<10).map(Int32.init))
      truths += rows.map { $0[0] }
      features += rows.flatMap { $0 }
    }
    var blind = RankingExamples(featureNames: examples.featureNames)
    for query in examples.queries {
      blind.addQuery(
        rows: query.map { row in (0..<2).map { examples.value(row: row, feature: $0) } },
        ratings: query.map { examples.ratings[$0] })
    }
    let trainer = LambdaMART(library: try LightGBMLibrary())
    func discordance(_ examples: RankingExamples) throws -> Double {
      let model = try trainer.train(on: examples, options: options(trees: 30))
      let scores = try TreeEnsemble(lightGBMText: model.text).scores(of: features)
      var (wrong, pairs) = (0, 0)
      for query in examples.queries {
        for (one, other) in query.flatMap({ one in query.filter { $0 > one }.map { (one, $0) } }) {
          pairs += 1
          if (scores[one] - scores[other]) * (truths[one] - truths[other]) < 0 { wrong += 1 }
        }
      }
      return Double(wrong) / Double(pairs)
    }
    let (corrected, biased) = (try discordance(examples), try discordance(blind))
    #expect(corrected < biased - 0.03, "seed \(seed): \(corrected) against \(biased) of pairs in the wrong order")
  }

  @Test("7. the same model again; gains; weights", needsLibrary) func repeated() throws {
    let examples = mixed(queries: 60, seed: 9)
    let trainer = LambdaMART(library: try LightGBMLibrary())
    let first = try trainer.train(on: examples, options: options())
    let again = try trainer.train(on: examples, options: options())
    #expect(first.text == again.text && first.gains == again.gains)
    #expect(first.gains.count == 4 && first.gains[3] < first.gains[0] && first.gains[3] < first.gains[1])
    let weighted = try trainer.train(
      on: examples, weights: (0..<examples.rowCount).map { $0 < 600 ? 1 : 0.01 }, options: options())
    #expect(weighted.text != first.text)
  }

  @Test("8. the library's own refusal", needsLibrary) func libraryRefusal() throws {
    var examples = RankingExamples(featureNames: ["a"])
    // lambdarank takes whole grades only.
    examples.addQuery(rows: [[1], [2], [3]], ratings: [0.5, 1, 2])
    let error = #expect(throws: LightGBMError.self) {
      try LambdaMART(library: try LightGBMLibrary()).train(on: examples)
    }
    #expect(error?.description.hasPrefix("LightGBM: making a model: ") == true, "\(error?.description ?? "")")
  }
}

import Bootstrap
import JSON
package import LightGBM
package import Ranking

/// The models that `evaluate ranking` trains.
package enum RankingModelKind: String, CaseIterable, Sendable {
  case linear, lambdamart
}

/// A ranking model trained on one set of rated examples and measured on another.
package struct RankingEvaluation {
  private struct DifferentFeatures: Error, CustomStringConvertible {
    let train: [String]
    let test: [String]
    var description: String {
      "the files' features differ: \(train.prefix(10).joined(separator: ", ")) in the training file, "
        + "\(test.prefix(10).joined(separator: ", ")) in the test file; the columns must be the same, in the same order"
    }
  }

  /// A way of ordering the test queries.
  package struct Row {
    package var name: String
    package var figures: RankingFigures
  }

  package struct Report {
    package var rows: [Row]
    /// The model against the order of the file, on nDCG@10.
    package var comparison: PairedComparison?
    package var train: RankingExamples
    package var test: RankingExamples
    package var options: LambdaMART.Options
    package var seed: UInt64
    package var treeCount: Int?
    package var trainSeconds: Double
    /// By feature, the greatest first; empty for a linear model.
    package var gains: [(feature: String, gain: Double)]
    package var permutation: [PermutationImportance]
    /// The linear model's weights, the greatest first.
    package var weights: [(feature: String, weight: Double)]
    /// LambdaMART's text.
    package var text: String?
  }

  package var train: RankingExamples
  package var test: RankingExamples
  package var model: RankingModelKind
  package var options: LambdaMART.Options
  package var holdOut: Int?
  package var seed: UInt64

  package init(
    train: RankingExamples, test: RankingExamples, model: RankingModelKind, options: LambdaMART.Options, holdOut: Int?,
    seed: UInt64
  ) {
    self.train = train
    self.test = test
    self.model = model
    self.options = options
    self.holdOut = holdOut
    self.seed = seed
  }

  /// Trees without a better figure on the held-out queries before training stops.
  private static let patience = 50
  /// The features of greatest gain or weight whose worth is measured by shuffling.
  private static let shuffledFeatures = 30

  package func run(library: LightGBMLibrary?) throws -> Report {
    let shared = min(train.featureCount, test.featureCount)
    guard train.featureNames.prefix(shared) == test.featureNames.prefix(shared) else {
      throw DifferentFeatures(train: train.featureNames, test: test.featureNames)
    }
    // Sparse files name only the features that occur; both get the width of the wider one.
    let width = max(train.featureCount, test.featureCount)
    let (train, test) = (self.train.widened(to: width), self.test.widened(to: width))
    var rows = [Row(name: "as in the file", figures: figures(Array(repeating: 0, count: test.rowCount), test))]
    let clock = ContinuousClock()
    let start = clock.now
    guard let library else {
      let ranker = LinearRanker(learningFrom: train, options: linearOptions)
      let weights = rank(ranker.weights, by: abs)
      rows.append(Row(name: "linear", figures: figures(ranker.scores(of: test), test)))
      return report(
        rows, train, test, (clock.now - start) / .seconds(1), weights: weights
      ) { ranker.scores(of: $0) }
    }
    let parts = heldOutParts(of: train)
    var options = options
    if parts.validation != nil { options.patience = Self.patience }
    let model = try LambdaMART(library: library).train(on: parts.train, validation: parts.validation, options: options)
    let trees = try TreeEnsemble(lightGBMText: model.text)
    rows.append(Row(name: "lambdamart", figures: figures(trees.scores(of: test.values), test)))
    let seconds = (clock.now - start) / .seconds(1)
    var report = report(rows, train, test, seconds, gains: rank(model.gains, by: { $0 })) {
      trees.scores(of: $0.values)
    }
    (report.treeCount, report.text) = (model.treeCount, model.text)
    return report
  }

  /// Features with a value other than 0, the greatest first.
  private func rank(_ values: [Double], by size: (Double) -> Double) -> [(feature: Int, value: Double)] {
    values.enumerated().filter { $0.element != 0 }.sorted { size($0.element) > size($1.element) }
      .map { ($0.offset, $0.element) }
  }

  private func report(
    _ rows: [Row], _ train: RankingExamples, _ test: RankingExamples, _ seconds: Double,
    gains: [(feature: Int, value: Double)] = [], weights: [(feature: Int, value: Double)] = [],
    scores: (RankingExamples) -> [Double]
  ) -> Report {
    let pairs = rows[rows.count - 1].figures.pairs(with: rows[0].figures, at: 10)
    let greatest = (gains + weights).prefix(Self.shuffledFeatures).map(\.feature)
    return Report(
      rows: rows, comparison: PairedComparison(baseline: pairs.other, candidate: pairs.own, seed: seed), train: train,
      test: test, options: options, seed: seed, trainSeconds: seconds,
      gains: gains.map { (train.featureNames[$0.feature], $0.value) },
      permutation: PermutationImportance.of(test, features: greatest, seed: seed, shuffles: 1, scores: scores),
      weights: weights.map { (train.featureNames[$0.feature], $0.value) })
  }

  private var linearOptions: LinearRanker.Options {
    var options = LinearRanker.Options()
    options.seed = seed
    // Hundreds of features make a round long, and further starts gain little there.
    options.starts = train.featureCount > 50 ? 1 : 3
    return options
  }

  private func figures(_ scores: [Double], _ examples: RankingExamples) -> RankingFigures {
    RankingFigures(scores: scores, examples: examples)
  }

  private func heldOutParts(of examples: RankingExamples) -> (train: RankingExamples, validation: RankingExamples?) {
    guard let holdOut else { return (examples, nil) }
    return (
      examples.queries(where: { $0 % holdOut != holdOut - 1 }),
      examples.queries(where: { $0 % holdOut == holdOut - 1 })
    )
  }
}

extension RankingEvaluation.Report {
  private static let shownFeatures = 15

  package var page: String {
    var table = FigureTable(
      heading: ["order"] + RankingFigures.depths.map { "nDCG@\($0)" } + ["MAP", "MRR"]
        + RankingFigures.depths.map { "LightGBM's @\($0)" })
    for row in rows {
      table.add(
        [row.name] + RankingFigures.depths.map { decimal(row.figures.meanNDCG(at: $0), 6) }
          + [decimal(row.figures.meanAveragePrecision, 6), decimal(row.figures.meanReciprocalRank, 6)]
          + RankingFigures.depths.map { decimal(row.figures.lightGBMNDCG(at: $0), 6) })
    }
    let queries = "\(rows[0].figures.judgedQueries) of \(test.queryCount) test queries have a relevant row"
    var lines = [queries, ""] + table.lines
    if let comparison {
      lines += [
        "",
        "\(rows[rows.count - 1].name) over the file's order, nDCG@10: \(signed(comparison.difference, 4)) "
          + "[\(signed(comparison.interval.lowerBound, 4)), \(signed(comparison.interval.upperBound, 4))], "
          + "p = \(decimal(comparison.pValue, 4))",
      ]
    }
    lines += ["", "model card"] + card
    if !gains.isEmpty {
      lines += ["", "gain of splits: " + list(gains.map { "\($0.feature) \(decimal($0.gain, 1))" })]
    }
    if !weights.isEmpty {
      lines += ["", "weights: " + list(weights.map { "\($0.feature) \(signed($0.weight, 4))" })]
    }
    lines += ["", "nDCG@10 lost if shuffled: " + list(permutation.map { "\($0.feature) \(signed($0.loss, 4))" })]
    return lines.joined(separator: "\n")
  }

  private func list(_ items: [String]) -> String {
    items.prefix(Self.shownFeatures).joined(separator: ", ")
      + (items.count > Self.shownFeatures ? ", and \(items.count - Self.shownFeatures) more" : "")
  }

  private var card: [String] {
    var lines = ["  model: \(rows[rows.count - 1].name), seed \(seed), trained in \(decimal(trainSeconds, 2)) s"]
    lines.append("  learned from: \(train.queryCount) queries, \(train.rowCount) rows, \(train.featureCount) features")
    lines.append("  measured on: \(test.queryCount) queries, \(test.rowCount) rows")
    if let treeCount {
      lines.append(
        "  trees: \(treeCount) of \(options.trees), \(options.leaves) leaves, learning rate \(options.learningRate), "
          + "at least \(options.leastRowsOfLeaf) rows a leaf")
    } else {
      lines.append("  coordinate ascent on nDCG@10; features normalised within a query's candidates")
    }
    return lines
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("test_queries", test.queryCount)
      writer.member("judged_queries", rows[0].figures.judgedQueries)
      writer.name("orders")
      writer.array { writer in
        for row in rows { write(row, &writer) }
      }
      if let comparison {
        writer.name("ndcg_10_over_file_order")
        writer.object { writer in
          writer.member("difference", comparison.difference)
          writer.member("low", comparison.interval.lowerBound)
          writer.member("high", comparison.interval.upperBound)
          writer.member("p", comparison.pValue)
        }
      }
      writer.name("model_card")
      writer.object { writer in
        writer.member("model", rows[rows.count - 1].name)
        writer.member("seed", Int(clamping: seed))
        writer.member("train_seconds", trainSeconds)
        writer.member("train_queries", train.queryCount)
        writer.member("train_rows", train.rowCount)
        writer.member("features", train.featureCount)
        if let treeCount { writer.member("trees", treeCount) }
      }
      write("gain", gains.map { ($0.feature, $0.gain) }, &writer)
      write("weights", weights.map { ($0.feature, $0.weight) }, &writer)
      write("permutation_loss", permutation.map { ($0.feature, $0.loss) }, &writer)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(_ row: RankingEvaluation.Row, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("order", row.name)
      for k in RankingFigures.depths {
        write("ndcg_\(k)", row.figures.meanNDCG(at: k), &writer)
        write("lightgbm_ndcg_\(k)", row.figures.lightGBMNDCG(at: k), &writer)
      }
      if let value = row.figures.meanAveragePrecision { writer.member("map", value) }
      if let value = row.figures.meanReciprocalRank { writer.member("mrr", value) }
    }
  }

  private func write(_ name: StaticString, _ values: [(String, Double)], _ writer: inout JSONWriter) {
    guard !values.isEmpty else { return }
    writer.name(name)
    writer.object { writer in
      for (feature, value) in values { write(feature, value, &writer) }
    }
  }

  private func write(_ name: String, _ value: Double?, _ writer: inout JSONWriter) {
    guard let value else { return }
    writer.name(text: name)
    writer.double(value)
  }
}

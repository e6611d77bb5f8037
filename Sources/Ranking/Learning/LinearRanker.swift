internal import Glibc

/// A weighted sum of features, normalised within the query's candidates: the model that needs no library.
///
/// Learned by coordinate ascent on nDCG@10 itself (Metzler and Croft, "Linear feature-based models for information
/// retrieval", 2007): one weight after another is moved by steps of doubling size in both directions while all others are
/// held, the best step is kept, and the weights are scaled to Σ|w| = 1. Several starts, of which the best is kept,
/// because the ascent may end on a local height.
public struct LinearRanker: Sendable, Equatable {
  /// How the search is made.
  public struct Options: Sendable, Equatable {
    /// The first start has equal weights, each other one random weights.
    public var starts = 3
    public var seed: UInt64 = 1
    /// A round over all weights that gains less than this is the last.
    public var tolerance = 1e-4
    public var maxRounds = 25
    public var smallestStep = 0.05
    /// The last step is smallestStep · 2^(stepCount − 1) times the weight.
    public var stepCount = 8
    public init() {}
  }

  public let featureNames: [String]
  /// By feature; Σ|w| = 1.
  public let weights: [Double]

  public init(featureNames: [String], weights: [Double]) {
    precondition(featureNames.count == weights.count, "\(featureNames.count) features have \(weights.count) weights")
    self.featureNames = featureNames
    self.weights = weights
  }

  public init(learningFrom examples: RankingExamples, options: Options = Options()) {
    precondition(options.starts > 0 && options.stepCount > 0, "a search needs a start and a step")
    let objective = NormalizedObjective(examples.normalizedWithinQueries())
    var random = SplitMix64(seed: options.seed)
    var best: (weights: [Double], value: Double)?
    for start in 0..<options.starts {
      let weights = (0..<examples.featureCount).map { _ in
        start == 0 ? 1 : Double(random.next() >> 11) * 0x1p-52 - 1
      }
      let found = Ascent(weights: Self.scaled(weights), objective: objective, options: options).run(&random)
      if best.map({ found.value > $0.value }) ?? true { best = found }
    }
    self.init(featureNames: examples.featureNames, weights: best!.weights)
  }

  /// The scores of one query's candidates, row after row. They are normalised here, among themselves.
  public func scores(of rows: [Double]) -> [Double] {
    precondition(rows.count.isMultiple(of: weights.count), "\(rows.count) values are no rows of \(weights.count)")
    var query = RankingExamples(featureNames: featureNames)
    for start in stride(from: 0, to: rows.count, by: weights.count) {
      query.addRow(rows[start..<start + weights.count], rating: 0)
    }
    query.endQuery()
    return scores(of: query)
  }

  /// The scores of all queries' candidates.
  public func scores(of examples: RankingExamples) -> [Double] {
    let values = examples.normalizedWithinQueries().values
    return (0..<examples.rowCount).map { row in
      var sum = 0.0
      for (feature, weight) in weights.enumerated() { sum += weight * values[row * weights.count + feature] }
      return sum
    }
  }

  fileprivate static func scaled(_ weights: [Double]) -> [Double] {
    let sum = weights.reduce(0) { $0 + abs($1) }
    return sum > 0 ? weights.map { $0 / sum } : weights
  }
}

/// Mean nDCG@10 of scores, with everything that does not change computed once.
private struct NormalizedObjective {
  static let depth = 10
  let examples: RankingExamples
  /// By feature, then by row, so that a step over one feature reads its values side by side.
  let columns: [[Double]]
  private let gains: [Double]
  private let discounts: [Double]
  /// By query: its rows and 1 / the ideal DCG; queries without anything relevant are left out.
  private let queries: [(rows: Range<Int>, norm: Double)]

  init(_ examples: RankingExamples) {
    self.examples = examples
    columns = (0..<examples.featureCount).map { feature in
      (0..<examples.rowCount).map { examples.value(row: $0, feature: feature) }
    }
    let gains = examples.ratings.map { exp2(max(0, $0)) - 1 }
    let discounts = (0..<Self.depth).map { 1 / log2(Double($0 + 2)) }
    self.gains = gains
    self.discounts = discounts
    queries = examples.queries.compactMap { rows in
      let ideal = zip(gains[rows].sorted(by: >), discounts).reduce(0) { $0 + $1.0 * $1.1 }
      return ideal > 0 ? (rows, 1 / ideal) : nil
    }
  }

  /// The row that comes first ranks first among equal scores, as in `RankingFigures`.
  func value(_ scores: [Double]) -> Double {
    guard !queries.isEmpty else { return 0 }
    var sum = 0.0
    scores.withUnsafeBufferPointer { scores in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.depth) { top in
        for query in queries { sum += dcg(query.rows, scores, top) * query.norm }
      }
    }
    return sum / Double(queries.count)
  }

  /// Keeps the best ten by insertion: shorter than a sort of all candidates.
  private func dcg(
    _ rows: Range<Int>, _ scores: UnsafeBufferPointer<Double>, _ top: UnsafeMutableBufferPointer<Int>
  ) -> Double {
    var count = 0
    for row in rows {
      let score = scores[row]
      if count == Self.depth, score <= scores[top[count - 1]] { continue }
      var place = count < Self.depth ? count : count - 1
      while place > 0, scores[top[place - 1]] < score {
        top[place] = top[place - 1]
        place -= 1
      }
      top[place] = row
      count = min(count + 1, Self.depth)
    }
    var sum = 0.0
    for rank in 0..<count { sum += gains[top[rank]] * discounts[rank] }
    return sum
  }
}

/// One ascent from one start.
private struct Ascent {
  var weights: [Double]
  let objective: NormalizedObjective
  let options: LinearRanker.Options

  func run(_ random: inout SplitMix64) -> (weights: [Double], value: Double) {
    var weights = weights
    var scores = total(of: weights)
    var value = objective.value(scores)
    for _ in 0..<options.maxRounds {
      let before = value
      for feature in random.permutation(of: weights.count) {
        var best: (change: Double, value: Double)?
        for change in changes(of: weights[feature]) {
          let moved = objective.value(self.moved(scores, feature, by: change))
          if moved > (best?.value ?? value) + 1e-12 { best = (change, moved) }
        }
        guard let best else { continue }
        weights[feature] += best.change
        scores = moved(scores, feature, by: best.change)
        value = best.value
      }
      // Scaling changes no order, and keeps the steps in proportion. Sums are made anew, for rounding adds up.
      weights = LinearRanker.scaled(weights)
      scores = total(of: weights)
      value = objective.value(scores)
      if value - before < options.tolerance { break }
    }
    return (weights, value)
  }

  /// Steps in both directions, and to 0: a weight that does not help is dropped.
  private func changes(of weight: Double) -> [Double] {
    let size = options.smallestStep * (weight == 0 ? 1 / Double(weights.count) : abs(weight))
    let steps = (0..<options.stepCount).map { size * Double(1 << $0) }
    return steps + steps.map { -$0 } + (weight == 0 ? [] : [-weight])
  }

  private func total(of weights: [Double]) -> [Double] {
    var scores = Array(repeating: 0.0, count: objective.examples.rowCount)
    for (feature, weight) in weights.enumerated() where weight != 0 { scores = moved(scores, feature, by: weight) }
    return scores
  }

  private func moved(_ scores: [Double], _ feature: Int, by change: Double) -> [Double] {
    let column = objective.columns[feature]
    return [Double](unsafeUninitializedCapacity: scores.count) { result, count in
      for row in scores.indices { result[row] = scores[row] + change * column[row] }
      count = scores.count
    }
  }
}

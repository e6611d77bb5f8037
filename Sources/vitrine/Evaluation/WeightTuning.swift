import JSON
import Ranking
import SearchService

/// Searches for the ranking's weights with judgments, and measures the search by cross-validation.
struct WeightTuning {
  struct Options: Sendable {
    var folds = 5
    var seed: UInt64 = 1
    /// nDCG@10 that each step of a weight must gain (`CoordinateAscent`).
    var penalty = 0.001
    /// Names of weights that are not searched.
    var held: Set<String> = []
  }

  /// One fold: the effect of weights found on the other queries on the queries held out.
  struct Fold: Sendable {
    var queryCount: Int
    var old: Double
    var new: Double
    var weights: RankingWeights
  }

  struct Report: Sendable {
    var options: Options
    var old: RankingWeights
    /// Found on all queries.
    var new: RankingWeights
    /// nDCG@10 of all queries, on which the new weights were found.
    var oldMean: Double
    var newMean: Double
    var folds: [Fold]
    /// Each query with the weights found without it: the value to expect for other queries.
    var heldOutMean: Double
    /// That value against the old weights on the same queries.
    var heldOut: PairedComparison
    var pointsSearched: Int

    var isUnchanged: Bool { new == old }
    /// Weights that are no better on held-out queries have learned noise.
    var isBetter: Bool { !isUnchanged && heldOut.difference > 0 }
  }

  private static let parameters = RankingWeights.parameters

  let catalog: JudgedCatalog
  let start: RankingWeights
  let options: Options

  /// Queries with nothing relevant say nothing about a ranking.
  private var queries: [Judgments.Query] { catalog.judgments.queries.filter(\.hasRelevant) }

  struct TooFewQueries: Error, CustomStringConvertible {
    let queries: Int
    let folds: Int
    var description: String {
      "\(queries) queries with a product rated above 0 cannot be split into \(folds) folds of at least two: give more judgments, or fewer --folds"
    }
  }

  /// `onFold` is called after each fold, and after the search on all queries at the end.
  func run(onFold: @escaping @Sendable () -> Void) async throws -> Report {
    let count = queries.count
    guard options.folds >= 2, count >= options.folds * 2 else {
      throw TooFewQueries(queries: count, folds: options.folds)
    }
    let ascent = CoordinateAscent(
      steps: Self.parameters.map { options.held.contains($0.name) ? 0...0 : $0.steps(from: $0.value(in: start)) },
      penalty: options.penalty
    ) { point in try await values(of: weights(at: point)) }
    let folds = try await ascent.crossValidate(queryCount: count, folds: options.folds, seed: options.seed) { _ in
      onFold()
    }
    let best = try await ascent.search(on: Array(0..<count))
    onFold()

    let old = try await ascent.values(at: ascent.start)
    var heldOut = old
    var rows: [Fold] = []
    for fold in folds {
      let values = try await ascent.values(at: fold.point)
      for query in fold.heldOut { heldOut[query] = values[query] }
      rows.append(
        Fold(
          queryCount: fold.heldOut.count, old: try await ascent.mean(at: ascent.start, on: fold.heldOut),
          new: try await ascent.mean(at: fold.point, on: fold.heldOut), weights: weights(at: fold.point)))
    }
    guard let paired = PairedComparison(baseline: old, candidate: heldOut, seed: options.seed) else {
      throw TooFewQueries(queries: count, folds: options.folds)
    }
    return Report(
      options: options, old: start, new: weights(at: best.point), oldMean: old.reduce(0, +) / Double(count),
      newMean: best.mean, folds: rows, heldOutMean: heldOut.reduce(0, +) / Double(count), heldOut: paired,
      pointsSearched: await ascent.pointsValued)
  }

  private func weights(at point: CoordinateAscent.Point) -> RankingWeights {
    var weights = start
    for (parameter, steps) in zip(Self.parameters, point) where steps != 0 {
      // `steps(from:)` gave the search its bounds, so there is a value.
      if let value = parameter.value(steps, from: parameter.value(in: start)) { parameter.set(value, in: &weights) }
    }
    return weights
  }

  /// nDCG@10 of each query; the queries run concurrently.
  private func values(of weights: RankingWeights) async throws -> [Double] {
    let service = catalog.service(weights: weights)
    let queries = queries
    return try await withThrowingTaskGroup(of: (Int, Double).self) { group in
      for (index, query) in queries.enumerated() {
        group.addTask {
          let ranking = try await catalog.ranking(query.text, by: service, depth: 10)
          return (index, RelevanceMetric.ndcg10.value(of: ranking, for: query) ?? 0)
        }
      }
      return try await group.reduce(into: Array(repeating: 0, count: queries.count)) { $0[$1.0] = $1.1 }
    }
  }
}

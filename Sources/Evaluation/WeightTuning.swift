import JSON
package import Ranking
package import SearchService

/// Searches for the ranking's weights with judgments, and measures the search by cross-validation.
package struct WeightTuning {
  package struct Options: Sendable {
    var folds = 5
    var seed: UInt64 = 1
    /// nDCG@10 that each step of a weight must gain (`CoordinateAscent`).
    var penalty = 0.001
    /// Names of weights that are not searched.
    var held: Set<String> = []
    /// Queries of one catalog that are searched on, at random; nil: all.
    var sample: Int?

    package init(
      folds: Int = 5, seed: UInt64 = 1, penalty: Double = 0.001, held: Set<String> = [], sample: Int? = nil
    ) {
      self.folds = folds
      self.seed = seed
      self.penalty = penalty
      self.held = held
      self.sample = sample
    }
  }

  /// One judged catalog, and what is maximised on it.
  package struct JudgedSet {
    /// Its name in reports: its judgments' file.
    var name: String
    var catalog: JudgedCatalog
    var metric = RelevanceMetric.ndcg10

    package init(
      name: String, catalog: JudgedCatalog, metric: RelevanceMetric = RelevanceMetric.ndcg10
    ) {
      self.name = name
      self.catalog = catalog
      self.metric = metric
    }
  }

  /// A catalog that was left out: what the weights found on all others do on it.
  package struct LeftOut: Sendable {
    var name: String
    var metric: RelevanceMetric
    var queryCount: Int
    var old: Double
    var new: Double
    /// The best of the plain forms.
    var plain: Double
    var weights: RankingWeights
  }

  /// One fold: the effect of weights found on the other queries on the queries held out.
  package struct Fold: Sendable {
    var queryCount: Int
    var old: Double
    var new: Double
    var weights: RankingWeights
  }

  package struct Report: Sendable {
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
    /// One for each catalog; empty where there is but one.
    var leftOut: [LeftOut]
    var pointsSearched: Int

    package var isUnchanged: Bool { new == old }
    /// Weights that are no better on held-out queries have learned noise.
    package var isBetter: Bool { !isUnchanged && heldOut.difference > 0 }
  }

  private static let parameters = RankingWeights.parameters

  let sets: [JudgedSet]
  let start: RankingWeights
  let options: Options
  private let queries: [JudgedQuery]

  private struct JudgedQuery {
    var set: Int
    var query: Judgments.Query
    /// Makes catalogs of many queries count as much as those of few.
    var weight: Double
  }

  package init(sets: [JudgedSet], start: RankingWeights, options: Options) {
    self.sets = sets
    self.start = start
    self.options = options
    // Queries with nothing relevant say nothing of a ranking.
    let chosen = sets.map { set -> [Judgments.Query] in
      let all = set.catalog.judgments.queries.filter(\.hasRelevant)
      guard let sample = options.sample, sample < all.count else { return all }
      var random = SplitMix64(seed: options.seed)
      return random.permutation(of: all.count).prefix(sample).sorted().map { all[$0] }
    }
    let total = Double(chosen.reduce(0) { $0 + $1.count })
    queries = chosen.enumerated().flatMap { index, queries in
      queries.map {
        JudgedQuery(set: index, query: $0, weight: total / Double(sets.count * queries.count))
      }
    }
  }

  struct TooFewQueries: Error, CustomStringConvertible {
    let queries: Int
    let folds: Int
    var description: String {
      "\(queries) queries with a product rated above 0 cannot be split into \(folds) folds of at least two: give more judgments, or fewer --folds"
    }
  }

  /// `onFold` is called after each fold, and after the search on all queries at the end.
  package func run(onFold: @escaping @Sendable () -> Void) async throws -> Report {
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
    let leftOut = try await leaveOneOut(ascent)
    guard let paired = PairedComparison(baseline: old, candidate: heldOut, seed: options.seed) else {
      throw TooFewQueries(queries: count, folds: options.folds)
    }
    return Report(
      options: options, old: start, new: weights(at: best.point), oldMean: old.reduce(0, +) / Double(count),
      newMean: best.mean, folds: rows, heldOutMean: heldOut.reduce(0, +) / Double(count), heldOut: paired,
      leftOut: leftOut, pointsSearched: await ascent.pointsValued)
  }

  private func weights(at point: CoordinateAscent.Point) -> RankingWeights {
    var weights = start
    for (parameter, steps) in zip(Self.parameters, point) where steps != 0 {
      // `steps(from:)` gave the search its bounds, so there is a value.
      if let value = parameter.value(steps, from: parameter.value(in: start)) { parameter.set(value, in: &weights) }
    }
    return weights
  }

  /// For each catalog, the weights that are found on all others, and what they do on it.
  private func leaveOneOut(_ ascent: CoordinateAscent) async throws -> [LeftOut] {
    guard sets.count > 1 else { return [] }
    var rows: [LeftOut] = []
    for (index, set) in sets.enumerated() {
      let own = queries.indices.filter { queries[$0].set == index }
      let found = try await ascent.search(on: queries.indices.filter { queries[$0].set != index })
      let scale = queries[own[0]].weight
      rows.append(
        LeftOut(
          name: set.name, metric: set.metric, queryCount: own.count,
          old: try await ascent.mean(at: ascent.start, on: own) / scale,
          new: try await ascent.mean(at: found.point, on: own) / scale,
          plain: try await bestPlain(set, own.map { queries[$0].query }), weights: weights(at: found.point)))
    }
    return rows
  }

  private func bestPlain(_ set: JudgedSet, _ queries: [Judgments.Query]) async throws -> Double {
    var best = 0.0
    for form in RelevanceEvaluation.plainRankings {
      var values: [Double?] = []
      for query in queries {
        let ranking = try await set.catalog.plainRanking(
          query.text, kind: form.kind, fields: form.fields, depth: set.depth)
        values.append(set.metric.value(of: ranking, for: query))
      }
      best = max(best, RankingMetrics.mean(values) ?? 0)
    }
    return best
  }

  /// The metric of each query, weighted so that catalogs count alike; the queries run at once.
  private func values(of weights: RankingWeights) async throws -> [Double] {
    let services = sets.map { $0.catalog.service(weights: weights) }
    return try await withThrowingTaskGroup(of: (Int, Double).self) { group in
      for (index, judged) in queries.enumerated() {
        let set = sets[judged.set]
        group.addTask {
          let ranking = try await set.catalog.ranking(
            judged.query.text, by: services[judged.set], depth: set.depth)
          return (index, (set.metric.value(of: ranking, for: judged.query) ?? 0) * judged.weight)
        }
      }
      return try await group.reduce(into: Array(repeating: 0, count: queries.count)) { $0[$1.0] = $1.1 }
    }
  }
}

extension WeightTuning.JudgedSet: Sendable {
  /// How far down a ranking the metric looks.
  var depth: Int { metric == .condensed10 ? RelevanceMetric.depth : 10 }
}

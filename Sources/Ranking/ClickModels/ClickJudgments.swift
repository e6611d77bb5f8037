extension Judgments {
  /// The ratings that clicks give under a model: for each query, the best of its products has `highest` and all others
  /// their share of it, as whole grades.
  ///
  /// A pair that was shown less often than `leastImpressions` stays unjudged, because its clicks say little. A query
  /// without any judged pair is left out. The scale is within a query, so that a query in which nothing satisfies has the
  /// same grades as any other: nDCG only compares the order of one query's products.
  public init(
    _ model: some ClickModel, log: ClickLog, leastImpressions: Int = 20, highest: Int = 4
  ) {
    precondition(highest > 0, "a highest grade of \(highest) leaves no grades")
    let judged = zip(log.pairs, log.impressions).filter { $1 >= max(1, leastImpressions) }.map(\.0)
    var places: [String: Int] = [:]
    var queries: [Query] = []
    for pair in judged {
      let place = places[pair.query] ?? queries.count
      if place == queries.count {
        places[pair.query] = place
        queries.append(Query(text: pair.query, ratings: [:]))
      }
      queries[place].ratings[pair.product] = model.relevance(of: pair)
    }
    for place in queries.indices {
      let best = queries[place].ratings.values.max() ?? 0
      guard best > 0 else { continue }
      queries[place].ratings = queries[place].ratings.mapValues { ($0 / best * Double(highest)).rounded() }
    }
    self.init(queries: queries)
  }
}

/// How well scores order the candidates of judged queries.
public struct RankingFigures: Sendable, Equatable {
  /// By query: the figures, nil if nothing of the query is relevant.
  public struct Query: Sendable, Equatable {
    public var ndcg: [Int: Double]
    public var averagePrecision: Double
    public var reciprocalRank: Double
  }

  public static let depths = [1, 3, 5, 10]

  public let queries: [Query?]

  /// The row that comes first ranks first among equal scores.
  public init(scores: [Double], examples: RankingExamples) {
    precondition(scores.count == examples.rowCount, "\(scores.count) scores for \(examples.rowCount) rows")
    queries = examples.queries.map { rows in
      let ranking = rows.sorted { (scores[$0], $1) > (scores[$1], $0) }
      let ratings = Dictionary(uniqueKeysWithValues: rows.map { ($0, examples.ratings[$0]) })
      guard let precision = RankingMetrics.averagePrecision(of: ranking, ratings: ratings),
        let rank = RankingMetrics.reciprocalRank(of: ranking, ratings: ratings)
      else { return nil }
      var ndcg: [Int: Double] = [:]
      for k in Self.depths { ndcg[k] = RankingMetrics.nDCG(of: ranking, ratings: ratings, at: k) }
      return Query(ndcg: ndcg, averagePrecision: precision, reciprocalRank: rank)
    }
  }

  /// Queries with something relevant.
  public var judgedQueries: Int { queries.count { $0 != nil } }
  /// The mean over the queries that have the figure.
  public func meanNDCG(at k: Int) -> Double? { RankingMetrics.mean(queries.lazy.map { $0?.ndcg[k] }) }
  public var meanAveragePrecision: Double? { RankingMetrics.mean(queries.lazy.map { $0?.averagePrecision }) }
  public var meanReciprocalRank: Double? { RankingMetrics.mean(queries.lazy.map { $0?.reciprocalRank }) }

  /// The mean as LightGBM's own metric prints it, which counts 1 for a query without anything relevant.
  public func lightGBMNDCG(at k: Int) -> Double? {
    RankingMetrics.mean(queries.lazy.map { $0 == nil ? 1 : $0?.ndcg[k] })
  }

  /// nDCG@k of each query that has one in both, for a paired comparison.
  public func pairs(with other: RankingFigures, at k: Int) -> (own: [Double], other: [Double]) {
    let both = zip(queries, other.queries).compactMap { own, other -> (Double, Double)? in
      guard let own = own?.ndcg[k], let other = other?.ndcg[k] else { return nil }
      return (own, other)
    }
    return (both.map(\.0), both.map(\.1))
  }
}

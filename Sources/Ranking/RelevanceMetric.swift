/// The figures by which relevance is reported. Gains are 2^rating − 1; unjudged products count 0.
public enum RelevanceMetric: String, Sendable, CaseIterable {
  case ndcg5 = "ndcg_5"
  case ndcg10 = "ndcg_10"
  case ndcg20 = "ndcg_20"
  /// Of the judged products alone, in their order (Sakai 2007): what a search alone finds is not held against it.
  case condensed10 = "condensed_ndcg_10"
  case reciprocalRank = "mrr"
  case recall10 = "recall_10"
  case recall100 = "recall_100"
  case precision10 = "precision_10"
  case judged10 = "judged_10"

  /// The depth of ranking that the deepest metric reads.
  public static let depth = 1000

  /// The metric's heading in a table.
  public var label: String {
    switch self {
    case .ndcg5: "nDCG@5"
    case .ndcg10: "nDCG@10"
    case .ndcg20: "nDCG@20"
    case .condensed10: "condensed@10"
    case .reciprocalRank: "MRR"
    case .recall10: "recall@10"
    case .recall100: "recall@100"
    case .precision10: "P@10"
    case .judged10: "judged@10"
    }
  }

  /// The figure for one ranking; nil if the query has nothing relevant, or nothing was found to be judged.
  public func value(of ranking: [String], for query: Judgments.Query) -> Double? {
    guard query.hasRelevant else { return nil }
    let ratings = query.ratings
    return switch self {
    case .ndcg5: RankingMetrics.nDCG(of: ranking, ratings: ratings, at: 5)
    case .ndcg10: RankingMetrics.nDCG(of: ranking, ratings: ratings, at: 10)
    case .ndcg20: RankingMetrics.nDCG(of: ranking, ratings: ratings, at: 20)
    case .condensed10: RankingMetrics.condensedNDCG(of: ranking, ratings: ratings, at: 10)
    case .reciprocalRank: RankingMetrics.reciprocalRank(of: ranking, ratings: ratings)
    case .recall10: RankingMetrics.recall(of: ranking, ratings: ratings, at: 10)
    case .recall100: RankingMetrics.recall(of: ranking, ratings: ratings, at: 100)
    case .precision10: RankingMetrics.precision(of: ranking, ratings: ratings, at: 10)
    case .judged10: RankingMetrics.judged(of: ranking, ratings: ratings, at: 10)
    }
  }
}

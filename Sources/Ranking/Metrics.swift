import Glibc

/// The quality of a ranking, measured against judged products.
///
/// Every function takes the ranked IDs, best first, and the ratings of one query. An ID without a rating is unjudged
/// and counts as 0. A rating above 0 is relevant. An ID that occurs in the ranking twice counts once. A metric that is
/// not defined for the query (nothing is relevant) is nil, so that a mean over queries leaves it out.
public enum RankingMetrics {
  /// The gain of a rating.
  public enum Gain: Sendable {
    /// 2^rating − 1 (Burges et al. 2005), the usual one for graded judgments.
    case exponential
    /// The rating itself (Järvelin and Kekäläinen 2002).
    case linear

    public func value(_ rating: Double) -> Double {
      switch self {
      case .exponential: exp2(rating) - 1
      case .linear: rating
      }
    }
  }

  /// nDCG@k = DCG@k / DCG@k of the ideal order, where DCG@k = Σ gain(rᵢ) / log₂(i + 1) over the ranks i = 1…k.
  public static func nDCG<ID: Hashable>(
    of ranking: [ID], ratings: [ID: Double], at k: Int, gain: Gain = .exponential
  ) -> Double? {
    let ideal = discountedGain(ratings.values.filter { $0 > 0 }.sorted(by: >), at: k, gain)
    guard ideal > 0 else { return nil }
    return discountedGain(distinct(ranking).map { max(0, ratings[$0] ?? 0) }, at: k, gain) / ideal
  }

  /// nDCG@k of the ranking without unjudged results (Sakai 2007, "Alternatives to Bpref").
  public static func condensedNDCG<ID: Hashable>(
    of ranking: [ID], ratings: [ID: Double], at k: Int, gain: Gain = .exponential
  ) -> Double? {
    nDCG(of: ranking.filter { ratings[$0] != nil }, ratings: ratings, at: k, gain: gain)
  }

  /// The relevant share of the first k; a ranking shorter than k is measured as if filled with unjudged IDs.
  public static func precision<ID: Hashable>(of ranking: [ID], ratings: [ID: Double], at k: Int) -> Double {
    precondition(k > 0, "precision@k needs a k above 0, not \(k)")
    return Double(relevantCount(ranking, ratings, k)) / Double(k)
  }

  /// The share of all relevant IDs that are among the first k.
  public static func recall<ID: Hashable>(of ranking: [ID], ratings: [ID: Double], at k: Int) -> Double? {
    let relevant = ratings.values.count { $0 > 0 }
    return relevant == 0 ? nil : Double(relevantCount(ranking, ratings, k)) / Double(relevant)
  }

  /// The mean of precision@i over the ranks i ≤ k with a relevant ID; relevant IDs that are missing count 0.
  public static func averagePrecision<ID: Hashable>(
    of ranking: [ID], ratings: [ID: Double], at k: Int = .max
  ) -> Double? {
    let relevant = ratings.values.count { $0 > 0 }
    guard relevant > 0 else { return nil }
    var found = 0
    var sum = 0.0
    for (index, id) in distinct(ranking).prefix(k).enumerated() where (ratings[id] ?? 0) > 0 {
      found += 1
      sum += Double(found) / Double(index + 1)
    }
    return sum / Double(min(relevant, k))
  }

  /// 1 / the rank of the first relevant ID; 0 if there is none.
  public static func reciprocalRank<ID: Hashable>(of ranking: [ID], ratings: [ID: Double]) -> Double? {
    guard ratings.values.contains(where: { $0 > 0 }) else { return nil }
    guard let first = distinct(ranking).firstIndex(where: { (ratings[$0] ?? 0) > 0 }) else { return 0 }
    return 1 / Double(first + 1)
  }

  /// The share of the first k that has any rating; a low share means that the other figures say little.
  public static func judged<ID: Hashable>(of ranking: [ID], ratings: [ID: Double], at k: Int) -> Double? {
    let shown = distinct(ranking).prefix(k)
    return shown.isEmpty ? nil : Double(shown.count { ratings[$0] != nil }) / Double(shown.count)
  }

  /// The mean over the queries for which the metric is defined.
  public static func mean(_ values: some Sequence<Double?>) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// The divisor of a gain at a place, from 0: log₂(place + 2).
  public static func discount(at place: Int) -> Double { log2(Double(place + 2)) }

  private static func discountedGain(_ ratings: [Double], at k: Int, _ gain: Gain) -> Double {
    ratings.prefix(k).enumerated().reduce(0) { $0 + gain.value($1.element) / discount(at: $1.offset) }
  }

  private static func relevantCount<ID: Hashable>(_ ranking: [ID], _ ratings: [ID: Double], _ k: Int) -> Int {
    distinct(ranking).prefix(k).count { (ratings[$0] ?? 0) > 0 }
  }

  private static func distinct<ID: Hashable>(_ ranking: [ID]) -> [ID] {
    var seen: Set<ID> = []
    return ranking.filter { seen.insert($0).inserted }
  }
}

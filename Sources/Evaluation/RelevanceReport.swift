import Bootstrap
package import Ranking
import SearchDSL
import SearchService
import Understanding

/// The result of an evaluation of relevance: the figures of each ranking, and their differences.
package struct RelevanceReport: Sendable {
  /// One way of searching, and its figures.
  package struct Row: Sendable {
    package var run: JudgedRun
    /// For one page of ten products, which a shopper requests.
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    /// nDCG@10 of the plain forms on Elasticsearch 7.10.2, 8.19.5 and OpenSearch 2.19.4.
    var known: Double?

    var name: String { run.name }
  }

  /// The shop's search without one of its steps.
  struct Ablation: Sendable {
    var step: SearchStep
    var row: Row
    /// The step's contribution: the shop's search against the one without the step.
    var comparison: Comparison
  }

  /// Two rankings side by side.
  struct Comparison: Sendable {
    /// The change for one query.
    struct Change: Sendable {
      var baseline: JudgedRun.Answer
      var candidate: JudgedRun.Answer
      /// nDCG@10 of the candidate − that of the baseline.
      var difference: Double
    }

    var baseline: String
    var candidate: String
    /// The comparison of nDCG@10.
    var paired: PairedComparison
    /// Queries that the candidate answers better, the greatest gain first.
    var winners: [Change]
    /// Queries that it answers worse, the greatest loss first.
    var losers: [Change]

    /// nil if no query has a figure.
    init?(baseline: JudgedRun, candidate: JudgedRun, seed: UInt64) {
      guard let paired = PairedComparison(.ndcg10, baseline: baseline, candidate: candidate, seed: seed) else {
        return nil
      }
      self.baseline = baseline.name
      self.candidate = candidate.name
      self.paired = paired
      let changes = zip(baseline.answers, candidate.answers).compactMap { old, new -> Change? in
        guard let before = old.value(.ndcg10), let after = new.value(.ndcg10), before != after else { return nil }
        return Change(baseline: old, candidate: new, difference: after - before)
      }
      winners = changes.filter { $0.difference > 0 }.sorted { $0.difference > $1.difference }
      losers = changes.filter { $0.difference < 0 }.sorted { $0.difference < $1.difference }
    }
  }

  var judgmentsFile: String
  var engine: EngineInformation
  var source: String
  var productCount: Int
  var queryCount: Int
  /// Number of queries with a product rated above 0; all figures are means over these.
  var queriesWithRelevant: Int
  var judgmentsWithoutProduct: Int
  var weights: RankingWeightsFile
  var seed: UInt64
  var plainRows: [Row]
  package var shopRow: Row
  /// The shop's search against the best plain form.
  var againstPlain: Comparison?
  /// In the order of the steps; empty if not requested.
  var ablations: [Ablation]
  /// By code.
  var titles: [String: String]

  var rows: [Row] { plainRows + [shopRow] + ablations.map(\.row) }

  static let shopName = "vitrine search"

  /// The first products of an answer, with the data that a reader needs.
  func top(_ answer: JudgedRun.Answer, _ count: Int) -> [(code: String, title: String, rating: Double?)] {
    answer.ranking.prefix(count).map { ($0, titles[$0] ?? "", answer.query.ratings[$0]) }
  }
}

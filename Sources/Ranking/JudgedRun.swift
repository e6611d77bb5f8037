/// The answers of one way of searching to every judged query.
public struct JudgedRun: Sendable, Equatable {
  /// The answer to one query.
  public struct Answer: Sendable, Equatable {
    public var query: Judgments.Query
    /// The products' codes, best first.
    public var ranking: [String]

    public init(query: Judgments.Query, ranking: [String]) {
      self.query = query
      self.ranking = ranking
    }

    public func value(_ metric: RelevanceMetric) -> Double? { metric.value(of: ranking, for: query) }
  }

  public var name: String
  /// In the order of the judgments.
  public var answers: [Answer]

  public init(name: String, answers: [Answer]) {
    self.name = name
    self.answers = answers
  }

  /// Asks every query, one after another; `ranking` gives products' codes, best first.
  public init(
    name: String, judgments: Judgments, ranking: (_ query: String) async throws -> [String]
  ) async throws {
    self.init(name: name, answers: [])
    for query in judgments.queries { answers.append(Answer(query: query, ranking: try await ranking(query.text))) }
  }

  /// The mean over the queries for which the metric is defined; nil if it is defined for none.
  public func mean(_ metric: RelevanceMetric) -> Double? {
    RankingMetrics.mean(answers.lazy.map { $0.value(metric) })
  }

  /// Number of judged queries that found nothing.
  public var emptyCount: Int { answers.count { $0.ranking.isEmpty } }

  /// The share of all judged queries that found nothing.
  public var zeroResultRate: Double { answers.isEmpty ? 0 : Double(emptyCount) / Double(answers.count) }
}

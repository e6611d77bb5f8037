import SearchDSL
import Understanding

/// A model that gives candidates another order than the engine's.
protocol RankingModel: Sendable {
  /// Names the model in cursors, so that all pages of a search are ordered by one.
  var version: String { get }
  /// How many of the first results it orders.
  var window: Int { get }
  /// The places of the candidates in the order in which they are shown: each place once.
  func order(of candidates: [Hit], input: SearchInput, plan: QueryPlan) async throws -> [Int]
}

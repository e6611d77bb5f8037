/// Versions of what the shop learns and publishes, by which all pages of one search are made.
public struct PinnedVersions: Sendable, Hashable {
  /// The knowledge of the catalog: the weights of the query's words, on which the scores depend; nil: nothing.
  public var knowledge: String?
  /// The model that ordered the first results; nil: the engine did.
  public var ranking: String?
  /// The published rules.
  public var rules: String?

  public init(knowledge: String? = nil, ranking: String? = nil, rules: String? = nil) {
    self.rules = rules
    self.knowledge = knowledge
    self.ranking = ranking
  }
}

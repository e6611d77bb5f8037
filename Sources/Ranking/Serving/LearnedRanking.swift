/// A ranking that was learned from the shop's own log: trees, or a weighted sum where there is no library for trees.
public struct LearnedRanking: CandidateScoring {
  public enum Model: Sendable {
    case trees(TreeEnsemble)
    case linear(LinearRanker)
  }

  public let version: String
  public let model: Model

  /// Throws `OtherFeatures` if the model does not read the present features, in their order.
  public init(version: String, model: Model) throws(OtherFeatures) {
    self.version = version
    self.model = model
    let names =
      switch model {
      case .trees(let trees): trees.featureNames
      case .linear(let linear): linear.featureNames
      }
    let expected = RankingFeature.all.map(\.name)
    guard names == expected else { throw OtherFeatures(found: names.count, expected: expected.count) }
  }

  /// The model reads other features than the program computes.
  public struct OtherFeatures: Error, Sendable, CustomStringConvertible {
    public let found: Int
    public let expected: Int
    public var description: String {
      "the model reads \(found) features that are not the program's \(expected) of schema \(RankingFeature.schema): "
        + "train it anew with 'vitrine train ranking'"
    }
  }

  public func scores(of table: FeatureTable) -> [Double] {
    switch model {
    case .trees(let trees): trees.scores(of: table.values)
    case .linear(let linear): linear.scores(of: table.values)
    }
  }

  public func parts(of row: Int, in table: FeatureTable) -> [Double]? { nil }
}

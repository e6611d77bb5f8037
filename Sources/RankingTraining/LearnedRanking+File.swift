import Ranking
import Recommending

/// A learned ranking as a model file.
extension LearnedRanking {
  static let kind = "ranking"

  private enum Name {
    static let schema = "schema"
    static let features = "features"
    /// The lines of the trees' text, or none.
    static let trees = "trees"
    static let weights = "weights"
  }

  static func arrays(of outcome: RankingTraining.Outcome) -> [String: ModelFile.Values] {
    var arrays: [String: ModelFile.Values] = [
      Name.schema: .int64s([Int64(RankingFeature.schema)]), Name.features: .texts(RankingFeature.all.map(\.name)),
    ]
    switch outcome.model {
    case .trees:
      let text = outcome.text ?? ""
      arrays[Name.trees] = .texts(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    case .linear(let linear): arrays[Name.weights] = .floats(linear.weights.map { Float($0) })
    }
    return arrays
  }

  /// Throws what is wrong with the file: damaged, of another kind, or of other features.
  init(_ file: ModelFile, version: String) throws {
    guard file.provenance.kind == Self.kind else { throw ModelFile.Fault("it holds a \(file.provenance.kind)") }
    let schema = try file.int64s(Name.schema).first ?? 0
    guard schema == Int64(RankingFeature.schema) else {
      throw ModelFile.Fault(
        "its features are of schema \(schema), the program's of \(RankingFeature.schema): train it anew")
    }
    if file.arrays[Name.trees] != nil {
      let text = try file.texts(Name.trees).joined(separator: "\n")
      try self.init(version: version, model: .trees(try TreeEnsemble(lightGBMText: text)))
    } else {
      let (names, weights) = (try file.texts(Name.features), try file.floats(Name.weights))
      guard names.count == weights.count else { throw ModelFile.Fault("its features have not a weight each") }
      try self.init(
        version: version, model: .linear(LinearRanker(featureNames: names, weights: weights.map { Double($0) })))
    }
  }
}

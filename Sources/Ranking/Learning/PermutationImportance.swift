/// How much worse a model ranks if one feature's values are dealt out anew among all rows (Breiman 2001).
public struct PermutationImportance: Sendable, Equatable {
  public let feature: String
  /// Mean nDCG@10 as it is − with the feature shuffled, averaged over the shuffles.
  public let loss: Double

  /// For each of the features (all, if none are named), the greatest loss first. Features that are the same in all rows are
  /// left out.
  public static func of(
    _ examples: RankingExamples, features: [Int]? = nil, seed: UInt64, shuffles: Int = 3,
    scores: (RankingExamples) -> [Double]
  ) -> [PermutationImportance] {
    precondition(shuffles > 0, "an importance needs a shuffle")
    func figure(_ examples: RankingExamples) -> Double {
      RankingFigures(scores: scores(examples), examples: examples).meanNDCG(at: 10) ?? 0
    }
    let whole = figure(examples)
    let width = examples.featureCount
    var random = SplitMix64(seed: seed)
    var found: [PermutationImportance] = []
    for feature in features ?? Array(0..<width) {
      let column = (0..<examples.rowCount).map { examples.value(row: $0, feature: feature) }
      guard column.contains(where: { $0.bitPattern != column[0].bitPattern }) else { continue }
      var sum = 0.0
      for _ in 0..<shuffles {
        var values = examples.values
        for (row, source) in random.permutation(of: examples.rowCount).enumerated() {
          values[row * width + feature] = column[source]
        }
        sum += whole - figure(examples.with(values: values))
      }
      found.append(.init(feature: examples.featureNames[feature], loss: sum / Double(shuffles)))
    }
    return found.sorted { ($0.loss, $1.feature) > ($1.loss, $0.feature) }
  }
}

internal import Glibc

/// How lists of recommendations cover the catalog, beside the own choices of shoppers.
public struct PopularityBias: Sendable, Equatable {
  /// The share of the items that stand in some list.
  public let coverage: Double
  /// The mean number of those who chose a recommended item, over that of a chosen item: above 1, the lists are more for
  /// what is popular than the shoppers are (Abdollahpouri et al. 2019).
  public let lift: Double
  /// How unevenly the items are recommended: 0 all alike, 1 one item alone (Gini).
  public let gini: Double
  /// The mean of −log₂ (share of the users who chose the item): high for what few know (Castells et al. 2015).
  public let novelty: Double

  /// Lists of items, and the users × items that popularity is counted from.
  public init(lists: [[Int32]], train: SparseRows) {
    var chosen = [Int](repeating: 0, count: train.columnCount)
    for item in train.columns { chosen[Int(item)] += 1 }
    var shown = [Int](repeating: 0, count: train.columnCount)
    for item in lists.lazy.joined() { shown[Int(item)] += 1 }
    let total = shown.reduce(0, +)
    let users = Double(max(1, train.rowCount))
    coverage = Double(shown.count { $0 > 0 }) / Double(max(1, shown.count))
    let meanShown = zip(shown, chosen).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / Double(max(1, total))
    let meanChosen = chosen.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, train.count))
    lift = meanChosen > 0 ? meanShown / meanChosen : 0
    novelty =
      zip(shown, chosen).reduce(0.0) { $0 - Double($1.0) * log2(max(Double($1.1), 0.5) / users) }
      / Double(max(1, total))
    gini = Self.gini(shown)
  }

  /// G = Σ (2 i − n − 1) x₍ᵢ₎ / (n Σ x), the x ascending, i from 1.
  static func gini(_ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let weighted = counts.sorted().enumerated().reduce(0.0) {
      $0 + Double(2 * ($1.offset + 1) - counts.count - 1) * Double($1.element)
    }
    return weighted / (Double(counts.count) * Double(total))
  }
}

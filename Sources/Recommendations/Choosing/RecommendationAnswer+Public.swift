extension RecommendationAnswer {
  /// Makes the answer fit for anybody: rules tell of the shop's margins and stock, so that nobody but staff sees which of them
  /// hold, or by how much they changed a score.
  public mutating func hideRules() {
    for row in rows.indices {
      for place in rows[row].products.indices {
        rows[row].products[place].explanation?.hideRules()
      }
    }
  }
}

extension ScoreExplanation {
  /// Multiplies the rules into the parts: `base` is then the score itself, before the deduction for likeness.
  fileprivate mutating func hideRules() {
    let factor = rules.reduce(1) { $0 * $1.value }
    base *= factor
    // A weight is a share of the parts, and no score.
    for place in parts.indices where !parts[place].name.hasSuffix("_weight") { parts[place].value *= factor }
    rules = []
  }
}

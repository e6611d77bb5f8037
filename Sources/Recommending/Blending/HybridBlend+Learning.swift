extension HybridBlend {
  /// The weight of 0, .05 … 1 whose lists have the best nDCG on held-out choices; of equal ones the nearest to the default.
  ///
  /// Where nobody has a held-out choice the blend stays as it is.
  public func learned(
    on heldOut: TopNMeasure.HeldOut, collaborative: some ItemScoring, content: some ItemScoring,
    workers: Int = availableProcessors
  ) -> HybridBlend {
    var choices = [Int32](repeating: 0, count: heldOut.train.columnCount)
    for item in heldOut.train.columns { choices[Int(item)] += 1 }
    let candidates = choices.indices.map(Int32.init)
    var best: (blend: HybridBlend, ndcg: Double)?
    let steps = (0...20).map { Float($0) / 20 }
    for weight in steps.sorted(by: { abs($0 - collaborativeWeight) < abs($1 - collaborativeWeight) }) {
      var blend = self
      blend.collaborativeWeight = weight
      let measured = blend
      let choices = choices
      let measure = TopNMeasure(heldOut, workers: workers) { _, history, scores in
        var other = scores
        collaborative.score(history, into: &scores)
        content.score(history, into: &other)
        let parts = measured.parts(
          of: candidates, collaborative: scores, content: other, interactions: history.items.count, choices: choices)
        for (item, part) in parts.enumerated() { scores[item] = part.score }
      }
      if let measure, measure.ndcg > best?.ndcg ?? -1 { best = (blend, measure.ndcg) }
    }
    return best?.blend ?? self
  }
}

/// Words that nothing in the shop has: a brand that it does not sell, a thing that it does not know.
extension QueryUnderstanding {
  /// The plan that asks for the rest of the words and names what the shop does not have; nil where all words are known,
  /// or none is.
  public func withoutAbsentWords(_ plan: QueryPlan) -> QueryPlan? {
    guard let vocabulary else { return nil }
    let absent = plan.slots.indices.filter { !plan.slots[$0].isOptional && isAbsent(plan.slots[$0], vocabulary) }
    let required = plan.slots.indices.filter { !plan.slots[$0].isOptional }
    guard !absent.isEmpty, absent.count < required.count else { return nil }
    var result = plan
    result.strictness = .mostWords
    for index in absent {
      result.slots[index].isOptional = true
      result.dropped.append(plan.slots[index].words)
    }
    result.absent = result.dropped
    return result
  }

  /// A number, a code and a word of the shop's own rules are never said to be absent.
  private func isAbsent(_ slot: QueryPlan.Slot, _ vocabulary: Vocabulary) -> Bool {
    guard slot.constraint == nil, slot.alternatives.isEmpty, slot.codeStart == nil else { return false }
    let words = Vocabulary.words(in: slot.words)
    guard !words.isEmpty, !slot.words.unicodeScalars.contains(where: Folding.isDigit) else { return false }
    return words.allSatisfy { word in
      !vocabulary.contains(word) && !vocabulary.contains(Folding.singular(word)) && !vocabulary.contains(word + "s")
    }
  }

  /// The plans of a correction, the fullest first: all its changes, then those of the last words, with the other words as
  /// they were typed and said to be absent where the shop has no such word. A correction that leads nowhere is none: each
  /// plan asks for all of its words together.
  public func plans(
    of correction: Correction, correcting plan: QueryPlan, ignoring ignored: Set<String>
  ) -> [QueryPlan] {
    let all = Set(correction.changes.indices)
    var plans: [QueryPlan] = []
    func add(_ kept: Set<Int>) {
      let corrected = self.plan(correcting: plan, to: correction.text(keeping: kept), ignoring: ignored)
      if kept == all { plans.append(corrected) }
      if let rest = withoutAbsentWords(corrected) { plans.append(rest) }
    }
    add(all)
    guard correction.changes.count > 1 else { return plans }
    // A brand stands before its thing: the last words' changes are worth most.
    for first in correction.changes.indices.dropFirst().prefix(Self.mostPartialCorrections) {
      add(Set(correction.changes.indices[first...]))
    }
    add([0])
    return plans
  }

  private static var mostPartialCorrections: Int { 3 }
}

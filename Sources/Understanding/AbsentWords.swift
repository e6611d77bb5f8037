/// Words that nothing in the shop has: a brand that it does not sell, a thing that it does not know.
extension QueryUnderstanding {
  /// The plan that asks for the rest of the words and names what the shop does not have; nil where all words are known,
  /// or none is.
  public func withoutAbsentWords(_ plan: QueryPlan) -> QueryPlan? {
    guard let vocabulary else { return nil }
    let absent = plan.slots.indices.filter { !plan.slots[$0].isOptional && isAbsent(plan.slots[$0], vocabulary) }
    let required = plan.slots.indices.filter { !plan.slots[$0].isOptional }
    guard !absent.isEmpty, absent.count < required.count else { return nil }
    // A number alone is no thing: `iphone 15` asks for no other 15.
    guard required.contains(where: { !absent.contains($0) && plan.slots[$0].words.contains(where: \.isLetter) }) else {
      return nil
    }
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
        && knowledge.titleWords[Folding.singular(word)] == nil
    }
  }

  /// The plans of a correction, the fullest first: all its changes, then those of the last words, with the other words as
  /// they were typed and said to be absent where the shop has no such word. A correction that leads nowhere is none: each
  /// plan asks for all of its words together.
  public func plans(
    of correction: Correction, correcting plan: QueryPlan, ignoring ignored: Set<String>
  ) -> [QueryPlan] {
    let all = Set(correction.changes.indices)
    let plausible = all.filter { isPlausible(correction.changes[$0], in: correction) }
    var plans: [QueryPlan] = []
    func add(_ kept: Set<Int>) {
      let corrected = self.plan(correcting: plan, to: correction.text(keeping: kept), ignoring: ignored)
      if kept == all, plausible == all { plans.append(corrected) }
      if let rest = withoutAbsentWords(corrected) { plans.append(rest) }
    }
    if !plausible.isEmpty { add(plausible) }
    // A brand stands before its thing: the last words' changes are worth most.
    for first in plausible.sorted().dropFirst().prefix(Self.maxPartialCorrections) {
      add(plausible.filter { $0 >= first })
    }
    return plans
  }

  /// Whether a word was more likely mistyped than one that the shop does not know: `tefal` is no teal, `bose` no base.
  ///
  /// A strange word is often a brand, or a thing that the shop does not have: `pyjamas` are no pampas. It is taken for another only where the first letter is the same or
  /// sounds so, where the error is a likely one for the word's length, and, of a short word beside others, where the catalog has the other
  /// word beside its neighbour, or as the name of a colour, a brand or another value.
  private func isPlausible(_ change: Correction.Change, in correction: Correction) -> Bool {
    guard change.isReplacement, let vocabulary, let typed = LatinLetters.of(change.typed),
      let meant = LatinLetters.of(change.meant)
    else { return true }
    let words = Vocabulary.words(in: correction.text)
    let isAlone = words.count == 1
    let beginsAlike =
      typed[0] == meant[0] || Letters.soundAlike(typed, meant)
      || isAlone && Self.hasSlipAtStart(typed, meant)
    guard beginsAlike else { return false }
    let longestDoubtful = isAlone ? Self.longestDoubtfulAlone : Self.longestDoubtful
    guard change.cost <= (typed.count <= longestDoubtful ? Self.likelyCost : Self.longWordCost) else {
      return false
    }
    guard !isAlone, typed.count <= Self.shortWord else { return true }
    let pairs = zip(words, words.dropFirst()).filter { $0 == change.meant || $1 == change.meant }
    if pairs.contains(where: { vocabulary.hasPair($0, $1) }) { return true }
    // Two letters that stay are too few in a word of three: `rod` is no red.
    if typed.count < Self.shortestDoubtless, typed.sorted() != meant.sorted() { return false }
    let key = Folding.key(of: change.meant)
    return !knowledge.values[key].isEmpty
      || !knowledge.brands[key].isEmpty
      || !knowledge.categories[key].isEmpty
  }

  /// Whether the first letters stand in the other order, or there is one too many or too few.
  private static func hasSlipAtStart(_ typed: [UInt8], _ meant: [UInt8]) -> Bool {
    typed.dropFirst() == meant[...] || typed[...] == meant.dropFirst()
      || typed.prefix(2).reversed().elementsEqual(meant.prefix(2))
  }

  private static var shortestDoubtless: Int { 4 }
  private static var shortWord: Int { 5 }
  private static var longestDoubtfulAlone: Int { 4 }
  private static var longestDoubtful: Int { 6 }
  /// One likely error; in a longer word two.
  private static var likelyCost: Float { 6 }
  private static var longWordCost: Float { 9.5 }

  private static var maxPartialCorrections: Int { 3 }
}

#if canImport(Glibc)
  import Glibc
#endif

/// How telling each part of a query is, and which of its words is the thing that is asked for.
extension QueryReading {
  /// Of a title's words, the share that must be called by a word for it to be taken as a thing.
  private static let leastHeadShare = 0.1
  /// The share by which a word is one whatever stands before it.
  private static let sureHeadShare = 0.3
  /// The share from which on a word is as much of a thing as any.
  private static let wholeHeadShare = 0.4
  /// The part of a thing's share that a number may have: a dinner set of 12 pieces answers no search for a 12 foot rod.
  private static let maxBesideThing = 0.9
  /// The same where the shop calls the thing otherwise.
  private static let maxBesideSynonym = 0.4
  /// A thing that does not stand last is less likely the one: `sink faucet bathroom` against `bathroom sink`.
  private static let notLast = 0.3

  /// Gives each slot that must be found its share of the evidence: its inverse document frequency of all slots' together.
  ///
  ///     idf = ln(1 + (N − n + 0.5) / (n + 0.5)), share = √idf / Σ √idf
  ///
  /// A slot of which no product has a word has the share 0: nothing can be told by it. Before anything was learnt all are
  /// as telling.
  func weigh(_ slots: inout [QueryPlan.Slot]) {
    let required = slots.indices.filter { !slots[$0].isOptional }
    guard knowledge.products > 0 else {
      for index in required { slots[index].share = 1 / Double(required.count) }
      return
    }
    let total = Double(knowledge.products)
    let weights = required.map { index -> Double in
      let count = min(total, products(with: slots[index]))
      // The root: a rare word tells more than a common one, and not so much that the common ones, most often the thing,
      // are nothing beside it.
      return count > 0 ? log(1 + (total - count + 0.5) / (count + 0.5)).squareRoot() : 0
    }
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return }
    for (index, weight) in zip(required, weights) { slots[index].share = weight / sum }
  }

  /// The thing that is asked for is the last to be given up: no number tells as much (`iphone 15` is no laptop of 15
  /// inches).
  func capNumbers(in slots: inout [QueryPlan.Slot], heads: [String]) {
    guard let head = heads.first,
      let thing = slots.firstIndex(where: { !$0.isOptional && TitleHeads.words(of: $0.words).contains(head) })
    else { return }
    var shares = slots.map { $0.isOptional ? 0 : $0.share }
    // A thing that is only found by a synonym may have no such number at all.
    let most = knowledge.titleWords[Folding.singular(head)] == nil ? Self.maxBesideSynonym : Self.maxBesideThing
    for index in slots.indices where index != thing && !slots[index].words.contains(where: \.isLetter) {
      shares[index] = min(shares[index], shares[thing] * most)
    }
    let sum = shares.reduce(0, +)
    guard sum > 0 else { return }
    for index in slots.indices { slots[index].share = shares[index] / sum }
  }

  private func products(with slot: QueryPlan.Slot) -> Double {
    let named = slot.alternatives.reduce(products(with: slot.words)) { $0 + products(with: $1.text) }
    return slot.constraint == nil ? named : max(1, named)
  }

  /// At the most so many products have all words of a phrase.
  private func products(with phrase: String) -> Double {
    let words = Folding.words(of: phrase)
    return words.map { word in
      let singular = Folding.singular(word)
      let spelt = understanding.vocabulary.map { max($0.frequency(of: word), $0.frequency(of: singular)) } ?? 0
      return max(spelt, Double(knowledge.titleWords[singular] ?? 0))
    }.min() ?? 0
  }

  /// The place of the preposition behind which stands what the thing is for; nil where nothing is asked for before it.
  var joint: Int? {
    joints.sorted().first { joint in words.indices[..<joint].contains { uses[$0] == .text && words[$0].hasLetter } }
  }

  /// The slots before that preposition, else all.
  func slotsOfThing(_ slots: [QueryPlan.Slot], _ places: [Int]) -> [QueryPlan.Slot] {
    guard let joint else { return slots }
    let before = zip(slots, places).filter { $1 < joint }.map(\.0)
    return before.contains { !$0.isOptional } ? before : slots
  }

  /// Whether a word is by its position a thing that the word before it only describes: an accessory, or what titles are
  /// called by.
  func isThing(_ place: Int) -> Bool {
    let key = words[place].key
    return rules.isAccessory(key) || knowledge.headShare[key] ?? 0 >= Self.sureHeadShare
  }

  /// How surely titles that have a word are called by it, up to 1.
  func sureness(of head: String) -> Double {
    min(1, (knowledge.headShare[Folding.singular(head)] ?? 0) / Self.wholeHeadShare)
  }

  func isSureThing(_ head: String) -> Bool {
    knowledge.headShare[Folding.singular(head)] ?? 0 >= Self.sureHeadShare
  }

  /// Whether a word is the last of what is asked for, and titles are called by it: the paper of `printer paper`.
  func isLastNoun(_ place: Int) -> Bool {
    place == words.indices.prefix(min(limit, joint ?? limit)).last { uses[$0] == .text && words[$0].hasLetter }
      && knowledge.headShare[words[place].key] ?? 0 >= Self.leastHeadShare
  }

  /// The word for the thing, and what may stand in for it; empty where no word is one.
  func headForms(in slots: [QueryPlan.Slot]) -> [String] {
    let named = slots.filter { !$0.isOptional }
    let words = named.flatMap { slot in TitleHeads.words(of: slot.words).map { (word: $0, slot: slot) } }
    let candidates = TitleHeads.candidates(in: words.map(\.word))
    let scores = candidates.indices.map { place in
      headShare(candidates[place], words.last { $0.word == candidates[place] }?.slot)
        * (place == candidates.count - 1 ? 1 : Self.notLast)
    }
    guard let best = scores.indices.max(by: { (scores[$0], $0) < (scores[$1], $1) }),
      scores[best] >= Self.leastHeadShare * (best == candidates.count - 1 ? 1 : Self.notLast)
    else { return [] }
    let head = candidates[best]
    let slot = words.last { $0.word == head }?.slot
    let alternatives = slot.map { slot in
      TitleHeads.words(of: slot.words).last == head
        ? slot.alternatives.compactMap { TitleHeads.words(of: $0.text).last } : []
    }
    return [head] + (alternatives ?? []).filter { $0 != head && isSameThing(head, $0) }
  }

  /// The share of a word's titles that are called by it; of a word that no title has, that of what stands in for it.
  private func headShare(_ word: String, _ slot: QueryPlan.Slot?) -> Double {
    let key = Folding.singular(word)
    let own = knowledge.headShare[key] ?? 0
    if own >= Self.leastHeadShare { return own }
    // A laptop is what this shop's titles call a notebook.
    return (slot?.alternatives ?? []).compactMap { other in
      TitleHeads.words(of: other.text).last.flatMap { last in
        isSameThing(word, last) ? knowledge.headShare[Folding.singular(last)] : nil
      }
    }.max() ?? 0
  }

  /// Whether a synonym is used for the thing here: where the shop has both, and files them apart, it is another thing, as
  /// paper notebooks are no laptops.
  private func isSameThing(_ head: String, _ other: String) -> Bool {
    guard let own = knowledge.things[Folding.singular(head)], let others = knowledge.things[Folding.singular(other)],
      !own.categories.isEmpty, !others.categories.isEmpty
    else { return true }
    return !own.categories.isDisjoint(with: others.categories)
  }

  /// The middle price of what is asked for: of its category, else of the things that are called so, else of all.
  func typicalPrice(of heads: [String]) -> Int64? {
    categoryIDs.lazy.compactMap { knowledge.typicalPrice[$0] }.first
      ?? heads.first.flatMap { knowledge.things[Folding.singular($0)]?.typicalPrice } ?? knowledge.typicalPrice[nil]
  }
}

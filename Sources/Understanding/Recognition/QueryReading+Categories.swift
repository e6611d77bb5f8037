/// Brands and categories.
extension QueryReading {
  mutating func takeBrands() {
    for place in 0..<limit where uses[place] == .text {
      guard let match = knowledge.brands.longestMatch(in: words[place..<limit]), isFree(match.words),
        let brand = match.values.max(by: { $0.purity < $1.purity }), brand.purity >= Self.leastBrand,
        !isStopPhrase(match.words)
      else { continue }
      // A brand whose name is a category's word is meant as the thing.
      guard brand.purity >= Self.sureBrand || !knowledge.kindKeys.contains(words[place].key) else { continue }
      let recognition = Recognition(
        kind: .brand, label: brand.name, words: text(match.words), constraint: .brand(brand.name),
        isFilter: brand.purity >= Self.sureBrand)
      guard recognise(recognition) else { continue }
      if recognition.isFilter { makeOptional(match.words) } else { bind(match.words) }
    }
  }

  /// Whether words that say nothing are all of a brand's name: a brand called With is meant only alone.
  private func isStopPhrase(_ range: Range<Int>) -> Bool {
    range.count < words.count && rules.stopPhrases.longestMatch(in: words[range])?.words == range
  }

  /// Categories are not filters: what the shop files elsewhere may be meant too. They lift their products.
  mutating func takeCategories() {
    var end = 0
    var found: [(words: Range<Int>, categories: [ShopKnowledge.Category])] = []
    for place in 0..<limit where isUnfiltered(place) && place >= end {
      guard let match = categoryMatch(at: place), !isModifier(match) else { continue }
      let categories = meant(match.values)
      guard !categories.isEmpty else { continue }
      end = match.words.upperBound
      found.append((match.words, categories))
    }
    namesProductKind = !found.isEmpty
    // A department beside one of its categories only says which of them.
    if found.contains(where: { $0.categories[0].isLeaf }) { found.removeAll { !$0.categories[0].isLeaf } }
    for (words, categories) in found {
      // What an attribute says as well is better said by it: `women`.
      if !categories[0].isLeaf, knowledge.values.longestMatch(in: self.words[words]) != nil { continue }
      let recognition = Recognition(
        kind: .category, label: categories[0].name, words: text(words),
        constraint: .category(categories.map(\.id)), isFilter: false)
      if recognise(recognition) { categoryIDs += categories.map(\.id) }
    }
    // The last word names the thing, though its category be called otherwise: a gaming mouse.
    if let last = words.indices.prefix(min(limit, joint ?? limit)).last(where: { uses[$0] == .text }),
      forms(of: last).contains(where: { knowledge.kindKeys.contains($0) })
    {
      namesProductKind = true
    }
  }

  /// Whether a word is searched for, be it that a brand's filter says it too.
  func isUnfiltered(_ place: Int) -> Bool { uses[place] == .text && !optional.contains(place) }

  /// Of the categories that a phrase may be, those that are meant: of a department that the query names, rather the whole
  /// name than a part of it, rather the narrow than the wide. A part of a department's name names nothing.
  func meant(_ candidates: [ShopKnowledge.Category]) -> [ShopKnowledge.Category] {
    let keys = Set(words.map(\.key))
    let ofDepartment = candidates.filter { !$0.departments.isDisjoint(with: keys) }
    let named = (ofDepartment.isEmpty ? candidates : ofDepartment).filter { $0.isLeaf || $0.isWhole }
    func rank(_ category: ShopKnowledge.Category) -> Int { (category.isWhole ? 2 : 0) + (category.isLeaf ? 1 : 0) }
    let best = named.map(rank).max()
    return named.filter { rank($0) == best }
  }

  /// Whether a phrase only tells which: `laptop` of a laptop backpack, where no laptop is called so; and what stands
  /// behind `for`.
  func isModifier(_ match: PhraseTable<ShopKnowledge.Category>.Match) -> Bool {
    // Not the `for` of a phrase that says nothing: `looking for a dress`.
    let before = words.indices[..<match.words.lowerBound].filter { uses[$0] != .gone && !words[$0].key.isEmpty }
    if let mark = before.lastIndex(where: { words[$0].key == "for" }), mark > 0 { return true }
    if let joint, joint < match.words.lowerBound { return true }
    let next = match.words.upperBound
    guard next < limit, uses[next] == .text else { return false }
    guard match.words.count == 1,
      let categories = knowledge.pairCategories[words[next - 1].key + " " + words[next].key]
    else { return isThing(next) || isLastNoun(next) }
    return match.values.allSatisfy { !$0.isLeaf || !categories.contains($0.id) }
  }

  /// The longest category's name that begins at a word, by itself or by a synonym.
  func categoryMatch(at place: Int) -> PhraseTable<ShopKnowledge.Category>.Match? {
    if let match = knowledge.categories.longestMatch(in: words[place..<limit]), isFree(match.words) { return match }
    return synonymMatch(at: place) { knowledge.categories[$0] }
  }

  /// The longest phrase that begins at a word and has a synonym with values.
  func synonymMatch<Value>(
    at place: Int, _ values: (String) -> [Value]
  ) -> PhraseTable<Value>.Match? {
    guard has(.synonyms) else { return nil }
    for match in rules.synonyms.table.matches(in: words[place..<limit]).reversed() where isFree(match.words) {
      let found = match.values.flatMap { values(Folding.key(of: $0.text)) }
      if !found.isEmpty { return .init(words: match.words, values: found) }
    }
    return nil
  }

  /// A word's key and the keys of its synonyms.
  func forms(of place: Int) -> [String] {
    [words[place].key] + (has(.synonyms) ? rules.synonyms.table[words[place].key].map { Folding.key(of: $0.text) } : [])
  }
}

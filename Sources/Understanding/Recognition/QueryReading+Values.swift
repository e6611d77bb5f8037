import Catalog

/// Colours and other values of attributes.
extension QueryReading {
  mutating func takeValues() {
    var end = 0
    for place in 0..<limit where isUnfiltered(place) && place >= end {
      guard let match = valueMatch(at: place), isFree(match.words),
        words[place].hasLetter || match.words.count > 1,
        let value = match.values.max(by: { $0.products < $1.products }),
        value.kind != .size || match.words.count > 1 || value.label.count > 2,
        // A system of sizes is read with its number.
        value.kind != .size || !has(.units) || !Self.sizeSystems.contains(words[place].key)
      else { continue }
      // A word that names the wanted thing is the thing: `toner` is no attribute.
      if value.kind != .colour, match.words.count == 1, knowledge.kindKeys.contains(words[place].key) { continue }
      guard isPlausible(value, match.words) else { continue }
      end = match.words.upperBound
      // `navy blue` is a shade's name and its colour: one of them.
      if value.kind == .colour, end < limit, let second = valueMatch(at: end), second.values[0].kind == .colour,
        isFree(second.words)
      {
        end = second.words.upperBound
      }
      recogniseValue(withShades(value, of: match.words), words: match.words.lowerBound..<end)
    }
  }

  func valueMatch(at place: Int) -> PhraseTable<ShopKnowledge.Value>.Match? {
    knowledge.values.longestMatch(in: words[place..<limit])
      ?? synonymMatch(at: place) { key in knowledge.values[key].filter { $0.kind != .size } }
  }

  /// A colour with those that may stand in for it: `blue` asks for what is navy too, where the shop's synonyms say so.
  private func withShades(_ colour: ShopKnowledge.Value, of range: Range<Int>) -> ShopKnowledge.Value {
    guard colour.kind == .colour, has(.synonyms) else { return colour }
    var wide = colour
    for synonym in rules.synonyms.table[Folding.key(of: text(range))] {
      for shade in knowledge.values[Folding.key(of: synonym.text)] where shade.kind == .colour {
        wide.pairs += shade.pairs.filter { !wide.pairs.contains($0) }
      }
    }
    return wide
  }

  /// Whether what the query is about comes in colours, or in those sizes; else `black friday` and `king arthur` are words.
  func isPlausible(_ value: ShopKnowledge.Value, _ range: Range<Int>) -> Bool {
    guard value.kind == .colour || value.kind == .size, categoryIDs.isEmpty else { return true }
    let others = words.indices.prefix(limit).filter { place in
      !range.contains(place) && uses[place] == .text
        && !knowledge.values[words[place].key].contains { $0.kind == .colour }
    }
    if others.isEmpty { return value.kind == .colour || range.count > 1 }
    let codes = value.pairs.map(\.code)
    return others.flatMap(forms).contains { key in
      value.kind == .colour
        ? knowledge.colouredShare[key] ?? 0 >= Self.plausibleShare : share(of: codes, word: key) >= Self.plausibleShare
    }
  }

  /// Of the products with a word in their title, the share that has one of some attributes.
  func share(of codes: [String], word: String) -> Double {
    codes.map { knowledge.sizeShares[word]?[$0] ?? 0 }.max() ?? 0
  }

  mutating func recogniseValue(_ value: ShopKnowledge.Value, words range: Range<Int>) {
    let codes = Array(Set(value.pairs.map(\.code)))
    let isSure =
      value.kind != .attribute && !categoryIDs.isEmpty
      && knowledge.coverage(of: codes, in: categoryIDs) >= Self.sureCoverage
    let recognition = Recognition(
      kind: value.kind, label: value.label, words: text(range), constraint: .values(value.pairs), isFilter: isSure)
    guard recognise(recognition) else { return }
    if isSure {
      makeOptional(range)
      widenColours()
    } else {
      bind(range)
      constraints[range.lowerBound] = recognition.constraint
    }
  }

  /// Two colours are either of them: nothing that is black and white is all black and all white.
  mutating func widenColours() {
    let colours = recognitions.indices.filter { recognitions[$0].kind == .colour && recognitions[$0].isFilter }
    guard colours.count > 1 else { return }
    var union: [Recognition.AttributePair] = []
    for index in colours {
      if case .values(let pairs) = recognitions[index].constraint { union += pairs.filter { !union.contains($0) } }
    }
    for index in colours { recognitions[index].constraint = .values(union) }
  }
}

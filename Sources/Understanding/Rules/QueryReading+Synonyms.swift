/// Words that others may stand in for.
extension QueryReading {
  mutating func addSynonyms() {
    var place = 0
    while place < limit {
      let match = rules.synonyms.table.matches(in: words[place..<limit]).last { match in
        // A filter says already which products have what the words mean; those with the words themselves stand first.
        uses[match.words.lowerBound] == .text && !optional.contains(match.words.lowerBound)
          && match.words.dropFirst().allSatisfy { uses[$0] == .text }
      }
      guard let match else {
        place += 1
        continue
      }
      bind(match.words)
      alternatives[match.words.lowerBound, default: []] += match.values
      note("synonyms", "\(text(match.words)) → \(match.values.map(\.text).joined(separator: ", "))")
      place = match.words.upperBound
    }
  }

  /// Other ways that the catalog writes a word, or two that stand side by side: `ebike`, `e-bike`, `e bike`.
  mutating func addWaysOfWriting() {
    guard let vocabulary = understanding.vocabulary else { return }
    func isOpen(_ place: Int) -> Bool { place < limit && uses[place] == .text && constraints[place] == nil }
    addCodesApart()
    for place in 0..<limit where isOpen(place) { addIrregular(place, vocabulary) }
    for place in 0..<limit where isOpen(place) && alternatives[place] == nil {
      // Of a measure's number another form is said already.
      if place + 1 < words.count, uses[place + 1] == .partOf(place) { continue }
      addSpelling(place, vocabulary)
    }
    for place in 0..<limit where isOpen(place) {
      let next = place + 1
      let areTwo = isOpen(next) && alternatives[place] == nil && alternatives[next] == nil
      if areTwo, add(vocabulary, words: place..<next + 1) { continue }
      _ = add(vocabulary, words: place..<next)
    }
  }

  /// Of the titles with a word as typed, how many must have the other form for it to be one.
  private static let leastFormShare = 0.05
  private static let umlauts = [("ae", "a"), ("oe", "o"), ("ue", "u")]

  /// Words in which a code may be written apart: `ABX 6500 C`.
  private static let maxCodeParts = 4
  private static let longestCodePart = 6

  /// Letters and digits that are written apart, where titles write them as one.
  private mutating func addCodesApart() {
    var place = 0
    while place < limit {
      let longest = min(Self.maxCodeParts, limit - place)
      let found = stride(from: longest, to: 1, by: -1).first { count in
        let range = place..<place + count
        let parts = range.map { words[$0] }
        guard range.allSatisfy({ uses[$0] == .text && constraints[$0] == nil && alternatives[$0] == nil }),
          parts.contains(where: \.hasDigit), parts.contains(where: \.hasLetter),
          parts.allSatisfy({ !$0.key.contains(" ") && $0.key.utf8.count <= Self.longestCodePart })
        else { return false }
        return knowledge.titleWords[parts.map(\.key).joined()] != nil
      }
      guard let found else {
        place += 1
        continue
      }
      let range = place..<place + found
      let code = words[range].map(\.key).joined()
      bind(range)
      alternatives[place] = [.init(text: code, weight: 1, isSameWords: true)]
      note("written otherwise", "\(text(range)) → \(code)")
      place += found
    }
  }

  /// The other number of an irregular noun, which no stemmer finds: `children` of `child's`.
  private mutating func addIrregular(_ place: Int, _ vocabulary: Vocabulary) {
    let word = Folding.words(of: words[place].text)
    guard word.count == 1, let other = Folding.otherNumber(of: word[0]), vocabulary.contains(other),
      !(alternatives[place] ?? []).contains(where: { $0.text == other })
    else { return }
    alternatives[place, default: []].append(.init(text: other, weight: 1, isSameWords: true))
    note("written otherwise", "\(word[0]) → \(other)")
  }

  /// A count that a hyphen joins to its noun, in figures of letters and the other way: `four-slice` of `4-slice`.
  private func otherCount(_ key: String) -> String? {
    var parts = key.split(separator: " ").map(String.init)
    guard parts.count == 2, let other = NumberWords.otherForm(of: parts[0]), knowledge.titleWords[other] != nil,
      knowledge.titleWords[parts[1]] != nil
    else { return nil }
    parts[0] = other
    return parts.joined(separator: " ")
  }

  /// Another spelling of one word that titles have: `mueller` of Müller, `muller` of Mueller, `4` of four.
  private mutating func addSpelling(_ place: Int, _ vocabulary: Vocabulary) {
    let key = words[place].key
    var others = NumberWords.otherForm(of: key).map { [$0] } ?? []
    if !vocabulary.contains(key) {
      for (long, short) in Self.umlauts {
        if key.contains(long) { others.append(key.replacing(long, with: short)) }
      }
      if words[place].text.lowercased() != key { others += Self.umlauts.map { key.replacing($1, with: $0) } }
    }
    let least = Double(knowledge.titleWords[key] ?? 0) * Self.leastFormShare
    let known =
      others.filter { $0 != key && Double(knowledge.titleWords[$0] ?? 0) > least }
      + (otherCount(key).map { [$0] } ?? [])
    guard !known.isEmpty else { return }
    alternatives[place, default: []] += known.map { .init(text: $0, weight: 1, isSameWords: true) }
    note("written otherwise", "\(text(place..<place + 1)) → \(known.joined(separator: ", "))")
  }

  /// False where the catalog writes them in no other way.
  private mutating func add(_ vocabulary: Vocabulary, words range: Range<Int>) -> Bool {
    let letters = range.map { LatinLetters.withoutPossessive(words[$0].text) }
    guard !letters.contains(where: { $0 == nil }) else { return false }
    let joined = letters.flatMap { $0 ?? [] }.filter(LatinLetters.isLetter)
    guard joined.count >= Self.shortestWay else { return false }
    let own = Folding.key(of: text(range))
    let others = vocabulary.waysOfWriting(joined).filter { Folding.key(of: $0) != own }
    guard !others.isEmpty else { return false }
    bind(range)
    if range.count > 1, letters.contains(where: { $0?.count == 1 }) { asPhrase.insert(range.lowerBound) }
    let known = Set((alternatives[range.lowerBound] ?? []).map { Folding.key(of: $0.text) })
    alternatives[range.lowerBound, default: []] += others.filter { !known.contains(Folding.key(of: $0)) }.map {
      .init(text: $0, weight: 1, isSameWords: true)
    }
    note("written otherwise", "\(text(range)) → \(others.joined(separator: ", "))")
    return true
  }

  /// Fewer letters are the beginnings and ends of too much.
  private static var shortestWay: Int { 5 }
}

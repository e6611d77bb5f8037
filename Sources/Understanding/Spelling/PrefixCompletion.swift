extension SpellingCorrector {
  /// Fewer letters than these are within an edit of the beginnings of most words.
  private static let shortestPrefix = 3
  /// A word that is so much rarer than the likeliest is not what was meant.
  private static let leastShare: Float = 0.1
  /// Words that are compared before those that begin with another are left out.
  private static let maxNear = 12
  /// What an edit of the first letter leaves of a word's count, by which beginnings are compared.
  private static let firstLetterFactor: Float = 0.1

  /// Queries that the text may be the beginning of, mistyped: the words before the last corrected, the last one the
  /// beginning of a word within one edit. The likeliest first; none where each word is the beginning of one that is known.
  ///
  /// An edit is a letter replaced, left out, put in, or two exchanged. `"red dess"` → `red dress`.
  public func completions(of text: String, limit: Int) -> [String] {
    guard let last = text.split(separator: " ").last, !text.hasSuffix(" ") else {
      return correct(text).map { [$0.text] } ?? []
    }
    let before = text.dropLast(last.count)
    let start = before.isEmpty ? "" : (correct(String(before)).map { $0.text + " " } ?? String(before))
    guard let ends = words(near: last, limit: limit) else { return start == before ? [] : [start + last] }
    return ends.isEmpty ? correct(text).map { [$0.text] } ?? [] : ends.map { start + $0 }
  }

  /// The most frequent words that begin within one edit of `prefix`; nil where a word begins with it as it is. A word that
  /// begins with another of them is left out: what it leads to, the other does.
  private func words(near prefix: Substring, limit: Int) -> [String]? {
    guard let typed = LatinLetters.of(prefix), typed.count >= Self.shortestPrefix else { return [] }
    var best: [(id: Vocabulary.WordID, weight: Float)] = []
    for index in vocabulary.counts.indices {
      let id = Vocabulary.WordID(index)
      let word = vocabulary.letters[vocabulary.range(of: id)]
      guard let place = Self.edit(from: typed, toBeginningOf: word) else { continue }
      if place == typed.count { return nil }
      let weight = vocabulary.counts[index] * (place == 0 ? Self.firstLetterFactor : 1)
      guard best.count < Self.maxNear || weight > best[best.count - 1].weight else { continue }
      best.insert((id, weight), at: best.firstIndex { $0.weight < weight } ?? best.count)
      if best.count > Self.maxNear { best.removeLast() }
    }
    let least = (best.first?.weight ?? 0) * Self.leastShare
    let words = best.filter { $0.weight >= least }.map { vocabulary.text(of: $0.id) }
    let shortest = words.filter { word in !words.contains { $0 != word && word.hasPrefix($0) } }
    return Array(shortest.prefix(limit))
  }

  /// Where the one edit stands that makes `typed` the beginning of `word`; `typed.count` where it is it already, nil where
  /// more edits are needed.
  static func edit(from typed: [UInt8], toBeginningOf word: ArraySlice<UInt8>) -> Int? {
    let start = word.startIndex
    var place = 0
    while place < typed.count, place < word.count, typed[place] == word[start + place] { place += 1 }
    guard place < typed.count else { return place }
    func rest(_ typedFrom: Int, _ wordFrom: Int) -> Bool {
      guard word.count - wordFrom >= typed.count - typedFrom else { return false }
      return (typedFrom..<typed.count).allSatisfy { typed[$0] == word[start + wordFrom + $0 - typedFrom] }
    }
    // Put in; replaced; left out; exchanged.
    if rest(place + 1, place) || rest(place + 1, place + 1) || rest(place, place + 1) { return place }
    guard place + 1 < typed.count, place + 1 < word.count, typed[place] == word[start + place + 1],
      typed[place + 1] == word[start + place]
    else { return nil }
    return rest(place + 2, place + 2) ? place : nil
  }
}

/// Words that others may stand in for.
extension QueryReading {
  mutating func addSynonyms() {
    var place = 0
    while place < limit {
      let match = rules.synonyms.table.matches(in: words[place..<limit]).last { match in
        uses[match.words.lowerBound] == .text && match.words.dropFirst().allSatisfy { uses[$0] == .text }
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

  /// Words that the catalog writes as one: `smart watch` is also `smartwatch`; and one that it writes as two.
  mutating func addCompounds() {
    guard let vocabulary = understanding.vocabulary else { return }
    for place in 0..<limit where uses[place] == .text && alternatives[place] == nil && constraints[place] == nil {
      let next = place + 1
      guard next < limit, uses[next] == .text, alternatives[next] == nil, constraints[next] == nil else { continue }
      let joined = words[place].key + words[next].key
      guard joined.utf8.count > 4, vocabulary.contains(joined) else { continue }
      bind(place..<next + 1)
      alternatives[place] = [.init(text: joined, weight: 1, isSameWords: true)]
      note("compound", "\(text(place..<next + 1)) → \(joined)")
    }
  }
}

/// Phrases and what they stand for, looked up in a query from the longest.
///
/// A look-up is one hash of the words' keys, so that it costs the same for ten phrases and for a million.
struct PhraseTable<Value: Sendable>: Sendable {
  struct Match {
    var words: Range<Int>
    var values: [Value]
  }

  /// A phrase of more words is no phrase.
  static var maxWords: Int { 8 }

  private var values: [String: [Value]] = [:]
  private var longest = 0

  var isEmpty: Bool { values.isEmpty }
  var count: Int { values.count }

  /// Adds what a phrase stands for; a phrase without a word, or with too many, is left out.
  mutating func add(_ phrase: some StringProtocol, _ value: Value) { add(key: Folding.key(of: phrase), value) }

  mutating func add(key: String, _ value: Value) {
    let length = key.isEmpty ? 0 : key.utf8.count(where: { $0 == UInt8(ascii: " ") }) + 1
    guard length > 0, length <= Self.maxWords else { return }
    values[key, default: []].append(value)
    longest = max(longest, length)
  }

  var keys: [String] { Array(values.keys) }

  subscript(key: String) -> [Value] { values[key] ?? [] }

  /// The longest phrase that begins at a word.
  func longestMatch(in words: ArraySlice<QueryWord>) -> Match? { matches(in: words).last }

  /// All phrases that begin at the first word, the shortest first.
  func matches(in words: ArraySlice<QueryWord>) -> [Match] {
    guard !values.isEmpty else { return [] }
    var matches: [Match] = []
    var key = ""
    var count = 0
    for (place, word) in zip(words.indices, words) {
      if word.key.isEmpty {
        // What joins words is within a phrase, another sign alone parts phrases.
        if word.isConjunction, place > words.startIndex { continue }
        break
      }
      count += 1
      if count > longest { break }
      if !key.isEmpty { key.append(" ") }
      key += word.key
      if let found = values[key] { matches.append(Match(words: words.startIndex..<place + 1, values: found)) }
    }
    return matches
  }
}

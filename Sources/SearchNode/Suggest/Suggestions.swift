import SearchDSL

/// The `term` suggester: finds candidates as Lucene's `DirectSpellChecker` does with Elasticsearch's settings.
struct Suggestions {
  let snapshot: Snapshot

  /// Candidates examined for each suggestion shown.
  private static let inspectionsPerSuggestion = 5
  /// A term in a larger share of the documents counts as correctly spelt.
  private static let maxTermFrequency: Float = 0.01
  private static let accuracy: Float = 0.5

  func results(_ suggesters: [NamedSuggester]) throws(SearchEngineError) -> [String: [SuggestEntry]] {
    var results: [String: [SuggestEntry]] = [:]
    for named in suggesters { results[named.name] = try entries(named.suggester) }
    return results
  }

  private func entries(_ suggester: TermSuggester) throws(SearchEngineError) -> [SuggestEntry] {
    guard let field = snapshot.mapping.fields[suggester.field] else {
      throw .refused(
        status: 400, type: "illegal_argument_exception", reason: "no mapping found for field [\(suggester.field)]",
        index: nil)
    }
    var buffer = TokenBuffer()
    if let analyzer = field.parameters.searchAnalyzer {
      analyzer.analyze(suggester.text, into: &buffer)
    } else {
      let text = suggester.text
      KeywordTokens.fill(&buffer, with: text, normalized: field.parameters.normalizer?.normalize(text) ?? text)
    }
    return buffer.tokens.map { token in
      let term = Array(buffer.bytes[token.termRange])
      return SuggestEntry(
        text: String(decoding: term, as: UTF8.self), offset: Int(token.startOffset),
        length: Int(token.endOffset - token.startOffset), options: options(term, suggester))
    }
  }

  private struct Candidate {
    var term: [UInt8]
    var score: Float
    var frequency: Int
  }

  private func options(_ term: [UInt8], _ suggester: TermSuggester) -> [SuggestEntry.Option] {
    let word = Array(String(decoding: term, as: UTF8.self).unicodeScalars)
    guard word.count >= suggester.minimumWordLength else { return [] }
    let frequency = snapshot.documentFrequency(of: term, in: suggester.field)
    if suggester.suggestMode == .missing, frequency > 0 { return [] }
    let limit = (Self.maxTermFrequency * Float(snapshot.maxDocument)).rounded(.up)
    if frequency > Int(saturating: limit) { return [] }
    let threshold = suggester.suggestMode == .popular ? frequency : 0
    let inspections = max(suggester.size, 5) * Self.inspectionsPerSuggestion
    var found = candidates(word, term, suggester, edits: 1, above: threshold, most: inspections)
    if suggester.maxEdits > 1, found.count < inspections {
      let more = candidates(word, term, suggester, edits: suggester.maxEdits, above: threshold, most: inspections)
      let known = Set(found.map(\.term))
      found += more.filter { !known.contains($0.term) }
    }
    return found.sorted(by: Self.isBetter).prefix(suggester.size).map {
      .init(text: String(decoding: $0.term, as: UTF8.self), score: Double($0.score), frequency: $0.frequency)
    }
  }

  private static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
    if left.score != right.score { return left.score > right.score }
    if left.frequency != right.frequency { return left.frequency > right.frequency }
    return TermBytes.compare(left.term, right.term) < 0
  }

  private func candidates(
    _ word: [Unicode.Scalar], _ term: [UInt8], _ suggester: TermSuggester, edits: Int, above threshold: Int, most: Int
  ) -> [Candidate] {
    let prefixLength = min(word.count, max(suggester.prefixLength, edits - 1))
    let prefix = Array(String(String.UnicodeScalarView(word[..<prefixLength])).utf8)
    var frequencies: [[UInt8]: Int] = [:]
    for reader in snapshot.readers {
      guard let inverted = reader.segment.fields[suggester.field]?.inverted else { continue }
      for ordinal in inverted.ordinals(withPrefix: prefix) {
        let length = inverted.term(ordinal).count
        // A scalar has at most four bytes, so a term of another length cannot be within the distance.
        guard length <= (word.count + edits) * 4, length + edits >= word.count else { continue }
        frequencies[Array(inverted.term(ordinal)), default: 0] += Int(inverted.documentFrequencies[ordinal])
      }
    }
    var found: [Candidate] = []
    for (candidate, frequency) in frequencies where candidate != term && frequency > threshold {
      let scalars = Array(String(decoding: candidate, as: UTF8.self).unicodeScalars)
      guard let distance = EditDistance.within(edits, word, scalars) else { continue }
      let score = 1 - Float(distance) / Float(min(word.count, scalars.count))
      if score >= Self.accuracy { found.append(Candidate(term: candidate, score: score, frequency: frequency)) }
    }
    // Of equal scores the queue keeps those that come first in byte order.
    found.sort { $0.score != $1.score ? $0.score > $1.score : TermBytes.compare($0.term, $1.term) < 0 }
    return Array(found.prefix(most))
  }
}

/// Optimal string alignment: insertions, deletions, substitutions and transpositions of neighbours cost 1 each.
enum EditDistance {
  /// nil if the distance is greater than `limit`.
  static func within(_ limit: Int, _ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for i in left.indices {
      var current = [i + 1] + [Int](repeating: 0, count: right.count)
      var least = i + 1
      for j in right.indices {
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforePrevious[j - 1] + 1)
        }
        current[j + 1] = cost
        least = min(least, cost)
      }
      if least > limit { return nil }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count] <= limit ? previous[right.count] : nil
  }
}

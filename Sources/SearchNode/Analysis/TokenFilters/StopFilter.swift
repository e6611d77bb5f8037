/// `stop`: drops the words of a list and leaves a gap in the positions.
struct StopFilter: TokenFilter {
  /// Lucene's `_english_` list.
  static let english = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
  ]

  let words: TermSet
  /// Whether to drop a stop word at the very end; a search-as-you-type query may need its last word.
  let isTrailingRemoved: Bool

  init(words: TermSet, isTrailingRemoved: Bool = true) {
    self.words = words
    self.isTrailingRemoved = isTrailingRemoved
  }

  func apply(to buffer: inout TokenBuffer) {
    let last = buffer.tokens.last
    let endBefore = buffer.endPositionIncrement
    buffer.keep { term, _ in !words.contains(term) }
    guard !isTrailingRemoved else { return }
    // Lucene's SuggestStopFilter: keep a stop word at the very end of the text as a keyword, because it may be half
    // typed.
    let skipped = buffer.endPositionIncrement - endBefore
    buffer.endPositionIncrement = endBefore
    guard var last, Int(last.endOffset) == buffer.endOffset, buffer.withTerm(of: last, { words.contains($0) }) else {
      return
    }
    last.isKeyword = true
    last.positionIncrement = Int32(skipped)
    buffer.tokens.append(last)
  }
}

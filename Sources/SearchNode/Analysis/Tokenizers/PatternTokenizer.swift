/// `pattern`: the texts between the matches of a pattern, or one of its groups.
struct PatternTokenizer: Tokenizer {
  let pattern: JavaPattern
  /// -1 splits the text at the matches; any other value is the number of the group that becomes a token.
  let group: Int

  func tokenize(_ buffer: inout TokenBuffer) {
    let text = utf16(of: buffer.bytes[..<buffer.textLength])
    var ranges: [Range<Int>] = []
    var end = 0
    for match in pattern.matches(in: text) {
      if group < 0 {
        if match.range.lowerBound > end { ranges.append(end..<match.range.lowerBound) }
        end = match.range.upperBound
      } else if let range = match.groups[group], !range.isEmpty {
        ranges.append(range)
      }
    }
    if group < 0, end < text.count { ranges.append(end..<text.count) }
    for range in ranges {
      let term = utf8(of: text[range])
      buffer.tokens.append(
        Token(
          termStart: buffer.bytes.count, termLength: term.count, startOffset: range.lowerBound,
          endOffset: range.upperBound, type: .word))
      buffer.bytes.append(contentsOf: term)
    }
    buffer.endOffset = text.count
  }
}

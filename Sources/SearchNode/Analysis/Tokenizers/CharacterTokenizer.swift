/// Cuts out runs of characters of one kind: the base of `letter`, `whitespace` and `lowercase`.
struct CharacterTokenizer: Tokenizer {
  /// The characters that belong to a token.
  enum Kind: Sendable {
    /// Letters only.
    case letters
    /// All but white space.
    case notWhitespace
  }

  /// Longest token in UTF-16 code units if the settings give none; a longer run is cut there.
  static let defaultMaximumTokenLength = 255

  let kind: Kind
  let maxTokenLength: Int
  /// Whether the tokenizer puts terms in lower case, as `lowercase` does.
  let isLowercased: Bool

  init(_ kind: Kind, maxTokenLength: Int = defaultMaximumTokenLength, isLowercased: Bool = false) {
    self.kind = kind
    self.isLowercased = isLowercased
    self.maxTokenLength = maxTokenLength
  }

  @inline(__always)
  private func belongs(_ codePoint: UInt32) -> Bool {
    switch kind {
    case .letters:
      codePoint < 0x80
        ? (codePoint | 0x20) &- 0x61 < 26 : CodePointProperties.isLetter(codePoint)
    case .notWhitespace: !CodePointProperties.isWhitespace(codePoint)
    }
  }

  func tokenize(_ buffer: inout TokenBuffer) {
    let end = buffer.textLength
    var tokens: [Token] = []
    swap(&tokens, &buffer.tokens)
    var offset = 0
    buffer.bytes.withUnsafeBufferPointer { text in
      var at = 0
      var start = -1
      var startOffset = 0
      func close(_ tokenEnd: Int) {
        tokens.append(
          Token(
            termStart: start, termLength: tokenEnd - start, startOffset: startOffset, endOffset: offset, type: .word))
        start = -1
      }
      while at < end {
        let (codePoint, width) = decodeUTF8(text, at, end)
        if belongs(codePoint) {
          if start < 0 {
            start = at
            startOffset = offset
          }
          at += width
          offset += codePoint > 0xFFFF ? 2 : 1
          if offset - startOffset >= maxTokenLength { close(at) }
        } else {
          if start >= 0 { close(at) }
          at += width
          offset += codePoint > 0xFFFF ? 2 : 1
        }
      }
      if start >= 0 { close(at) }
    }
    buffer.tokens = tokens
    buffer.endOffset = offset
    if isLowercased { CaseFilter(.lower).apply(to: &buffer) }
  }
}

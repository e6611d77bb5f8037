/// `ngram` and `edge_ngram` tokenizers: pieces of runs of the permitted characters, counted in code points.
struct NGramTokenizer: Tokenizer {
  /// The kinds of characters that a token may hold.
  enum CharacterKind: Sendable, Equatable {
    case letter, digit, whitespace, punctuation, symbol
    case custom(Set<UInt32>)

    func contains(_ codePoint: UInt32) -> Bool {
      switch self {
      case .letter: CodePointProperties.isLetter(codePoint)
      case .digit: CodePointProperties.isDigit(codePoint)
      case .whitespace: CodePointProperties.isWhitespace(codePoint)
      case .punctuation:
        switch CodePointProperties.category(codePoint) {
        case .dashPunctuation, .openPunctuation, .closePunctuation, .connectorPunctuation, .otherPunctuation,
          .initialPunctuation, .finalPunctuation:
          true
        default: false
        }
      case .symbol:
        switch CodePointProperties.category(codePoint) {
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
        default: false
        }
      case .custom(let characters): characters.contains(codePoint)
      }
    }
  }

  let lengths: ClosedRange<Int>
  /// Whether pieces begin only at the start of a run.
  let isAtEdgesOnly: Bool
  /// Empty if every character belongs to a token.
  let kinds: [CharacterKind]

  func tokenize(_ buffer: inout TokenBuffer) {
    let end = buffer.textLength
    var tokens: [Token] = []
    swap(&tokens, &buffer.tokens)
    // The bytes and UTF-16 offsets at which the run's characters begin, and its end.
    var starts: [(byte: Int, offset: Int)] = []
    var at = 0
    var offset = 0
    buffer.bytes.withUnsafeBufferPointer { text in
      while at < end {
        let (codePoint, width) = decodeUTF8(text, at, end)
        let belongs = kinds.isEmpty || kinds.contains { $0.contains(codePoint) }
        if belongs {
          starts.append((at, offset))
        } else {
          emit(&starts, at, offset, &tokens)
        }
        at += width
        offset += codePoint > 0xFFFF ? 2 : 1
      }
      emit(&starts, at, offset, &tokens)
    }
    buffer.tokens = tokens
    buffer.endOffset = offset
  }

  private func emit(
    _ starts: inout [(byte: Int, offset: Int)], _ byte: Int, _ offset: Int, _ tokens: inout [Token]
  ) {
    let count = starts.count
    guard count > 0 else { return }
    starts.append((byte, offset))
    if count >= lengths.lowerBound {
      for first in 0...(isAtEdgesOnly ? 0 : count - lengths.lowerBound) {
        for length in lengths.lowerBound...max(lengths.lowerBound, min(lengths.upperBound, count - first)) {
          let (start, end) = (starts[first], starts[first + length])
          tokens.append(
            Token(
              termStart: start.byte, termLength: end.byte - start.byte, startOffset: start.offset,
              endOffset: end.offset, type: .word))
        }
      }
    }
    starts.removeAll(keepingCapacity: true)
  }
}

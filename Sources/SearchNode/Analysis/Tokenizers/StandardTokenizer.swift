/// Words by UAX #29 as Lucene's StandardTokenizer cuts them: ideographs and hiragana one by one, emoji sequences whole.
///
/// The longest match of one automaton (`StandardTokenizerTables`) is a token; a character that begins no match is
/// dropped.
struct StandardTokenizer: Tokenizer, Equatable {
  /// Longest token in UTF-16 code units if the settings give none; a longer word is cut there.
  static let defaultMaximumTokenLength = 255

  let maxTokenLength: Int

  init(maxTokenLength: Int = defaultMaximumTokenLength) {
    self.maxTokenLength = maxTokenLength
  }

  private static let automaton = Automaton()

  /// The automaton's tables, unpacked.
  private final class Automaton: Sendable {
    let classes: CodePointTable<UInt8>
    let asciiClasses: [UInt8]
    let transitions: [UInt8]
    let accepts = StandardTokenizerTables.accepts

    init() {
      let table = CodePointTable<UInt8>(repeating: 0) { all in
        var numbers = PackedNumbers(StandardTokenizerTables.classes)
        var at = 0
        while !numbers.isAtEnd() {
          at += numbers.number(radix: 16)
          let length = numbers.number(radix: 16)
          let value = numbers.digit()
          for c in at..<at + length { all[c] = value }
          at += length
        }
      }
      classes = table
      asciiClasses = (0..<128).map { table[$0] }
      // Rows are 32 wide, so that a shift finds a row.
      var rows = [UInt8](repeating: 0, count: StandardTokenizerTables.stateCount << 5)
      var numbers = PackedNumbers(StandardTokenizerTables.transitions)
      for state in 0..<StandardTokenizerTables.stateCount where !numbers.isAtEnd() {
        for c in 0..<StandardTokenizerTables.classCount { rows[state << 5 | c] = numbers.pair() }
      }
      transitions = rows
    }
  }

  func tokenize(_ buffer: inout TokenBuffer) {
    let automaton = Self.automaton
    let end = buffer.textLength
    var tokens = buffer.tokens
    buffer.tokens = []
    var offset = 0
    buffer.bytes.withUnsafeBufferPointer { text in
      automaton.asciiClasses.withUnsafeBufferPointer { asciiClasses in
        automaton.transitions.withUnsafeBufferPointer { transitions in
          automaton.accepts.withUnsafeBufferPointer { accepts in
            var at = 0
            while at < end {
              let match = longestMatch(
                text, at, end, automaton.classes, asciiClasses, transitions, accepts)
              if let type = TokenType(rawValue: match.type) {
                tokens.append(
                  Token(
                    termStart: at, termLength: match.end - at, startOffset: offset, endOffset: offset + match.units,
                    type: type))
              }
              at = match.end
              offset += match.units
            }
          }
        }
      }
    }
    buffer.tokens = tokens
    buffer.endOffset = offset
  }

  private struct Match {
    var end: Int
    var units: Int
    var type: UInt8
  }

  @inline(__always)
  private func longestMatch(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ classes: borrowing CodePointTable<UInt8>,
    _ asciiClasses: UnsafeBufferPointer<UInt8>, _ transitions: UnsafeBufferPointer<UInt8>,
    _ accepts: UnsafeBufferPointer<UInt8>
  ) -> Match {
    var match = Match(end: start, units: 0, type: 0)
    var state = 1
    var at = start
    var units = 0
    while at < end {
      let byte = text[at]
      let characterClass: UInt8
      if byte < 0x80 {
        characterClass = asciiClasses[Int(byte)]
        at += 1
        units += 1
      } else {
        let (codePoint, width) = decodeMultibyteUTF8(text, at, end)
        characterClass = classes[codePoint]
        at += width
        units += codePoint > 0xFFFF ? 2 : 1
      }
      if match.end == start {
        match.end = at
        match.units = units
      } else if units > maxTokenLength {
        break
      }
      state = Int(transitions[state << 5 | Int(characterClass)])
      if state == 0 { break }
      let type = accepts[state]
      if type != 0 { match = Match(end: at, units: units, type: type) }
    }
    return match
  }
}

/// `asciifolding`: replaces Latin letters, digits and signs outside ASCII with their ASCII look-alikes, as in Lucene.
struct ASCIIFoldingFilter: TokenFilter {
  /// Whether the unfolded term is kept too, at the same position and after the folded one.
  let isOriginalPreserved: Bool

  init(isOriginalPreserved: Bool = false) { self.isOriginalPreserved = isOriginalPreserved }

  var isWordByWord: Bool { true }
  var asciiMap: ASCIIMap? { ASCIIMap { $0 } }

  /// For each code point, 0 or one more than the index of its text in `texts`.
  private static let table: (numbers: CodePointTable<UInt8>, texts: [[UInt8]]) = {
    var texts: [[UInt8]] = []
    let numbers = CodePointTable<UInt8>(repeating: 0) { all in
      var packed = PackedNumbers(UnicodeTables.foldings)
      var known: [[UInt8]: UInt8] = [:]
      var at = 0
      while !packed.isAtEnd() {
        at += packed.number(radix: 16)
        let length = packed.number(radix: 16)
        let text = Array(packed.word())
        if known[text] == nil {
          texts.append(text)
          known[text] = UInt8(texts.count)
        }
        for c in at..<at + length { all[c] = known[text]! }
        at += length
      }
    }
    return (numbers, texts)
  }()

  func apply(to buffer: inout TokenBuffer) {
    var index = 0
    while index < buffer.tokens.count {
      defer { index += 1 }
      let range = buffer.tokens[index].termRange
      let isASCII = buffer.bytes.withUnsafeBufferPointer { bytes in
        var all: UInt8 = 0
        for at in range { all |= bytes[at] }
        return all < 0x80
      }
      if isASCII { continue }
      let original = buffer.tokens[index]
      guard fold(&buffer, index), isOriginalPreserved else { continue }
      var kept = original
      kept.positionIncrement = 0
      buffer.tokens.insert(kept, at: index + 1)
      index += 1
    }
  }

  /// Folds one term; returns whether it changed.
  private func fold(_ buffer: inout TokenBuffer, _ index: Int) -> Bool {
    let range = buffer.tokens[index].termRange
    var term = buffer.scratch
    buffer.scratch = []
    defer { buffer.scratch = term }
    term.removeAll(keepingCapacity: true)
    var hasChanged = false
    let table = Self.table
    buffer.bytes.withUnsafeBufferPointer { bytes in
      var at = range.lowerBound
      while at < range.upperBound {
        let (codePoint, width) = decodeUTF8(bytes, at, range.upperBound)
        let number = Int(table.numbers[codePoint])
        if number == 0 {
          for i in at..<at + width { term.append(bytes[i]) }
        } else {
          term.append(contentsOf: table.texts[number - 1])
          hasChanged = true
        }
        at += width
      }
    }
    if hasChanged { buffer.replaceTerm(of: index, with: term) }
    return hasChanged
  }
}

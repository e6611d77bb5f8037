/// `stemmer` for `possessive_english`: removes `'s` from the end of terms.
struct EnglishPossessiveFilter: TokenFilter {
  var isWordByWord: Bool { true }

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices {
      let cut = buffer.withTerm(of: buffer.tokens[index]) { term -> Int in
        guard term.count >= 2, term[term.count - 1] | 0x20 == 0x73 else { return 0 }
        let before = term[..<(term.count - 1)]
        if before.last == 0x27 { return 2 }
        // U+2019 and U+FF07 are apostrophes too.
        if before.count >= 3, before.suffix(3).elementsEqual([0xE2, 0x80, 0x99]) { return 4 }
        if before.count >= 3, before.suffix(3).elementsEqual([0xEF, 0xBC, 0x87]) { return 4 }
        return 0
      }
      buffer.tokens[index].termLength -= Int32(cut)
    }
  }
}

/// `stemmer` for `minimal_english`: removes the plural ending (Harman's S stemmer, 1991).
struct EnglishMinimalStemFilter: TokenFilter {
  var isWordByWord: Bool { true }

  func apply(to buffer: inout TokenBuffer) {
    for index in buffer.tokens.indices where !buffer.tokens[index].isKeyword {
      let token = buffer.tokens[index]
      let units = Int(buffer.withTerm(of: token, utf16Length))
      let (cut, becomesY) = buffer.withTerm(of: token) { Self.plural($0, units) }
      guard cut > 0 else { continue }
      if becomesY {
        let kept = token.termRange.lowerBound..<token.termRange.upperBound - 3
        buffer.replaceTerm(of: index, with: Array(buffer.bytes[kept]) + [0x79])
      } else {
        buffer.tokens[index].termLength -= Int32(cut)
      }
    }
  }

  /// The number of letters to remove, and whether `ies` becomes `y`.
  private static func plural(_ term: UnsafeBufferPointer<UInt8>, _ units: Int) -> (cut: Int, becomesY: Bool) {
    let count = term.count
    guard units >= 3, term[count - 1] == UInt8(ascii: "s") else { return (0, false) }
    switch term[count - 2] {
    case UInt8(ascii: "u"), UInt8(ascii: "s"):
      return (0, false)
    case UInt8(ascii: "e"):
      let third = term[count - 3]
      if units > 3, third == UInt8(ascii: "i"), term[count - 4] != UInt8(ascii: "a"),
        term[count - 4] != UInt8(ascii: "e")
      {
        return (2, true)
      }
      if [UInt8(ascii: "i"), UInt8(ascii: "a"), UInt8(ascii: "o"), UInt8(ascii: "e")].contains(third) {
        return (0, false)
      }
      return (1, false)
    default:
      return (1, false)
    }
  }
}

/// `lowercase` and `uppercase`: the simple case mapping of each code point, as in Lucene.
struct CaseFilter: TokenFilter {
  /// The case that terms get.
  enum Case: Sendable { case lower, upper }

  let wanted: Case

  init(_ wanted: Case) { self.wanted = wanted }

  var isWordByWord: Bool { true }

  var asciiMap: ASCIIMap? {
    let first = UInt8(ascii: wanted == .lower ? "A" : "a")
    return ASCIIMap { $0 &- first < 26 ? $0 ^ 0x20 : $0 }
  }

  func apply(to buffer: inout TokenBuffer) {
    let mapping = wanted == .lower ? CodePointProperties.lowercase : CodePointProperties.uppercase
    let first = UInt8(ascii: wanted == .lower ? "A" : "a")
    for index in buffer.tokens.indices {
      let range = buffer.tokens[index].termRange
      let isASCII = buffer.bytes.withUnsafeMutableBufferPointer { bytes in
        var all: UInt8 = 0
        for at in range {
          let byte = bytes[at]
          all |= byte
          // In place: any other token that shares these bytes gets the same case.
          bytes[at] = byte &- first < 26 ? byte ^ 0x20 : byte
        }
        return all < 0x80
      }
      if !isASCII { mapNonASCII(&buffer, index, mapping) }
    }
  }

  private func mapNonASCII(_ buffer: inout TokenBuffer, _ index: Int, _ mapping: borrowing CodePointTable<Int32>) {
    let range = buffer.tokens[index].termRange
    var term = buffer.scratch
    buffer.scratch = []
    term.removeAll(keepingCapacity: true)
    buffer.bytes.withUnsafeBufferPointer { bytes in
      var at = range.lowerBound
      while at < range.upperBound {
        let (codePoint, width) = decodeUTF8(bytes, at, range.upperBound)
        appendUTF8(UInt32(bitPattern: Int32(bitPattern: codePoint) + mapping[codePoint]), to: &term)
        at += width
      }
    }
    buffer.replaceTerm(of: index, with: term)
    buffer.scratch = term
  }
}

/// The whole text as one token, even if it is empty.
struct KeywordTokenizer: Tokenizer {
  func tokenize(_ buffer: inout TokenBuffer) {
    let length = buffer.textLength
    let units = buffer.bytes.withUnsafeBufferPointer { utf16Length(UnsafeBufferPointer(rebasing: $0[..<length])) }
    buffer.endOffset = units
    buffer.tokens.append(Token(termStart: 0, termLength: length, startOffset: 0, endOffset: units, type: .word))
  }
}

/// A keyword field's value as a single token.
enum KeywordTokens {
  static func fill(_ buffer: inout TokenBuffer, with text: String, normalized: String) {
    var text = text
    text.withUTF8 { buffer.load($0) }
    KeywordTokenizer().tokenize(&buffer)
    if normalized != text { buffer.replaceTerm(of: 0, with: Array(normalized.utf8)) }
  }
}

import Catalog

/// Numbers the codes of facet tokens in the order in which they come.
///
/// Hundreds of values have a dozen codes, which are compared as bytes: to hash a part of a String took most of what reading
/// a token cost.
struct AttributeCodes {
  private var codes = DistinctTexts()

  /// The number of a token's code, and the code's length in bytes; nil where the token has no `=`.
  mutating func number(of token: String) -> (number: Int, length: Int)? {
    var token = token
    return token.withUTF8 { token in
      guard let length = token.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      codes.append(UnsafeBufferPointer(rebasing: token[..<length]))
      return (codes.end(), length)
    }
  }
}

import Catalog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers the codes of facet tokens in the order in which they come.
///
/// Hundreds of values have a dozen codes. These lie side by side and are compared as bytes: to hash a part of a String took
/// most of what reading a token cost.
struct AttributeCodes {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The number of a token's code, and the code's length in bytes; nil where the token has no `=`.
  mutating func number(of token: String) -> (number: Int, length: Int)? {
    var token = token
    return token.withUTF8 { token in
      guard let length = token.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let code = UnsafeBufferPointer(rebasing: token[..<length])
      if let known = number(of: code) { return (known, length) }
      bytes.append(contentsOf: code)
      ends.append(bytes.count)
      return (ends.count - 1, length)
    }
  }

  private func number(of code: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let wanted = code.baseAddress else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return nil }
      var start = 0
      for (number, end) in ends.enumerated() {
        if end - start == code.count, memcmp(base + start, wanted, code.count) == 0 { return number }
        start = end
      }
      return nil
    }
  }
}

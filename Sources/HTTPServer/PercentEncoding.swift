/// Percent-encoding as in RFC 3986 and, in queries, as HTML forms write it.
enum PercentEncoding {
  /// The fault of an encoded text.
  enum Fault: String, Error {
    case badEscape = "a % without two hexadecimal digits after it"
    case invalidUTF8 = "bytes that are not UTF-8"
    case nul = "a NUL character"
  }

  /// Decodes `%C3%A9` to `é`; with `plusIsSpace`, `+` to a space.
  static func decode(_ text: Substring, plusIsSpace: Bool) throws(Fault) -> String {
    var needsWork = false
    for byte in text.utf8
    where byte == UInt8(ascii: "%") || byte >= 0x80 || byte == 0 || (plusIsSpace && byte == UInt8(ascii: "+")) {
      needsWork = true
      break
    }
    guard needsWork else { return String(text) }
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) else {
          throw .badEscape
        }
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        index += 1
      }
    }
    guard let valid = String(validating: decoded, as: UTF8.self) else { throw .invalidUTF8 }
    if decoded.contains(0) { throw .nul }
    return valid
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

import FoundationEssentials

/// Base64 with the letters that need no escape in an address, without padding (RFC 4648, section 5).
enum Base64URL {
  static func text(of bytes: [UInt8]) -> String {
    let plain = Data(bytes).base64EncodedString()
    let letters = plain.utf8.lazy.filter { $0 != UInt8(ascii: "=") }.map { letter in
      switch letter {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: letter
      }
    }
    return String(decoding: Array(letters), as: UTF8.self)
  }

  /// nil for what `text(of:)` does not write; bytes have one text only.
  static func bytes(of text: String) -> [UInt8]? {
    guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") })
    else { return nil }
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    let plain = text.replacing("-", with: "+").replacing("_", with: "/") + padding
    // The last letter has bits that no byte is made of, so the text is written again and compared.
    guard let data = Data(base64Encoded: plain), data.base64EncodedString() == plain else { return nil }
    return [UInt8](data)
  }
}

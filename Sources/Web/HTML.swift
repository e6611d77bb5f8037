import Catalog

/// HTML that is made by interpolation: every interpolated text is escaped, HTML within HTML is not.
///
///     let title = "Salt & <pepper>"
///     let item: HTML = "<li>\(title)</li>"  // <li>Salt &amp; &lt;pepper&gt;</li>
public struct HTML: Sendable, ExpressibleByStringInterpolation {
  public private(set) var text: String

  public init(stringLiteral value: String) { text = value }
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  public struct Interpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    public mutating func appendLiteral(_ literal: String) { text += literal }
    public mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    public mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }
    public mutating func appendInterpolation(_ html: HTML) { text += html.text }
    public mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }
    public mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
  }

  /// Safe in text and in a quoted attribute (OWASP's rule for HTML: & < > " ').
  static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }) else {
      return value
    }
    // Addresses with many filters are long; bytes are appended ten times as fast as scalars.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.utf8.count + 64)
    for byte in value.utf8 {
      switch byte {
      case 0x26: bytes += "&amp;".utf8
      case 0x3C: bytes += "&lt;".utf8
      case 0x3E: bytes += "&gt;".utf8
      case 0x22: bytes += "&quot;".utf8
      case 0x27: bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// An address within the shop: a path and parameters, encoded.
package struct Address {
  package var path: String
  package var parameters: [(name: String, value: String)] = []

  package init(path: String, parameters: [(name: String, value: String)] = []) {
    self.path = path
    self.parameters = parameters
  }

  /// The address of a brand's page, or of a search where the name makes no slug.
  static func brand(_ name: String) -> String {
    let slug = Slug.brand(name)
    return slug.isEmpty
      ? Address(path: "/search", parameters: [("filter", "brand:\(name)")]).text : "/b/\(encoded(slug))"
  }

  package var text: String {
    guard !parameters.isEmpty else { return path }
    return path + "?" + parameters.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
  }

  /// RFC 3986's unreserved characters stand for themselves.
  package static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 32)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x3A: bytes.append(byte)
      case 0x20: bytes.append(0x2B)
      default:
        bytes.append(0x25)
        bytes.append(hexadecimal(byte >> 4))
        bytes.append(hexadecimal(byte & 15))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
  }
}

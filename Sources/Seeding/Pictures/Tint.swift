/// A colour in sRGB, the space in which pictures mix colours.
struct Tint: Hashable, Sendable {
  var red: Int
  var green: Int
  var blue: Int

  static let white = Tint(red: 255, green: 255, blue: 255)
  static let black = Tint(red: 0, green: 0, blue: 0)

  init(red: Int, green: Int, blue: Int) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `c0282d` or `#c0282d`.
  init?(hex: some StringProtocol) {
    let digits = hex.hasPrefix("#") ? hex.dropFirst() : hex[...]
    guard digits.utf8.count == 6, digits.utf8.allSatisfy(Self.isHexDigit), let number = Int(digits, radix: 16) else {
      return nil
    }
    self.init(red: number >> 16, green: number >> 8 & 255, blue: number & 255)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
  }

  /// Six lowercase digits, without `#`.
  var hex: String {
    let text = String(red << 16 | green << 8 | blue, radix: 16)
    return String(repeating: "0", count: 6 - text.count) + text
  }

  var css: String { "#" + hex }

  /// This colour mixed with `percent` of another.
  func mixed(with other: Tint, percent: Int) -> Tint {
    func mix(_ from: Int, _ to: Int) -> Int { (from * (100 - percent) + to * percent + 50) / 100 }
    return Tint(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  func lighter(_ percent: Int) -> Tint { mixed(with: .white, percent: percent) }
  func darker(_ percent: Int) -> Tint { mixed(with: .black, percent: percent) }

  /// Perceived brightness, 0…255 (ITU-R BT.601 luma).
  var luma: Int { (red * 299 + green * 587 + blue * 114) / 1000 }
}

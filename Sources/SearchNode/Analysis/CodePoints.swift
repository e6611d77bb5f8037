/// Reads the code point at `at`; bytes that are not UTF-8 read as U+FFFD, one by one.
@inline(__always)
func decodeUTF8(_ text: UnsafeBufferPointer<UInt8>, _ at: Int, _ end: Int) -> (codePoint: UInt32, width: Int) {
  let first = UInt32(text[at])
  if first < 0x80 { return (first, 1) }
  return decodeMultibyteUTF8(text, at, end)
}

@inline(never)
func decodeMultibyteUTF8(_ text: UnsafeBufferPointer<UInt8>, _ at: Int, _ end: Int) -> (codePoint: UInt32, width: Int) {
  let first = UInt32(text[at])
  let width = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first < 0xF5, at + width <= end else { return (0xFFFD, 1) }
  var value = first & (0xFF >> UInt32(width + 1))
  for i in 1..<width {
    let next = UInt32(text[at + i])
    guard next & 0xC0 == 0x80 else { return (0xFFFD, 1) }
    value = value << 6 | next & 0x3F
  }
  let least: UInt32 = width == 4 ? 0x10000 : width == 3 ? 0x800 : 0x80
  guard value >= least, value < 0x110000, value & 0xFFFF_F800 != 0xD800 else { return (0xFFFD, 1) }
  return (value, width)
}

/// Appends a code point as UTF-8; a surrogate becomes U+FFFD, as in a term that Lucene writes.
@inline(__always)
func appendUTF8(_ codePoint: UInt32, to bytes: inout [UInt8]) {
  switch codePoint {
  case 0..<0x80:
    bytes.append(UInt8(truncatingIfNeeded: codePoint))
  case 0x80..<0x800:
    bytes.append(UInt8(truncatingIfNeeded: 0xC0 | codePoint >> 6))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
  case 0xD800..<0xE000:
    bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
  case 0x800..<0x10000:
    bytes.append(UInt8(truncatingIfNeeded: 0xE0 | codePoint >> 12))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
  default:
    bytes.append(UInt8(truncatingIfNeeded: 0xF0 | codePoint >> 18))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 12 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
  }
}

/// Counts the UTF-16 code units of UTF-8 text: each character counts one, and a character of four bytes counts two.
@inline(__always)
func utf16Length(_ text: UnsafeBufferPointer<UInt8>) -> Int {
  var units = 0
  for byte in text {
    units += (byte & 0xC0 != 0x80 ? 1 : 0) + (byte >= 0xF0 ? 1 : 0)
  }
  return units
}

/// A value for each code point, in blocks; equal blocks are stored once.
struct CodePointTable<Value: Hashable & Sendable>: Sendable {
  private static var blockBits: UInt32 { 7 }
  private var blocks: [UInt16]
  private var values: [Value]

  init(repeating value: Value, set: (inout [Value]) -> Void) {
    var all = [Value](repeating: value, count: 0x110000)
    set(&all)
    blocks = []
    values = []
    var known: [ArraySlice<Value>: UInt16] = [:]
    let size = 1 << Int(Self.blockBits)
    for start in stride(from: 0, to: all.count, by: size) {
      let block = all[start..<start + size]
      if let number = known[block] {
        blocks.append(number)
      } else {
        let number = UInt16(known.count)
        known[block] = number
        blocks.append(number)
        values.append(contentsOf: block)
      }
    }
  }

  @inline(__always)
  subscript(codePoint: UInt32) -> Value {
    let block = Int(blocks[Int(codePoint >> Self.blockBits)])
    return values[block << Int(Self.blockBits) | Int(codePoint & ((1 << Self.blockBits) - 1))]
  }
}

/// Reads the packed numbers of the generated tables.
struct PackedNumbers {
  private var bytes: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ text: StaticString) {
    bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Skips separators; true at the end.
  mutating func isAtEnd() -> Bool {
    while at < bytes.count, bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "\n") { at += 1 }
    return at >= bytes.count
  }

  /// A number up to the next `.`, space or end.
  mutating func number(radix: Int) -> Int {
    var value = 0
    var sign = 1
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "-") {
        sign = -1
      } else if let digit = Self.digit(byte) {
        value = value * radix + digit
      } else {
        break
      }
    }
    return sign * value
  }

  /// One digit of base 62.
  mutating func digit() -> UInt8 {
    defer { at += 1 }
    return UInt8(Self.digit(bytes[at]) ?? 0)
  }

  /// A number of exactly two hexadecimal digits.
  mutating func pair() -> UInt8 {
    defer { at += 2 }
    return UInt8(Self.digit(bytes[at])! << 4 | Self.digit(bytes[at + 1])!)
  }

  /// The bytes up to the next space, newline or end.
  mutating func word() -> UnsafeBufferPointer<UInt8> {
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: " "), bytes[at] != UInt8(ascii: "\n") { at += 1 }
    return UnsafeBufferPointer(rebasing: bytes[start..<at])
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 48
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 97 + 10
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 65 + 36
    default: nil
    }
  }
}

/// Unicode's general categories, in the order in which scripts/generate-unicode-tables.py numbers them.
enum GeneralCategory: UInt8, Sendable {
  case unassigned, uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
  case nonspacingMark, enclosingMark, spacingMark
  case decimalNumber, letterNumber, otherNumber
  case spaceSeparator, lineSeparator, paragraphSeparator
  case control, format, privateUse, surrogate
  case dashPunctuation, openPunctuation, closePunctuation, connectorPunctuation, otherPunctuation
  case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
  case initialPunctuation, finalPunctuation
}

/// Character properties as Java's `Character` gives them, from `UnicodeTables`.
enum CodePointProperties {
  private static let categories = CodePointTable<UInt8>(repeating: 0) { all in
    var numbers = PackedNumbers(UnicodeTables.generalCategories)
    var at = 0
    while !numbers.isAtEnd() {
      at += numbers.number(radix: 16)
      let length = numbers.number(radix: 16)
      let value = numbers.digit()
      for c in at..<at + length { all[c] = value }
      at += length
    }
  }

  static let lowercase = mapping(UnicodeTables.lowercase)
  static let uppercase = mapping(UnicodeTables.uppercase)

  private static func mapping(_ packed: StaticString) -> CodePointTable<Int32> {
    CodePointTable<Int32>(repeating: 0) { all in
      var numbers = PackedNumbers(packed)
      var at = 0
      while !numbers.isAtEnd() {
        at += numbers.number(radix: 16)
        let count = numbers.number(radix: 16)
        let step = numbers.number(radix: 10)
        let delta = numbers.number(radix: 10)
        for i in 0..<count { all[at + i * step] = Int32(delta) }
      }
    }
  }

  static func category(_ codePoint: UInt32) -> GeneralCategory {
    GeneralCategory(rawValue: categories[codePoint]) ?? .unassigned
  }

  static func isLetter(_ codePoint: UInt32) -> Bool {
    let category = categories[codePoint]
    return category >= GeneralCategory.uppercaseLetter.rawValue && category <= GeneralCategory.otherLetter.rawValue
  }

  static func isDigit(_ codePoint: UInt32) -> Bool {
    categories[codePoint] == GeneralCategory.decimalNumber.rawValue
  }

  /// Java's `Character.isWhitespace`: separators at which a line may break, and the ASCII control characters that
  /// separate.
  static func isWhitespace(_ codePoint: UInt32) -> Bool {
    switch codePoint {
    case 9...13, 0x1C...0x1F, 0x20: true
    case 0xA0, 0x2007, 0x202F: false
    case ..<0x80: false
    default:
      switch category(codePoint) {
      case .spaceSeparator, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
  }
}

/// UTF-16 code units of UTF-8 text.
func utf16(of bytes: some Collection<UInt8>) -> [UInt16] {
  Array(String(decoding: bytes, as: UTF8.self).utf16)
}

/// UTF-8 of UTF-16 code units; a lone surrogate becomes U+FFFD.
func utf8(of units: some Collection<UInt16>) -> [UInt8] {
  Array(String(decoding: units, as: UTF16.self).utf8)
}

public import Catalog

/// The kind of goods that a rate is for: `standard`, `reduced`, `books`, `food`.
public struct TaxCategory: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }
  public var description: String { text }
  public static let standard: TaxCategory = "standard"
}

/// A country or its part by ISO 3166: `DE`, `US-NY`. It decides the tax alone, never a price before tax.
public struct TaxRegion: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The letters, one in each byte, from the highest on.
  let letters: UInt64

  /// nil unless the text is two capital letters, or those, `-` and one to three capital letters or digits.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let isCapital = { (byte: UInt8) in (65...90).contains(byte) }
    guard bytes.count == 2 || (4...6).contains(bytes.count), isCapital(bytes[0]), isCapital(bytes[1]) else {
      return nil
    }
    if bytes.count > 2 {
      guard bytes[2] == UInt8(ascii: "-"),
        bytes[3...].allSatisfy({ isCapital($0) || (48...57).contains($0) })
      else { return nil }
    }
    var letters: UInt64 = 0
    for place in 0..<8 { letters = letters << 8 | (place < bytes.count ? UInt64(bytes[place]) : 0) }
    self.letters = letters
  }

  private init(letters: UInt64) { self.letters = letters }

  /// The country of a part; itself for a country.
  var country: TaxRegion { TaxRegion(letters: letters & 0xFFFF_0000_0000_0000) }

  public static func < (left: TaxRegion, right: TaxRegion) -> Bool { left.letters < right.letters }

  public var description: String {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: letters >> (56 - 8 * $0)) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// The amount that a tax is rounded on.
public enum TaxRounding: String, Sendable, CaseIterable {
  /// The price of one piece: 3 × 1.08 at 19 % are 3 × 1.29 = 3.87.
  case unit
  /// A line of the order: 3.24 × 1.19 = 3.86.
  case line
  /// The sum of the order at one rate.
  case total
}

/// A rate of a region for a category in a period.
public struct TaxRate: Hashable, Sendable {
  public var category: TaxCategory
  public var rate: Share
  public var validFrom: Timestamp?
  public var validUntil: Timestamp?

  public init(category: TaxCategory, rate: Share, validFrom: Timestamp? = nil, validUntil: Timestamp? = nil) {
    self.category = category
    self.rate = rate
    self.validFrom = validFrom
    self.validUntil = validUntil
  }
}

/// The rates of a region, and how it rounds.
public struct TaxRules: Hashable, Sendable {
  public var region: TaxRegion
  public var rounding: TaxRounding
  public var rates: [TaxRate]

  public init(region: TaxRegion, rounding: TaxRounding, rates: [TaxRate]) {
    self.region = region
    self.rounding = rounding
    self.rates = rates
  }
}

/// A currency by its ISO 4217 code, with the number of decimal digits of its minor unit.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
  /// The letters, one in each byte: every price has a currency, and a number is copied without counting references.
  private let letters: UInt32
  private let digits: UInt8

  public var code: String {
    String(unsafeUninitializedCapacity: 3) { text in
      for index in 0..<3 { text[index] = UInt8(truncatingIfNeeded: letters >> (16 - 8 * index)) }
      return 3
    }
  }

  public var minorUnitDigits: Int { Int(digits) }

  // The currencies whose minor unit is not a hundredth (ISO 4217), as adjacent numbers: every price that is read
  // searches them.
  private static let withoutMinorUnit = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
  ].map(letters)
  private static let inThousandths = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map(letters)

  private static func letters(of code: String) -> UInt32 { code.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

  /// nil unless `code` is three capital letters.
  public init?(code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
    self.init(known: code)
  }

  private init(known code: String) {
    letters = Self.letters(of: code)
    digits = Self.withoutMinorUnit.contains(letters) ? 0 : Self.inThousandths.contains(letters) ? 3 : 2
  }

  public static let gbp = Currency(known: "GBP")
  public static let eur = Currency(known: "EUR")
  public static let usd = Currency(known: "USD")

  public var description: String { code }
}

/// An amount of money in minor units (pence, cents) of a currency.
public struct Money: Hashable, Sendable {
  public var minorUnits: Int64
  public var currency: Currency

  public init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// `-9223372036854775.808`: sign, point, and the digits of the widest whole number.
  private static let longestText = 22

  /// The amount as a decimal number: `1234` pence → `12.34`.
  public var decimalText: String {
    let decimals = currency.minorUnitDigits
    return String(unsafeUninitializedCapacity: Self.longestText) { text in
      // From the last digit to the first.
      var start = Self.longestText
      func put(_ byte: UInt8) {
        start -= 1
        text[start] = byte
      }
      var rest = minorUnits.magnitude
      var digits = 0
      while rest > 0 || digits <= decimals {
        if digits == decimals, decimals > 0 { put(UInt8(ascii: ".")) }
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
        digits += 1
      }
      if minorUnits < 0 { put(UInt8(ascii: "-")) }
      let count = Self.longestText - start
      for index in 0..<count { text[index] = text[start + index] }
      return count
    }
  }

  /// Reads `12`, `12.3` or `12.34` exactly; nil if the text is not a number or has more decimals than the currency.
  public init?(decimalText: some StringProtocol, currency: Currency) {
    let isNegative = decimalText.hasPrefix("-")
    let parts = decimalText.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, !whole.isEmpty else { return nil }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    guard fraction.count <= currency.minorUnitDigits, parts.count == 1 || !fraction.isEmpty else { return nil }
    let digits = String(whole) + fraction + String(repeating: "0", count: currency.minorUnitDigits - fraction.count)
    guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let amount = Int64(digits) else { return nil }
    self.init(minorUnits: isNegative ? -amount : amount, currency: currency)
  }

  /// The text that a shop shows: `£12.34`, `1,234.00 CHF`.
  public var displayText: String { displayed(decimalText) }

  /// The same without minor units if they are zero: `£12`, `£12.34`.
  public var shortText: String {
    let text = decimalText
    guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")),
      text.utf8[text.utf8.index(after: point)...].allSatisfy({ $0 == UInt8(ascii: "0") })
    else { return displayed(text) }
    return displayed(String(text[..<point]))
  }

  /// A decimal number with thousands separators and its currency's sign.
  private func displayed(_ decimal: String) -> String {
    let isNegative = minorUnits < 0
    let whole = decimal.utf8.prefix { $0 != UInt8(ascii: ".") }.dropFirst(isNegative ? 1 : 0)
    var digits = whole.count
    var amount = ""
    for digit in whole {
      amount.unicodeScalars.append(Unicode.Scalar(digit))
      digits -= 1
      if digits > 0, digits.isMultiple(of: 3) { amount += "," }
    }
    amount += decimal[whole.endIndex...]
    let sign = isNegative ? "-" : ""
    switch currency.code {
    case "GBP": return "\(sign)£\(amount)"
    case "EUR": return "\(sign)€\(amount)"
    case "USD": return "\(sign)$\(amount)"
    default: return "\(sign)\(amount) \(currency.code)"
    }
  }
}

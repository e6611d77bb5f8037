/// A currency by its ISO 4217 code, with the number of decimal digits of its minor unit.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
  public let code: String
  public let minorUnitDigits: Int

  /// The currencies whose minor unit is not a hundredth (ISO 4217).
  private static let minorUnitDigitsByCode = [
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3,
    "TND": 3,
  ]

  /// nil unless `code` is three capital letters.
  public init?(code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
    self.code = code
    minorUnitDigits = Self.minorUnitDigitsByCode[code] ?? 2
  }

  private init(known code: String) {
    self.code = code
    minorUnitDigits = 2
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

  /// The amount as a decimal number: `1234` pence → `12.34`.
  public var decimalText: String {
    let digits = currency.minorUnitDigits
    let magnitude = String(minorUnits.magnitude)
    let sign = minorUnits < 0 ? "-" : ""
    guard digits > 0 else { return sign + magnitude }
    let padded = String(repeating: "0", count: max(0, digits + 1 - magnitude.count)) + magnitude
    return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
  }

  /// Reads `12`, `12.3` or `12.34` exactly; nil where there are more decimals than the currency has, or no number.
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

  /// As a shop shows it: `£12.34`, `1,234.00 CHF`.
  public var displayText: String {
    let text = decimalText
    let point = text.firstIndex(of: ".") ?? text.endIndex
    var whole = String(text[..<point])
    let isNegative = whole.hasPrefix("-")
    if isNegative { whole.removeFirst() }
    var grouped = ""
    for (offset, digit) in whole.enumerated() {
      if offset > 0, (whole.count - offset).isMultiple(of: 3) { grouped.append(",") }
      grouped.append(digit)
    }
    let amount = grouped + text[point...]
    let sign = isNegative ? "-" : ""
    switch currency.code {
    case "GBP": return "\(sign)£\(amount)"
    case "EUR": return "\(sign)€\(amount)"
    case "USD": return "\(sign)$\(amount)"
    default: return "\(sign)\(amount) \(currency.code)"
    }
  }
}

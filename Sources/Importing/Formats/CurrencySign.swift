import Catalog

/// The sign or the code beside an amount: `£159.99`, `159,99 €`, `EUR 20`.
enum CurrencySign {
  /// The currencies that write a sign; several share `$`, `kr` and `¥`.
  private static let currencies: [String: Set<String>] = [
    "£": ["GBP"], "€": ["EUR"], "₹": ["INR"], "Rs": ["INR", "PKR", "LKR"], "Rs.": ["INR", "PKR", "LKR"], "₺": ["TRY"],
    "₽": ["RUB"], "₩": ["KRW"], "₪": ["ILS"], "₴": ["UAH"], "zł": ["PLN"], "Kč": ["CZK"], "Ft": ["HUF"],
    "lei": ["RON"], "Fr.": ["CHF"], "R$": ["BRL"], "¥": ["JPY", "CNY"],
    "kr": ["SEK", "NOK", "DKK", "ISK"], "kr.": ["SEK", "NOK", "DKK", "ISK"],
    "$": ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"], "US$": ["USD"], "C$": ["CAD"], "A$": ["AUD"],
  ]

  /// The text in front of the first digit or mark of a number, or behind the last one, and the rest; an empty mark where
  /// there is none, nil where there are two.
  static func parted(_ text: String) -> (mark: String, number: String)? {
    let isNumber: (Character) -> Bool = { $0.isASCII && $0.isNumber || $0 == "-" || $0 == "+" }
    guard let first = text.firstIndex(where: isNumber), let last = text.lastIndex(where: { $0.isASCII && $0.isNumber }),
      first <= last
    else { return nil }
    var front = String(text[..<first])
    var number = String(text[first...last])
    var back = String(text[text.index(after: last)...])
    // A decimal mark at an end belongs to the number: `.5`, `5.`
    if let mark = front.last, mark == "." || mark == ",", !front.dropLast().contains(where: \.isLetter) {
      front.removeLast()
      number = String(mark) + number
    }
    if let mark = back.first, mark == "." || mark == "," {
      back.removeFirst()
      number.append(mark)
    }
    let marks = [front, back].compactMap { FieldText.trimmed($0) }
    return marks.count > 1 ? nil : (marks.first ?? "", number)
  }

  /// Whether a price in the currency is written with the mark.
  static func isMark(_ mark: String, of currency: Currency) -> Bool {
    mark.uppercased() == currency.code || currencies[mark]?.contains(currency.code) == true
  }

  /// The only currency that writes the mark; nil where several do, or none.
  static func currency(of mark: String) -> Currency? {
    if let known = currencies[mark] { return known.count == 1 ? known.first.flatMap(Currency.init(code:)) : nil }
    return try? FieldText.currency(mark.uppercased())
  }
}

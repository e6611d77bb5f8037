/// How money is named and signed, whatever the shop's own currency is: a number beside one of these is a price.
enum CurrencyWords {
  /// In the singular, as keys hold them. Codes that are words of their own (`all`, `try`, `top`) are read in capitals only.
  private static let names: Set<String> = [
    "pound", "quid", "sterling", "euro", "dollar", "buck", "rupee", "rs", "re", "yen", "yuan", "rmb", "won", "peso",
    "rand", "franc", "krona", "kronor", "krone", "kroner", "kr", "zloty", "zlotych", "zl", "zł", "ruble", "rouble",
    "lira",
    "tl", "dirham", "riyal", "shekel", "forint", "koruna", "kc", "kč", "leu", "lei", "lev", "reais", "taka", "tk",
    "naira",
    "ringgit", "rm", "baht", "rupiah", "rp", "dong", "hryvnia", "cedi", "sar", "aed",
    "gbp", "usd", "eur", "inr", "aud", "cad", "nzd", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "jpy", "cny",
    "krw",
    "zar", "sgd", "hkd", "myr", "thb", "php", "idr", "brl", "mxn", "rub", "uah", "ils", "ngn", "kes", "egp", "pkr",
    "bdt",
    "lkr", "vnd", "twd", "qar", "kwd", "bhd", "omr", "jod", "isk", "bgn", "rsd", "ars", "clp", "pen", "uyu", "cop",
  ]
  private static let inCapitals: Set<String> = [
    "ALL", "TRY", "TOP", "CUP", "MOP", "PEN", "GEL", "MAD", "BOB", "COP", "RON", "SOS", "BAM", "NAD", "LAK", "PHP",
  ]
  /// Names that are read only where they touch their number or stand in capitals: `re` and `pen` are words.
  private static let doubtful: Set<String> = ["re", "pen", "cop", "won", "rand", "rm", "rp"]

  /// Whether a word names a currency by itself.
  static func isName(_ word: QueryWord) -> Bool {
    if isSign(word.text) || inCapitals.contains(word.text) { return true }
    let key = word.key.isEmpty ? word.text.lowercased() : word.key
    return names.contains(key) && !(doubtful.contains(key) && word.text.lowercased() == word.text)
  }

  /// `£`, `US$`, `R$`.
  static func isSign(_ text: some StringProtocol) -> Bool {
    guard let last = text.last, last.isCurrencySymbol else { return false }
    return text.dropLast().allSatisfy(\.isLetter) && text.count <= 3
  }

  /// The text without a sign or a name of a currency at its beginning or end; nil where it has none.
  static func stripped(_ text: String) -> Substring? {
    let number = text.drop { !$0.isNumber && $0 != "." || $0 == "." }
    let before = text[..<number.startIndex].filter { $0 != "." }
    if isMoney(before), !before.isEmpty { return number }
    guard let last = number.lastIndex(where: \.isNumber) else { return nil }
    let rest = number[number.index(after: last)...]
    guard before.isEmpty, let sign = rest.firstIndex(where: { $0.isCurrencySymbol }) ?? wordStart(rest),
      isMoney(rest[sign...].filter { $0 != "." })
    else { return nil }
    return number[..<sign]
  }

  /// Where the currency begins behind digits: in `5kr` at the `k`, in `5keur` behind it.
  private static func wordStart(_ rest: Substring) -> Substring.Index? {
    var start = rest.startIndex
    while start < rest.endIndex {
      if isMoney(String(rest[start...])) { return start }
      guard rest[start] == "k" || rest[start] == "K", start == rest.startIndex else { return nil }
      start = rest.index(after: start)
    }
    return nil
  }

  private static func isMoney(_ text: String) -> Bool {
    isSign(text) || names.contains(Folding.singular(text.lowercased())) || inCapitals.contains(text)
  }
}

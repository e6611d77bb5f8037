/// A price in a query: `under 50`, `£20-40`, `between 20 and 40 pounds`, `cheap`.
struct PricePhrase {
  var lower: Double?
  var upper: Double?
  var words: Range<Int>
}

/// Reads the price phrases of a query.
struct PriceReader {
  private static let upperWords: Set<String> = [
    "under", "below", "max", "maximum", "upto", "less than", "up to", "cheaper than", "no more than", "not over",
    "not more than", "not above", "at most",
  ]
  private static let lowerWords: Set<String> = [
    "over", "above", "from", "min", "minimum", "more than", "at least",
    "no less than", "not less than", "not under", "not below",
  ]
  private static let aboutWords: Set<String> = ["around", "about", "roughly", "approx"]
  private static let currencyWords: Set<String> = ["gbp", "pound", "quid", "eur", "euro", "usd", "dollar"]
  static let cheapWords: Set<String> = [
    "cheap", "cheapest", "budget", "inexpensive", "affordable", "bargain", "low cost", "low price", "good value",
  ]
  /// What about means: a fifth on either side.
  private static let tolerance = 0.2
  /// A bare number above a preposition is a price only where nothing is measured: under 50, not under 5 inches.
  private static let longestPreposition = 3

  let words: [QueryWord]

  /// The phrases in order; they do not overlap.
  func phrases() -> [PricePhrase] {
    var phrases: [PricePhrase] = []
    var place = 0
    while place < words.count {
      if let phrase = phrase(at: place) {
        phrases.append(phrase)
        place = phrase.words.upperBound
      } else {
        place += 1
      }
    }
    return phrases
  }

  private func phrase(at start: Int) -> PricePhrase? {
    if ["between", "from"].contains(words[start].key), let range = between(start) { return range }
    if let range = range(start) { return range }
    for (names, bound) in [(Self.upperWords, Bound.upper), (Self.lowerWords, .lower), (Self.aboutWords, .about)] {
      guard let length = preposition(at: start, in: names) else { continue }
      guard let amount = amount(at: start + length), !isMeasured(amount) else { continue }
      let words = start..<start + length + amount.wordCount
      return switch bound {
      case .upper: PricePhrase(upper: amount.value, words: words)
      case .lower: PricePhrase(lower: amount.value, words: words)
      case .about: about(amount.value, words)
      }
    }
    guard let amount = amount(at: start), amount.hasCurrency else { return nil }
    return about(amount.value, start..<start + amount.wordCount)
  }

  private enum Bound { case upper, lower, about }

  private func about(_ value: Double, _ words: Range<Int>) -> PricePhrase {
    PricePhrase(lower: value * (1 - Self.tolerance), upper: value * (1 + Self.tolerance), words: words)
  }

  private func preposition(at start: Int, in names: Set<String>) -> Int? {
    var key = ""
    var longest: Int?
    for length in 1...Self.longestPreposition where start + length <= words.count {
      key += (length > 1 ? " " : "") + words[start + length - 1].key
      if names.contains(key) { longest = length }
    }
    return longest
  }

  /// `between 20 and 40`, `from 20 to 40`.
  private func between(_ start: Int) -> PricePhrase? {
    guard let low = amount(at: start + 1) else { return nil }
    let middle = start + 1 + low.wordCount
    guard middle < words.count, ["and", "to", "-", "&"].contains(words[middle].text.lowercased()),
      let high = amount(at: middle + 1), !isMeasured(high)
    else { return nil }
    return PricePhrase(
      lower: min(low.value, high.value), upper: max(low.value, high.value), words: start..<middle + 1 + high.wordCount)
  }

  /// `£20-40`, `£20 - £40`, `20 to 40 pounds`; without a currency it may be a size.
  private func range(_ start: Int) -> PricePhrase? {
    let parts = words[start].text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 2, let low = Self.money(String(parts[0])), let high = Self.money(String(parts[1])) {
      let isFollowed = start + 1 < words.count && Self.currencyWords.contains(words[start + 1].key)
      guard low.hasCurrency || high.hasCurrency || isFollowed else { return nil }
      return PricePhrase(
        lower: min(low.value, high.value), upper: max(low.value, high.value),
        words: start..<start + (isFollowed ? 2 : 1))
    }
    guard let low = amount(at: start) else { return nil }
    let middle = start + low.wordCount
    guard middle < words.count, ["to", "-"].contains(words[middle].text.lowercased()),
      let high = amount(at: middle + 1), low.hasCurrency || high.hasCurrency
    else { return nil }
    return PricePhrase(
      lower: min(low.value, high.value), upper: max(low.value, high.value), words: start..<middle + 1 + high.wordCount)
  }

  private struct Amount {
    var value: Double
    var hasCurrency: Bool
    var wordCount: Int
    var end: Int
  }

  private func amount(at place: Int) -> Amount? {
    guard place >= 0, place < words.count, let (value, hasSign) = Self.money(words[place].text) else { return nil }
    let isNamed = place + 1 < words.count && Self.currencyWords.contains(words[place + 1].key)
    let count = isNamed && !hasSign ? 2 : 1
    return Amount(value: value, hasCurrency: hasSign || isNamed, wordCount: count, end: place + count)
  }

  /// Whether a unit follows the number: under 50 cm is no price.
  private func isMeasured(_ amount: Amount) -> Bool {
    !amount.hasCurrency && amount.end < words.count && Measure.unit(named: words[amount.end].text) != nil
  }

  /// `£20`, `20£`, `20.50`, `1,000` (whose comma parted it already: not read), `50p` is half a pound.
  private static func money(_ text: String) -> (value: Double, hasCurrency: Bool)? {
    var digits = text[...]
    var hasCurrency = false
    for sign in ["£", "$", "€"] where digits.hasPrefix(sign) || digits.hasSuffix(sign) {
      digits = digits.hasPrefix(sign) ? digits.dropFirst() : digits.dropLast()
      hasCurrency = true
      break
    }
    var factor = 1.0
    if digits.hasSuffix("k"), hasCurrency {
      digits = digits.dropLast()
      factor = 1000
    }
    guard let (number, rest) = Measure.leadingNumber(String(digits)), rest.isEmpty else { return nil }
    return (number * factor, hasCurrency)
  }
}

/// A price in a query: `under 50`, `£20-40`, `between 20 and 40 pounds`, `rs 300 to 500`, `€50 max`.
struct PricePhrase {
  var lower: Double?
  var upper: Double?
  var words: Range<Int>
}

/// Reads the price phrases of a query.
struct PriceReader {
  private static let upperWords: Set<String> = [
    "under", "below", "beneath", "max", "maximum", "upto", "within", "until", "less than", "lesser than", "lower than",
    "up to", "cheaper than", "no more than", "not more than", "not over", "not above", "at most", "maximum of",
    "max of",
    "budget of", "budget under",
  ]
  private static let lowerWords: Set<String> = [
    "over", "above", "from", "min", "minimum", "more than", "at least", "starting at", "starting from", "upward of",
    "greater than", "higher than", "not under", "not below", "no less than", "not less than",
  ]
  private static let aboutWords: Set<String> = [
    "around", "about", "roughly", "approx", "approximately", "circa", "near",
  ]
  /// Behind the amount: `£50 or less`.
  private static let upperEndings: Set<String> = [
    "max", "maximum", "or less", "or under", "or below", "or cheaper", "or lower", "and under", "and below", "and less",
    "at most", "top",
  ]
  private static let lowerEndings: Set<String> = [
    "min", "minimum", "or more", "or over", "or above", "and up", "and over", "and above", "and more", "or up",
    "upward",
  ]
  /// What may stand before a phrase and is said by it.
  private static let priceWords: Set<String> = ["price", "priced", "cost", "costing", "pricing", "rate"]
  private static let fillers: Set<String> = ["the", "a", "about", "around", "price", "price of"]
  static let cheapWords: Set<String> = [
    "cheap", "cheapest", "budget", "inexpensive", "affordable", "bargain", "low cost", "low price", "good value",
  ]
  /// What about means: a fifth on either side.
  private static let tolerance = 0.2
  private static let longestPreposition = 3
  /// A bare range is a price from here on, in steps of `rangeStep`: `20-40` are sizes.
  private static let leastBareRange = 100.0
  private static let rangeStep = 50.0
  private static let widestBareRange = 20.0

  let words: [QueryWord]
  /// The middle price of the shop, in major units, where it is known.
  var typicalPrice: Double?

  /// The phrases in order; they do not overlap.
  func phrases() -> [PricePhrase] {
    var phrases: [PricePhrase] = []
    var place = 0
    while place < words.count {
      if var phrase = phrase(at: place), !phrase.words.isEmpty {
        let before = phrase.words.lowerBound - 1
        if before >= 0, Self.priceWords.contains(words[before].key), before >= (phrases.last?.words.upperBound ?? 0) {
          phrase.words = before..<phrase.words.upperBound
        }
        phrases.append(phrase)
        place = phrase.words.upperBound
      } else {
        place += 1
      }
    }
    return phrases
  }

  private func phrase(at start: Int) -> PricePhrase? {
    if ["between", "from", "in"].contains(words[start].key), let range = range(start + 1, from: start) { return range }
    if let range = range(start, from: start) { return range }
    for (names, bound) in [(Self.upperWords, Bound.upper), (Self.lowerWords, .lower), (Self.aboutWords, .about)] {
      guard let length = length(of: names, at: start) else { continue }
      var at = start + length
      if at < words.count, Self.fillers.contains(words[at].key) { at += 1 }
      guard let amount = amount(at: at, isExpected: true), !isMeasured(amount) else { continue }
      return bounded(amount, bound, words: start..<amount.end)
    }
    guard let amount = amount(at: start) else { return nil }
    for (names, bound) in [(Self.upperEndings, Bound.upper), (Self.lowerEndings, .lower)] {
      // Without a currency `10 max` may be a model's name.
      guard let length = length(of: names, at: amount.end), amount.hasCurrency || length > 1, !isMeasured(amount) else {
        continue
      }
      return bounded(amount, bound, words: start..<amount.end + length)
    }
    guard amount.hasCurrency else { return nil }
    return bounded(amount, amount.isOpen ? .lower : .about, words: start..<amount.end)
  }

  private enum Bound { case upper, lower, about }

  private func bounded(_ amount: Amount, _ bound: Bound, words: Range<Int>) -> PricePhrase {
    let value = amount.value
    return switch bound {
    case .upper: PricePhrase(upper: value, words: words)
    case .lower: PricePhrase(lower: value, words: words)
    case .about: PricePhrase(lower: value * (1 - Self.tolerance), upper: value * (1 + Self.tolerance), words: words)
    }
  }

  /// The words that the longest of the names takes from a place on.
  private func length(of names: Set<String>, at start: Int) -> Int? {
    var key = ""
    var longest: Int?
    for length in 1...Self.longestPreposition where start + length <= words.count {
      let word = words[start + length - 1]
      key += (length > 1 ? " " : "") + (word.isConjunction ? "and" : word.key)
      if names.contains(key) { longest = length }
    }
    return longest
  }

  // MARK: Ranges

  private static let joints: Set<String> = ["and", "to", "-", "&", "till", "until"]

  /// `£20-40`, `£20 - £40`, `20 to 40 pounds`, `between 20 and 40`, `500-1000`; without a currency it may be a size.
  private func range(_ start: Int, from first: Int) -> PricePhrase? {
    guard start < words.count else { return nil }
    let isSaid = ["between", "from"].contains(words[first].key) && first < start
    if let (low, high, end) = joinedRange(start) ?? partedRange(start, isSaid: isSaid) {
      guard low.hasCurrency || high.hasCurrency || isSaid || isLikely(low.value, high.value),
        !isMeasured(high), low.value <= high.value || low.hasCurrency || isSaid
      else { return nil }
      return PricePhrase(
        lower: min(low.value, high.value), upper: max(low.value, high.value), words: (isSaid ? first : start)..<end)
    }
    return nil
  }

  /// `20-40`, with a currency before, behind, or as the next word.
  private func joinedRange(_ start: Int) -> (low: Amount, high: Amount, end: Int)? {
    var at = start
    let isNamedBefore = CurrencyWords.isName(words[at]) && at + 1 < words.count && words[at + 1].hasDigit
    if isNamedBefore { at += 1 }
    let parts = words[at].text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, var low = money(parts[0], at: at), var high = money(parts[1], at: at) else { return nil }
    var end = at + 1
    if end < words.count, CurrencyWords.isName(words[end]) {
      end += 1
      high.hasCurrency = true
    }
    if isNamedBefore { low.hasCurrency = true }
    high.end = end
    // `1-2k` is one to two thousand.
    if high.isThousands, !low.isThousands, low.value * 1000 <= high.value { low.value *= 1000 }
    return (low, high, end)
  }

  private func partedRange(_ start: Int, isSaid: Bool) -> (low: Amount, high: Amount, end: Int)? {
    guard var low = amount(at: start, isExpected: isSaid), low.end < words.count,
      Self.joints.contains(words[low.end].text.lowercased()),
      let high = amount(at: low.end + 1, isExpected: isSaid)
    else { return nil }
    // `50 and 60` are two numbers, unless something says that they are a range.
    if words[low.end].isConjunction, !isSaid { return nil }
    if high.isThousands, !low.isThousands, low.value * 1000 <= high.value { low.value *= 1000 }
    return (low, high, high.end)
  }

  /// Whether two bare numbers are rather prices than a model or a size: round, beside a thing, near what the shop asks.
  private func isLikely(_ low: Double, _ high: Double) -> Bool {
    guard low >= Self.leastBareRange, low < high, high <= low * Self.widestBareRange,
      [low, high].allSatisfy({ $0.truncatingRemainder(dividingBy: Self.rangeStep) == 0 }),
      words.contains(where: { $0.hasLetter && !$0.hasDigit })
    else { return false }
    return typicalPrice.map { high >= $0 / Self.widestBareRange && low <= $0 * Self.widestBareRange } ?? true
  }

  // MARK: Amounts

  private struct Amount {
    var value: Double
    var hasCurrency: Bool
    var end: Int
    var isThousands = false
    /// `£50+`.
    var isOpen = false
  }

  /// `500`, `£500`, `rs 500`, `500 euros`, `2.5k`, `1 lakh`; as words only where a price is expected.
  private func amount(at place: Int, isExpected: Bool = false) -> Amount? {
    guard place >= 0, place < words.count else { return nil }
    if CurrencyWords.isName(words[place]), place + 1 < words.count,
      var amount = money(words[place + 1].text, at: place + 1)
    {
      multiply(&amount)
      amount.hasCurrency = true
      return amount
    }
    var found = money(words[place].text, at: place)
    if found == nil, let (value, count) = NumberWords.read(words[place...].map(\.key)[...]) {
      found = Amount(value: value, hasCurrency: false, end: place + count)
      guard isExpected || found!.end < words.count && CurrencyWords.isName(words[found!.end]) else { return nil }
    }
    guard var amount = found else { return nil }
    multiply(&amount)
    if !amount.hasCurrency, amount.end < words.count, CurrencyWords.isName(words[amount.end]) {
      amount.hasCurrency = true
      amount.end += 1
    }
    // `1080k` and `4k` alone are no amounts of money.
    guard isExpected || amount.hasCurrency || !amount.isThousands else { return nil }
    return amount
  }

  private func multiply(_ amount: inout Amount) {
    guard amount.end < words.count, let factor = NumberWords.factor(words[amount.end].key) else { return }
    amount.value *= factor
    amount.isThousands = true
    amount.end += 1
  }

  /// Whether a unit follows the number: under 50 cm is no price.
  private func isMeasured(_ amount: Amount) -> Bool {
    guard !amount.hasCurrency, amount.end < words.count else { return false }
    return Measure.unit(named: words[amount.end].text) != nil || Self.countedThings.contains(words[amount.end].key)
  }

  /// What numbers count beside money and measures: under 5 years, over 100 pieces.
  private static let countedThings: Set<String> = [
    "year", "yr", "month", "piece", "pc", "pack", "set", "people", "person", "seat", "mile", "day", "minute", "page",
    "degree", "percent", "calorie", "watt", "volt", "pixel",
  ]

  /// One word that is an amount: `£20`, `20£`, `20.50`, `1k`, `50p` (half a pound).
  private func money(_ text: String, at place: Int) -> Amount? {
    var digits = Substring(text.lowercased())
    var amount = Amount(value: 0, hasCurrency: false, end: place + 1)
    if digits.hasSuffix("+") {
      digits = digits.dropLast()
      amount.isOpen = true
    }
    if let bare = CurrencyWords.stripped(String(digits)) {
      digits = bare
      amount.hasCurrency = true
    }
    var factor = 1.0
    if digits.hasSuffix("k") {
      digits = digits.dropLast()
      factor = 1_000
      amount.isThousands = true
    } else if digits.hasSuffix("p"), digits.utf8.count <= 3, !amount.hasCurrency {
      digits = digits.dropLast()
      factor = 0.01
      amount.hasCurrency = true
    }
    if digits.hasSuffix(".") || digits.hasSuffix("/") { digits = digits.dropLast() }
    guard let (number, rest) = Measure.leadingNumber(String(digits)), rest.isEmpty else { return nil }
    amount.value = number * factor
    return amount
  }
}

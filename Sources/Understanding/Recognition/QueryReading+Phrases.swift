/// What is not wanted, what says nothing, and what something may cost.
extension QueryReading {
  private static let negations: Set<String> = ["without", "no", "not", "except", "excluding", "minus"]

  /// `no more than 50` is a price.
  private static let comparisons: Set<String> = ["more", "less", "over", "under", "above", "below"]

  /// `-leather`, `without batteries`, `no heel`, `not leather`.
  mutating func takeNegations() {
    // `no more than £50` excludes nothing.
    let prices = has(.prices) ? PriceReader(words: Array(words[..<limit])).phrases().map(\.words) : []
    for place in 0..<limit where uses[place] == .text && !prices.contains(where: { $0.contains(place) }) {
      let word = words[place].text
      if word.hasPrefix("-"), word.count > 2, place > 0, word.dropFirst().first?.isLetter == true {
        exclude(place..<place + 1, phrase: String(word.dropFirst()))
      } else if place > 0, Self.negations.contains(word.lowercased()), place + 1 < limit, words[place + 1].hasLetter,
        !Self.comparisons.contains(words[place + 1].key)
      {
        let phrase = knowledge.values.longestMatch(in: words[(place + 1)..<limit])?.words ?? place + 1..<place + 2
        exclude(place..<phrase.upperBound, phrase: text(phrase))
      }
    }
  }

  mutating func exclude(_ range: Range<Int>, phrase: String) {
    guard leavesText(without: range) else { return }
    excluded.append(phrase)
    drop(range)
    note("negation", phrase)
  }

  // MARK: Phrases that say nothing

  /// What stands behind them is not asked for itself.
  private static let prepositions: Set<String> = ["for", "with", "of"]

  mutating func takeStopPhrases() {
    for place in 0..<limit {
      // The longest that leaves something to search for: `the north face` is not a stop phrase's to take.
      for match in rules.stopPhrases.matches(in: words[place..<limit]).reversed() {
        guard isFree(match.words), leavesText(without: match.words),
          knowledge.brands.longestMatch(in: words[place..<limit]) == nil
        else { continue }
        drop(match.words)
        if match.words.count == 1, Self.prepositions.contains(words[place].key) { joints.insert(place) }
        note("stop phrase", text(match.words))
        break
      }
    }
  }

  // MARK: Prices

  mutating func takePrices() {
    let typical = knowledge.typicalPrice[nil].map { Double($0) / knowledge.minorUnits }
    let reader = PriceReader(words: Array(words[..<limit]), typicalPrice: typical)
    for phrase in reader.phrases() where isFree(phrase.words) {
      let recognition = Recognition(
        kind: .price, label: label(phrase), words: text(phrase.words),
        constraint: .price(lower: phrase.lower.map(minorUnits), upper: phrase.upper.map(minorUnits)),
        isFilter: true)
      if recognise(recognition) { drop(phrase.words) }
    }
    for place in 0..<limit where uses[place] == .text {
      let two = place + 1 < limit ? words[place].key + " " + words[place + 1].key : ""
      let length = PriceReader.cheapWords.contains(two) ? 2 : PriceReader.cheapWords.contains(words[place].key) ? 1 : 0
      let range = place..<place + length
      guard length > 0, isFree(range), leavesText(without: range), let typical = knowledge.typicalPrice[nil] else {
        continue
      }
      let recognition = Recognition(
        kind: .price, label: "cheap", words: text(range), constraint: .lowPrice(typical: typical), isFilter: false)
      if recognise(recognition) { drop(range) }
    }
  }

  /// In the currency of the shop's prices.
  private func minorUnits(_ amount: Double) -> Int64 { Int64(saturating: (amount * knowledge.minorUnits).rounded()) }

  private func label(_ phrase: PricePhrase) -> String {
    func money(_ amount: Double) -> String {
      let major = max(1, Int64(saturating: knowledge.minorUnits))
      let (units, minor) = minorUnits(amount).quotientAndRemainder(dividingBy: major)
      // With all digits of the minor unit: 12.05.
      return minor == 0 ? "\(units)" : "\(units)." + String(String(major + minor).dropFirst())
    }
    return switch (phrase.lower, phrase.upper) {
    case (let lower?, let upper?): "\(money(lower)) to \(money(upper))"
    case (nil, let upper?): "up to \(money(upper))"
    case (let lower?, nil): "from \(money(lower))"
    case (nil, nil): ""
    }
  }
}

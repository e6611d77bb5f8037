/// SKUs, part numbers and barcodes.
extension QueryReading {
  /// Codes beside the whole query; more are a list that was pasted.
  private static let maxCodes = 10
  private static let shortestCode = (mixed: 3, digits: 6)

  /// The words, and pairs of neighbouring words, that may be a whole code. A measure is none.
  func codes() -> [String] {
    var codes: [String] = []
    for place in 0..<limit where codes.count < Self.maxCodes {
      if isCode(words[place].text), Measure.read(words[place..<limit]) == nil { codes.append(words[place].text) }
      guard place + 1 < limit, words.count > 2, words[place].hasDigit || words[place + 1].hasDigit,
        Measure.read(words[place..<limit]) == nil, Measure.read(words[(place + 1)..<limit]) == nil
      else { continue }
      let pair = text(place..<place + 2)
      if isCode(pair), words[place].hasLetter || words[place + 1].hasLetter { codes.append(pair) }
    }
    return codes
  }

  func isCode(_ text: String) -> Bool {
    let characters = text.filter { $0.isLetter || $0.isNumber }
    let digits = characters.count(where: \.isNumber)
    guard digits > 0 else { return false }
    return characters.count >= (digits == characters.count ? Self.shortestCode.digits : Self.shortestCode.mixed)
  }

  /// Shortest part of a code that is looked for among the beginnings of codes: with a digit, or of digits alone.
  private static let shortestCodeStart = (mixed: 4, digits: 5)

  /// A slot's only word, where it may be a part of a code: `TN450` of ISB-TN450. A measure is none.
  func codeStart(_ slot: QueryPlan.Slot) -> String? {
    guard !slot.words.contains(" "), slot.constraint == nil else { return nil }
    let word = QueryWord(slot.words)
    let characters = slot.words.filter { $0.isLetter || $0.isNumber }
    guard word.hasDigit, !slot.words.contains("."), Measure.read([word]) == nil else { return nil }
    let least = word.hasLetter ? Self.shortestCodeStart.mixed : Self.shortestCodeStart.digits
    return characters.count >= least ? slot.words : nil
  }

}

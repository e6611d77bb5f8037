import Catalog

/// Sizes from the least on: 8, 10, 12, then S, M, L, XL; of measures in several units what they measure: 9 mm, 10 cm, 8 ft
/// 6 in, 9 m.
enum SizeOrder {
  private struct Rank: Comparable {
    var kind: Int
    var number: Double
    var second: Double

    static func < (left: Rank, right: Rank) -> Bool {
      (left.kind, left.number, left.second) < (right.kind, right.number, right.second)
    }
  }

  /// The values in the order of their sizes; as they are where one of them is neither a size nor a number.
  static func sorted(_ values: [Facet.Value]) -> [Facet.Value] {
    var ranked: [(rank: Rank, place: Int)] = []
    for (place, value) in values.enumerated() {
      guard let rank = rank(of: value.value) else { return values }
      ranked.append((rank, place))
    }
    return ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map { values[$0.place] }
  }

  private static let letters: [String: Double] = [
    "s": 0, "small": 0, "m": 1, "medium": 1, "l": 2, "large": 2, "xl": 3, "extra large": 3, "x large": 3,
    "xs": -1, "extra small": -1, "x small": -1, "s m": 0.5, "m l": 1.5, "l xl": 2.5, "xs s": -0.5,
  ]
  private static let marks: Set<String> = ["uk", "eu", "us", "eur", "size", "w", "age", "it", "fr", "de"]
  /// A number with these behind it is a size: `32W`, `3-6 months`, `140 cm`.
  private static let units: Set<String> = [
    "w", "l", "cm", "mm", "m", "in", "inch", "inches", "ft", "month", "months", "mths", "m", "year", "years", "yrs",
    "y",
    "uk", "eu", "us", "ml", "g", "kg", "gb", "tb", "mb", "pack", "piece", "pieces", "seater", "v", "wh", "mah", "hz",
    "lb", "oz", "yd", "litre", "litres",
  ]
  private static let longestName = 16
  /// Units in millimetres, millilitres, grams, gigabytes and watts; `in` and `lb` by their definitions.
  private static let unitSizes: [String: Double] = [
    "mm": 1, "cm": 10, "m": 1000, "in": 25.4, "inch": 25.4, "inches": 25.4, "ft": 304.8, "yd": 914.4,
    "litre": 1000, "litres": 1000, "kg": 1000, "oz": 28.349523125, "lb": 453.59237, "tb": 1000, "mb": 0.001,
    "month": 1, "months": 1, "mths": 1, "year": 12, "years": 12, "yrs": 12,
  ]

  private static func rank(of text: String) -> Rank? {
    if let number = number(text) { return Rank(kind: 0, number: number, second: 0) }
    // Without a digit only the names of a few sizes are one.
    guard text.utf8.count <= longestName || text.contains(where: \.isNumber) else { return nil }
    var words = words(of: text)
    while let first = words.first, marks.contains(first), words.count > 1 { words.removeFirst() }
    let phrase = words.joined(separator: " ")
    if let letter = letters[phrase] { return Rank(kind: 1, number: letter, second: 0) }
    if let many = manyLetters(phrase) { return Rank(kind: 1, number: many, second: 0) }
    if ["one size", "onesize", "os", "free size", "universal"].contains(phrase) {
      return Rank(kind: 2, number: 0, second: 0)
    }
    guard words.first.flatMap(number) != nil,
      words.allSatisfy({ number($0) != nil || units.contains($0) || $0 == "x" })
    else { return nil }
    return measure(words)
  }

  /// Not `inf` and `nan`, which Swift reads as numbers.
  private static func number(_ text: String) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

  /// The first number in its unit, with what a smaller unit adds to it (`8 ft 6 in`), and the second (`30 x 40 cm`).
  private static func measure(_ words: [String]) -> Rank {
    var parts: [(number: Double, unit: Double?)] = []
    for word in words {
      if let number = number(word) {
        parts.append((number, nil))
      } else if let last = parts.indices.last,
        parts[last].unit == nil, let size = unitSizes[word]
      {
        parts[last].unit = size
      }
    }
    // 30 x 40 cm, 3-6 months: the first number is in the unit that follows.
    let unit = parts.lazy.compactMap(\.unit).first ?? 1
    let first = parts[0].number * unit
    guard parts.count > 1 else { return Rank(kind: 0, number: first, second: 0) }
    if let own = parts[0].unit, let smaller = parts[1].unit, smaller < own, !words.contains("x") {
      return Rank(kind: 0, number: first + parts[1].number * smaller, second: 0)
    }
    return Rank(kind: 0, number: first, second: parts[1].number)
  }

  /// `xxl`, `3xl`, `4xs`: how many X there are.
  private static func manyLetters(_ text: String) -> Double? {
    guard let last = text.last, last == "l" || last == "s", text.count >= 2, text.count <= 6 else { return nil }
    let before = text.dropLast()
    let count: Int
    if let number = Int(before.prefix { $0.isNumber }), before.dropFirst(String(number).count) == "x" {
      count = number
    } else if before.allSatisfy({ $0 == "x" }) {
      count = before.count
    } else {
      return nil
    }
    return last == "l" ? 2 + Double(count) : -Double(count)
  }

  /// Runs of letters, of digits with their point, in lower case; `3xl` stays one.
  private static func words(of text: String) -> [String] {
    let folded = text.folded
    if manyLetters(folded) != nil { return [folded] }
    var words: [String] = []
    var previous: Character = " "
    for character in folded {
      let isInside = character.isLetter || character.isNumber || character == "."
      let joins = isInside && (character.isLetter == previous.isLetter) && previous != " " && !words.isEmpty
      if joins { words[words.count - 1].append(character) } else if isInside { words.append(String(character)) }
      previous = isInside ? character : " "
    }
    return words
  }
}

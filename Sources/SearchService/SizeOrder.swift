import Catalog

/// Sizes from the least on: 8, 10, 12, then S, M, L, XL.
enum SizeOrder {
  private struct Rank: Comparable {
    var kind: Int
    var number: Double
    var second: Double

    static func < (left: Rank, right: Rank) -> Bool {
      (left.kind, left.number, left.second) < (right.kind, right.number, right.second)
    }
  }

  /// The values in the order of their sizes; as they are where one of them is no size and no number.
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
    "lb", "oz",
  ]
  private static let longestName = 16
  private static let units1000: [String: Double] = ["tb": 1000, "mb": 0.001, "kg": 1000]

  private static func rank(of text: String) -> Rank? {
    if let number = Double(text) { return Rank(kind: 0, number: number, second: 0) }
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
    guard let first = words.first.flatMap({ Double($0) }) else { return nil }
    let rest = words.dropFirst()
    guard rest.allSatisfy({ Double($0) != nil || units.contains($0) || $0 == "x" }) else { return nil }
    let factor = rest.lazy.compactMap { units1000[$0] }.first ?? 1
    return Rank(kind: 0, number: first * factor, second: rest.lazy.compactMap { Double($0) }.first ?? 0)
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

/// The nouns that a title is called by: `Canvas laptop bag for 15 in. screens, black` is a bag, and no laptop or screen.
///
/// A title is cut at punctuation. In each part the thing is the last noun before a preposition, once colours, sizes and
/// numbers at the end are left out. The first part most often names the product; the others may (`Toviel - Women's Shoes`).
/// Read from the title alone, so that a product's document depends on nothing but the product.
public struct TitleHeads: Sendable, Hashable {
  /// The noun of the first part that has one, in lower case; nil where no part has.
  public let first: String?
  /// The nouns of all parts, the first included.
  public let all: [String]

  /// Parts of a title that are looked at; a longer one is a description.
  private static let maxParts = 12

  public init(_ title: String) {
    var heads: [String] = []
    for part in Self.parts(of: title).prefix(Self.maxParts) {
      if let head = Self.head(of: part), !heads.contains(head) { heads.append(head) }
    }
    all = heads
    first = heads.first
  }

  /// The words of a query that may be the thing it asks for, the likeliest last.
  static func candidates(in words: [String]) -> [String] {
    let cut = words.firstIndex(where: prepositions.contains) ?? words.endIndex
    let named = words[..<cut].filter(isNoun)
    return named.isEmpty ? words.filter(isNoun) : named
  }

  private struct Word {
    var text: String
    /// Whether a point follows: `in.` is inches.
    var isAbbreviated: Bool
  }

  /// The words of each part.
  private static func parts(of title: String) -> [[Word]] {
    var parts: [[Word]] = [[]]
    for piece in title.split(whereSeparator: \.isWhitespace) {
      // A dash between spaces parts; one within a word does not.
      if piece.allSatisfy({ "-–—|/&+".contains($0) }) {
        if piece != "&", piece != "+" { parts.append([]) }
        continue
      }
      var text = piece[...]
      while let first = text.first, "([{:;,|-–—".contains(first) {
        parts.append([])
        text = text.dropFirst()
      }
      let end = text.lastIndex { !")]}:;,|-–—".contains($0) }
      let word = end.map { text[...$0] } ?? ""
      let isAbbreviated = word.hasSuffix(".")
      // `(Red/Black)`: what stands behind a bracket or a stroke within is a part of its own.
      for (place, inner) in word.split(whereSeparator: { "()[]|/:;".contains($0) }).enumerated() {
        if place > 0 { parts.append([]) }
        for text in Self.joined(inner) {
          let before = parts[parts.count - 1].last?.text
          if let before, isCompound(before, text) { parts[parts.count - 1].removeLast() }
          let compound = before.map { isCompound($0, text) ? $0 + text : text } ?? text
          parts[parts.count - 1].append(Word(text: compound, isAbbreviated: isAbbreviated))
        }
      }
      if let end, text.index(after: end) < text.endIndex { parts.append([]) }
    }
    return parts.filter { !$0.isEmpty }
  }

  // MARK: Compounds

  /// The words of a text with compounds of one letter and a word as one: `T-Shirt` is a tshirt, and no shirt.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace).flatMap({ joined($0) }) {
      if let last = words.last, isCompound(last, word) {
        words[words.count - 1] = last + word
      } else {
        words.append(word)
      }
    }
    return words
  }

  /// The words of a piece between spaces; a letter that a hyphen joins to a word is one with it.
  private static func joined(_ piece: some StringProtocol) -> [String] {
    let words = Folding.words(of: piece)
    guard words.count > 1, words[0].utf8.count == 1, words[0].first?.isLetter == true, words[1].utf8.count > 2,
      words[1].first?.isLetter == true, piece.contains(where: { "-‐‑".contains($0) })
    else { return words }
    return [words[0] + words[1]] + words.dropFirst(2)
  }

  /// The one compound that is often written apart; of other letters apart, each may be a size or a type.
  private static func isCompound(_ first: String, _ second: String) -> Bool {
    first == "t" && (second == "shirt" || second == "shirts")
  }

  private static func head(of part: [Word]) -> String? {
    var named: String?
    for (place, word) in part.enumerated() {
      let isInches =
        word.text == "in" && (word.isAbbreviated || place > 0 && part[place - 1].text.last?.isNumber == true)
      if !isInches, named != nil, prepositions.contains(word.text) { break }
      if isNoun(word.text) { named = word.text }
    }
    return named
  }

  /// What comes before the thing that the product belongs to or has.
  private static let prepositions: Set<String> = [
    "for", "with", "without", "in", "by", "from", "on", "to", "at", "of", "w", "that", "featuring", "includes",
    "including", "fits", "compatible", "as",
  ]

  private static func isNoun(_ word: String) -> Bool {
    (word.utf8.count > 2 || shortNouns.contains(word)) && !word.contains(where: \.isNumber)
      && !qualifiers.contains(word)
  }

  /// Things of two letters; other short words are units and sizes.
  private static let shortNouns: Set<String> = ["tv", "pc", "cd"]

  /// Words that end titles and name no thing: units, packs, sets, sizes, colours.
  private static let qualifiers: Set<String> = Set(
    """
    and the inch inches feet foot yard yards metre metres meter meters litre litres liter liters gallon gallons gal quart
    ounce ounces lbs pound pounds kilo kilos gram grams watt watts volt volts amp amps count pack packs pcs piece pieces
    pair pairs set sets bundle bundles collection collections kit kits size large medium small xxl regular one two multi assorted various new original standard pixels
    black white red blue green pink grey gray silver gold brown beige purple orange yellow navy clear ivory tan turquoise
    teal cream charcoal burgundy khaki maroon violet
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}

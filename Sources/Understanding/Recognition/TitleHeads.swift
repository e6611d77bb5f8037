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
  private static let mostParts = 12

  public init(_ title: String) {
    var heads: [String] = []
    for part in Self.parts(of: title).prefix(Self.mostParts) {
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
        for text in Folding.words(of: inner) {
          parts[parts.count - 1].append(Word(text: text, isAbbreviated: isAbbreviated))
        }
      }
      if let end, text.index(after: end) < text.endIndex { parts.append([]) }
    }
    return parts.filter { !$0.isEmpty }
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
    word.utf8.count > 2 && !word.contains(where: \.isNumber) && !qualifiers.contains(word)
  }

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

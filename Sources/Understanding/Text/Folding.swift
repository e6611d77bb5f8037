import Catalog

/// Text as words are compared: lower case, without marks, in the singular.
enum Folding {
  /// A query as it is kept: control characters and odd spaces are spaces, white space is one space, full-width letters
  /// and typographic quotes and hyphens are the plain ones.
  static func printable(_ raw: String) -> String {
    var text = ""
    text.reserveCapacity(raw.utf8.count)
    for scalar in raw.unicodeScalars { text.unicodeScalars.append(plain(scalar)) }
    return text.split(separator: " ").joined(separator: " ")
  }

  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    // Nearly all of what is typed.
    if scalar.value < 0x7F { return scalar.value < 0x20 ? " " : scalar }
    switch scalar.value {
    // Full-width forms stand in the order of ASCII.
    case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFF01 + 0x21) ?? " "
    case 0x2018, 0x2019, 0x201B, 0x2032: return "'"
    case 0x201C, 0x201D, 0x201F, 0x2033: return "\""
    case 0x2010...0x2015, 0x2212: return "-"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .unassigned, .surrogate: return " "
    default: return scalar
    }
  }

  /// The words of a phrase as a table holds them: `Women's T-Shirts` → `women t shirt`, `Harrow & Finch` → `harrow finch`.
  static func key(of phrase: some StringProtocol) -> String {
    var key = ""
    for word in words(of: phrase) where word != "and" {
      if !key.isEmpty { key.append(" ") }
      key += singular(word)
    }
    return key
  }

  /// Runs of letters and digits in lower case without marks; a decimal point within digits stays, `'s` goes.
  static func words(of phrase: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    var follows: Unicode.Scalar?
    let scalars = Array(SearchText.normalised(String(phrase)).unicodeScalars)
    func finish(before place: Int) {
      // What an apostrophe cuts off is an `s` that says whose.
      let isPossessive = word == "s" && !words.isEmpty && place >= 2 && scalars[place - 2] == "'"
      if !word.isEmpty, !isPossessive { words.append(word) }
      word = ""
    }
    for (place, scalar) in scalars.enumerated() {
      let next = place + 1 < scalars.count ? scalars[place + 1] : nil
      if let letter = folded(scalar) {
        word += letter
      } else if scalar == ".", let follows, isDigit(follows), let next, isDigit(next) {
        word += "."
      } else {
        finish(before: place)
      }
      follows = scalar
    }
    finish(before: scalars.count)
    return words
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value &- 0x30 < 10 }

  /// A letter or digit folded; nil for what parts words; empty for a mark.
  private static func folded(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x30...0x39, 0x61...0x7A: return String(scalar)
    case 0x41...0x5A: return String(Unicode.Scalar(UInt8(scalar.value) | 0x20))
    case 0..<0x80: return nil
    case 0x300...0x36F: return ""
    case 0xC0...0x17F: if let letter = LatinLetters.of(String(scalar)) { return LatinLetters.text(letter) }
    default: break
    }
    let properties = scalar.properties
    return properties.isAlphabetic || properties.numericType != nil ? properties.lowercaseMapping : nil
  }

  /// Plurals that are not made by an ending, by their singular.
  static let irregularPlurals = [
    "child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "goose": "geese",
    "mouse": "mice", "knife": "knives", "shelf": "shelves", "scarf": "scarves", "loaf": "loaves", "leaf": "leaves",
    "wolf": "wolves", "calf": "calves", "half": "halves",
  ]
  private static let irregularSingulars = Dictionary(
    irregularPlurals.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })

  /// Words that end as plurals do and are none, and the departments that shops call by the plural.
  static let uninflected: Set<String> = [
    "lens", "series", "species", "glasses", "canvas", "atlas", "christmas", "men", "women",
  ]

  /// Nouns in -ie, whose plural ends as that of a noun in -y: a beanie is no beany.
  static let nounsInIE: Set<String> = Set(
    """
    beanie birdie bookie boogie bootie brownie budgie calorie collie cookie cutie foodie genie goalie goodie hankie hoodie
    junkie kiddie laddie magpie movie necktie newbie nightie onesie pixie prairie quickie rookie rotisserie selfie smoothie
    sortie techie veggie walkie wellie zombie
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  /// The plural of an irregular noun, or its singular: `children` of `child`, and of `childs`.
  static func otherNumber(of word: String) -> String? {
    irregularPlurals[word] ?? irregularSingulars[word]
      ?? (word.hasSuffix("s") ? irregularPlurals[String(word.dropLast())] : nil)
  }

  /// The singular of an English word by its ending (Harman's S stemmer, with the endings in -es spelt out).
  static func singular(_ word: String) -> String {
    let letters = word.utf8
    guard letters.count > 3, !uninflected.contains(word) else { return word }
    if let known = irregularSingulars[word] { return known }
    guard word.hasSuffix("s"), !word.hasSuffix("ss"), !word.hasSuffix("us"), !word.hasSuffix("is") else { return word }
    if word == "mens" { return "men" }
    if word.hasSuffix("ies") {
      let short = String(word.dropLast())
      return letters.count > 4 && !nounsInIE.contains(short) ? word.dropLast(3) + "y" : short
    }
    for ending in ["sses", "ches", "shes", "xes"] where word.hasSuffix(ending) { return String(word.dropLast(2)) }
    return String(word.dropLast())
  }
}

/// Names and sentences for generated products, composed of syllables and phrases; the same number gives the same text.
enum GeneratedNames {
  static let brandCount = 480

  private static let first = [
    "Al", "Bren", "Cor", "Dal", "El", "Fen", "Gar", "Hal", "Is", "Jor", "Kel", "Lor", "Mar", "Nor", "Or", "Pel", "Quin",
    "Ros", "Sel", "Tam", "Ul", "Ver", "Wil", "Yar",
  ]
  private static let middle = [
    "a", "e", "i", "o", "an", "en", "ar", "er", "ala", "ori", "ume", "evi", "ado", "ino", "ette", "imo",
  ]
  private static let last = [
    "bury", "dale", "don", "ford", "ham", "la", "lyn", "mond", "na", "ra", "ric", "sa", "ton", "vale", "wick", "worth",
  ]

  static func brand(_ number: Int) -> String {
    // 480 numbers spread over 24 · 20 pairs; the middle follows from both.
    first[number % 24] + middle[number * 7 % 16] + last[number / 24 % 20 % 16] + (number >= 384 ? " & Co" : "")
  }

  static func series(_ product: Int) -> String {
    let scrambled = Int(SplitMix64.scrambled(UInt64(product)) >> 40)
    return first[scrambled % 24] + middle[scrambled / 24 % 16] + last[scrambled / 384 % 16]
  }

  private static let openings = [
    "Made for every day and good enough for the others", "The one that people come back for",
    "Simple, well made and quietly clever",
    "Designed to be used for years", "A favourite of our own staff", "Small changes to something that already worked",
    "Built with more care than it needs", "An honest price for honest work",
  ]
  private static let closings = [
    "Comes with free returns for thirty days.", "Tested by us for a season before we sold it.",
    "Packed without plastic.", "Made in small batches by people we know.", "Repairs are free in the first two years.",
    "Chosen by our buyers from more than a hundred others.",
  ]

  static func summary(kind: ProductKind, style: Int, material: String, using stream: inout RandomStream) -> String {
    let noun = kind.noun.lowercased()
    let query = stream.pick(kind.queries)
    let style = kind.styles[style].lowercased()
    let article = "aeiou".contains(style.prefix(1)) ? "an" : "a"
    return "\(stream.pick(openings)): \(article) \(style) \(noun) in \(material.lowercased()), found by people who"
      + " look for “\(query)”. \(stream.pick(closings))"
  }
}

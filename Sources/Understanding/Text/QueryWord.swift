/// A word of a query as it was typed, with what it is looked up by.
struct QueryWord: Sendable, Hashable {
  /// Between two spaces, without the punctuation around it that says nothing: `15"`, `£20-40`, `usb-c`.
  var text: String
  /// As tables hold it: `usb c`. Empty for a sign alone.
  var key: String

  init(_ text: String) {
    self.text = text
    key = Folding.key(of: text)
  }

  /// The words of a printable query.
  static func all(in text: String) -> [QueryWord] {
    text.split { !isInside($0) }.map { QueryWord(String($0)) }
  }

  /// Whether a character belongs to a word: what holds a number, a price or a part number together does.
  private static func isInside(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character.isCurrencySymbol || "-_./'\"+#&%@°".contains(character)
  }

  var isConjunction: Bool { text == "&" || text == "+" || text.lowercased() == "and" }

  var hasDigit: Bool { text.unicodeScalars.contains(where: Folding.isDigit) }
  var hasLetter: Bool { text.contains(where: \.isLetter) }
}

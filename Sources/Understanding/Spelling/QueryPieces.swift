/// A query cut into what is corrected on its own, with all between kept, so that the text can be put together again.
///
/// `50' vynil-coated cable` → `50`, `vynil`, `coated`, `cable` with `' `, `-` and ` ` between.
struct QueryPieces {
  struct Piece {
    /// As it was typed.
    var text: String
    /// nil where it is no word: it has a digit (a model, a part number, a size) or letters that are not Latin.
    var letters: [UInt8]?
    /// What stands before it: white space folded to one space, and punctuation.
    var separator: String
    /// Whether nothing but a space is between it and the piece before.
    var followsSpace: Bool
  }

  var pieces: [Piece] = []
  /// What stands after the last piece.
  var ending = ""

  init(_ text: some StringProtocol) {
    var separator = ""
    for token in text.split(whereSeparator: \.isWhitespace) {
      let isFirst = pieces.isEmpty && separator.isEmpty
      let start = token.firstIndex { $0.isLetter || $0.isNumber } ?? token.endIndex
      guard start < token.endIndex, let last = token.lastIndex(where: { $0.isLetter || $0.isNumber }) else {
        separator += (isFirst ? "" : " ") + token
        continue
      }
      separator += (isFirst ? "" : " ") + token[..<start]
      append(token[start...last], separator: &separator)
      separator = String(token[token.index(after: last)...])
    }
    ending = separator
  }

  /// Adds a token, which begins and ends with a letter or digit; one with other signs than `'` and `-` inside is cut there.
  private mutating func append(_ token: some StringProtocol, separator: inout String) {
    let isWhole = LatinLetters.of(token) != nil || token.contains(where: \.isNumber)
    guard !isWhole else { return append(piece: String(token), separator: &separator) }
    var word = ""
    for character in token {
      if character.isLetter || character == "'" || character == "-" {
        word.append(character)
      } else {
        if !word.isEmpty { append(piece: word, separator: &separator) }
        word = ""
        separator.append(character)
      }
    }
    if !word.isEmpty { append(piece: word, separator: &separator) }
  }

  private mutating func append(piece: String, separator: inout String) {
    pieces.append(
      Piece(
        text: piece, letters: LatinLetters.withoutPossessive(piece), separator: separator,
        followsSpace: separator == " "))
    separator = ""
  }
}

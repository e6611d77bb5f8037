import SearchDSL

/// A text with the parts that a query found in it.
public struct HighlightedText: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    public var text: String
    public var isFound: Bool

    public init(_ text: String, isFound: Bool) {
      self.text = text
      self.isFound = isFound
    }
  }

  /// In order, none of them empty.
  public var parts: [Part]

  /// What an engine puts around what it found: characters of the private use area, which no text of a catalog needs.
  static let start = "\u{E000}"
  static let end = "\u{E001}"

  /// Reads an engine's fragment; nil where nothing is marked in it.
  init?(fragment: String) {
    parts = []
    var isFound = false
    for piece in fragment.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\u{E000}" || $0 == "\u{E001}" })
    {
      if !piece.isEmpty { parts.append(Part(String(piece), isFound: isFound)) }
      isFound.toggle()
    }
    guard parts.contains(where: \.isFound) else { return nil }
  }
}

extension Highlight {
  /// Longest part of a summary that a card shows, in characters.
  private static let summaryLength = 160

  /// The words found in the title, whole, and in the part of the summary that has most of them.
  ///
  /// Beside what the query looks for, the words as they were typed: `red` is marked in a title too where it was understood
  /// as a colour, which is no word of the query any more.
  static func card(_ query: Query, typed text: String) -> Highlight {
    let words = Query.multiMatch(MultiMatchQuery(query: text, fields: ["title", "summary"]))
    return Highlight(
      fields: [
        Field("title", numberOfFragments: 0), Field("summary", fragmentSize: summaryLength, numberOfFragments: 1),
      ], preTag: HighlightedText.start, postTag: HighlightedText.end, query: .bool(BoolQuery(should: [query, words])))
  }
}

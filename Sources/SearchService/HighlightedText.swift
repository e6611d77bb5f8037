import Catalog
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

  /// The marks that an engine puts around a match: characters of the private use area, which no text of a catalog needs.
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

  /// Reads an engine's fragment of a field that holds `original` in its searched form, and marks the same words in
  /// `original` itself.
  init?(fragment: String, of original: String) {
    guard let found = HighlightedText(fragment: fragment) else { return nil }
    self = found
    let searched = SearchText.normalised(original)
    guard searched != original else { return }
    let text = found.parts.map(\.text).joined()
    guard let place = searched.firstRange(of: text) else { return }
    var at = searched.unicodeScalars.distance(from: searched.startIndex, to: place.lowerBound)
    let ranges = found.parts.map { part in
      let start = at
      at += part.text.unicodeScalars.count
      return start..<at
    }
    let scalars = Array(original.unicodeScalars)
    parts = zip(found.parts, SearchText.places(in: original, of: ranges)).compactMap { part, range in
      let text = String(String.UnicodeScalarView(scalars[range]))
      return text.isEmpty ? nil : Part(text, isFound: part.isFound)
    }
  }
}

extension Highlight {
  /// Longest part of a summary that a card shows, in characters.
  private static let summaryLength = 160

  /// The words found in the title, whole, and in the part of the summary that has most of them.
  ///
  /// Beside what the query looks for, the words as they were typed: `red` is marked in a title too where it was understood
  /// as a colour, which is no longer a word of the query.
  static func card(_ query: Query, typed text: String) -> Highlight {
    let words = Query.multiMatch(
      MultiMatchQuery(query: SearchText.normalised(text), fields: ["title", "summary"]))
    return Highlight(
      fields: [
        Field("title", numberOfFragments: 0), Field("summary", fragmentSize: summaryLength, numberOfFragments: 1),
      ], preTag: HighlightedText.start, postTag: HighlightedText.end, query: .bool(BoolQuery(should: [query, words])))
  }
}

/// Everything that merchandisers publish about words and queries, as the texts that people edit, compare and keep in git.
public struct RuleTexts: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Solr's format: `sofa, couch`, `sneaker => trainer^0.8`.
    case synonyms
    /// `exact: red dress`, and under it what such a search does: `pin 1: 204`.
    case rules
    /// `christmas: 2026-12-01 .. 2026-12-24; anna`: a period and an owner for the rules that name it.
    case campaigns
    /// `delivery => /help/delivery`
    case redirects
    /// Words that may stand before the thing that is asked for: `looking for a`.
    case stopPhrases = "stop-phrases"
    /// Nouns of things that are bought for another thing: `charger`.
    case accessories
    /// Words that no suggestion has.
    case unsuggested
  }

  private var texts: [Kind: String]

  /// A kind without a text is empty.
  public init(_ texts: [Kind: String] = [:]) { self.texts = texts.filter { !$0.value.isEmpty } }

  public subscript(kind: Kind) -> String {
    get { texts[kind] ?? "" }
    set { texts[kind] = newValue.isEmpty ? nil : newValue }
  }

  /// The lines of a text, without the end that follows a last line.
  public func lines(_ kind: Kind) -> [Substring] {
    var lines = self[kind].split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

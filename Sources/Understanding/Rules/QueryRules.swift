/// The shop's own words about words: synonyms, phrases that say nothing, accessories, redirects, what is not suggested.
///
/// They seed from `Synonyms/`; a line of a list is a phrase, `#` begins a comment.
public struct QueryRules: Sendable {
  public var synonyms: SynonymRules
  /// `looking for a`: what may stand before what is wanted.
  var stopPhrases = PhraseTable<Bool>()
  /// `case`, `charger`: nouns of things that are bought for another thing.
  private(set) var accessoryKeys: Set<String> = []
  /// As they stand in the list: what a title is searched for.
  public private(set) var accessoryNouns = ""
  /// A whole query and the address to go to.
  var redirects: [String: String] = [:]
  private var unsuggested = PhraseTable<Bool>()
  /// Rules for queries of certain words.
  public var queryRules: [QueryRule] = [] {
    didSet { matcher = QueryRuleMatcher(queryRules) }
  }
  private(set) var matcher = QueryRuleMatcher()
  /// The named periods that rules belong to.
  public var campaigns: [Campaign] = []

  public init(synonyms: SynonymRules = SynonymRules()) { self.synonyms = synonyms }

  /// Reads the lists as files hold them. `redirects` has lines of `phrase => /address`.
  public init(
    synonyms: String, stopPhrases: String, accessories: String, redirects: String = "", unsuggested: String = ""
  ) throws(SynonymRules.InvalidRule) {
    self.init(synonyms: try SynonymRules(parsing: synonyms))
    for (_, phrase) in Self.lines(of: stopPhrases) { self.stopPhrases.add(phrase, true) }
    for (_, phrase) in Self.lines(of: unsuggested) { self.unsuggested.add(phrase, true) }
    for (_, noun) in Self.lines(of: accessories) where accessoryKeys.insert(Folding.key(of: noun)).inserted {
      accessoryNouns += (accessoryNouns.isEmpty ? "" : " ") + noun
    }
    for (line, rule) in Self.lines(of: redirects) {
      let sides = rule.split(separator: "=>").map { $0.split(separator: " ").joined(separator: " ") }
      guard sides.count == 2, Self.isAddress(sides[1]) else {
        throw .init(line: line, reason: "a redirect is written phrase => /address-in-this-shop, and leads to no search")
      }
      self.redirects[Folding.key(of: sides[0])] = sides[1]
    }
  }

  /// Whether a redirect may lead to an address: one in this shop, and not a search, which could lead back and forth for ever.
  /// A browser reads a backslash as a slash, and `//` as another shop's name.
  static func isAddress(_ text: String) -> Bool {
    text.hasPrefix("/") && !text.hasPrefix("//") && text.prefix { $0 != "?" && $0 != "#" } != "/search"
      && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
  }

  static func lines(of text: String) -> [(line: Int, text: String)] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let text = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return text.isEmpty ? nil : (index + 1, text)
    }
  }

  /// The words that the shop's own lists are made of, in Latin letters: a shopper who types one of them typed it right.
  public var words: Set<String> {
    var phrases = synonyms.phrases + [accessoryNouns]
    phrases += redirects.keys
    phrases += stopPhrases.keys
    return Set(phrases.flatMap(Vocabulary.words))
  }

  /// Whether a query that others searched for may be shown to anybody.
  public func maySuggest(_ query: String) -> Bool {
    let words = QueryWord.all(in: query)
    return !words.indices.contains { !unsuggested.matches(in: words[$0...]).isEmpty }
  }

  func isAccessory(_ key: String) -> Bool {
    accessoryKeys.contains(key) || key.split(separator: " ").contains { accessoryKeys.contains(String($0)) }
  }
}

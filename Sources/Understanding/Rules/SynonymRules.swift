/// Synonyms by rewriting the query (not in the analyzers: `docs/explain/architecture.md`), from Solr's format.
///
/// `a, b` means each other, `a => b, c` one way; a phrase may have several words, and a weight behind it: `c^0.5`.
/// A query's words are replaced where they stand, never replaced again, so that no rule makes work for another.
public struct SynonymRules: Sendable {
  /// What may stand in for a phrase.
  public struct Alternative: Sendable, Hashable {
    public var text: String
    /// How nearly it is the same, up to 1.
    public var weight: Double
    /// The same words, only written otherwise: `smartwatch`, `15.6in`.
    public var isSameWords = false
  }

  /// A line that is no rule.
  public struct InvalidRule: Error, Sendable, Hashable, CustomStringConvertible {
    public var line: Int
    public var reason: String
    public var description: String { "synonyms, line \(line): \(reason)" }
  }

  /// A phrase with more alternatives than a query should have keeps those that stand first; of a set that is published, such
  /// a phrase is refused.
  static let maxAlternatives = 32
  static let standardWeight = 1.0

  private(set) var table = PhraseTable<Alternative>()
  private var written: Set<String> = []
  private var refusesExcess = false

  public init() {}

  /// Reads rules of Solr's format; `#` begins a comment, `\,` is a comma within a phrase. `refusesExcess`: what would be cut
  /// is a fault.
  public init(parsing text: String, refusesExcess: Bool = false) throws(InvalidRule) {
    self.refusesExcess = refusesExcess
    for (line, rule) in Self.lines(of: text) { try add(rule, line: line) }
  }

  /// All phrases that stand in the rules, on either side.
  var phrases: [String] { written.sorted() }

  /// The number of phrases that have alternatives.
  public var count: Int { table.count }

  /// The phrases of a rule; no right side: each stands for every other.
  static func sides(
    of rule: String, line: Int
  ) throws(InvalidRule) -> (left: [Alternative], right: [Alternative]?) {
    let sides = rule.split(separator: "=>", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2 else { throw InvalidRule(line: line, reason: "has more than one =>") }
    let left = try phrases(sides[0], line: line)
    if sides.count == 2 { return (left, try phrases(sides[1], line: line)) }
    guard left.count > 1 else { throw InvalidRule(line: line, reason: "one phrase alone has no synonym") }
    return (left, nil)
  }

  /// The lines that hold a rule, from 1, without comments.
  static func lines(of text: String) -> [(line: Int, rule: String)] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let rule = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
      return rule.contains(where: { !$0.isWhitespace }) ? (index + 1, String(rule)) : nil
    }
  }

  mutating func add(_ rule: String, line: Int) throws(InvalidRule) {
    let (left, right) = try Self.sides(of: rule, line: line)
    written.formUnion((left + (right ?? [])).map(\.text))
    if let right {
      for phrase in left { try add(phrase.text, right, line: line) }
    } else {
      for (index, phrase) in left.enumerated() {
        try add(phrase.text, [left[..<index], left[(index + 1)...]].lazy.joined(), line: line)
      }
    }
  }

  private mutating func add(
    _ phrase: String, _ alternatives: some Sequence<Alternative>, line: Int
  ) throws(InvalidRule) {
    let key = Folding.key(of: phrase)
    if refusesExcess, key.split(separator: " ").count > PhraseTable<Alternative>.maxWords {
      throw InvalidRule(line: line, reason: "\(phrase) has more than \(PhraseTable<Alternative>.maxWords) words")
    }
    var known = Set(table[key].map { Folding.key(of: $0.text) } + [key])
    for alternative in alternatives {
      guard table[key].count < Self.maxAlternatives else {
        guard refusesExcess else { return }
        throw InvalidRule(
          line: line,
          reason: "\(phrase) has more than \(Self.maxAlternatives) synonyms with those of the lines above: remove some"
        )
      }
      if known.insert(Folding.key(of: alternative.text)).inserted { table.add(key: key, alternative) }
    }
  }

  private static func phrases(_ side: String, line: Int) throws(InvalidRule) -> [Alternative] {
    var result: [Alternative] = []
    var text = ""
    var isEscaped = false
    func finish() throws(InvalidRule) {
      let parts = text.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
      let phrase = parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard !Folding.key(of: phrase).isEmpty else { throw InvalidRule(line: line, reason: "a phrase has no word") }
      var weight = standardWeight
      if parts.count == 2 {
        let number = parts[1].split(whereSeparator: \.isWhitespace).joined()
        guard let value = Double(number), value > 0, value <= 1 else {
          throw InvalidRule(line: line, reason: "the weight \"\(number)\" is not a number above 0 and up to 1")
        }
        weight = value
      }
      result.append(Alternative(text: phrase, weight: weight))
      text = ""
    }
    for character in side {
      if isEscaped {
        text.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "," {
        try finish()
      } else {
        text.append(character)
      }
    }
    try finish()
    return result
  }
}

/// What a query was understood to ask for.
public struct QueryPlan: Sendable, Hashable {
  /// How strictly the words of the query must be found.
  public enum Strictness: String, Sendable, CaseIterable {
    /// Each word, in any field.
    case everyWord = "every_word"
    /// Any word; what has each comes first.
    case everyWordFirst = "every_word_first"
    /// All but the least telling words.
    case mostWords = "most_words"
    case anyWord = "any_word"
    /// None of the words, only the category that they name.
    case category
    /// Each word, at another price than the one asked for.
    case anyPrice = "any_price"
    /// Each word, and only where a product is described: nothing is called so.
    case mentioned
  }

  /// A part of the query that must be found in a product: some words, or what stands in for them.
  public struct Slot: Sendable, Hashable {
    public var words: String
    /// Other words for it, each with its share of the score.
    public var alternatives: [SynonymRules.Alternative] = []
    /// Attributes that satisfy it without the words: `colour=Red`.
    public var constraint: Recognition.Constraint?
    /// A word that codes may begin with, or run on with from a sign or a change from digits to letters on: `TN450`.
    public var codeStart: String?
    /// Whether its words must stand side by side: `e bike`, whose letter alone says nothing.
    public var isPhrase = false
    /// Found or not, the product is a result; found, it stands higher.
    public var isOptional = false
    /// Whether it looks like a model, a part number or a barcode.
    public var isPartNumber = false
    /// Whether it is the thing that is asked for: a summary's mention of it is no such thing.
    public var isThing = false
    /// How telling it is: its share of what all parts together tell, 0 for what no product has.
    public var share = 0.0
  }

  /// A step of the understanding and what it found, for `?why=true`.
  public struct Step: Sendable, Hashable {
    public var name: String
    public var detail: String

    public init(name: String, detail: String) {
      self.name = name
      self.detail = detail
    }
  }

  /// As it was typed, with white space folded and without control characters. Empty: everything (browsing).
  public var text: String
  public var slots: [Slot] = []
  public var recognitions: [Recognition] = []
  /// Phrases that a result must not have.
  public var excluded: [String] = []
  /// Codes to look for beside the words, as typed.
  public var codes: [String] = []
  /// Whether its spelling was corrected.
  public var isCorrected = false
  /// Whether a thing that is bought for another is asked for: a case, a charger.
  public var namesAccessory = false
  /// Whether the kind of product is named, so that what is made for it may stand lower.
  public var namesProductKind = false
  /// The word for the thing that is asked for, and what may stand in for it; empty where none is known.
  public var heads: [String] = []
  /// Whether titles that have that word are called by it: what only mentions it is another thing.
  public var isSureThing = false
  /// How surely titles with the word for the thing are called by it, 0 to 1: what is called so is lifted by so much.
  public var headSureness = 0.0
  /// What the merchandisers' rules do with the query.
  public internal(set) var effects = RuleEffects()
  /// The address that the shop answers this query with.
  public var redirect: String?
  /// ISO 639-1, where the words tell.
  public var language: String?
  public var strictness = Strictness.everyWord
  /// Words given up by `mostWords`.
  public var dropped: [String] = []
  /// Those of them that nothing in the shop has: the page names them.
  public var absent: [String] = []
  public var steps: [Step] = []

  public init(text: String) { self.text = text }

  /// The words to be found, without those that were understood as filters.
  public var words: String { slots.map(\.words).joined(separator: " ") }

  /// Whether what costs little is to come first.
  public var asksForCheap: Bool {
    recognitions.contains { if case .lowPrice = $0.constraint { true } else { false } }
  }

  /// Whether everything is asked for: no word to be found and nothing recognised.
  public var isEmpty: Bool { slots.isEmpty && recognitions.isEmpty && codes.isEmpty }

  /// What the results are restricted to.
  public var filters: [Recognition] { recognitions.filter(\.isFilter) }

  /// Takes the effects of rules.
  mutating func apply(_ rules: [QueryRule]) {
    guard !rules.isEmpty else { return }
    effects = RuleEffects(rules)
    for name in effects.applied { note("rule", name) }
  }

  mutating func note(_ name: String, _ detail: String) { steps.append(Step(name: name, detail: detail)) }
}

public import Catalog

/// A rule for queries of certain words: pin, hide, lift, sink, filter, redirect, or change the words.
public struct QueryRule: Sendable, Hashable {
  /// How the rule's words must stand in the query. Words are compared without case, accents and plural.
  public enum Match: String, Sendable, CaseIterable {
    /// The query is these words and no others.
    case exact
    /// The words stand side by side, in this order.
    case phrase
    /// All words stand somewhere.
    case words
    /// The letters stand somewhere, also within a word.
    case contains
    /// The regular expression fits somewhere in the query.
    case regex
    /// No words: the page of the category with this slug.
    case category
  }

  public enum Action: Sendable, Hashable {
    /// The product's place among the results, from 1.
    case pin(ProductID, place: Int)
    case hide(ProductID)
    /// The score of what the filters leave times so much; below 1 it sinks.
    case weigh([SearchFilter], text: String, factor: Double)
    case filter([SearchFilter], text: String)
    case redirect(String)
    /// Other words for some of the query's; none: they are left out.
    case replace(String, with: String)
  }

  /// A place beyond is on a page that few see.
  public static let places = 1...100
  public static let factors = 1.0...100.0
  /// An answer takes so many products from their order.
  public static let maxPins = 50

  public var match: Match
  public var words: String
  public var actions: [Action]
  /// The line of the text at which it begins.
  public var line: Int
  /// The lines of its actions.
  public var lines: [Int]

  /// The conditions beside the words.
  public var conditions = RuleConditions()

  public init(match: Match, words: String, actions: [Action], line: Int, lines: [Int] = []) {
    self.match = match
    self.words = words
    self.actions = actions
    self.line = line
    self.lines = lines
  }

  /// `exact: red dress`
  public var name: String { "\(match.rawValue): \(words)" }
}

/// The effects of the rules that a query meets, in the order of the rules: the first pin of a place wins, hiding a product wins
/// over pinning it, and the first redirect wins.
public struct RuleEffects: Sendable, Hashable {
  public struct Pin: Sendable, Hashable {
    public var product: ProductID
    /// From 1.
    public var place: Int
    /// The name of its rule.
    public var rule: String
  }

  public struct Weight: Sendable, Hashable {
    public var filters: [SearchFilter]
    public var factor: Double
    /// The filters as the rule has them, and the rule's name.
    public var text: String
    public var rule: String
  }

  /// By place.
  public private(set) var pins: [Pin] = []
  public private(set) var hidden: [ProductID] = []
  public private(set) var weights: [Weight] = []
  public private(set) var filters: [SearchFilter] = []
  public private(set) var redirect: String?
  /// The rules that applied.
  public private(set) var applied: [String] = []

  public init() {}

  public var isEmpty: Bool { applied.isEmpty }

  /// Results from the first on among which pins take their places.
  public var pinWindow: Int { pins.isEmpty ? 0 : (pins.map(\.place).max() ?? 0) + pins.count }

  init(_ rules: [QueryRule]) {
    for rule in rules {
      applied.append(rule.name)
      for action in rule.actions { add(action, of: rule.name) }
    }
    pins.removeAll { hidden.contains($0.product) }
    pins.sort { $0.place < $1.place }
  }

  private mutating func add(_ action: QueryRule.Action, of rule: String) {
    switch action {
    case .pin(let product, let place):
      guard pins.count < QueryRule.maxPins, !pins.contains(where: { $0.product == product || $0.place == place })
      else { return }
      pins.append(Pin(product: product, place: place, rule: rule))
    case .hide(let product): if !hidden.contains(product) { hidden.append(product) }
    case .weigh(let filters, let text, let factor):
      weights.append(Weight(filters: filters, factor: factor, text: text, rule: rule))
    case .filter(let filters, _): self.filters += filters
    case .redirect(let address): redirect = redirect ?? address
    case .replace: break
    }
  }
}

public import Catalog
public import Pricing
public import SearchDSL
public import Understanding

/// The answer to a search: what the API writes as JSON and the storefront draws.
public struct SearchPage: Sendable, Equatable {
  public struct Total: Sendable, Hashable {
    public var value: Int
    public var isExact: Bool
  }

  public var input: SearchInput
  /// What the query was understood to ask for, as the results were found: perhaps corrected, perhaps relaxed.
  public var plan: QueryPlan
  /// The query as it was typed, without control characters and with white space folded.
  public var typedText: String
  /// The engine's query, where the shopper asked why.
  public var query: Query?
  /// Set where nothing had every word as typed, and the results are those of this spelling.
  public var correctedText: String?
  /// Set where nothing matched every word and the search was widened to this.
  public var relaxedTo: QueryPlan.Strictness?
  public var total: Total
  public var products: [ProductCard]
  public var facets: [Facet]
  /// What was left out because a dependency was down or late: `prices`, `facets`.
  public var degraded: [String]
  public var tookMilliseconds: Double

  public var pageCount: Int {
    let reachable = min(total.value, SearchInput.deepestResult)
    return (reachable + input.pageSize - 1) / input.pageSize
  }
}

/// A product in a list.
public struct ProductCard: Sendable, Hashable {
  public struct Swatch: Sendable, Hashable {
    public var name: String
    public var pictureURL: String?
  }

  public var id: ProductID
  public var code: String
  public var title: String
  public var brand: String?
  public var pictureURL: String?
  /// The lowest of its variants'; nil where it has no price for this shopper.
  public var quote: Quote?
  /// Whether other variants cost more.
  public var isPriceFrom: Bool
  public var isInStock: Bool
  public var rating: Double?
  public var ratingCount: Int64
  public var variantCount: Int
  public var score: Double?
}

/// A way to narrow the results, with the count of each choice.
public struct Facet: Sendable, Hashable {
  public enum Kind: String, Sendable { case values, swatches, ranges, categories }

  public struct Value: Sendable, Hashable {
    /// What goes into `filter=code:value`.
    public var value: String
    public var label: String
    public var count: Int
    public var isSelected: Bool
    /// `#rrggbb` of a swatch.
    public var hex: String?
    /// How deep a category stands below the shown ones' root.
    public var depth: Int

    public init(value: String, label: String, count: Int, isSelected: Bool, hex: String? = nil, depth: Int = 0) {
      self.value = value
      self.label = label
      self.count = count
      self.isSelected = isSelected
      self.hex = hex
      self.depth = depth
    }
  }

  public var code: String
  public var name: String
  public var unit: String?
  public var kind: Kind
  public var values: [Value]
  /// The lowest and highest price of the results, in minor units (price only).
  public var bounds: ClosedRange<Int64>?

  public init(
    code: String, name: String, unit: String? = nil, kind: Kind, values: [Value], bounds: ClosedRange<Int64>? = nil
  ) {
    self.code = code
    self.name = name
    self.unit = unit
    self.kind = kind
    self.values = values
    self.bounds = bounds
  }
}

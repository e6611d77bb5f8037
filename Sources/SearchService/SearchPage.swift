public import Catalog
public import Ports
public import Pricing
public import SearchDSL
public import Understanding

/// The answer to a search: what the API writes as JSON and the storefront draws.
public struct SearchPage: Sendable, Equatable {
  public struct Total: Sendable, Hashable {
    public var value: Int
    public var isExact: Bool
  }

  /// The search ID to report with clicks on its products, where searches are logged.
  public var searchID: SearchID?
  public var input: SearchInput
  /// The meaning of the query by which the results were found: perhaps corrected, perhaps relaxed.
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
  /// Gives the page behind this one, however deep; nil where this is the last.
  public var nextCursor: String?
  /// How the products were ranked; nil where the engine's order stands, and on a page behind a cursor.
  public var ranking: ShownRanking?
  /// The parts that are missing because a dependency was down or late.
  public var degraded: [Degradation]
  public var tookMilliseconds: Double

  public var pageCount: Int {
    let reachable = min(total.value, SearchInput.deepestResult)
    return (reachable + input.pageSize - 1) / input.pageSize
  }
}

extension SearchPage {
  init(
    _ run: SearchRun, _ candidates: Candidates, products: [ProductCard], facets: [Facet], nextCursor: String?
  ) {
    let plan = candidates.plan
    self.init(
      input: run.input, plan: plan, typedText: run.typed.text, query: run.input.wantsWhy ? candidates.query : nil,
      correctedText: plan.text.folded == run.typed.text.folded ? nil : plan.text,
      relaxedTo: plan.strictness == .everyWord ? nil : plan.strictness,
      total: .init(value: candidates.total, isExact: candidates.response.total?.isExact ?? true), products: products,
      facets: facets, nextCursor: nextCursor,
      ranking: candidates.ranking.map {
        ShownRanking($0, of: candidates.judged, shown: products.map(\.id))
      }, degraded: run.degraded,
      tookMilliseconds: (ContinuousClock.now - run.startedAt) / .milliseconds(1))
  }
}

/// A product in a list.
public struct ProductCard: Sendable, Hashable {
  /// A variant that was chosen for what the search asks for.
  public struct Variant: Sendable, Hashable {
    public var id: VariantID
    public var sku: SKU
    public var options: [Option]
  }

  public struct Option: Sendable, Hashable {
    public var code: String
    public var name: String
    public var value: String
  }

  /// An option that the product's variants differ in.
  public struct Choice: Sendable, Hashable {
    public var code: String
    public var name: String
    /// Each once, in the order of the variants.
    public var values: [Value]
    /// The value that all variants have that the search means; nil where they differ in it, or none is meant.
    public var meant: String?

    public struct Value: Sendable, Hashable {
      public var label: String
      /// `#rrggbb` of a colour.
      public var hex: String?
    }
  }

  public var id: ProductID
  public var code: String
  public var title: String
  public var brand: String?
  public var pictureURL: String?
  /// The variant that is shown, where the search tells it from the others; nil: the product as a whole.
  public var variant: Variant?
  /// The shown variant's, or the lowest of all; nil where there is no price for this shopper.
  public var quote: Quote?
  /// Whether others of the variants that are meant cost more.
  public var isPriceFrom: Bool
  public var isInStock: Bool
  public var rating: Double?
  public var ratingCount: Int64
  public var variantCount: Int
  /// The options that differ between variants.
  public var choices: [Choice]
  public var highlightedTitle: HighlightedText?
  public var highlightedSummary: HighlightedText?
  public var score: Double?
}

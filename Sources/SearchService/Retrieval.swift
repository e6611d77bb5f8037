import Catalog
public import SearchDSL

/// Makes the request of a search: one body with hits, facets and paging. Pure functions of the plan and the input.
public struct Retrieval: Sendable {
  /// Values of all attributes together that one answer counts; more do not fit a page.
  static let maxFacetValues = 400
  static let maxBrands = 50
  static let maxCategories = 300
  static let maxSelectedFacetValues = 1000
  /// Values of a number that is offered as a range: all attributes of a page together stay far below the buckets that an
  /// engine gives in one answer (65,535).
  static let maxNumbers = 800
  /// Values of one facet that are looked through for a part of a name.
  static let maxSearchedValues = 10_000
  /// Attributes with a condition that are counted without it, each at the cost of the other conditions; those beyond are
  /// counted with all.
  static let maxOwnCounts = 8
  /// Tones of all colours of a shop's results; one without is drawn as its name.
  static let maxSwatches = 200

  public var weights: RankingWeights

  public init(weights: RankingWeights = .standard) { self.weights = weights }

  public func request(query: Query, input: SearchInput, wantsFacets: Bool) -> SearchRequest {
    SearchRequest(
      query: within(input.listing, query, input: input),
      from: input.position.map { $0.isCounted ? $0.seen : 0 } ?? (input.page - 1) * input.pageSize,
      size: input.pageSize,
      sort: sort(input),
      aggregations: wantsFacets ? aggregations(input) : [],
      postFilter: conjunction(of: input.filters, input: input),
      searchAfter: input.position.flatMap { $0.isCounted ? nil : $0.after },
      source: input.isHighlighted ? Self.highlightedCardSource : Self.cardSource,
      highlight: input.isHighlighted && !input.text.isEmpty ? .card(query, typed: input.text) : nil,
      trackTotalHits: .exact,
      trackScores: true)
  }

  /// The query, among what the listing has whose page it is.
  func within(_ listing: Listing?, _ query: Query, input: SearchInput) -> Query {
    guard let filter = listing.flatMap({ conjunction(of: $0.filters, input: input) }) else { return query }
    return .bool(BoolQuery(must: [query], filter: [filter]))
  }

  /// All values of one facet, counted without its own filter.
  func valuesRequest(of code: String, query: Query, input: SearchInput) -> SearchRequest {
    let others = conjunction(of: input.filters.filter { $0.facetCode != code }, input: input)
    let isBrand = code == "brand"
    let terms = TermsAggregation(
      field: isBrand ? "brand.keyword" : "facets", size: Self.maxSearchedValues,
      include: isBrand ? nil : .prefix(code + "="))
    let swatches = Aggregation(.terms(TermsAggregation(field: "swatches", size: Self.maxSwatches)))
    return SearchRequest(
      query: within(input.listing, query, input: input), size: 0,
      aggregations: [
        NamedAggregation(
          AggregationName.attribute(code),
          Aggregation(
            .filter(others ?? .matchAll()),
            aggregations: [NamedAggregation(AggregationName.values, Aggregation(.terms(terms)))])),
        NamedAggregation(AggregationName.swatches, swatches),
      ], trackTotalHits: .never)
  }

  /// Of each attribute its numbers in the results, and the lowest and the highest, however many there are.
  func numbersRequest(of codes: [String], query: Query, input: SearchInput) -> SearchRequest {
    func terms(_ name: String, _ terms: TermsAggregation) -> NamedAggregation {
      NamedAggregation(name, Aggregation(.terms(terms)))
    }
    let attributes = codes.map { code in
      let include = TermsAggregation.Include.prefix(code + "=")
      return NamedAggregation(
        AggregationName.attribute(code),
        Aggregation(
          .filter(conjunction(of: input.filters, input: input) ?? .matchAll()),
          aggregations: [
            terms(AggregationName.values, TermsAggregation(field: "facets", size: Self.maxNumbers, include: include)),
            terms(
              AggregationName.lowest,
              TermsAggregation(field: "facet_numbers", size: 1, order: .keyAscending, include: include)),
            terms(
              AggregationName.highest,
              TermsAggregation(field: "facet_numbers", size: 1, order: .keyDescending, include: include)),
          ]))
    }
    return SearchRequest(
      query: within(input.listing, query, input: input), size: 0, aggregations: attributes, trackTotalHits: .never)
  }

  /// The fields that a result card shows.
  static let cardFields = [
    "product_id", "title", "brand", "price", "discount_percent", "is_in_stock", "rating", "rating_count", "swatches",
    "display",
  ]
  static let cardSource = SourceFilter.fields(includes: cardFields)
  static let highlightedCardSource = SourceFilter.fields(includes: cardFields + ["summary"])

  private func sort(_ input: SearchInput) -> [SortKey] {
    let last = SortKey(.field("product_id"), .ascending)
    let price = input.shopper.priceField
    return switch input.sort {
    case .relevance: [.score, last]
    case .priceAscending: [SortKey(.field(price), .ascending, unmappedType: "long"), last]
    case .priceDescending: [SortKey(.field(price), .descending, unmappedType: "long"), last]
    case .newest: [SortKey(.field("released_at"), .descending), .score, last]
    case .rating:
      [SortKey(.field("rating"), .descending), SortKey(.field("rating_count"), .descending), .score, last]
    case .bestselling: [SortKey(.field("popularity"), .descending), .score, last]
    case .discount: [SortKey(.field("discount_percent"), .descending), .score, last]
    }
  }

  // MARK: Filters

  func clause(_ filter: SearchFilter, input: SearchInput) -> Query {
    switch filter {
    case .category(let id): .term(field: "category_ids", value: .string(id.description))
    case .brand(let names): .terms(field: "brand.keyword", values: names.map { .string($0) })
    case .price(let lower, let upper): input.shopper.priced(from: lower, to: upper)
    case .minimumRating(let stars): .range(RangeQuery(field: "rating", lower: .inclusive(.double(stars))))
    case .inStock: .term(field: "is_in_stock", value: true)
    case .reduced: .range(RangeQuery(field: "discount_percent", lower: .exclusive(0)))
    // Date math of the engine's: it counts from its own clock, rounded to the day so that the filter can be cached.
    case .releasedWithin(let days):
      .range(RangeQuery(field: "released_at", lower: .inclusive(.string("now-\(days)d/d"))))
    case .attribute(let code, let values):
      .terms(field: "facets", values: values.map { .string(FacetToken.value(code: code, $0)) })
    case .attributeRange(let code, let lower, let upper):
      .bool(
        BoolQuery(
          should: [
            .range(
              RangeQuery(
                field: "facet_numbers",
                lower: .inclusive(.string(lower.map { FacetToken.number(code: code, $0) } ?? "\(code)=")),
                upper: .inclusive(.string(upper.map { FacetToken.number(code: code, $0) } ?? "\(code)=~")))),
            // A text may be called 2..5: an address does not say which it is, and no attribute has both.
            .term(
              field: "facets",
              value: .string(FacetToken.value(code: code, SearchFilter.rangeText(lower, upper)))),
          ], minimumShouldMatch: 1))
    }
  }

  /// All filters at once; nil where nothing is restricted.
  func conjunction(of filters: [SearchFilter], input: SearchInput) -> Query? {
    let clauses = filters.map { clause($0, input: input) } + variantClauses(filters)
    return clauses.isEmpty ? nil : clauses.count == 1 ? clauses[0] : .bool(BoolQuery(filter: clauses))
  }

  /// The clauses that one more choice adds where the other filters hold already.
  func addition(of choice: SearchFilter, to filters: [SearchFilter], input: SearchInput) -> Query {
    let clauses = [clause(choice, input: input)] + variantClauses(filters + [choice], beside: choice.attributeCode)
    return clauses.count == 1 ? clauses[0] : .bool(BoolQuery(filter: clauses))
  }

  /// Terms that one clause may name; a wider choice is left to the plain filters.
  private static let maxCombinations = 64

  /// Several options are asked of one variant: red and M is not a product with a red S and a blue M.
  ///
  /// For each set of two or more chosen attributes, or of one where it must be in stock: a product that has all of them as
  /// options of its variants must have a variant with the combination (docs/decisions/0002).
  ///
  /// `beside`: only the sets with this attribute, where the rest are asked for already.
  private func variantClauses(_ filters: [SearchFilter], beside code: String? = nil) -> [Query] {
    let chosen = filters.compactMap { filter -> (code: String, values: [String])? in
      if case .attribute(let code, let values) = filter { (code, values) } else { nil }
    }.sorted { $0.code < $1.code }.prefix(FacetToken.maxCombinedOptions)
    // In stock is what a variant is, as its options are: the red one must be to be had.
    let isBuyable = filters.contains(.inStock)
    let least = isBuyable ? 1 : 2
    guard chosen.count >= least else { return [] }
    return (1..<(1 << chosen.count)).compactMap { subset -> Query? in
      let attributes = chosen.indices.filter { subset & (1 << $0) != 0 }.map { chosen[$0] }
      if let code, !attributes.contains(where: { $0.code == code }) { return nil }
      guard attributes.count >= least, attributes.reduce(1, { $0 * $1.values.count }) <= Self.maxCombinations else {
        return nil
      }
      var combinations: [[(code: String, value: String)]] = [[]]
      for (code, values) in attributes {
        combinations = combinations.flatMap { start in values.map { start + [(code, $0)] } }
      }
      let areOptions = Query.bool(
        BoolQuery(filter: attributes.map { .term(field: "option_codes", value: .string($0.code)) }))
      let hasVariant = Query.terms(
        field: isBuyable ? "buyable_options" : "variant_options",
        values: combinations.map { .string(FacetToken.combination($0)) })
      return .bool(BoolQuery(should: [.bool(BoolQuery(mustNot: [areOptions])), hasVariant], minimumShouldMatch: 1))
    }
  }

  // MARK: Facets

  /// Names of the aggregations; an attribute's own is `attribute:colour`.
  enum AggregationName {
    static let attributes = "attributes"
    static let values = "values"
    static let swatches = "swatches"
    static let lowest = "lowest"
    static let highest = "highest"
    static func attribute(_ code: String) -> String { "attribute:\(code)" }
  }

  private func aggregations(_ input: SearchInput) -> [NamedAggregation] {
    /// Counts made with every filter but the facet's own: what a shopper would get by choosing another value of it.
    func counted(_ name: String, without code: String?, _ aggregations: [NamedAggregation]) -> NamedAggregation {
      let others = conjunction(of: input.filters.filter { $0.facetCode != code }, input: input)
      return NamedAggregation(name, Aggregation(.filter(others ?? .matchAll()), aggregations: aggregations))
    }
    func terms(_ field: String, size: Int, include: TermsAggregation.Include? = nil) -> NamedAggregation {
      NamedAggregation(
        AggregationName.values, Aggregation(.terms(TermsAggregation(field: field, size: size, include: include))))
    }
    var result = [
      counted(
        AggregationName.attributes, without: nil,
        [terms("facets", size: Self.maxFacetValues)]),
      // Over all that the words find: a colour keeps its swatch where the filters leave it without a product.
      NamedAggregation(
        AggregationName.swatches, Aggregation(.terms(TermsAggregation(field: "swatches", size: Self.maxSwatches)))),
      counted("brand", without: "brand", [terms("brand.keyword", size: Self.maxBrands)]),
      counted("category", without: "category", [terms("category_ids", size: Self.maxCategories)]),
      counted(
        "price", without: "price",
        [
          NamedAggregation("bounds", Aggregation(.stats(field: input.shopper.priceField))),
          NamedAggregation(
            AggregationName.values, Aggregation(.range(field: input.shopper.priceField, ranges: Self.priceRanges))),
        ]),
      counted(
        "rating", without: "rating",
        [
          NamedAggregation(
            AggregationName.values,
            Aggregation(.range(field: "rating", ranges: [4, 3, 2].map { .init(key: $0.shortText, from: $0) })))
        ]),
      counted("stock", without: "stock", [terms("is_in_stock", size: 2)]),
    ]
    for code in input.filters.compactMap(\.attributeCode).prefix(Self.maxOwnCounts) {
      let own = terms("facets", size: Self.maxSelectedFacetValues, include: .prefix(code + "="))
      result.append(counted(AggregationName.attribute(code), without: code, [own]))
    }
    return result
  }

  /// Steps that shoppers think in, in hundredths; empty ones are not shown.
  static let priceSteps: [Int64] = [10, 20, 50, 100, 200, 500, 1000, 2000].map { $0 * 100 }

  /// The histogram's bars; every step ends with one of them.
  private static let priceBars: [Int64] = [
    5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000,
  ].map { $0 * 100 }

  private static let priceRanges: [Aggregation.RangeBucket] = {
    let edges: [Int64?] = [nil] + priceBars.map(Optional.some) + [nil]
    return zip(edges, edges.dropFirst()).map { lower, upper in
      Aggregation.RangeBucket(key: "\(lower ?? 0)..", from: lower.map(Double.init), to: upper.map(Double.init))
    }
  }()
}

public import Catalog
public import Ports
public import Pricing
import SearchDSL
import Understanding

/// What a shopper may be about to type or look for, from the first letter.
public struct Suggestions: Sendable, Hashable {
  public struct Product: Sendable, Hashable {
    public var id: ProductID
    public var title: String
    public var pictureURL: String?
    /// The lowest of its variants; nil where there is none for this shopper.
    public var quote: Quote?
    public var isPriceFrom = false
  }

  public struct Category: Sendable, Hashable {
    /// nil of a virtual category.
    public var id: CategoryID?
    public var slug: String
    public var name: String
    /// Products that match what was typed; nil of a virtual category, which is found by its name.
    public var count: Int?
  }

  public struct Brand: Sendable, Hashable {
    public var name: String
    /// Empty where the name has no letter and no digit.
    public var slug: String
    public var count: Int
  }

  public var text: String
  /// What the visitor searched for before, the newest first.
  public var recent: [String] = []
  /// What many search for, the most frequent first, then phrases of the catalog itself.
  public var queries: [String] = []
  /// What was probably meant, where nothing begins as was typed; the rest of the answer is of the first.
  public var corrections: [String] = []
  public var products: [Product] = []
  public var categories: [Category] = []
  public var brands: [Brand] = []
}

extension SearchService {
  /// Suggestions of each kind; a list for a keyboard must not be long.
  private static let mostSuggestedProducts = 6
  private static let mostSuggestedCategories = 3
  private static let mostSuggestedBrands = 3
  /// Brands of the products that match, of which those are shown whose name has a word that was typed.
  private static let mostLookedBrands = 50
  /// Things that a beginning may be the name of: those that are called so stand first.
  private static let mostThings = 3
  private static let thingWeights = [4.0, 3.0, 2.0]
  private static let mostSuggestedQueries = 4
  private static let mostRecent = 3
  private static let mostCorrections = 3
  private static let leastCodeCharacters = 3

  /// Products, categories and brands whose words begin as `text` does, with what was searched for before.
  ///
  /// A text without a word suggests only what its visitor searched for. Where nothing begins so, what was probably meant is
  /// tried instead.
  public func suggest(
    _ text: String, shopper: ShopperContext = .visitor, visitor: VisitorID? = nil
  ) async throws -> Suggestions {
    let plain = QueryUnderstanding.printable(text)
    let limits = Limits(deadlines)
    async let recent = recentSearches(plain, of: visitor)
    async let queries = popularQueries(plain)
    var suggestions = Suggestions(text: plain)
    if plain.contains(where: { $0.isLetter || $0.isNumber }) {
      suggestions = try await found(plain, shopper: shopper, limits)
      if suggestions.products.isEmpty, suggestions.categories.isEmpty, steps.contains(.spelling), let knowledge {
        // A space at the end says that the last word is whole.
        let typed = text.last?.isWhitespace == true ? plain + " " : plain
        suggestions = try await corrected(
          suggestions, knowledge.completions(of: typed, limit: Self.mostCorrections), shopper, limits)
      }
    }
    suggestions.recent = await recent
    suggestions.queries = (await queries).filter { !suggestions.recent.contains($0) }
    for phrase in knowledge?.phrases.phrases(beginning: plain, limit: Self.mostSuggestedQueries * 2) ?? []
    where suggestions.queries.count < Self.mostSuggestedQueries {
      let known = suggestions.recent + suggestions.queries
      if !known.contains(where: { $0.folded == phrase.folded }) { suggestions.queries.append(phrase) }
    }
    return suggestions
  }

  /// The suggestions of the first correction that leads to any.
  private func corrected(
    _ plain: Suggestions, _ corrections: [String], _ shopper: ShopperContext, _ limits: Limits
  ) async throws -> Suggestions {
    for (index, correction) in corrections.enumerated() where !limits.isLate {
      var suggestions = try await found(correction, shopper: shopper, limits)
      guard !suggestions.products.isEmpty else { continue }
      suggestions.text = plain.text
      suggestions.corrections = Array(corrections[index...])
      return suggestions
    }
    return plain
  }

  private func found(_ text: String, shopper: ShopperContext, _ limits: Limits) async throws -> Suggestions {
    let request = suggestRequest(text, shopper: shopper)
    let response = try await ask(request, deadline: limits.answer)
    var degraded: [String] = []
    let labels = await directory.labels(degraded: &degraded)
    var suggestions = Suggestions(text: text)
    suggestions.products = await products(response.hits.compactMap(CardHit.init), shopper: shopper)
    suggestions.categories = suggestedCategories(response, labels: labels, text: text)
    let typed = text.split(separator: " ")
    suggestions.brands = buckets("brands", response).filter { bucket in
      typed.contains { Self.hasWord(bucket.key.text, beginningWith: String($0)) }
    }.prefix(Self.mostSuggestedBrands).map {
      .init(name: $0.key.text, slug: Slug.brand($0.key.text), count: $0.documentCount)
    }
    return suggestions
  }

  /// The hits with today's prices; while Postgres is down, with those that were indexed.
  private func products(_ hits: [CardHit], shopper: ShopperContext) async -> [Suggestions.Product] {
    var degraded: [String] = []
    let prices = await currentPrices(of: hits.map(\.id), degraded: &degraded)
    let now = clock.now()
    return hits.map { hit in
      let quotes = (prices?[hit.id] ?? [:]).values.compactMap { quote($0, lists: shopper.priceLists, at: now) }
      let lowest = quotes.min { $0.amount.minorUnits < $1.amount.minorUnits }
      return Suggestions.Product(
        id: hit.id, title: hit.title, pictureURL: hit.pictureURL,
        quote: prices == nil ? hit.indexedQuote(lists: shopper.priceLists, currency: currency) : lowest,
        isPriceFrom: quotes.contains { $0.amount.minorUnits != lowest?.amount.minorUnits })
    }
  }

  func suggestRequest(_ text: String, shopper: ShopperContext) -> SearchRequest {
    let starts = MultiMatchQuery(
      query: SearchText.normalised(text), fields: ["title.starts^2", "brand.starts"], kind: .crossFields, operator: .and
    )
    // A few letters begin many codes, and whoever types them means words.
    let mayBeCode = text.count { $0.isLetter || $0.isNumber } >= Self.leastCodeCharacters
    let codes = mayBeCode ? [Query.prefix(field: "codes", value: text, boost: 10)] : []
    let scored = Query.functionScore(
      FunctionScoreQuery(
        query: .disMax(queries: [.multiMatch(starts)] + codes),
        functions: [.init(.fieldValueFactor(field: "popularity", factor: 1, modifier: .ln2p, missing: 0))]
          + thingFunctions(text)))
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    return SearchRequest(
      query: .bool(BoolQuery(must: [scored], filter: [audience])),
      size: Self.mostSuggestedProducts,
      sort: [.score, SortKey(.field("product_id"), .ascending)],
      aggregations: [
        NamedAggregation(
          "categories",
          Aggregation(.terms(TermsAggregation(field: "category_ids", size: 20)))),
        NamedAggregation(
          "brands",
          Aggregation(.terms(TermsAggregation(field: "brand.keyword", size: Self.mostLookedBrands)))),
      ],
      source: .fields(includes: ["title", "display", "price"]),
      trackTotalHits: .never)
  }

  /// A thing whose name begins so stands before what only has such a word: dresses for `d`, not deep blue.
  private func thingFunctions(_ text: String) -> [FunctionScoreQuery.Function] {
    let things = knowledge?.phrases.things(beginning: text, limit: Self.mostThings) ?? []
    return zip(things, Self.thingWeights).map { thing, weight in
      .init(.weight, filter: .match(MatchQuery(field: "title", query: thing)), weight: weight)
    }
  }

  /// Virtual categories by their names, then the most specific categories of the products: a leaf says more than its
  /// department.
  private func suggestedCategories(
    _ response: SearchResponse, labels: CatalogDirectory.Labels, text: String
  ) -> [Suggestions.Category] {
    let named = labels.rules.virtualCategories.filter { Self.hasWord($0.name, beginningWith: text) }.map {
      Suggestions.Category(slug: $0.slug, name: $0.name)
    }
    var leaves = buckets("categories", response).compactMap { bucket -> Suggestions.Category? in
      guard let id = CategoryID(bucket.key.text), let node = labels.tree.node(id),
        labels.tree.children(of: id).isEmpty
      else { return nil }
      return Suggestions.Category(id: id, slug: node.slug, name: node.name, count: bucket.documentCount)
    }
    // Those that are called as was typed stand first.
    let last = text.split(separator: " ").last.map(String.init) ?? text
    leaves =
      leaves.filter { Self.hasWord($0.name, beginningWith: last) }
      + leaves.filter { !Self.hasWord($0.name, beginningWith: last) }
    return Array((named.prefix(1) + leaves).prefix(Self.mostSuggestedCategories))
  }

  private func buckets(_ name: String, _ response: SearchResponse) -> [Bucket] {
    if case .buckets(let result) = response.aggregations[name] { result.buckets } else { [] }
  }

  // MARK: What was searched for before

  /// Empty where they are not kept or not to be had in time: suggestions go on without.
  private func recentSearches(_ text: String, of visitor: VisitorID?) async -> [String] {
    guard let visitor, let recent = searches.recent else { return [] }
    let known = try? await withDeadline(deadlines.searches) { try await recent.searches(of: visitor) }
    return Array((known ?? []).filter { Self.hasWord($0, beginningWith: text) }.prefix(Self.mostRecent))
  }

  private func popularQueries(_ text: String) async -> [String] {
    guard let popular = searches.popular, !text.isEmpty else { return [] }
    let limit = Self.mostSuggestedQueries
    let found = try? await withDeadline(deadlines.searches) {
      try await popular.queries(startingWith: text, limit: limit)
    }
    return Array((found ?? []).prefix(limit))
  }

  /// Whether it matters who searches: for suggestions of what was searched before, or for the log.
  public var remembersVisitors: Bool { searches.recent != nil || log != nil }

  /// Keeps a search that found something for its visitor's suggestions, where searches are kept.
  public func remember(_ page: SearchPage, of visitor: VisitorID) async {
    guard let recent = searches.recent, page.total.value > 0, !page.typedText.isEmpty,
      page.relaxedTo == nil || page.relaxedTo == .everyWordFirst
    else {
      return
    }
    let text = page.correctedText ?? page.typedText
    // A search that is not kept is missed by nobody.
    _ = try? await withDeadline(deadlines.searches) { try await recent.record(text, by: visitor) }
  }
}

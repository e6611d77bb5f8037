import Catalog
import Ports
import Pricing
import SearchDSL
import Understanding

/// Suggests products, categories, brands and queries from the first letter that is typed.
struct Suggester: Sendable {
  let index: ProductIndex
  let directory: CatalogDirectory
  let pricer: Pricer
  let steps: Set<SearchStep>
  let past: SearchService.PastSearches

  /// Suggestions of each kind; a list for a keyboard must not be long.
  private static let maxSuggestedProducts = 6
  private static let maxSuggestedCategories = 3
  private static let maxSuggestedBrands = 3
  /// Brands of the products that match, of which those are shown whose name has a word that was typed.
  private static let maxLookedBrands = 50
  /// Things that a beginning may be the name of: those that are called so stand first.
  private static let maxThings = 3
  private static let thingWeights = [4.0, 3.0, 2.0]
  private static let maxSuggestedQueries = 4
  private static let maxRecent = 3
  private static let maxCorrections = 3
  private static let leastCodeCharacters = 3

  /// Products, categories and brands whose words begin as `text` does, with what was searched for before.
  ///
  /// A text without a word suggests only what its visitor searched for. Where nothing begins so, what was probably meant is
  /// tried instead.
  func suggestions(
    for text: String, shopper: ShopperContext, visitor: VisitorID?, knowing known: CatalogKnowledge.Known,
    limits: AnswerLimits
  ) async throws -> Suggestions {
    let plain = QueryUnderstanding.printable(text)
    async let recent = past.recent(plain, of: visitor, limit: Self.maxRecent)
    async let queries = past.popular(plain, limit: Self.maxSuggestedQueries)
    var suggestions = Suggestions(text: plain)
    if plain.contains(where: { $0.isLetter || $0.isNumber }) {
      suggestions = try await found(plain, shopper, known, limits)
      if suggestions.products.isEmpty, suggestions.categories.isEmpty, steps.contains(.spelling) {
        // A space at the end says that the last word is whole.
        let typed = text.last?.isWhitespace == true ? plain + " " : plain
        suggestions = try await corrected(
          suggestions, known.completions(of: typed, limit: Self.maxCorrections), shopper, known, limits)
      }
    }
    suggestions.recent = await recent
    suggestions.queries = (await queries).filter { !suggestions.recent.contains($0) }
    for phrase in known.phrases.phrases(beginning: plain, limit: Self.maxSuggestedQueries * 2)
    where suggestions.queries.count < Self.maxSuggestedQueries {
      let known = suggestions.recent + suggestions.queries
      if !known.contains(where: { $0.folded == phrase.folded }) { suggestions.queries.append(phrase) }
    }
    return suggestions
  }

  /// The suggestions of the first correction that leads to any.
  private func corrected(
    _ plain: Suggestions, _ corrections: [String], _ shopper: ShopperContext, _ known: CatalogKnowledge.Known,
    _ limits: AnswerLimits
  ) async throws -> Suggestions {
    for (index, correction) in corrections.enumerated() where !limits.isLate {
      var suggestions = try await found(correction, shopper, known, limits)
      guard !suggestions.products.isEmpty else { continue }
      suggestions.text = plain.text
      suggestions.corrections = Array(corrections[index...])
      return suggestions
    }
    return plain
  }

  private func found(
    _ text: String, _ shopper: ShopperContext, _ known: CatalogKnowledge.Known, _ limits: AnswerLimits
  ) async throws -> Suggestions {
    let response = try await index.search(
      request(for: text, shopper: shopper, phrases: known.phrases), by: limits.answer)
    let labels = await directory.labels() ?? .none
    var suggestions = Suggestions(text: text)
    suggestions.products = products(response.hits.compactMap(CardHit.init), shopper: shopper)
    suggestions.categories = suggestedCategories(response, labels: labels, text: text)
    let typed = text.split(separator: " ")
    suggestions.brands = buckets("brands", response).filter { bucket in
      typed.contains { bucket.key.text.hasWord(beginningWith: String($0)) }
    }.prefix(Self.maxSuggestedBrands).map {
      .init(name: $0.key.text, slug: Slug.brand($0.key.text), count: $0.documentCount)
    }
    return suggestions
  }

  /// The hits with today's prices; while these are not known, with those that were indexed.
  private func products(_ hits: [CardHit], shopper: ShopperContext) -> [Suggestions.Product] {
    let current = pricer.quotes(of: hits.map(\.id), for: shopper)
    return hits.map { hit in
      let quotes = (current?[hit.id] ?? [:]).values
      let lowest = quotes.min { $0.amount.minorUnits < $1.amount.minorUnits }
      return Suggestions.Product(
        id: hit.id, title: hit.title, pictureURL: hit.pictureURL,
        quote: current == nil ? hit.indexedQuote(lists: shopper.priceLists, currency: pricer.currency) : lowest,
        isPriceFrom: quotes.contains { $0.amount.minorUnits != lowest?.amount.minorUnits })
    }
  }

  /// The request for what `text` may be the beginning of.
  func request(for text: String, shopper: ShopperContext, phrases: SuggestedPhrases) -> SearchRequest {
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
          + thingFunctions(text, phrases)))
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    return SearchRequest(
      query: .bool(BoolQuery(must: [scored], filter: [audience])),
      size: Self.maxSuggestedProducts,
      sort: [.score, SortKey(.field("product_id"), .ascending)],
      aggregations: [
        NamedAggregation(
          "categories",
          Aggregation(.terms(TermsAggregation(field: "category_ids", size: 20)))),
        NamedAggregation(
          "brands",
          Aggregation(.terms(TermsAggregation(field: "brand.keyword", size: Self.maxLookedBrands)))),
      ],
      source: .fields(includes: ["title", "display", "price"]),
      trackTotalHits: .never)
  }

  /// A thing whose name begins so stands before what only has such a word: dresses for `d`, not deep blue.
  private func thingFunctions(_ text: String, _ phrases: SuggestedPhrases) -> [FunctionScoreQuery.Function] {
    let things = phrases.things(beginning: text, limit: Self.maxThings)
    return zip(things, Self.thingWeights).map { thing, weight in
      .init(.weight, filter: .match(MatchQuery(field: "title", query: thing)), weight: weight)
    }
  }

  /// Virtual categories by their names, then the most specific categories of the products: a leaf says more than its
  /// department.
  private func suggestedCategories(
    _ response: SearchResponse, labels: CatalogDirectory.Labels, text: String
  ) -> [Suggestions.Category] {
    let named = labels.rules.virtualCategories.filter { $0.name.hasWord(beginningWith: text) }.map {
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
      leaves.filter { $0.name.hasWord(beginningWith: last) }
      + leaves.filter { !$0.name.hasWord(beginningWith: last) }
    return Array((named.prefix(1) + leaves).prefix(Self.maxSuggestedCategories))
  }

  private func buckets(_ name: String, _ response: SearchResponse) -> [Bucket] {
    if case .buckets(let result) = response.aggregations[name] { result.buckets } else { [] }
  }
}

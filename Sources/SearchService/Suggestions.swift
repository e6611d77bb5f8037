public import Catalog
import SearchDSL
import Understanding

/// What a shopper may be about to type or look for, from the first letter.
public struct Suggestions: Sendable, Hashable {
  public struct Product: Sendable, Hashable {
    public var id: ProductID
    public var title: String
    public var pictureURL: String?
  }

  public struct Category: Sendable, Hashable {
    public var id: CategoryID
    public var slug: String
    public var name: String
    public var count: Int
  }

  public struct Brand: Sendable, Hashable {
    public var name: String
    public var count: Int
  }

  public var text: String
  public var products: [Product]
  public var categories: [Category]
  public var brands: [Brand]
}

extension SearchService {
  /// Suggestions of each kind; a list for a keyboard must not be long.
  private static let mostSuggestedProducts = 6
  private static let mostSuggestedCategories = 3
  private static let mostSuggestedBrands = 3
  private static let leastCodeCharacters = 3

  /// Products, categories and brands whose words begin as `text` does. A text without a word suggests nothing.
  public func suggest(_ text: String, shopper: ShopperContext = .visitor) async throws -> Suggestions {
    let text = QueryUnderstanding.printable(text)
    guard text.contains(where: { $0.isLetter || $0.isNumber }) else {
      return Suggestions(text: text, products: [], categories: [], brands: [])
    }
    let request = suggestRequest(text, shopper: shopper)
    let response = try await engine.search(request, in: index, deadline: .now + deadlines.search)
    var degraded: [String] = []
    let tree = await directory.labels(degraded: &degraded).tree
    let products = response.hits.compactMap(CardHit.init).map {
      Suggestions.Product(id: $0.id, title: $0.title, pictureURL: $0.pictureURL)
    }
    return Suggestions(
      text: text, products: products, categories: suggestedCategories(response, tree: tree),
      brands: buckets("brands", response).map { .init(name: $0.key.text, count: $0.documentCount) })
  }

  private func suggestRequest(_ text: String, shopper: ShopperContext) -> SearchRequest {
    let starts = MultiMatchQuery(
      query: text, fields: ["title.starts^2", "brand.starts"], kind: .crossFields, operator: .and)
    // A few letters begin many codes, and whoever types them means words.
    let mayBeCode = text.count { $0.isLetter || $0.isNumber } >= Self.leastCodeCharacters
    let codes = mayBeCode ? [Query.prefix(field: "codes", value: text, boost: 10)] : []
    let scored = Query.functionScore(
      FunctionScoreQuery(
        query: .disMax(queries: [.multiMatch(starts)] + codes),
        functions: [.init(.fieldValueFactor(field: "popularity", factor: 1, modifier: .ln2p, missing: 0))]))
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
          Aggregation(.terms(TermsAggregation(field: "brand.keyword", size: Self.mostSuggestedBrands)))),
      ],
      source: .fields(includes: ["title", "display"]),
      trackTotalHits: .never)
  }

  /// The most specific categories first: a leaf says more than its department.
  private func suggestedCategories(_ response: SearchResponse, tree: CategoryTree) -> [Suggestions.Category] {
    let counted = buckets("categories", response).compactMap {
      bucket -> (category: Suggestions.Category, isLeaf: Bool)? in
      guard let id = CategoryID(bucket.key.text), let node = tree.node(id) else { return nil }
      let category = Suggestions.Category(id: id, slug: node.slug, name: node.name, count: bucket.documentCount)
      return (category, tree.children(of: id).isEmpty)
    }
    return counted.filter(\.isLeaf).prefix(Self.mostSuggestedCategories).map(\.category)
  }

  private func buckets(_ name: String, _ response: SearchResponse) -> [Bucket] {
    if case .buckets(let result) = response.aggregations[name] { result.buckets } else { [] }
  }
}

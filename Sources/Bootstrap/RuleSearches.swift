import Catalog
import Merchandising
import PostgresStore
import Pricing
import SearchService
import Understanding

/// Searches under rules that are not in force, which nobody logs; and what of the catalog rules name.
struct RuleSearches: PreviewSearch {
  let service: SearchService
  let catalog: PostgresCatalog

  func results(
    of query: String, under rules: QueryRules, at moment: Timestamp?, limit: Int
  ) async throws -> PreviewResults {
    var input = try await input(query)
    input.pageSize = limit
    input.wantsWhy = true
    let page = try await service.search(input, under: rules, at: moment)
    let reasons = try await service.reasons(of: page)
    let products = page.products.map { card in
      PreviewProduct(
        id: card.id, title: card.title, brand: card.brand, pictureURL: card.pictureURL, isInStock: card.isInStock,
        price: card.quote?.amount.displayText ?? "", reasons: reasons[card.id] ?? [])
    }
    return PreviewResults(
      products: products, total: page.total.value, steps: page.plan.steps.map { "\($0.name): \($0.detail)" },
      effects: page.plan.effects, redirect: page.plan.redirect)
  }

  /// The search that a merchandiser means: words, or the page of a category.
  private func input(_ query: String) async throws -> SearchInput {
    guard query.hasPrefix(Merchandising.categoryPage) else { return SearchInput(text: query) }
    let slug = String(query.dropFirst(Merchandising.categoryPage.count))
    guard let listing = try await service.listing(category: slug) else { return SearchInput(text: query) }
    return try SearchInput(parameters: [], currency: service.currency, listing: listing)
  }

  func order(of query: String, under rules: QueryRules, limit: Int) async throws -> PreviewOrder {
    let trial = try await service.trial(of: SearchInput(text: query, pageSize: limit), under: rules)
    return PreviewOrder(ids: trial.ids, total: trial.total, isFull: trial.isFull, redirect: trial.plan.redirect)
  }
}

extension RuleSearches: RuleCatalog {
  private static let maxValues = 200

  func products(_ ids: [ProductID]) async throws -> [ProductID: RuleProduct] {
    let found = try await catalog.products(ids).map { product in
      let shown = RuleProduct(
        code: product.code, title: product.title, isListed: product.isSearchable, isInStock: product.hasStock)
      return (product.id, shown)
    }
    return Dictionary(found, uniquingKeysWith: { first, _ in first })
  }

  func attributeCodes() async throws -> Set<String> { Set(try await catalog.facetDefinitions(in: nil).map(\.code)) }

  func categories() async throws -> CategoryTree { try await catalog.categoryTree() }

  func count(of filter: SearchFilter) async throws -> Int {
    try await service.count(of: SearchInput(filters: [filter]))
  }

  func values(of code: String) async throws -> [String] {
    let input = try FacetValuesInput(code: code, parameters: [("limit", "\(Self.maxValues)")])
    return try await service.facetValues(input)?.facet.values.map(\.value) ?? []
  }

  func hasPage(_ address: String) async throws -> Bool {
    let parts = address.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return true }
    switch parts[1] {
    case "c": return try await service.listing(category: String(parts[2])) != nil
    case "b": return try await service.listing(brand: String(parts[2])) != nil
    case "products":
      guard let id = ProductID(String(parts[2])) else { return false }
      return try await catalog.products([id]).contains(where: \.isSearchable)
    default: return true
    }
  }
}

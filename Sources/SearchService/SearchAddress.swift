public import Catalog

extension SearchInput {
  /// The parameters that read back as this input under the same listing; what is at its default is left out.
  public func parameters(currency: Currency) -> [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    if !text.isEmpty { result.append(("q", text)) }
    for filter in filters where !isOfListing(filter) {
      result += filter.texts(currency: currency).map { ("filter", $0) }
    }
    if sort != listing?.defaultSort ?? .relevance { result.append(("sort", sort.rawValue)) }
    if page != 1 { result.append(("page", String(page))) }
    if pageSize != Self.defaultPageSize { result.append(("page_size", String(pageSize))) }
    result += ignored.sorted().map { ("ignore", $0) }
    if isExact { result.append(("exact", "true")) }
    return result
  }

  /// Whether the page's own path says it: the category whose page this is.
  func isOfListing(_ filter: SearchFilter) -> Bool {
    if case .category(let id) = filter { listing?.category == id } else { false }
  }

  /// The filters that the shopper chose.
  public var chosenFilters: [SearchFilter] { filters.filter { !isOfListing($0) } }

  /// The same search with one value of a facet chosen, or, where it was chosen, no longer; back on the first page.
  public func toggling(_ code: String, _ value: String, currency: Currency) -> SearchInput {
    let token = "\(code):\(value)"
    var tokens = filters.flatMap { $0.texts(currency: currency) }
    if let index = tokens.firstIndex(of: token) {
      tokens.remove(at: index)
    } else {
      // Of these one value is chosen at a time; and a value of an attribute takes the place of its range.
      let isOneOf = ["category", "price", "rating", "released"].contains(code)
      let isRange = filters.contains { if case .attributeRange(code, _, _) = $0 { true } else { false } }
      if isOneOf || isRange { tokens.removeAll { $0.hasPrefix(code + ":") } }
      tokens.append(token)
    }
    var result = self
    result.page = 1
    result.position = nil
    // The tokens are our own; were one unreadable, the search goes on without a change.
    result.filters =
      (try? SearchInput(parameters: tokens.map { ("filter", $0) }, currency: currency).filters) ?? filters
    return result
  }
}

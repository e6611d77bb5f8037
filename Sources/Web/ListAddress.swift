import Catalog
import SearchService

extension Listing {
  /// `/c/dresses`, `/b/aurelis`.
  var path: String {
    switch kind {
    case .category, .virtual: "/c/\(Address.encoded(slug))"
    case .brand: "/b/\(Address.encoded(slug))"
    }
  }

  /// How the facets' own pages name it.
  var parameter: String { "\(kind == .brand ? "brand" : "category")/\(slug)" }
}

/// Addresses of the searches that lead on from one.
struct ListAddress {
  let input: SearchInput
  let tree: CategoryTree
  let currency: Currency

  /// Of a changed search; a listing's page keeps its own path.
  func of(_ input: SearchInput) -> String {
    Address(path: input.listing?.path ?? "/search", parameters: input.parameters(currency: currency)).text
  }

  /// The fields of a form that leads on from a search, beside the form's own.
  func hiddenFields(of input: SearchInput) -> [HTML] {
    input.parameters(currency: currency).map { parameter in
      "<input type=\"hidden\" name=\"\(parameter.name)\" value=\"\(parameter.value)\">"
    }
  }

  /// Of the search with one value of a facet chosen, or no longer chosen.
  func toggling(_ facet: Facet, _ value: Facet.Value) -> String {
    guard facet.kind == .categories else { return of(input.toggling(facet.code, value.value, currency: currency)) }
    guard input.listing?.category != nil, let id = CategoryID(value.value), let node = tree.node(id) else {
      return of(input.toggling("category", value.value, currency: currency))
    }
    var input = input
    input.page = 1
    return Address(path: "/c/\(node.slug)", parameters: input.parameters(currency: currency)).text
  }

  /// Links of one page: each holds the whole search, and all together have about a megabyte.
  var linksOfPage: Int { max(1, Self.maxLinkBytes / (Self.markupBytes + of(input).utf8.count)) }

  private static let maxLinkBytes = 1_000_000
  private static let markupBytes = 300

  /// Of the page with all values of a facet.
  func values(of code: String, prefix: String = "") -> String {
    Address(path: "/facets/\(code)", parameters: facetParameters + (prefix.isEmpty ? [] : [("prefix", prefix)])).text
  }

  /// The part of the search that the page of a facet's values needs.
  var facetParameters: [(name: String, value: String)] {
    var first = input
    first.page = 1
    first.pageSize = SearchInput.defaultPageSize
    return (input.listing.map { [("listing", $0.parameter)] } ?? []) + first.parameters(currency: currency)
  }
}

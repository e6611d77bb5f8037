public import Catalog

/// The list of a page without a query: a category, a brand, or the products that a rule finds.
public struct Listing: Sendable, Hashable {
  public enum Kind: String, Sendable { case category, brand, virtual }

  public var kind: Kind
  public var slug: String
  public var name: String
  /// A sentence for the head of the page; may be empty.
  public var summary: String
  /// Of a category of the tree.
  public var category: CategoryID?
  /// The filters that all its products meet. A category's own filter is the shopper's, so that the way to its siblings is
  /// counted.
  public var filters: [SearchFilter]
  public var defaultSort: SearchSort
  /// Codes of the attributes whose facets stand first, in their order.
  public var firstFacets: [String]

  init(
    kind: Kind, slug: String, name: String, summary: String = "", category: CategoryID? = nil,
    filters: [SearchFilter] = [], defaultSort: SearchSort = .relevance, firstFacets: [String] = []
  ) {
    self.kind = kind
    self.slug = slug
    self.name = name
    self.summary = summary
    self.category = category
    self.filters = filters
    self.defaultSort = defaultSort
    self.firstFacets = firstFacets
  }
}

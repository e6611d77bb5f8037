/// A category defined by a rule that finds its products: `Deals`, `Gifts under £25`.
public struct VirtualCategory: Sendable, Hashable {
  public var slug: String
  public var name: String
  /// A sentence for the head of its page; may be empty.
  public var summary: String
  /// The properties of its products, in the syntax of `filter=`, with a category by its slug: `category:dresses`,
  /// `reduced:yes`. Values of one code widen the selection, different codes narrow it.
  public var filters: [String]
  /// The initial order of its page, in the syntax of `sort=`.
  public var defaultOrder: String
  /// Codes of the attributes whose facets come first.
  public var firstFacets: [String]

  public init(
    slug: String, name: String, summary: String = "", filters: [String], defaultOrder: String = "relevance",
    firstFacets: [String] = []
  ) {
    self.slug = slug
    self.name = name
    self.summary = summary
    self.filters = filters
    self.defaultOrder = defaultOrder
    self.firstFacets = firstFacets
  }
}

/// A shop's rules for the presentation of its lists.
public struct BrowseRules: Sendable, Hashable {
  /// In the order in which the shop shows them.
  public var virtualCategories: [VirtualCategory]
  /// The initial order of a category that defines one, in the syntax of `sort=`.
  public var defaultOrders: [CategoryID: String]
  /// The positions of attributes' facets in a category that defines them.
  public var facetPositions: [CategoryID: [String: Int]]

  public init(
    virtualCategories: [VirtualCategory] = [], defaultOrders: [CategoryID: String] = [:],
    facetPositions: [CategoryID: [String: Int]] = [:]
  ) {
    self.virtualCategories = virtualCategories
    self.defaultOrders = defaultOrders
    self.facetPositions = facetPositions
  }

  /// The initial order of the category at the path's end: its own, otherwise that of its nearest ancestor with one.
  public func defaultOrder(of path: CategoryPath) -> String? {
    path.steps.reversed().lazy.compactMap { defaultOrders[$0.id] }.first
  }

  /// The facets' positions at the path's end; a category's own positions win over its ancestors'.
  public func facetPositions(of path: CategoryPath) -> [String: Int] {
    path.steps.reduce(into: [:]) { positions, step in
      positions.merge(facetPositions[step.id] ?? [:]) { _, nearer in nearer }
    }
  }
}

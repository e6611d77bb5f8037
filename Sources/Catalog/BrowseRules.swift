/// A category whose products are those that a rule finds: `Deals`, `Gifts under £25`.
public struct VirtualCategory: Sendable, Hashable {
  public var slug: String
  public var name: String
  /// A sentence for the head of its page; may be empty.
  public var summary: String
  /// What its products have, written as `filter=` takes it, with a category by its slug: `category:dresses`,
  /// `reduced:yes`. Values of one code widen, codes narrow.
  public var filters: [String]
  /// How its page is ordered at first, as `sort=` takes it.
  public var defaultOrder: String
  /// Codes of the attributes whose facets stand first.
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

/// What a shop says about how its lists look.
public struct BrowseRules: Sendable, Hashable {
  /// In the order in which a shop shows them.
  public var virtualCategories: [VirtualCategory]
  /// How a category is ordered at first, as `sort=` takes it, where it says so itself.
  public var defaultOrders: [CategoryID: String]
  /// Where an attribute's facet stands, where a category says so itself.
  public var facetPositions: [CategoryID: [String: Int]]

  public init(
    virtualCategories: [VirtualCategory] = [], defaultOrders: [CategoryID: String] = [:],
    facetPositions: [CategoryID: [String: Int]] = [:]
  ) {
    self.virtualCategories = virtualCategories
    self.defaultOrders = defaultOrders
    self.facetPositions = facetPositions
  }

  /// The first order of the category at the path's end: its own, else that of the nearest above it.
  public func defaultOrder(of path: CategoryPath) -> String? {
    path.steps.reversed().lazy.compactMap { defaultOrders[$0.id] }.first
  }

  /// The facets' positions that hold at the path's end; what a category says goes before what is said above it.
  public func facetPositions(of path: CategoryPath) -> [String: Int] {
    path.steps.reduce(into: [:]) { positions, step in
      positions.merge(facetPositions[step.id] ?? [:]) { _, nearer in nearer }
    }
  }
}

/// A shop's rules for the presentation of its lists.
public struct BrowseRules: Sendable, Hashable {
  /// In the order in which the shop shows them.
  public var virtualCategories: [VirtualCategory]
  /// Virtual categories whose stored rules cannot be read.
  public var unreadable: [UnreadableRule]
  /// The initial order of a category that defines one.
  public var defaultSorts: [CategoryID: SearchSort]
  /// The positions of attributes' facets in a category that defines them.
  public var facetPositions: [CategoryID: [String: Int]]

  public init(
    virtualCategories: [VirtualCategory] = [], unreadable: [UnreadableRule] = [],
    defaultSorts: [CategoryID: SearchSort] = [:],
    facetPositions: [CategoryID: [String: Int]] = [:]
  ) {
    self.virtualCategories = virtualCategories
    self.unreadable = unreadable
    self.defaultSorts = defaultSorts
    self.facetPositions = facetPositions
  }

  /// The initial order of the category at the path's end: its own, otherwise that of its nearest ancestor with one.
  public func defaultSort(of path: CategoryPath) -> SearchSort? {
    path.steps.reversed().lazy.compactMap { defaultSorts[$0.id] }.first
  }

  /// The facets' positions at the path's end; a category's own positions win over its ancestors'.
  public func facetPositions(of path: CategoryPath) -> [String: Int] {
    path.steps.reduce(into: [:]) { positions, step in
      positions.merge(facetPositions[step.id] ?? [:]) { _, nearer in nearer }
    }
  }
}

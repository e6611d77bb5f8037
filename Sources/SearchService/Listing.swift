public import Catalog
import Ports

/// What a page lists without a query: a category, a brand, or what a rule finds.
public struct Listing: Sendable, Hashable {
  public enum Kind: String, Sendable { case category, brand, virtual }

  public var kind: Kind
  public var slug: String
  public var name: String
  /// A sentence for the head of the page; may be empty.
  public var summary: String
  /// Of a category of the tree.
  public var category: CategoryID?
  /// What all its products have. A category's own filter is the shopper's, so that the way to its siblings is counted.
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

/// A rule in the database that cannot be read: ours to mend.
public struct UnreadableRule: Error, Sendable, Hashable, CustomStringConvertible {
  public var slug: String
  public var reason: String
  public var description: String { "virtual category \(slug): \(reason)" }
}

extension SearchService {
  /// The category of the tree or the virtual one that has this slug; nil where there is none.
  public func listing(category slug: String) async throws -> Listing? {
    var degraded: [String] = []
    let labels = await directory.labels(degraded: &degraded)
    guard degraded.isEmpty else {
      throw DependencyUnavailable(dependency: "the database", reason: "the categories cannot be read")
    }
    if let node = labels.tree.node(slug: slug), let path = labels.tree.path(to: node.id) {
      return Listing(
        kind: .category, slug: slug, name: node.name, category: node.id,
        defaultSort: labels.rules.defaultOrder(of: path).flatMap(SearchSort.init(rawValue:)) ?? .relevance)
    }
    guard let rule = labels.rules.virtualCategories.first(where: { $0.slug == slug }) else { return nil }
    return try listing(of: rule, tree: labels.tree)
  }

  /// The brand or brands whose name makes this slug; nil where there is none.
  public func listing(brand slug: String) async throws -> Listing? {
    guard let names = await directory.brands(slug: slug) else {
      throw DependencyUnavailable(dependency: "the database", reason: "the brands cannot be read")
    }
    // A name without a letter or a digit makes no slug, and has no page.
    guard !slug.isEmpty, !names.isEmpty else { return nil }
    return Listing(kind: .brand, slug: slug, name: names.joined(separator: ", "), filters: [.brand(names)])
  }

  /// The listing that a parameter names: `category/dresses` or `brand/aurelis`; nil where it names none.
  public func listing(named name: String?) async throws -> Listing? {
    guard let name, !name.isEmpty else { return nil }
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    if parts.count == 2, parts[0] == "category", let listing = try await listing(category: parts[1]) { return listing }
    if parts.count == 2, parts[0] == "brand", let listing = try await listing(brand: parts[1]) { return listing }
    throw InvalidInput(parameter: "listing", reason: "is not category/SLUG or brand/SLUG of a list that there is")
  }

  /// The virtual categories in the shop's order, without those whose rules cannot be read: their own pages say why.
  public func virtualListings() async -> [Listing] {
    var degraded: [String] = []
    let labels = await directory.labels(degraded: &degraded)
    // A broken rule must not take the shop's front with it.
    return labels.rules.virtualCategories.compactMap { try? listing(of: $0, tree: labels.tree) }
  }

  private func listing(of rule: VirtualCategory, tree: CategoryTree) throws -> Listing {
    var collected = FilterCollector(currency: currency)
    do {
      for filter in rule.filters { try collected.add(Self.withCategoryID(filter, tree: tree)) }
      return Listing(
        kind: .virtual, slug: rule.slug, name: rule.name, summary: rule.summary, filters: try collected.filters(),
        defaultSort: SearchSort(rawValue: rule.defaultOrder) ?? .relevance, firstFacets: rule.firstFacets)
    } catch {
      throw UnreadableRule(slug: rule.slug, reason: error.reason)
    }
  }

  /// A rule names a category by its slug, a filter by its id.
  private static func withCategoryID(_ filter: String, tree: CategoryTree) throws(InvalidInput) -> String {
    let prefix = "category:"
    guard filter.hasPrefix(prefix) else { return filter }
    let slug = String(filter.dropFirst(prefix.count))
    guard let node = tree.node(slug: slug) else {
      throw InvalidInput(parameter: "filter", reason: "there is no category \(slug)")
    }
    return prefix + node.id.description
  }
}

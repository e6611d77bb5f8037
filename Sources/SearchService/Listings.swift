import Catalog
import Ports

/// Finds the lists that have pages of their own: categories of the tree, virtual ones, and brands.
struct Listings: Sendable {
  let directory: CatalogDirectory
  let currency: Currency

  /// The category tree as read last.
  func categories() async throws -> CategoryTree { try await labels().tree }

  private func labels() async throws -> CatalogDirectory.Labels {
    guard let labels = await directory.labels() else {
      throw DependencyUnavailable(dependency: "the database", reason: "the categories cannot be read")
    }
    return labels
  }

  /// The category of the tree or the virtual one that has this slug; nil where there is none.
  func listing(category slug: String) async throws -> Listing? {
    let labels = try await labels()
    if let node = labels.tree.node(slug: slug), let path = labels.tree.path(to: node.id) {
      return Listing(
        kind: .category, slug: slug, name: node.name, category: node.id,
        defaultSort: labels.rules.defaultSort(of: path) ?? .relevance)
    }
    if let rule = labels.rules.unreadable.first(where: { $0.slug == slug }) { throw rule }
    guard let rule = labels.rules.virtualCategories.first(where: { $0.slug == slug }) else { return nil }
    return try listing(of: rule, tree: labels.tree)
  }

  /// The brand or brands whose name makes this slug; nil where there is none.
  func listing(brand slug: String) async throws -> Listing? {
    guard let names = await directory.brands(slug: slug) else {
      throw DependencyUnavailable(dependency: "the database", reason: "the brands cannot be read")
    }
    // A name without a letter or a digit makes no slug, and has no page.
    guard !slug.isEmpty, !names.isEmpty else { return nil }
    return Listing(kind: .brand, slug: slug, name: names.joined(separator: ", "), filters: [.brand(names)])
  }

  /// The listing that a parameter names: `category/dresses` or `brand/aurelis`; nil where it names none.
  func listing(named name: String?) async throws -> Listing? {
    guard let name, !name.isEmpty else { return nil }
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    if parts.count == 2, parts[0] == "category", let listing = try await listing(category: parts[1]) { return listing }
    if parts.count == 2, parts[0] == "brand", let listing = try await listing(brand: parts[1]) { return listing }
    throw InvalidInput(parameter: "listing", reason: "is not category/SLUG or brand/SLUG of a list that there is")
  }

  /// The virtual categories in the shop's order, without those whose rules cannot be read: their own pages say why.
  func virtual() async -> [Listing] {
    guard let labels = await directory.labels() else { return [] }
    // A broken rule must not take the shop's front with it.
    return labels.rules.virtualCategories.compactMap { try? listing(of: $0, tree: labels.tree) }
  }

  private func listing(of rule: VirtualCategory, tree: CategoryTree) throws -> Listing {
    let filters = try rule.conditions.map { condition -> SearchFilter in
      switch condition {
      case .filter(let filter): return filter
      case .category(let slug):
        guard let node = tree.node(slug: slug) else {
          throw UnreadableRule(slug: rule.slug, reason: "there is no category \(slug)")
        }
        return .category(node.id)
      }
    }
    return Listing(
      kind: .virtual, slug: rule.slug, name: rule.name, summary: rule.summary, filters: filters,
      defaultSort: rule.defaultSort, firstFacets: rule.firstFacets)
  }
}

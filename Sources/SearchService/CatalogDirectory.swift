import Catalog
import Ports

/// The names and rules of the catalog that every page needs and that change seldom, kept for a short while.
final class CatalogDirectory: Sendable {
  struct Labels: Sendable {
    var tree: CategoryTree
    var attributes: [String: AttributeDefinition]
    var rules: BrowseRules

    /// Whether the attribute stands before the other: by their positions, then by their codes.
    func isBefore(_ code: String, _ other: String) -> Bool {
      (attributes[code]?.position ?? .max, code) < (attributes[other]?.position ?? .max, other)
    }

    static let none = Labels(tree: CategoryTree(nodes: []), attributes: [:], rules: BrowseRules())
  }

  /// A rename shows within this time.
  private static let labelsFreshFor = Duration.seconds(2)
  /// Thousands of names, which change more seldom.
  private static let brandsFreshFor = Duration.seconds(30)

  private let remembered: Remembered<Labels>
  private let brands: Remembered<[String: [String]]>

  init(catalog: any CatalogReader, deadline: Duration) {
    remembered = Remembered(freshFor: Self.labelsFreshFor, deadline: deadline) {
      let definitions = try await catalog.facetDefinitions(in: nil)
      return Labels(
        tree: try await catalog.categoryTree(),
        attributes: Dictionary(definitions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first }),
        rules: try await catalog.browseRules())
    }
    brands = Remembered(freshFor: Self.brandsFreshFor, deadline: deadline) {
      Dictionary(grouping: try await catalog.brandNames(), by: Slug.brand)
    }
  }

  /// The labels as read last; while Postgres is down the old ones serve.
  func labels(degraded: inout [String]) async -> Labels {
    if let labels = await remembered.value() { return labels }
    degraded.append("facets")
    return .none
  }

  /// The brands whose names make this slug, mostly one; nil where the names cannot be read.
  func brands(slug: String) async -> [String]? { await brands.value().map { $0[slug] ?? [] } }
}

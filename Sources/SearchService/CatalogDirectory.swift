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

    /// Refuses conditions on attributes that are no facets, before anything is looked up for them.
    func check(_ input: SearchInput) throws(InvalidInput) {
      guard let code = input.filters.compactMap(\.attributeCode).first(where: { !isKnown($0) }) else { return }
      throw InvalidInput(
        parameter: "filter",
        reason: "there is no attribute \(code) to filter by; the answer's facets name those there are")
    }

    /// Without the catalog's names every code may be one.
    func isKnown(_ code: String) -> Bool { isNone || attributes[code] != nil }

    private var isNone: Bool { attributes.isEmpty && tree.roots.isEmpty }

    static let none = Labels(tree: CategoryTree(nodes: []), attributes: [:], rules: BrowseRules())
  }

  /// A rename shows within this time.
  private static let labelsFreshFor = Duration.seconds(2)
  /// Thousands of names, which change more seldom.
  private static let brandsFreshFor = Duration.seconds(30)

  private let remembered: Remembered<Labels>
  private let brands: Remembered<[String: [String]]>

  /// `share`: how long a request waits for names that are read anew.
  init(catalog: any CatalogReader, currency: Currency, share: Duration) {
    remembered = Remembered(freshFor: Self.labelsFreshFor, share: share) {
      let definitions = try await catalog.facetDefinitions(in: nil)
      return Labels(
        tree: try await catalog.categoryTree(),
        attributes: Dictionary(definitions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first }),
        rules: try await catalog.browseRules(in: currency))
    }
    brands = Remembered(freshFor: Self.brandsFreshFor, share: share) {
      Dictionary(grouping: try await catalog.brandNames(), by: Slug.brand)
    }
  }

  /// The labels as read last, while Postgres is down the old ones; nil if they were never read.
  func labels() async -> Labels? { await remembered.value() }

  /// The brands whose names make this slug, mostly one; nil where the names cannot be read.
  func brands(slug: String) async -> [String]? { await brands.value().map { $0[slug] ?? [] } }
}

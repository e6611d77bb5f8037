public import Catalog

/// Tells the time, in UTC. Passed in wherever time matters, so that a test can set it.
public protocol WallClock: Sendable {
  func now() -> Timestamp
}

/// A dependency is down, late or full. Names the dependency, without secrets.
public struct DependencyUnavailable: Error, Sendable, CustomStringConvertible {
  public var dependency: String
  public var reason: String

  public init(dependency: String, reason: String) {
    self.dependency = dependency
    self.reason = reason
  }

  public var description: String { "\(dependency) is not available: \(reason)" }
}

/// Reads products and the category tree as they are now.
public protocol CatalogReader: Sendable {
  /// In the order asked for; an unknown id is left out.
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot]
  func categoryTree() async throws -> CategoryTree
  /// The attributes that are facets, for a category (nil: anywhere), in their order.
  func facetDefinitions(in category: CategoryID?) async throws -> [AttributeDefinition]
  /// The shop's lists beside its category tree, and the looks of its lists. Prices in rules are in the shop's currency.
  func browseRules(in currency: Currency) async throws -> BrowseRules
  /// The names of all brands, in alphabetical order.
  func brandNames() async throws -> [String]
}

/// The outcome of a batch of records.
public struct ImportOutcome: Sendable, Hashable {
  public struct Refusal: Sendable, Hashable {
    /// The index in the batch.
    public var offset: Int
    public var reason: String

    public init(offset: Int, reason: String) {
      self.offset = offset
      self.reason = reason
    }
  }

  public var inserted: Int
  public var changed: Int
  public var unchanged: Int
  public var refused: [Refusal]

  public init(inserted: Int = 0, changed: Int = 0, unchanged: Int = 0, refused: [Refusal] = []) {
    self.inserted = inserted
    self.changed = changed
    self.unchanged = unchanged
    self.refused = refused
  }

  /// The number of records in the batch.
  public var count: Int { inserted + changed + unchanged + refused.count }

  /// Adds the outcome of a later batch, whose first record is number `offset` of all records.
  public mutating func add(_ other: ImportOutcome, at offset: Int) {
    inserted += other.inserted
    changed += other.changed
    unchanged += other.unchanged
    refused += other.refused.map { Refusal(offset: offset + $0.offset, reason: $0.reason) }
  }
}

/// Writes products in the form in which a retailer delivers them. Repeatable: matched by source and code, then by SKU.
public protocol CatalogWriter: Sendable {
  func upsert(_ records: [ProductRecord], source: String) async throws -> ImportOutcome
}

/// Writes the rules of virtual categories. Repeatable: matched by slug.
public protocol VirtualCategoryWriter: Sendable {
  /// New rules follow the existing ones, in the given order.
  func put(_ categories: [VirtualCategory], in currency: Currency) async throws
}

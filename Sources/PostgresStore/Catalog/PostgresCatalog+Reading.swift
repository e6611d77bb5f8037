public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: CatalogReader {
  /// The products' current state, each with its version from the same moment, in the requested order; unknown IDs are
  /// left out.
  public func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] {
    guard !ids.isEmpty else { return [] }
    return try await reaching {
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
        try await ProductSnapshotReader(connection: connection).read(ids)
      }
    }
  }

  public func categoryTree() async throws -> CategoryTree {
    try await reaching {
      let rows = try await pool.query("SELECT id, parent_id, slug, name, position FROM catalog.category")
      return CategoryTree(nodes: try rows.map { try CategoryTree.Node($0) })
    }
  }

  /// The attributes that are facets, for a category (nil: anywhere), in their order.
  ///
  /// A category offers the facets of the categories above it, its own, and those below it, whose products it shows. The
  /// category or its nearest ancestor decides whether an attribute is a facet, otherwise the attribute itself.
  public func facetDefinitions(in category: CategoryID?) async throws -> [AttributeDefinition] {
    try await reaching {
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
        let definitions =
          if let category {
            try await Self.definitions(in: category, on: connection)
          } else {
            try await connection.query(
              "SELECT code, name, type, unit, is_facet, position FROM catalog.attribute WHERE is_facet"
            ).map { try AttributeDefinition($0) }
          }
        return definitions.filter(\.isFacet).sorted {
          ($0.position, $0.name, $0.code) < ($1.position, $1.name, $1.code)
        }
      }
    }
  }

  private static func definitions(
    in category: CategoryID, on connection: PostgresConnection
  ) async throws -> [AttributeDefinition] {
    let ancestors = try await connection.query(
      """
      WITH RECURSIVE up AS (
        SELECT id, parent_id, slug, name, position FROM catalog.category WHERE id = \(category)
        UNION
        SELECT c.id, c.parent_id, c.slug, c.name, c.position FROM catalog.category AS c JOIN up ON c.id = up.parent_id
      ) SELECT * FROM up
      """
    ).map { try CategoryTree.Node($0) }
    var vocabulary = CatalogVocabulary()
    vocabulary.tree = CategoryTree(nodes: ancestors)
    vocabulary.sayings = try await CatalogVocabulary.sayings(of: ancestors.map(\.id), on: connection)
    let attributes = try await connection.query(
      """
      WITH RECURSIVE below AS (
        SELECT \(category)::bigint AS id
        UNION
        SELECT c.id FROM catalog.category AS c JOIN below ON c.parent_id = below.id
      )
      SELECT id, code, name, type, unit, is_facet, position FROM catalog.attribute WHERE id IN (
        SELECT attribute_id FROM catalog.category_attribute
        WHERE category_id = ANY (\(ancestors.map(\.id))) OR category_id IN (SELECT id FROM below))
      """)
    let path = vocabulary.tree.path(to: category)
    for row in attributes { vocabulary.definitions[try row.decode("id")] = try AttributeDefinition(row) }
    return vocabulary.definitions.keys.compactMap { vocabulary.definition(of: $0, in: path) }
  }

  /// Every price row of every variant of these products, expired and future ones too: `quote` chooses by time.
  public func prices(of ids: [ProductID]) async throws -> [ProductID: [VariantID: [Price]]] {
    guard !ids.isEmpty else { return [:] }
    return try await reaching {
      // The array keeps the planner from using the exclusion constraint's index, which it takes to cost the same but
      // which is half as fast: GiST cannot look up several values at once.
      let rows = try await pool.query(
        """
        SELECT product_id, variant.id AS variant_id, price_list.code AS list, price.currency, amount_minor_units,
          was_minor_units, minimum_quantity, valid_from, valid_until
        FROM catalog.variant LEFT JOIN pricing.price ON variant_id = ANY (ARRAY[variant.id])
        LEFT JOIN pricing.price_list ON price_list.id = list_id
        WHERE product_id = ANY (\(ids))
        ORDER BY product_id, variant.position, variant.id, list, minimum_quantity, valid_from NULLS FIRST, price.id
        """)
      var prices = [ProductID: [VariantID: [Price]]](minimumCapacity: ids.count)
      for row in rows {
        let (product, variant): (ProductID, VariantID) = (try row.decode(at: 0), try row.decode(at: 1))
        let price = try Price(row)
        prices[product, default: [:]][variant, default: []] += price.map { [$0] } ?? []
      }
      return prices
    }
  }
}

extension Price {
  /// Reads a row of `prices(of:)`, by position, because a search reads some dozens of rows. nil for a variant without a
  /// price.
  fileprivate init?(_ row: PostgresRow) throws {
    guard let list: String = try row.decode(at: 2), let code: String = try row.decode(at: 3),
      let currency = Currency(code: code)
    else { return nil }
    let was: Int64? = try row.decode(at: 5)
    self.init(
      list: PriceListCode(list), amount: Money(minorUnits: try row.decode(at: 4), currency: currency),
      wasAmount: was.map { Money(minorUnits: $0, currency: currency) },
      minimumQuantity: try row.decode(at: 6), validFrom: try row.decode(at: 7), validUntil: try row.decode(at: 8))
  }
}

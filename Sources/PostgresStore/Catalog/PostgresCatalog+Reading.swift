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
}

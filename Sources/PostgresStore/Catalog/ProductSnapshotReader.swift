import Catalog
import JSON
import PostgresClient

/// Reads products with all their data, a batch at a time, in four statements.
///
/// Runs in the caller's transaction, whose isolation makes the four statements see one moment. A product comes as one
/// JSON array: fewer bytes and rows than seven result sets, and simdjson's tape is read without building a tree.
struct ProductSnapshotReader {
  let connection: PostgresConnection

  /// In the order of the IDs; unknown IDs are left out.
  func read(_ ids: [ProductID]) async throws -> [ProductSnapshot] {
    guard !ids.isEmpty else { return [] }
    let rows = try await connection.query(Self.products(ids))
    let vocabulary = try await CatalogVocabulary.read(of: ids, on: connection)
    var decoder = ProductSnapshotDecoder(vocabulary: vocabulary)
    var found: [ProductID: ProductSnapshot] = [:]
    found.reserveCapacity(rows.count)
    for row in rows {
      let product = try decoder.decode(try row.decode([UInt8].self, at: 0))
      found[product.id] = product
    }
    return ids.compactMap { found[$0] }
  }

  /// `ProductSnapshotDecoder` reads the array's items in this order.
  private static func products(_ ids: [ProductID]) -> SQL {
    """
    SELECT json_build_array(
      p.id, p.code, p.source, p.document_version, p.title, p.summary, p.brand_id, brand.name,
      p.rating_average, p.rating_count, p.popularity, p.lifecycle, p.for_shops, p.for_companies,
      \(unsafeRaw: microseconds("p.released_at")), \(unsafeRaw: microseconds("p.created_at")),
      \(unsafeRaw: microseconds("p.updated_at")),
      (SELECT json_agg(category_id ORDER BY position, category_id)
       FROM catalog.product_category WHERE product_id = p.id),
      (SELECT json_agg(url ORDER BY position) FROM catalog.product_picture WHERE product_id = p.id),
      (SELECT json_agg(\(unsafeRaw: value("a")) ORDER BY position, attribute_id, value_index)
       FROM catalog.product_attribute AS a WHERE product_id = p.id),
      (SELECT json_agg(json_build_array(
         v.id, v.sku, v.gtin, v.picture_url,
         \(unsafeRaw: bigint("""
           (SELECT coalesce(sum(inventory.available_quantity(on_hand, reserved)), 0)
            FROM inventory.stock WHERE variant_id = v.id)
           """)),
         (SELECT json_agg(\(unsafeRaw: value("o")) ORDER BY position, attribute_id, value_index)
          FROM catalog.variant_option AS o WHERE variant_id = v.id),
         (SELECT json_agg(json_build_array(
            list.code, price.currency, amount_minor_units, was_minor_units, minimum_quantity,
            \(unsafeRaw: microseconds("valid_from")), \(unsafeRaw: microseconds("valid_until")))
            ORDER BY list.code, minimum_quantity, valid_from NULLS FIRST, price.id)
          FROM pricing.price JOIN pricing.price_list AS list ON list.id = list_id WHERE variant_id = v.id))
         ORDER BY v.position, v.id)
       FROM catalog.variant AS v WHERE v.product_id = p.id))
    FROM catalog.product AS p LEFT JOIN catalog.brand ON brand.id = p.brand_id
    WHERE p.id = ANY (\(ids))
    """
  }

  private static func microseconds(_ column: String) -> String {
    "CASE WHEN \(column) IS NOT NULL THEN \(bigint("extract(epoch FROM \(column)) * 1000000")) END"
  }

  /// The nearest number that the type has. It is not NULL.
  private static func bigint(_ number: String) -> String {
    "least(greatest(\(number), -9223372036854775808), 9223372036854775807)::bigint"
  }

  private static func value(_ alias: String) -> String {
    """
    json_build_array(\(alias).attribute_id, coalesce(to_json(\(alias).text_value), to_json(\(alias).number_value), \
    to_json(\(alias).boolean_value), to_json(CASE \(alias).date_value WHEN 'infinity' THEN 2147494604 WHEN '-infinity' THEN -2147472691 \
    ELSE \(alias).date_value - date '1970-01-01' END)), \(alias).swatch_hex)
    """
  }
}

/// The entities that products refer to by ID: attributes, and categories with their settings for attributes.
struct CatalogVocabulary {
  struct Saying {
    var isFacet: Bool?
    var position: Int?
    var unit: String?
  }

  var definitions: [Int64: AttributeDefinition] = [:]
  var tree = CategoryTree(nodes: [])
  /// Category → attribute → the category's settings for it.
  var sayings: [CategoryID: [Int64: Saying]] = [:]

  static func read(of ids: [ProductID], on connection: PostgresConnection) async throws -> CatalogVocabulary {
    var vocabulary = CatalogVocabulary()
    let attributes = try await connection.query(
      """
      SELECT id, code, name, type, unit, is_facet, position FROM catalog.attribute WHERE id IN (
        SELECT attribute_id FROM catalog.product_attribute WHERE product_id = ANY (\(ids))
        UNION
        SELECT attribute_id FROM catalog.variant_option JOIN catalog.variant ON variant.id = variant_id
        WHERE product_id = ANY (\(ids)))
      """)
    for row in attributes { vocabulary.definitions[try row.decode("id")] = try AttributeDefinition(row) }
    let categories = try await connection.query(
      """
      WITH RECURSIVE up AS (
        SELECT id, parent_id, slug, name, position FROM catalog.category
        WHERE id IN (SELECT category_id FROM catalog.product_category WHERE product_id = ANY (\(ids)))
        UNION
        SELECT c.id, c.parent_id, c.slug, c.name, c.position FROM catalog.category AS c JOIN up ON c.id = up.parent_id
      ) SELECT * FROM up
      """)
    let nodes = try categories.map { try CategoryTree.Node($0) }
    vocabulary.tree = CategoryTree(nodes: nodes)
    vocabulary.sayings = try await sayings(of: nodes.map(\.id), on: connection)
    return vocabulary
  }

  static func readAll(on connection: PostgresConnection) async throws -> CatalogVocabulary {
    var vocabulary = CatalogVocabulary()
    let attributes = try await connection.query(
      "SELECT id, code, name, type, unit, is_facet, position FROM catalog.attribute")
    for row in attributes { vocabulary.definitions[try row.decode("id")] = try AttributeDefinition(row) }
    let categories = try await connection.query("SELECT id, parent_id, slug, name, position FROM catalog.category")
    vocabulary.tree = CategoryTree(nodes: try categories.map { try CategoryTree.Node($0) })
    vocabulary.sayings = try await sayings(where: "true", on: connection)
    return vocabulary
  }

  static func sayings(
    of categories: [CategoryID], on connection: PostgresConnection
  ) async throws -> [CategoryID: [Int64: Saying]] {
    try await sayings(where: "category_id = ANY (\(categories))", on: connection)
  }

  private static func sayings(
    where condition: SQL, on connection: PostgresConnection
  ) async throws -> [CategoryID: [Int64: Saying]] {
    let rows = try await connection.query(
      """
      SELECT category_id, attribute_id, is_facet, position, unit FROM catalog.category_attribute
      WHERE (is_facet IS NOT NULL OR position IS NOT NULL OR unit IS NOT NULL) AND \(fragment: condition)
      """)
    var sayings: [CategoryID: [Int64: Saying]] = [:]
    for row in rows {
      sayings[try row.decode("category_id"), default: [:]][try row.decode("attribute_id")] = Saying(
        isFacet: try row.decode("is_facet"), position: try row.decode("position"), unit: try row.decode("unit"))
    }
    return sayings
  }

  /// The attribute as the product's main category defines it: from the root down, each category with a setting
  /// overrides.
  func definition(of attribute: Int64, in path: CategoryPath?) -> AttributeDefinition? {
    guard var definition = definitions[attribute] else { return nil }
    for step in path?.steps ?? [] {
      guard let saying = sayings[step.id]?[attribute] else { continue }
      definition.isFacet = saying.isFacet ?? definition.isFacet
      definition.position = saying.position ?? definition.position
      definition.unit = saying.unit ?? definition.unit
    }
    return definition
  }
}

/// A vocabulary that keeps its answers: products of a category ask for the same ones.
struct ResolvedVocabulary {
  private struct Place: Hashable {
    let category: CategoryID?
    let attribute: Int64
  }

  private let vocabulary: CatalogVocabulary
  private var definitions: [Place: AttributeDefinition] = [:]
  private var paths: [CategoryID: CategoryPath] = [:]

  init(_ vocabulary: CatalogVocabulary) { self.vocabulary = vocabulary }

  mutating func path(to category: CategoryID) -> CategoryPath? {
    if let known = paths[category] { return known }
    guard let path = vocabulary.tree.path(to: category) else { return nil }
    paths[category] = path
    return path
  }

  /// The attribute as the product's main category defines it.
  mutating func definition(of attribute: Int64, in home: CategoryPath?) throws(PostgresError) -> AttributeDefinition {
    let place = Place(category: home?.leaf.id, attribute: attribute)
    if let known = definitions[place] { return known }
    guard let definition = vocabulary.definition(of: attribute, in: home) else {
      throw .misuse("attribute \(attribute) has values and is not in catalog.attribute: its foreign key is missing")
    }
    definitions[place] = definition
    return definition
  }
}

extension AttributeDefinition {
  init(_ row: PostgresRow) throws {
    let type: String = try row.decode("type")
    guard let type = AttributeType(rawValue: type) else {
      throw PostgresError.misuse("catalog.attribute.type is \(type), which this program does not know: update it")
    }
    self.init(
      code: try row.decode("code"), name: try row.decode("name"), type: type, unit: try row.decode("unit"),
      isFacet: try row.decode("is_facet"), position: try row.decode("position"))
  }
}

extension CategoryTree.Node {
  init(_ row: PostgresRow) throws {
    self.init(
      id: try row.decode("id"), parent: try row.decode("parent_id"), slug: try row.decode("slug"),
      name: try row.decode("name"), position: try row.decode("position"))
  }
}

import Catalog
import Ports
import PostgresClient
import PostgresStore

/// Puts generated products into a private database by COPY, past its triggers and constraints: a benchmark needs a
/// million of them within minutes, and the generator makes none that a constraint would refuse.
///
/// A product with a new brand, category, attribute, list or warehouse goes through the catalog's own import, which
/// creates them.
struct CatalogCopy {
  private static let source = "generated"
  private static let tables: [(name: String, columns: String)] = [
    (
      "catalog.product",
      "id, source, code, title, summary, brand_id, rating_average, rating_count, popularity, lifecycle, for_shops, for_companies, released_at"
    ),
    ("catalog.product_category", "product_id, category_id, position"),
    ("catalog.product_picture", "product_id, position, url"),
    ("catalog.product_attribute", "product_id, attribute_id, position, type, text_value, number_value, swatch_hex"),
    ("catalog.variant", "id, product_id, sku, gtin, position, picture_url"),
    ("catalog.variant_option", "variant_id, attribute_id, position, type, text_value, number_value, swatch_hex"),
    ("inventory.stock", "variant_id, warehouse_id, on_hand"),
    ("pricing.price", "variant_id, list_id, currency, amount_minor_units, was_minor_units, minimum_quantity"),
    ("pricing.cost", "variant_id, amount_minor_units, currency"),
  ]

  let pool: PostgresPool
  private var words = Words()
  private var lines = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, CopyLines()) })
  private var nextProduct: Int64 = 1
  private var nextVariant: Int64 = 1

  init(_ pool: PostgresPool) { self.pool = pool }

  /// Loads the records of one call in one transaction.
  mutating func load(_ records: [ProductRecord]) async throws {
    if records.contains(where: { !words.know($0) }) { try await words.read(pool) }
    let unknown = records.filter { !words.know($0) }
    if !unknown.isEmpty {
      let outcome = try await PostgresCatalog(pool).upsert(unknown, source: Self.source)
      precondition(outcome.refused.isEmpty, "the catalog refused a generated product: \(outcome.refused)")
      try await words.read(pool)
    }
    let copied = unknown.isEmpty ? records : records.filter { record in !unknown.contains { $0.code == record.code } }
    try await readNextIDs()
    for record in copied { write(record) }
    try await send()
  }

  private mutating func readNextIDs() async throws {
    let row = try await pool.query(
      "SELECT coalesce((SELECT max(id) FROM catalog.product), 0), coalesce((SELECT max(id) FROM catalog.variant), 0)")[
        0]
    nextProduct = try row.decode(Int64.self, at: 0) + 1
    nextVariant = try row.decode(Int64.self, at: 1) + 1
  }

  private mutating func send() async throws {
    let rows = Self.tables.map { ($0, lines[$0.name]?.bytes ?? []) }
    try await pool.withTransaction(maxAttempts: 1) { connection in
      try await connection.executeScript("SET LOCAL session_replication_role = replica")
      for (table, bytes) in rows {
        try await connection.copyIn(
          "COPY \(unsafeRaw: table.name) (\(unsafeRaw: table.columns)) FROM STDIN"
        ) { writer in try await writer.write(lines: bytes) }
      }
      try await connection.query(
        "SELECT setval(pg_get_serial_sequence('catalog.product', 'id'), max(id)) FROM catalog.product")
      try await connection.query(
        "SELECT setval(pg_get_serial_sequence('catalog.variant', 'id'), max(id)) FROM catalog.variant")
    }
    for table in Self.tables { lines[table.name]?.removeAll() }
  }

  private mutating func row(_ table: String, _ body: (inout CopyLines) -> Void) {
    body(&lines[table, default: CopyLines()])
    lines[table]?.end()
  }

  private mutating func write(_ record: ProductRecord) {
    let id = nextProduct
    nextProduct += 1
    let brand = record.brand.flatMap { words.brands[$0.lowercased()] }
    row("catalog.product") {
      $0.add(id)
      $0.add(Self.source)
      $0.add(record.code)
      $0.add(record.title)
      $0.add(record.summary)
      $0.add(brand)
      $0.add(record.ratingAverage)
      $0.add(record.ratingCount)
      $0.add(record.popularity)
      $0.add(record.lifecycle.rawValue)
      $0.add(record.audience.contains(.shops))
      $0.add(record.audience.contains(.companies))
      $0.add(record.releasedAt?.description)
    }
    for (position, path) in record.categories.enumerated() {
      let category = words.categories[path]
      row("catalog.product_category") {
        $0.add(id)
        $0.add(category)
        $0.add(position)
      }
    }
    for (position, url) in record.pictureURLs.enumerated() {
      row("catalog.product_picture") {
        $0.add(id)
        $0.add(position)
        $0.add(url)
      }
    }
    write(record.attributes, of: id, to: "catalog.product_attribute")
    for (position, variant) in record.variants.enumerated() { write(variant, at: position, of: id) }
  }

  private mutating func write(_ variant: ProductRecord.Variant, at position: Int, of product: Int64) {
    let id = nextVariant
    nextVariant += 1
    row("catalog.variant") {
      $0.add(id)
      $0.add(product)
      $0.add(variant.sku.text)
      $0.add(variant.gtin)
      $0.add(position)
      $0.add(variant.pictureURL)
    }
    write(variant.options, of: id, to: "catalog.variant_option")
    for (code, pieces) in variant.stock {
      let warehouse = words.warehouses[code]
      row("inventory.stock") {
        $0.add(id)
        $0.add(warehouse)
        $0.add(pieces)
      }
    }
    for price in variant.prices {
      let list = words.lists[price.list.text]
      row("pricing.price") {
        $0.add(id)
        $0.add(list)
        $0.add(price.amount.currency.code)
        $0.add(price.amount.minorUnits)
        $0.add(price.wasAmount?.minorUnits)
        $0.add(price.minimumQuantity)
      }
    }
    if let cost = variant.cost {
      row("pricing.cost") {
        $0.add(id)
        $0.add(cost.minorUnits)
        $0.add(cost.currency.code)
      }
    }
  }

  /// The generator makes one value for each attribute, of three types.
  private mutating func write(_ attributes: [ProductRecord.Attribute], of owner: Int64, to table: String) {
    for (position, attribute) in attributes.enumerated() {
      let id = words.attributes[attribute.definition.code]
      row(table) {
        $0.add(owner)
        $0.add(id)
        $0.add(position)
        $0.add(attribute.definition.type.rawValue)
        switch attribute.values.first {
        case .text(let text):
          $0.add(text)
          $0.null()
          $0.null()
        case .number(let number):
          $0.null()
          $0.add(number)
          $0.null()
        case .swatch(let name, let hex):
          $0.add(name)
          $0.null()
          $0.add(hex)
        default: preconditionFailure("the generator made an attribute of another type: \(attribute)")
        }
      }
    }
  }
}

/// The IDs of the catalog's entities, by name.
private struct Words {
  /// By name in lower case.
  var brands: [String: Int64] = [:]
  /// By the names from the root down.
  var categories: [[String]: Int64] = [:]
  var attributes: [String: Int64] = [:]
  var lists: [String: Int64] = [:]
  var warehouses: [String: Int64] = [:]

  func know(_ record: ProductRecord) -> Bool {
    (record.brand.map { brands[$0.lowercased()] != nil } ?? true)
      && record.categories.allSatisfy { categories[$0] != nil }
      && record.attributes.allSatisfy { attributes[$0.definition.code] != nil }
      && record.variants.allSatisfy { variant in
        variant.options.allSatisfy { attributes[$0.definition.code] != nil }
          && variant.prices.allSatisfy { lists[$0.list.text] != nil }
          && variant.stock.keys.allSatisfy { warehouses[$0] != nil }
      }
  }

  mutating func read(_ pool: PostgresPool) async throws {
    func named(_ statement: SQL) async throws -> [String: Int64] {
      let rows = try await pool.query(statement)
      return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.decode(at: 0), try $0.decode(at: 1)) })
    }
    brands = try await named("SELECT lower(name), id FROM catalog.brand")
    attributes = try await named("SELECT code, id FROM catalog.attribute")
    lists = try await named("SELECT code, id FROM pricing.price_list")
    warehouses = try await named("SELECT code, id FROM inventory.warehouse")
    let tree = try await PostgresCatalog(pool).categoryTree()
    categories = [:]
    func add(_ nodes: [CategoryTree.Node]) {
      for node in nodes {
        if let path = tree.path(to: node.id) { categories[path.names] = node.id.rawValue }
        add(tree.children(of: node.id))
      }
    }
    add(tree.roots)
  }
}

import Catalog
import Ports
import PostgresClient

/// One attempt to write a set of records: match, resolve names to IDs, then write the differences table by table.
///
/// The planner does not know the lengths of a prepared statement's arrays. Nested loops are therefore off while tables
/// are compared, and each live table is read by `= ANY` of its owners: every possible plan is then an index scan and a
/// hash.
struct ProductUpsert {
  struct Entry {
    /// The index in the caller's batch.
    let offset: Int
    let record: ProductRecord
  }

  /// A record with the IDs of its product and variants.
  struct Placed {
    let entry: Entry
    var product: Int64
    var isNew: Bool
    var variants: [Int64] = []
    var newVariants: Set<Int64> = []
  }

  let entries: [Entry]
  let source: String
  let connection: PostgresConnection
  private var outcome = ImportOutcome()
  private var placed: [Placed] = []
  private var changed: Set<Int64> = []
  private var productByVariant: [Int64: Int64] = [:]

  init(entries: [Entry], source: String, connection: PostgresConnection) {
    self.entries = entries
    self.source = source
    self.connection = connection
  }

  mutating func run() async throws -> ImportOutcome {
    let matches = try await ProductMatches.find(entries, source: source, on: connection)
    outcome.refused = matches.refused
    try await place(matches)
    guard !placed.isEmpty else { return outcome }
    let names = try await CatalogNames.resolve(placed.map(\.entry), on: connection)
    outcome.refused += names.refused
    let refused = Set(names.refused.map(\.offset))
    placed.removeAll { refused.contains($0.entry.offset) }
    for entry in placed { for variant in entry.variants { productByVariant[variant] = entry.product } }
    try await connection.executeScript("SET LOCAL enable_nestloop = off")
    try await writeProducts(names)
    try await writeVariants()
    try await writeCategories(names)
    try await writePictures()
    try await writeValues(names)
    try await writePrices(names)
    try await writeCosts()
    try await writeStock(names)
    try await connection.executeScript("SET LOCAL enable_nestloop = on")
    for entry in placed {
      if entry.isNew {
        outcome.inserted += 1
      } else if changed.contains(entry.product) {
        outcome.changed += 1
      } else {
        outcome.unchanged += 1
      }
    }
    return outcome
  }

  /// Gives new products and variants their IDs, in the order of the records.
  private mutating func place(_ matches: ProductMatches) async throws {
    let newProducts = matches.matched.count { $0.product == nil }
    var productIDs = try await take(newProducts, from: "catalog.product")[...]
    let newVariants = matches.matched.reduce(0) { $0 + $1.variants.count { $0 == nil } }
    var variantIDs = try await take(newVariants, from: "catalog.variant")[...]
    for match in matches.matched {
      var entry = Placed(
        entry: match.entry, product: match.product ?? productIDs.removeFirst(), isNew: match.product == nil)
      for known in match.variants {
        let id = known ?? variantIDs.removeFirst()
        entry.variants.append(id)
        if known == nil { entry.newVariants.insert(id) }
      }
      placed.append(entry)
    }
  }

  private func take(_ count: Int, from table: String) async throws -> [Int64] {
    guard count > 0 else { return [] }
    return try await connection.query(
      "SELECT nextval(pg_get_serial_sequence(\(table), 'id')) FROM generate_series(1, \(count))"
    ).map { try $0.decode(at: 0) }
  }

  /// Runs a statement that returns the IDs of the products that it changed.
  private mutating func note(_ statement: SQL) async throws {
    for row in try await connection.query(statement) { changed.insert(try row.decode(at: 0)) }
  }

  /// Runs a statement that returns the IDs of the variants that it changed.
  private mutating func noteVariants(_ statement: SQL) async throws {
    for row in try await connection.query(statement) {
      if let product = productByVariant[try row.decode(at: 0)] { changed.insert(product) }
    }
  }

  // MARK: Tables

  private mutating func writeProducts(_ names: CatalogNames) async throws {
    let records = placed.map(\.entry.record)
    let rows: SQL = """
      unnest(
        \(placed.map(\.product)), \(placed.map(\.isNew)), \(records.map(\.code)), \(records.map(\.title)),
        \(records.map(\.summary)), \(records.map { $0.brand.flatMap { names.brand($0) } }),
        \(records.map(\.ratingAverage)), \(records.map(\.ratingCount)), \(records.map(\.popularity)),
        \(records.map(\.lifecycle.rawValue)), \(records.map { $0.audience.contains(.shops) }),
        \(records.map { $0.audience.contains(.companies) }), \(records.map(\.releasedAt))
      ) AS n(id, is_new, code, title, summary, brand_id, rating_average, rating_count, popularity, lifecycle,
        for_shops, for_companies, released_at)
      """
    try await connection.execute(
      """
      INSERT INTO catalog.product (id, source, code, title, summary, brand_id, rating_average, rating_count, popularity,
        lifecycle, for_shops, for_companies, released_at)
      OVERRIDING SYSTEM VALUE
      SELECT id, \(source), code, title, summary, brand_id, rating_average, rating_count, popularity, lifecycle,
        for_shops, for_companies, released_at FROM \(fragment: rows) WHERE is_new ORDER BY id
      """)
    try await note(
      """
      UPDATE catalog.product AS p SET source = \(source), code = n.code, title = n.title, summary = n.summary,
        brand_id = n.brand_id,
        rating_average = CASE WHEN n.rating_count = 0 AND n.rating_average IS NULL
          THEN p.rating_average ELSE n.rating_average END,
        rating_count = CASE WHEN n.rating_count = 0 AND n.rating_average IS NULL
          THEN p.rating_count ELSE n.rating_count END,
        popularity = CASE WHEN n.popularity = 0 THEN p.popularity ELSE n.popularity END,
        lifecycle = n.lifecycle, for_shops = n.for_shops, for_companies = n.for_companies, released_at = n.released_at
      FROM \(fragment: rows) WHERE p.id = ANY (\(placed.map(\.product))) AND p.id = n.id AND NOT n.is_new AND (
        (p.source, p.code, p.title, p.summary, p.brand_id, p.lifecycle, p.for_shops, p.for_companies, p.released_at)
          IS DISTINCT FROM
        (\(source), n.code, n.title, n.summary, n.brand_id, n.lifecycle, n.for_shops, n.for_companies, n.released_at)
        OR ((n.rating_count > 0 OR n.rating_average IS NOT NULL)
          AND (p.rating_average, p.rating_count) IS DISTINCT FROM (n.rating_average, n.rating_count))
        OR (n.popularity <> 0 AND p.popularity <> n.popularity))
      RETURNING p.id
      """)
  }

  /// Deletes first, so that a SKU may move from one product to another in the same batch.
  private mutating func writeVariants() async throws {
    let known = placed.filter { !$0.isNew }
    try await note(
      """
      DELETE FROM catalog.variant WHERE product_id = ANY (\(known.map(\.product)))
        AND NOT id = ANY (\(known.flatMap(\.variants))) RETURNING product_id
      """)
    var products: [Int64] = []
    var positions: [Int] = []
    var variants: [ProductRecord.Variant] = []
    for entry in placed {
      products += Array(repeating: entry.product, count: entry.variants.count)
      positions += entry.variants.indices
      variants += entry.entry.record.variants
    }
    let new = placed.flatMap { entry in entry.variants.map { entry.newVariants.contains($0) } }
    let rows: SQL = """
      unnest(\(placed.flatMap(\.variants)), \(new), \(products), \(variants.map(\.sku.text)), \(variants.map(\.gtin)),
        \(positions), \(variants.map(\.pictureURL))) AS n(id, is_new, product_id, sku, gtin, position, picture_url)
      """
    try await note(
      """
      INSERT INTO catalog.variant (id, product_id, sku, gtin, position, picture_url) OVERRIDING SYSTEM VALUE
      SELECT id, product_id, sku, gtin, position, picture_url FROM \(fragment: rows) WHERE is_new ORDER BY id
      RETURNING product_id
      """)
    try await note(
      """
      UPDATE catalog.variant AS v SET gtin = n.gtin, position = n.position, picture_url = n.picture_url
      FROM \(fragment: rows) WHERE v.id = ANY (\(placed.flatMap(\.variants))) AND v.id = n.id AND NOT n.is_new
        AND (v.gtin, v.position, v.picture_url) IS DISTINCT FROM (n.gtin, n.position::integer, n.picture_url)
      RETURNING v.product_id
      """)
  }

  private mutating func writeCategories(_ names: CatalogNames) async throws {
    var products: [Int64] = []
    var categories: [Int64] = []
    var positions: [Int] = []
    for entry in placed {
      for (position, category) in names.categories(of: entry.entry.record).enumerated() {
        products.append(entry.product)
        categories.append(category)
        positions.append(position)
      }
    }
    try await note(
      """
      WITH n AS MATERIALIZED (
        SELECT * FROM unnest(\(products), \(categories), \(positions)) AS n(product_id, category_id, position)
      ), gone AS (
        DELETE FROM catalog.product_category AS p WHERE product_id = ANY (\(placed.map(\.product)))
          AND NOT EXISTS (SELECT FROM n WHERE n.product_id = p.product_id AND n.category_id = p.category_id)
        RETURNING product_id
      ), come AS (
        INSERT INTO catalog.product_category (product_id, category_id, position)
        SELECT n.* FROM n LEFT JOIN (
          SELECT * FROM catalog.product_category WHERE product_id = ANY (\(placed.map(\.product)))
        ) AS p USING (product_id, category_id)
        WHERE p.position IS DISTINCT FROM n.position
        ON CONFLICT (product_id, category_id) DO UPDATE SET position = excluded.position
        RETURNING product_id
      ) SELECT product_id FROM gone UNION SELECT product_id FROM come
      """)
    let pairs = names.attributesByCategory(placed.map(\.entry.record))
    try await connection.execute(
      """
      INSERT INTO catalog.category_attribute (category_id, attribute_id)
      SELECT * FROM unnest(\(pairs.map(\.category)), \(pairs.map(\.attribute))) AS n(category_id, attribute_id)
      WHERE NOT EXISTS (SELECT FROM catalog.category_attribute AS c
        WHERE c.category_id = n.category_id AND c.attribute_id = n.attribute_id)
      ON CONFLICT DO NOTHING
      """)
  }

  private mutating func writePictures() async throws {
    let products = placed.flatMap { entry in entry.entry.record.pictureURLs.map { _ in entry.product } }
    let positions = placed.flatMap { Array($0.entry.record.pictureURLs.indices) }
    try await note(
      """
      WITH n AS MATERIALIZED (
        SELECT * FROM unnest(\(products), \(positions), \(placed.flatMap(\.entry.record.pictureURLs)))
          AS n(product_id, position, url)
      ), gone AS (
        DELETE FROM catalog.product_picture AS p WHERE product_id = ANY (\(placed.map(\.product)))
          AND NOT EXISTS (SELECT FROM n WHERE n.product_id = p.product_id AND n.position = p.position)
        RETURNING product_id
      ), come AS (
        INSERT INTO catalog.product_picture (product_id, position, url)
        SELECT n.* FROM n LEFT JOIN (
          SELECT * FROM catalog.product_picture WHERE product_id = ANY (\(placed.map(\.product)))
        ) AS p USING (product_id, position)
        WHERE p.url IS DISTINCT FROM n.url
        ON CONFLICT (product_id, position) DO UPDATE SET url = excluded.url
        RETURNING product_id
      ) SELECT product_id FROM gone UNION SELECT product_id FROM come
      """)
  }

  private mutating func writeValues(_ names: CatalogNames) async throws {
    var attributes = AttributeValueRows()
    var options = AttributeValueRows()
    for entry in placed {
      attributes.append(entry.entry.record.attributes, owner: entry.product, names)
      for (variant, id) in zip(entry.entry.record.variants, entry.variants) {
        options.append(variant.options, owner: id, names)
      }
    }
    try await note(
      attributes.merge(into: "catalog.product_attribute", owner: "product_id", of: placed.map(\.product)))
    let variants = placed.flatMap(\.variants)
    try await noteVariants(options.merge(into: "catalog.variant_option", owner: "variant_id", of: variants))
  }

  /// Replaces the prices of the lists that a record names, and leaves those of others.
  private mutating func writePrices(_ names: CatalogNames) async throws {
    var owners: [Int64] = []
    var prices: [Price] = []
    for entry in placed {
      for (variant, id) in zip(entry.entry.record.variants, entry.variants) {
        owners += variant.prices.map { _ in id }
        prices += variant.prices
      }
    }
    guard !prices.isEmpty else { return }
    let rows: SQL = """
      unnest(\(owners), \(prices.map { names.priceList($0.list) }), \(prices.map(\.amount.currency.code)),
        \(prices.map(\.amount.minorUnits)), \(prices.map { $0.wasAmount?.minorUnits }),
        \(prices.map(\.minimumQuantity)), \(prices.map(\.validFrom)), \(prices.map(\.validUntil)))
        AS n(variant_id, list_id, currency, amount, was, minimum_quantity, valid_from, valid_until)
      """
    let live: SQL = "(SELECT * FROM pricing.price WHERE variant_id = ANY (\(owners))) AS p"
    let isSame: SQL = """
      p.variant_id = n.variant_id AND p.list_id = n.list_id AND p.minimum_quantity = n.minimum_quantity
        AND coalesce(p.valid_from, '-infinity') = coalesce(n.valid_from, '-infinity')
        AND coalesce(p.valid_until, 'infinity') = coalesce(n.valid_until, 'infinity')
      """
    try await noteVariants(
      """
      WITH n AS MATERIALIZED (SELECT * FROM \(fragment: rows))
      DELETE FROM pricing.price AS p USING (SELECT DISTINCT variant_id, list_id FROM n) AS named
      WHERE p.variant_id = ANY (\(owners)) AND p.variant_id = named.variant_id AND p.list_id = named.list_id
        AND NOT EXISTS (SELECT FROM n WHERE \(fragment: isSame)) RETURNING p.variant_id
      """)
    try await noteVariants(
      """
      UPDATE pricing.price AS p SET amount_minor_units = n.amount, was_minor_units = n.was, currency = n.currency
      FROM \(fragment: rows) WHERE p.variant_id = ANY (\(owners)) AND \(fragment: isSame)
        AND (p.amount_minor_units, p.was_minor_units, p.currency) IS DISTINCT FROM (n.amount, n.was, n.currency)
      RETURNING p.variant_id
      """)
    try await noteVariants(
      """
      INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, was_minor_units,
        minimum_quantity, valid_from, valid_until)
      SELECT n.* FROM \(fragment: rows) LEFT JOIN \(fragment: live) ON \(fragment: isSame) WHERE p.id IS NULL
      RETURNING variant_id
      """)
  }

  private mutating func writeCosts() async throws {
    var owners: [Int64] = []
    var costs: [Money] = []
    for entry in placed {
      for (variant, id) in zip(entry.entry.record.variants, entry.variants) {
        guard let cost = variant.cost else { continue }
        owners.append(id)
        costs.append(cost)
      }
    }
    guard !costs.isEmpty else { return }
    try await noteVariants(
      """
      INSERT INTO pricing.cost (variant_id, amount_minor_units, currency)
      SELECT n.* FROM unnest(\(owners), \(costs.map(\.minorUnits)), \(costs.map(\.currency.code)))
        AS n(variant_id, amount, currency)
      LEFT JOIN (SELECT * FROM pricing.cost WHERE variant_id = ANY (\(owners))) AS c USING (variant_id)
      WHERE (c.amount_minor_units, c.currency) IS DISTINCT FROM (n.amount, n.currency)
      ON CONFLICT (variant_id) DO UPDATE
      SET amount_minor_units = excluded.amount_minor_units, currency = excluded.currency
      RETURNING variant_id
      """)
  }

  /// Sets the quantity on hand in the warehouses that a record names, and leaves reservations.
  private mutating func writeStock(_ names: CatalogNames) async throws {
    var owners: [Int64] = []
    var stock: [(key: String, value: Int64)] = []
    for entry in placed {
      for (variant, id) in zip(entry.entry.record.variants, entry.variants) {
        owners += variant.stock.map { _ in id }
        stock += variant.stock.sorted { $0.key < $1.key }
      }
    }
    guard !stock.isEmpty else { return }
    try await noteVariants(
      """
      INSERT INTO inventory.stock (variant_id, warehouse_id, on_hand)
      SELECT n.* FROM unnest(\(owners), \(stock.map { names.warehouse($0.key) }), \(stock.map(\.value)))
        AS n(variant_id, warehouse_id, on_hand)
      LEFT JOIN (SELECT * FROM inventory.stock WHERE variant_id = ANY (\(owners))) AS s
        USING (variant_id, warehouse_id)
      WHERE s.on_hand IS DISTINCT FROM n.on_hand
      ON CONFLICT (variant_id, warehouse_id) DO UPDATE SET on_hand = excluded.on_hand
      RETURNING variant_id
      """)
  }
}

/// The typed values of many products' attributes or many variants' options, one array for each column.
struct AttributeValueRows {
  private var owners: [Int64] = []
  private var attributes: [Int64] = []
  private var indices: [Int] = []
  private var positions: [Int] = []
  private var types: [String] = []
  private var texts: [String?] = []
  private var numbers: [Double?] = []
  private var booleans: [Bool?] = []
  private var days: [Int64?] = []
  private var hexes: [String?] = []

  /// An attribute that a record names twice gets the values of both places.
  mutating func append(_ list: [ProductRecord.Attribute], owner: Int64, _ names: CatalogNames) {
    var seen: [Int64: (position: Int, count: Int)] = [:]
    for (position, attribute) in list.enumerated() {
      let id = names.attribute(attribute.definition)
      var place = seen[id] ?? (position, 0)
      for value in attribute.values {
        append(value, owner: owner, attribute: id, index: place.count, position: place.position)
        place.count += 1
      }
      seen[id] = place
    }
  }

  private mutating func append(_ value: AttributeValue, owner: Int64, attribute: Int64, index: Int, position: Int) {
    owners.append(owner)
    attributes.append(attribute)
    indices.append(index)
    positions.append(position)
    types.append(value.type.rawValue)
    var (text, number, boolean, day, hex): (String?, Double?, Bool?, Int64?, String?)
    switch value {
    case .text(let value): text = value
    case .number(let value): number = value
    case .boolean(let value): boolean = value
    case .date(let value): day = value.daysSinceEpoch
    case .swatch(let name, let code): (text, hex) = (name, code.lowercased())
    }
    texts.append(text)
    numbers.append(number)
    booleans.append(boolean)
    days.append(day)
    hexes.append(hex)
  }

  /// Makes the table hold these values for the owners, and returns the owners whose values changed.
  func merge(into table: String, owner: String, of all: [Int64]) -> SQL {
    let key = "t.\(owner) = n.\(owner) AND t.attribute_id = n.attribute_id AND t.value_index = n.value_index"
    let values = "position, type, text_value, number_value, boolean_value, date_value, swatch_hex"
    func columns(of alias: String) -> String {
      values.split(separator: ", ").map { "\(alias).\($0)" }.joined(separator: ", ")
    }
    return """
      WITH n AS MATERIALIZED (
        SELECT owner AS \(unsafeRaw: owner), attribute_id, value_index::integer, position::integer, type, text_value,
          number_value, boolean_value, date '1970-01-01' + days::integer AS date_value, swatch_hex
        FROM unnest(\(owners), \(attributes), \(indices), \(positions), \(types), \(texts), \(numbers), \(booleans),
          \(days), \(hexes)) AS n(owner, attribute_id, value_index, position, type, text_value, number_value,
          boolean_value, days, swatch_hex)
      ), gone AS (
        DELETE FROM \(unsafeRaw: table) AS t WHERE \(unsafeRaw: owner) = ANY (\(all))
          AND NOT EXISTS (SELECT FROM n WHERE \(unsafeRaw: key)) RETURNING t.\(unsafeRaw: owner)
      ), come AS (
        INSERT INTO \(unsafeRaw: table) (\(unsafeRaw: owner), attribute_id, value_index, \(unsafeRaw: values))
        SELECT n.* FROM n LEFT JOIN (
          SELECT * FROM \(unsafeRaw: table) WHERE \(unsafeRaw: owner) = ANY (\(all))
        ) AS t ON \(unsafeRaw: key)
        WHERE t.attribute_id IS NULL
          OR (\(unsafeRaw: columns(of: "t"))) IS DISTINCT FROM (\(unsafeRaw: columns(of: "n")))
        ON CONFLICT (\(unsafeRaw: owner), attribute_id, value_index) DO UPDATE
        SET (\(unsafeRaw: values)) = ROW (\(unsafeRaw: columns(of: "excluded")))
        RETURNING \(unsafeRaw: owner)
      ) SELECT \(unsafeRaw: owner) FROM gone UNION SELECT \(unsafeRaw: owner) FROM come
      """
  }
}

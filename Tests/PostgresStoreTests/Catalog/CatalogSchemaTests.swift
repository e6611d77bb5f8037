// Properties:
// 1. Every column of every table in the schemas that feed documents either feeds a document (an UPDATE of it raises the
//    product's document_version and adds one outbox row) or is in the list of those that do not, with a reason.
// 2. An UPDATE that changes nothing adds nothing; one transaction adds a product once.
// 3. Inserting and deleting the parts of a product, and deleting the product, leave an outbox row.
// 4. The database itself refuses: cycles in the tree, values that do not fit the type, overlapping prices, a list in
//    two currencies, negative stock, more reserved than on hand, a version that goes back, TRUNCATE.

import LocalServices
import PostgresClient
import Testing

/// A product with one row in every table that feeds its document.
private let fixture = """
  INSERT INTO catalog.brand (name) VALUES ('Acme'), ('Other');
  INSERT INTO catalog.category (name, slug) VALUES ('Root', 'root'), ('Elsewhere', 'elsewhere');
  INSERT INTO catalog.category (parent_id, name, slug) VALUES (1, 'Leaf', 'leaf'), (2, 'Leaf 2', 'leaf-2');
  INSERT INTO catalog.attribute (code, name, type) VALUES
    ('material', 'Material', 'text'), ('length', 'Length', 'number'), ('new', 'New', 'boolean'),
    ('since', 'Since', 'date'), ('colour', 'Colour', 'swatch'), ('spare', 'Spare', 'text');
  INSERT INTO catalog.product (source, code, title, brand_id, rating_average, rating_count, lifecycle)
    VALUES ('test', 'P1', 'Chair', 1, 4.5, 3, 'listed'), ('test', 'P2', 'Table', NULL, NULL, 0, 'listed');
  INSERT INTO catalog.product_category (product_id, category_id) VALUES (1, 3);
  INSERT INTO catalog.product_picture (product_id, position, url) VALUES (1, 0, 'a.svg');
  INSERT INTO catalog.variant (product_id, sku) VALUES (1, 'P1-1'), (2, 'P2-1');
  INSERT INTO catalog.product_attribute
    (product_id, attribute_id, type, text_value, number_value, boolean_value, date_value, swatch_hex) VALUES
    (1, 1, 'text', 'oak', NULL, NULL, NULL, NULL), (1, 2, 'number', NULL, 2, NULL, NULL, NULL),
    (1, 3, 'boolean', NULL, NULL, true, NULL, NULL), (1, 4, 'date', NULL, NULL, NULL, '2026-01-01', NULL),
    (1, 5, 'swatch', 'Red', NULL, NULL, NULL, '#ff0000');
  INSERT INTO catalog.variant_option
    (variant_id, attribute_id, type, text_value, number_value, boolean_value, date_value, swatch_hex)
    SELECT 1, attribute_id, type, text_value, number_value, boolean_value, date_value, swatch_hex
    FROM catalog.product_attribute;
  INSERT INTO catalog.category_attribute (category_id, attribute_id, position) VALUES (1, 2, 5);
  INSERT INTO inventory.warehouse (code, name) VALUES ('main', 'Main'), ('north', 'North');
  INSERT INTO inventory.stock (variant_id, warehouse_id, on_hand, reserved) VALUES (1, 1, 10, 2);
  INSERT INTO pricing.price_list (code, name, currency) VALUES
    ('retail', 'Retail', 'GBP'), ('trade', 'Trade', 'GBP'), ('euro', 'Euro', 'EUR');
  INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, was_minor_units)
    VALUES (1, 1, 'GBP', 1000, 1200);
  INSERT INTO pricing.cost (variant_id, amount_minor_units, currency) VALUES (1, 500, 'GBP');
  """

/// Tables whose rows no document is made of, and why.
private let nonFeedingTables: [String: String] = [
  "inventory.stock_entry": "the sum in inventory.stock feeds",
  "pricing.desk_rules": "the price desk's own",
  "pricing.proposal": "nobody sees a proposal before it is published",
  "pricing.publication": "the published amounts are in pricing.price",
  "pricing.published_price": "the published amounts are in pricing.price",
]

/// Columns that no document shows, and the reason.
private let nonFeeding: [String: String] = [
  "catalog.brand.id": "the database gives it and refuses to change it",
  "catalog.brand.created_at": "no document says when a brand was entered",
  "catalog.category.id": "the database gives it and refuses to change it",
  "catalog.category.position": "orders the tree, which is read from the table",
  "catalog.category.created_at": "no document says when a category was entered",
  "catalog.attribute.id": "the database gives it and refuses to change it",
  "catalog.attribute.type": "cannot change while a product has a value: the foreign key holds it",
  "catalog.attribute.created_at": "no document says when an attribute was entered",
  "catalog.product.id": "the database gives it and refuses to change it",
  "catalog.product.document_version": "is the version itself",
  "catalog.product.updated_at": "follows the version",
  "catalog.variant.id": "the database gives it and refuses to change it",
  "catalog.variant.created_at": "no document says when a variant was entered",
  "inventory.warehouse.id": "the database gives it and refuses to change it",
  "inventory.warehouse.code": "a document has the sum over all warehouses",
  "inventory.warehouse.name": "a document has the sum over all warehouses",
  "inventory.warehouse.created_at": "a document has the sum over all warehouses",
  "pricing.price_list.id": "the database gives it and refuses to change it",
  "pricing.price_list.name": "a document has the list's code",
  "pricing.price_list.currency": "cannot change while a price refers to it: the foreign key holds it",
  "pricing.price_list.created_at": "no document says when a list was entered",
  "pricing.price.id": "the database gives it and refuses to change it",
  "pricing.cost.variant_id": "what the shop pays is shown to no shopper",
  "pricing.cost.amount_minor_units": "what the shop pays is shown to no shopper",
  "pricing.cost.currency": "what the shop pays is shown to no shopper",
]

/// The new value of a column for which a general value of its type is not enough: the whole SET and WHERE.
private let updates: [String: String] = [
  "catalog.brand.name": "SET name = 'Acme & Co' WHERE id = 1",
  "catalog.category.parent_id": "SET parent_id = 2 WHERE id = 3",
  "catalog.category.slug": "SET slug = 'trunk' WHERE id = 1",
  "catalog.category.name": "SET name = 'Trunk' WHERE id = 1",
  "catalog.attribute.code": "SET code = 'stuff' WHERE id = 1",
  "catalog.attribute.name": "SET name = 'Stuff' WHERE id = 1",
  "catalog.attribute.unit": "SET unit = 'm' WHERE id = 2",
  "catalog.attribute.is_facet": "SET is_facet = true WHERE id = 1",
  "catalog.attribute.position": "SET position = 7 WHERE id = 1",
  "catalog.category_attribute.category_id": "SET category_id = 3",
  "catalog.category_attribute.attribute_id": "SET attribute_id = 1",
  "catalog.category_attribute.is_facet": "SET is_facet = true",
  "catalog.category_attribute.position": "SET position = 6",
  "catalog.category_attribute.unit": "SET unit = 'ft'",
  "catalog.product.source": "SET source = 'other' WHERE id = 1",
  "catalog.product.code": "SET code = 'P1b' WHERE id = 1",
  "catalog.product.title": "SET title = 'Armchair' WHERE id = 1",
  "catalog.product.summary": "SET summary = 'Soft' WHERE id = 1",
  "catalog.product.brand_id": "SET brand_id = 2 WHERE id = 1",
  "catalog.product.rating_average": "SET rating_average = 4 WHERE id = 1",
  "catalog.product.rating_count": "SET rating_count = 4 WHERE id = 1",
  "catalog.product.popularity": "SET popularity = 0.5 WHERE id = 1",
  "catalog.product.lifecycle": "SET lifecycle = 'hidden' WHERE id = 1",
  "catalog.product.for_shops": "SET for_shops = false WHERE id = 1",
  "catalog.product.for_companies": "SET for_companies = false WHERE id = 1",
  "catalog.product.released_at": "SET released_at = '2026-02-01' WHERE id = 1",
  "catalog.product.created_at": "SET created_at = '2026-02-01' WHERE id = 1",
  "catalog.product_category.product_id": "SET product_id = 2",
  "catalog.product_category.category_id": "SET category_id = 4",
  "catalog.product_category.position": "SET position = 1",
  "catalog.product_picture.product_id": "SET product_id = 2",
  "catalog.product_picture.position": "SET position = 1",
  "catalog.product_picture.url": "SET url = 'b.svg'",
  "catalog.variant.product_id": "SET product_id = 2 WHERE id = 1",
  "catalog.variant.sku": "SET sku = 'P1-2' WHERE id = 1",
  "catalog.variant.gtin": "SET gtin = '0095205603217' WHERE id = 1",
  "catalog.variant.position": "SET position = 3 WHERE id = 1",
  "catalog.variant.picture_url": "SET picture_url = 'v.svg' WHERE id = 1",
  "catalog.product_attribute.product_id": "SET product_id = 2 WHERE attribute_id = 1",
  "catalog.product_attribute.attribute_id": "SET attribute_id = 6 WHERE attribute_id = 1",
  "catalog.product_attribute.value_index": "SET value_index = 1 WHERE attribute_id = 1",
  "catalog.product_attribute.position": "SET position = 4 WHERE attribute_id = 1",
  "catalog.product_attribute.type":
    "SET type = 'text', attribute_id = 6, text_value = 'x', number_value = NULL WHERE attribute_id = 2",
  "catalog.product_attribute.text_value": "SET text_value = 'ash' WHERE attribute_id = 1",
  "catalog.product_attribute.number_value": "SET number_value = 3 WHERE attribute_id = 2",
  "catalog.product_attribute.boolean_value": "SET boolean_value = false WHERE attribute_id = 3",
  "catalog.product_attribute.date_value": "SET date_value = '2026-03-01' WHERE attribute_id = 4",
  "catalog.product_attribute.swatch_hex": "SET swatch_hex = '#00ff00' WHERE attribute_id = 5",
  "catalog.variant_option.variant_id": "SET variant_id = 2 WHERE attribute_id = 1",
  "catalog.variant_option.attribute_id": "SET attribute_id = 6 WHERE attribute_id = 1",
  "catalog.variant_option.value_index": "SET value_index = 1 WHERE attribute_id = 1",
  "catalog.variant_option.position": "SET position = 4 WHERE attribute_id = 1",
  "catalog.variant_option.type":
    "SET type = 'text', attribute_id = 6, text_value = 'x', number_value = NULL WHERE attribute_id = 2",
  "catalog.variant_option.text_value": "SET text_value = 'ash' WHERE attribute_id = 1",
  "catalog.variant_option.number_value": "SET number_value = 3 WHERE attribute_id = 2",
  "catalog.variant_option.boolean_value": "SET boolean_value = false WHERE attribute_id = 3",
  "catalog.variant_option.date_value": "SET date_value = '2026-03-01' WHERE attribute_id = 4",
  "catalog.variant_option.swatch_hex": "SET swatch_hex = '#00ff00' WHERE attribute_id = 5",
  "inventory.stock.variant_id": "SET variant_id = 2",
  "inventory.stock.warehouse_id": "SET warehouse_id = 2, on_hand = 9",
  "inventory.stock.on_hand": "SET on_hand = 9",
  "inventory.stock.reserved": "SET reserved = 3",
  "pricing.price_list.code": "SET code = 'shop' WHERE id = 1",
  "pricing.price.variant_id": "SET variant_id = 2",
  "pricing.price.list_id": "SET list_id = 2",
  "pricing.price.currency": "SET currency = 'EUR', list_id = 3",
  "pricing.price.amount_minor_units": "SET amount_minor_units = 900",
  "pricing.price.was_minor_units": "SET was_minor_units = NULL",
  "pricing.price.minimum_quantity": "SET minimum_quantity = 5",
  "pricing.price.valid_from": "SET valid_from = '2026-01-01'",
  "pricing.price.valid_until": "SET valid_until = '2030-01-01'",
]

/// The work of sync for changes that touch many products: finds the products, and adds them to the outbox.
private let handOn = "SELECT indexing.line_up_fan_out(), indexing.note_fan_out(1000)"

private func makePool(_ script: String? = fixture) async throws -> PostgresPool {
  let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
  if let script { try await pool.withConnection { try await $0.executeScript(script) } }
  return pool
}

/// Product 1's version, and the outbox rows of product 1 after the given one.
private func state(_ pool: PostgresPool, after id: Int64 = 0) async throws -> (version: Int64?, rows: Int, last: Int64)
{
  let rows = try await pool.query(
    """
    SELECT (SELECT document_version FROM catalog.product WHERE id = 1) AS version,
      count(*) FILTER (WHERE product_id = 1 AND id > \(id)) AS rows, coalesce(max(id), 0) AS last
    FROM indexing.outbox
    """)
  return (try rows[0].decode("version"), try rows[0].decode("rows"), try rows[0].decode("last"))
}

@Suite struct CatalogSchemaTests {
  @Test("1: every column of the feeding schemas is covered")
  func everyColumn() async throws {
    let listing = try await makePool(nil)
    let columns = try await listing.query(
      """
      SELECT table_schema::text || '.' || table_name::text AS place, column_name::text AS name
      FROM information_schema.columns WHERE table_schema IN ('catalog', 'inventory', 'pricing')
      ORDER BY 1, ordinal_position
      """
    ).map { (place: try $0.decode("place", as: String.self), name: try $0.decode("name", as: String.self)) }
      .filter { nonFeedingTables[$0.place] == nil }
    #expect(columns.count > 80)
    let names = Set(columns.map { "\($0.place).\($0.name)" })
    #expect(names.subtracting(updates.keys).subtracting(nonFeeding.keys) == [], "say what these columns feed")
    #expect(Set(updates.keys).union(nonFeeding.keys).subtracting(names) == [], "columns that are no more")
    #expect(Set(updates.keys).intersection(nonFeeding.keys) == [])

    let pool = try await makePool()
    for (name, update) in updates.sorted(by: { $0.key < $1.key }) {
      let table = name.split(separator: ".").dropLast().joined(separator: ".")
      // Each in a transaction that is undone, so that each starts from the fixture.
      try await pool.withConnection { connection in
        try await connection.executeScript("BEGIN")
        let before = try await connection.query("SELECT document_version FROM catalog.product WHERE id = 1")
        try await connection.executeScript("UPDATE \(table) \(update)")
        try await connection.executeScript(handOn)
        let after = try await connection.query(
          """
          SELECT document_version, (SELECT count(*) FROM indexing.outbox
            WHERE product_id = 1 AND transaction_id = pg_current_xact_id()) AS rows
          FROM catalog.product WHERE id = 1
          """)
        let versions = (try before[0].decode(Int64.self, at: 0), try after[0].decode(Int64.self, at: 0))
        #expect(versions.1 == versions.0 + 1, "\(name): the version goes up")
        #expect(try after[0].decode(Int.self, at: 1) == 1, "\(name): one outbox row")
        try await connection.executeScript("ROLLBACK")
      }
    }
    await pool.close()
    await listing.close()
  }

  @Test("2: no change, no entry; once in each transaction")
  func once() async throws {
    let pool = try await makePool()
    let before = try await state(pool)
    for table in [
      "catalog.product", "catalog.product_attribute", "catalog.variant", "pricing.price", "inventory.stock",
    ] {
      let column = table == "catalog.product" ? "title" : table == "inventory.stock" ? "on_hand" : "position"
      let own = table == "pricing.price" ? "amount_minor_units" : column
      try await pool.withConnection { try await $0.executeScript("UPDATE \(table) SET \(own) = \(own)") }
    }
    #expect(try await state(pool, after: before.last).rows == 0)
    try await pool.withTransaction { connection in
      try await connection.executeScript(
        """
        UPDATE catalog.product SET title = 'A'; UPDATE catalog.product SET title = 'B';
        UPDATE pricing.price SET amount_minor_units = 1; UPDATE inventory.stock SET on_hand = 100;
        DELETE FROM catalog.product_picture
        """)
    }
    let after = try await state(pool, after: before.last)
    #expect(after.rows == 1)
    #expect(after.version == before.version.map { $0 + 1 })
    await pool.close()
  }

  @Test("3: parts added and removed, and the product's end")
  func comeAndGo() async throws {
    let pool = try await makePool()
    let statements = [
      "DELETE FROM pricing.price",
      "INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units) VALUES (1, 1, 'GBP', 5)",
      "DELETE FROM inventory.stock", "INSERT INTO inventory.stock (variant_id, warehouse_id, on_hand) VALUES (1, 1, 5)",
      "DELETE FROM catalog.variant_option", "DELETE FROM catalog.product_attribute",
      "INSERT INTO catalog.product_attribute (product_id, attribute_id, type, text_value) VALUES (1, 1, 'text', 'x')",
      "INSERT INTO catalog.variant_option (variant_id, attribute_id, type, text_value) VALUES (1, 1, 'text', 'x')",
      "DELETE FROM catalog.product_picture", "INSERT INTO catalog.product_picture VALUES (1, 0, 'z.svg')",
      "INSERT INTO catalog.category_attribute (category_id, attribute_id, is_facet) VALUES (3, 1, true)",
      "DELETE FROM catalog.category_attribute WHERE category_id = 3",
      "DELETE FROM catalog.brand WHERE id = 1", "DELETE FROM catalog.category WHERE id = 3",
      "INSERT INTO catalog.product_category VALUES (1, 4, 0)", "DELETE FROM catalog.product_category",
      "DELETE FROM catalog.variant WHERE id = 1", "INSERT INTO catalog.variant (product_id, sku) VALUES (1, 'again')",
      "DELETE FROM catalog.product WHERE id = 1",
    ]
    for statement in statements {
      let before = try await state(pool)
      try await pool.withConnection { try await $0.executeScript("\(statement); \(handOn)") }
      let after = try await state(pool, after: before.last)
      #expect(after.rows == 1, "\(statement)")
      if after.version != nil { #expect(after.version == before.version.map { $0 + 1 }, "\(statement)") }
    }
    let before = try await state(pool)
    // A row without settings of its own changes no document.
    try await pool.withConnection {
      try await $0.executeScript("INSERT INTO catalog.category_attribute (category_id, attribute_id) VALUES (4, 1)")
      try await $0.executeScript(handOn)
    }
    #expect(try await state(pool, after: before.last).last == before.last)
    await pool.close()
  }

  @Test(
    "4: changes that the database refuses",
    arguments: [
      ("UPDATE catalog.category SET parent_id = 3 WHERE id = 1", "category_no_cycle"),
      ("UPDATE catalog.category SET parent_id = 1 WHERE id = 1", "category_no_cycle"),
      ("INSERT INTO catalog.category (name, slug) VALUES ('Again', 'root')", "category_slug_key"),
      ("UPDATE catalog.product_attribute SET text_value = NULL WHERE attribute_id = 1", "product_attribute_value"),
      ("UPDATE catalog.product_attribute SET number_value = 1 WHERE attribute_id = 1", "product_attribute_value"),
      ("UPDATE catalog.product_attribute SET number_value = 'NaN' WHERE attribute_id = 2", "product_attribute_value"),
      ("UPDATE catalog.product_attribute SET swatch_hex = 'red' WHERE attribute_id = 5", "product_attribute_value"),
      (
        "UPDATE catalog.product_attribute SET type = 'text', text_value = 'x', number_value = NULL "
          + "WHERE attribute_id = 2", "product_attribute_type"
      ),
      ("UPDATE catalog.attribute SET type = 'number' WHERE id = 1", "product_attribute_type"),
      ("UPDATE catalog.attribute SET unit = 'm' WHERE id = 1", "attribute_unit_of_number"),
      (
        "INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, valid_from) "
          + "VALUES (1, 1, 'GBP', 1, now())", "price_no_overlap"
      ),
      (
        "INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units) VALUES (1, 2, 'EUR', 1)",
        "price_list_currency"
      ),
      ("UPDATE pricing.price_list SET currency = 'EUR' WHERE id = 1", "price_list_currency"),
      ("UPDATE pricing.price SET amount_minor_units = -1", "price_amount"),
      ("UPDATE pricing.price SET was_minor_units = 1", "price_was_amount"),
      ("UPDATE pricing.price SET valid_from = '2026-01-02', valid_until = '2026-01-01'", "price_validity"),
      ("UPDATE inventory.stock SET on_hand = 1", "stock_reserved_on_hand"),
      ("UPDATE inventory.stock SET reserved = -1", "stock_reserved"),
      ("INSERT INTO catalog.variant (product_id, sku) VALUES (2, 'P1-1')", "variant_sku_key"),
      ("INSERT INTO catalog.product (source, code, title) VALUES ('test', 'P1', 'x')", "product_code_key"),
      ("UPDATE catalog.product SET for_shops = false, for_companies = false", "product_audience"),
      ("UPDATE catalog.product SET rating_average = NULL WHERE id = 1", "product_rating"),
      ("UPDATE catalog.product SET document_version = 1 WHERE id = 1", "product_version_goes_up"),
      ("DELETE FROM inventory.warehouse WHERE id = 1", "stock_warehouse_id_fkey"),
    ])
  func refuses(statement: String, constraint: String) async throws {
    let pool = try await makePool()
    try await pool.withConnection { try await $0.executeScript("UPDATE catalog.product SET title = title || '!'") }
    do {
      try await pool.withConnection { try await $0.executeScript(statement) }
      Issue.record("not refused")
    } catch PostgresError.server(let error) {
      #expect(error.constraint == constraint, "\(error.message)")
    }
    await pool.close()
  }

  @Test("4: TRUNCATE of a feeding table is refused")
  func refusesTruncate() async throws {
    let pool = try await makePool()
    for table in ["catalog.product CASCADE", "pricing.price", "inventory.stock", "catalog.product_attribute"] {
      do {
        try await pool.withConnection { try await $0.executeScript("TRUNCATE \(table)") }
        Issue.record("\(table) not refused")
      } catch PostgresError.server(let error) {
        #expect(error.sqlState == "0A000", "\(error.message)")
      }
    }
    await pool.close()
  }
}

// The limits that the database holds (migration 0010):
// 1. They are CatalogLimits': a row at each limit is taken, one a step over it is refused by the constraint of the limit.
// 2. A writer past the importer hears which limit it is.
// 3. A database that held rows over the limits before the migration takes it: a product is brought within them and can be
//    changed again; other rows stay as they are.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Testing

@Suite struct CatalogLimitsTests {
  private static let fixture = """
    INSERT INTO catalog.attribute (code, name, type) VALUES ('length', 'Length', 'number'), ('since', 'Since', 'date');
    INSERT INTO catalog.category (name, slug) VALUES ('Root', 'root');
    INSERT INTO catalog.product (source, code, title, rating_average, rating_count, lifecycle)
      VALUES ('test', 'P1', 'Chair', 4, 3, 'listed');
    INSERT INTO catalog.product_category (product_id, category_id) VALUES (1, 1);
    INSERT INTO catalog.product_picture (product_id, position, url) VALUES (1, 0, 'a.svg');
    INSERT INTO catalog.variant (product_id, sku) VALUES (1, 'P1-1');
    INSERT INTO catalog.product_attribute (product_id, attribute_id, type, number_value) VALUES (1, 1, 'number', 2);
    INSERT INTO catalog.product_attribute (product_id, attribute_id, type, date_value) VALUES (1, 2, 'date', '2026-01-01');
    INSERT INTO catalog.variant_option (variant_id, attribute_id, type, number_value) VALUES (1, 1, 'number', 2);
    INSERT INTO inventory.warehouse (code, name) VALUES ('main', 'Main');
    INSERT INTO inventory.stock (variant_id, warehouse_id, on_hand) VALUES (1, 1, 10);
    INSERT INTO pricing.price_list (code, name, currency) VALUES ('retail', 'Retail', 'GBP');
    INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, was_minor_units)
      VALUES (1, 1, 'GBP', 1000, 1200);
    INSERT INTO pricing.cost (variant_id, amount_minor_units, currency) VALUES (1, 500, 'GBP');
    """

  /// Column, a value at its limit, one over it.
  private static let columns: [(column: String, atLimit: String, over: String, constraint: String)] = {
    let (money, pieces) = (CatalogLimits.moneyMinorUnits.upperBound, CatalogLimits.pieces.upperBound)
    let (number, popularity) = (CatalogLimits.number, CatalogLimits.popularity.upperBound)
    let (position, year) = (CatalogLimits.position, CatalogLimits.year)
    func date(_ year: Int64, _ day: String) -> String {
      "'\(String(repeating: "0", count: 4 - min(4, String(year).count)))\(year)-\(day)'"
    }
    let (first, last) = (date(year.lowerBound, "01-01"), date(year.upperBound, "12-31"))
    let (before, after) = ("'0001-12-31 BC'", date(year.upperBound + 1, "01-01"))
    var columns: [(String, String, String, String)] = [
      ("pricing.price.amount_minor_units", "\(money - 1)", "\(money + 1)", "price_amount_limit"),
      ("pricing.price.was_minor_units", "\(money)", "\(money + 1)", "price_was_amount_limit"),
      ("pricing.price.minimum_quantity", "\(pieces)", "\(pieces + 1)", "price_minimum_quantity_limit"),
      ("pricing.cost.amount_minor_units", "\(money)", "\(money + 1)", "cost_amount_limit"),
      ("inventory.stock.on_hand", "\(pieces)", "\(pieces + 1)", "stock_on_hand_limit"),
      ("catalog.product.rating_count", "\(pieces)", "\(pieces + 1)", "product_rating_count_limit"),
      ("catalog.product.popularity", "\(popularity)", "\(popularity.nextUp)", "product_popularity_limit"),
      (
        "catalog.product_category.position", "\(CatalogLimits.categories - 1)", "\(CatalogLimits.categories)",
        "product_category_count_limit"
      ),
      (
        "catalog.product_picture.position", "\(CatalogLimits.pictures - 1)", "\(CatalogLimits.pictures)",
        "product_picture_count_limit"
      ),
      ("catalog.variant.position", "\(CatalogLimits.variants - 1)", "\(CatalogLimits.variants)", "variant_count_limit"),
    ]
    for table in ["product_attribute", "variant_option"] {
      let name = "catalog.\(table)"
      columns += [
        (
          "\(name).value_index", "\(CatalogLimits.valuesOfAttribute - 1)", "\(CatalogLimits.valuesOfAttribute)",
          "\(table)_count_limit"
        ),
        ("\(name).position", "\(CatalogLimits.attributes - 1)", "\(CatalogLimits.attributes)", "\(table)_count_limit"),
      ]
      for bound in [(number.upperBound, number.upperBound.nextUp), (number.lowerBound, number.lowerBound.nextDown)] {
        columns.append(("\(name).number_value", "\(bound.0)", "\(bound.1)", "\(table)_value_number_limit"))
      }
    }
    for table in ["attribute", "category"] {
      for bound in [(position.upperBound, position.upperBound + 1), (position.lowerBound, position.lowerBound - 1)] {
        columns.append(("catalog.\(table).position", "\(bound.0)", "\(bound.1)", "\(table)_position_limit"))
      }
    }
    for bound in [(first, before), (last, after)] {
      columns += [
        ("catalog.product.released_at", bound.0, bound.1, "product_released_at_limit"),
        ("pricing.price.valid_from", bound.0, bound.1, "price_valid_from_limit"),
        ("pricing.price.valid_until", bound.0, bound.1, "price_valid_until_limit"),
        ("catalog.product_attribute.date_value", bound.0, bound.1, "product_attribute_value_date_limit"),
      ]
    }
    return columns
  }()

  private func update(_ pool: PostgresPool, _ column: String, _ value: String) async throws {
    let parts = column.split(separator: ".").map(String.init)
    let rows =
      parts[2].hasSuffix("_value")
      ? " WHERE \(parts[2]) IS NOT NULL" : parts[2] == "value_index" ? " WHERE attribute_id = 1" : ""
    try await pool.withTransaction { connection in
      try await connection.execute(
        "UPDATE \(unsafeRaw: parts[0] + "." + parts[1]) SET \(unsafeRaw: parts[2]) = \(unsafeRaw: value + rows)")
    }
  }

  @Test("1: each limit")
  func each() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    try await pool.withConnection { try await $0.executeScript(Self.fixture) }
    for (column, atLimit, over, constraint) in Self.columns {
      if column == "pricing.price.amount_minor_units" {
        try await update(pool, "pricing.price.was_minor_units", "NULL")
      }
      let error = await #expect(throws: PostgresError.self, "\(column) = \(over)") {
        try await update(pool, column, over)
      }
      guard case .server(let refusal) = error else {
        Issue.record("\(column): \(String(describing: error))")
        continue
      }
      #expect(refusal.sqlState == "23514" && refusal.constraint == constraint, "\(column): \(refusal.message)")
      try await update(pool, column, atLimit)
      if ["valid_from", "valid_until"].contains(where: column.hasSuffix) { try await update(pool, column, "NULL") }
    }
    await pool.close()
  }

  @Test("2: what a writer hears")
  func reason() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    let records = [Int64(100), .max, 200].enumerated().map { index, amount in
      ProductRecord(
        code: "P\(index)", title: "Lamp",
        variants: [.init(sku: SKU("S\(index)"), prices: [Price(amount: Money(minorUnits: amount, currency: .gbp))])])
    }
    let outcome = try await PostgresCatalog(pool).upsert(records, source: "test")
    #expect(outcome.inserted == 2 && outcome.refused.map(\.offset) == [1])
    #expect(outcome.refused.first?.reason == "a price is over 1,000,000,000,000 minor units")
    await pool.close()
  }

  @Test("3: rows from before")
  func before() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let place = try #require(Migration.all.firstIndex { $0.name == "limits" })
    _ = try await Migrator(Array(Migration.all[..<place])).migrate(pool)
    try await pool.withConnection { connection in
      try await connection.executeScript(Self.fixture)
      try await connection.executeScript(
        """
        UPDATE catalog.product SET rating_count = 9223372036854775807, popularity = 1e308, released_at = '294276-01-01';
        UPDATE pricing.price SET was_minor_units = 9223372036854775807;
        UPDATE inventory.stock SET on_hand = 9223372036854775807;
        UPDATE catalog.product_attribute SET number_value = 1e308 WHERE attribute_id = 1;
        """)
    }
    #expect(try await Migrator.shop.migrate(pool).contains { $0.hasSuffix("_limits") })
    let row = try await pool.query(
      "SELECT rating_count, popularity, released_at IS NULL AS is_released_never FROM catalog.product")[0]
    #expect(try row.decode("rating_count", as: Int64.self) == CatalogLimits.pieces.upperBound)
    #expect(try row.decode("popularity", as: Double.self) == CatalogLimits.popularity.upperBound)
    #expect(try row.decode("is_released_never", as: Bool.self))
    #expect(try await pool.query("SELECT FROM pricing.price WHERE was_minor_units = 9223372036854775807").count == 1)
    // A change of a price writes the product's row, and the rows that are over a limit are read.
    try await pool.execute("UPDATE pricing.price SET amount_minor_units = 900, was_minor_units = NULL")
    let products = try await PostgresCatalog(pool).products([ProductID(rawValue: 1)])
    #expect(products.first?.variants.first?.availableQuantity == .max)
    #expect(products.first?.attributes.first?.values == [.number(1e308)])
    let versions = try await pool.query("SELECT document_version FROM catalog.product")
    #expect(try versions[0].decode(Int64.self, at: 0) > 1)
    await pool.close()
  }
}

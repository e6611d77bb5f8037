public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: CatalogWriter {
  /// Most records of one call: a batch is in memory several times over, and is one transaction.
  public static let maxBatch = 10_000
  /// Imports run one after the other, so that two cannot create the same category or SKU at once.
  private static let importLock = 7_386_255

  /// Writes a retailer's products in one transaction.
  ///
  /// A record is matched by source and code, then by SKU from any source; a match by SKU gives the product the record's
  /// source and code. The record's content replaces the product's: title, categories, attributes, pictures, variants.
  /// Omitted data stays: ratings, popularity, prices of lists and stock of warehouses that the record does not name.
  /// Only differences are written, so an unchanged product keeps its version.
  ///
  /// A record that violates the catalog's constraints is reported and the others are written: a failing batch is halved
  /// until the refused record is alone.
  public func upsert(_ records: [ProductRecord], source: String) async throws -> ImportOutcome {
    guard records.count <= Self.maxBatch else {
      throw PostgresError.misuse("\(records.count) records in one batch: send at most \(Self.maxBatch)")
    }
    return try await reaching {
      try await pool.withTransaction { connection in
        try await connection.query("SELECT pg_advisory_xact_lock(\(Self.importLock))")
        var outcome = ImportOutcome()
        let entries = Self.acceptable(records, &outcome)
        try await Self.write(entries[...], source: source, on: connection, &outcome)
        outcome.refused.sort { $0.offset < $1.offset }
        if outcome.inserted > 0 { try await Self.analyzeIfNever(connection) }
        return outcome
      }
    }
  }

  /// A fresh database has no statistics until autovacuum runs, and the planner takes its tables to be empty.
  private static func analyzeIfNever(_ connection: PostgresConnection) async throws {
    let rows = try await connection.query("SELECT reltuples < 0 FROM pg_class WHERE oid = 'catalog.product'::regclass")
    guard try rows[0].decode(Bool.self, at: 0) else { return }
    try await connection.executeScript(
      """
      ANALYZE catalog.product, catalog.product_attribute, catalog.product_category, catalog.product_picture,
        catalog.variant, catalog.variant_option, inventory.stock, pricing.price
      """)
  }

  /// Leaves out records that contradict themselves or an earlier record of the batch.
  private static func acceptable(_ records: [ProductRecord], _ outcome: inout ImportOutcome) -> [ProductUpsert.Entry] {
    var entries: [ProductUpsert.Entry] = []
    var codes: Set<String> = []
    var skus: [SKU: String] = [:]
    for (offset, record) in records.enumerated() {
      if let reason = contradiction(in: record, codes, skus) {
        outcome.refused.append(.init(offset: offset, reason: reason))
        continue
      }
      codes.insert(record.code)
      for variant in record.variants { skus[variant.sku] = record.code }
      entries.append(.init(offset: offset, record: record))
    }
    return entries
  }

  private static func contradiction(in record: ProductRecord, _ codes: Set<String>, _ skus: [SKU: String]) -> String? {
    if record.variants.isEmpty { return "product \(record.code) has no variant: give at least one SKU" }
    if codes.contains(record.code) { return "product \(record.code) stands twice in the batch: keep one" }
    var own: Set<SKU> = []
    for variant in record.variants {
      if let other = skus[variant.sku] { return "SKU \(variant.sku) is product \(other)'s: a SKU names one variant" }
      guard own.insert(variant.sku).inserted else { return "SKU \(variant.sku) stands twice in product \(record.code)" }
    }
    for attribute in record.attributes + record.variants.flatMap(\.options) {
      for value in attribute.values where value.type != attribute.definition.type {
        return "attribute \(attribute.definition.code) is of type \(attribute.definition.type.rawValue), its value "
          + "\(value.displayText) of type \(value.type.rawValue)"
      }
    }
    return nil
  }

  private static func write(
    _ entries: ArraySlice<ProductUpsert.Entry>, source: String, on connection: PostgresConnection,
    _ outcome: inout ImportOutcome
  ) async throws {
    guard !entries.isEmpty else { return }
    do {
      let written = try await connection.withSavepoint {
        var upsert = ProductUpsert(entries: Array(entries), source: source, connection: connection)
        return try await upsert.run()
      }
      outcome.inserted += written.inserted
      outcome.changed += written.changed
      outcome.unchanged += written.unchanged
      outcome.refused += written.refused
    } catch PostgresError.server(let error) where ProductRefusal.isAboutData(error) {
      guard entries.count > 1 else {
        outcome.refused.append(.init(offset: entries[entries.startIndex].offset, reason: ProductRefusal.reason(error)))
        return
      }
      let middle = entries.startIndex + entries.count / 2
      try await write(entries[..<middle], source: source, on: connection, &outcome)
      try await write(entries[middle...], source: source, on: connection, &outcome)
    }
  }
}

/// The meaning of the database's constraints for the sender of a record.
enum ProductRefusal {
  /// Cardinality, data and integrity violations, and values too large for an index.
  static func isAboutData(_ error: PostgresServerError) -> Bool {
    ["21", "22", "23", "54"].contains(String(error.sqlState.prefix(2)))
  }

  static func reason(_ error: PostgresServerError) -> String {
    if let constraint = error.constraint, let reason = reasons[constraint] { return reason }
    if let column = error.column { return "\(column) is missing" }
    if let constraint = error.constraint { return "constraint \(constraint) is broken: \(error.message)" }
    return error.message
  }

  private static let reasons = [
    "variant_sku_key": "a SKU belongs to another product: a SKU names one variant",
    "variant_sku_check": "a SKU is empty or longer than 400 bytes",
    "variant_gtin_check": "a GTIN is not 8 to 14 digits",
    "product_code_key": "the code belongs to another product of this source",
    "product_code_check": "the code is empty or longer than 200 bytes",
    "product_source_check": "the source is not lowercase letters, digits, - and _, at most 60",
    "product_title_check": "the title is empty or longer than 4,000 bytes",
    "product_summary_check": "the summary is longer than 100,000 bytes",
    "product_audience": "the audience is empty: name b2c, b2b or both",
    "product_rating": "a rating needs both average and count",
    "product_rating_average_check": "the rating's average is not between 0 and 5",
    "product_rating_count_check": "the rating's count is negative",
    "product_popularity_check": "the popularity is negative or no number",
    "product_picture_url_check": "a picture's address is empty or longer than 2,000 bytes",
    "product_attribute_value": "an attribute's value does not fit its type",
    "product_attribute_text_value_check": "an attribute's text is empty or longer than 100,000 bytes",
    "variant_option_value": "an option's value does not fit its type",
    "variant_option_text_value_check": "an option's text is empty or longer than 1,000 bytes",
    "attribute_code_check": "an attribute's code is not lowercase letters, digits and _, at most 120",
    "attribute_unit_of_number": "an attribute that is no number has a unit",
    "brand_name_check": "the brand's name is empty or longer than 400 bytes",
    "category_name_check": "a category's name is empty or longer than 400 bytes",
    "price_amount": "a price is negative",
    "price_was_amount": "the price before a reduction is not above the price",
    "price_minimum_quantity": "a price's minimum quantity is below 1",
    "price_validity": "a price's validity ends before it begins",
    "price_no_overlap": "two prices of one list and minimum quantity are valid at the same time",
    "price_list_currency": "a price is in another currency than its list",
    "price_list_code_check": "a price list's code is not letters, digits, - and _, at most 60",
    "cost_amount": "the cost is negative",
    "stock_on_hand": "the stock is negative",
    "stock_reserved_on_hand": "the stock is less than what is reserved for orders",
    "product_rating_count_limit": "the rating's count is over 1,000,000,000",
    "product_popularity_limit": "the popularity is over 1,000,000,000,000",
    "product_released_at_limit": "the release is not in the years 1 to 9999",
    "product_category_count_limit": "the product is in more than 100 categories",
    "product_picture_count_limit": "the product has more than 200 pictures",
    "variant_count_limit": "the product has more than 1,000 variants",
    "attribute_position_limit": "an attribute's position is not from -1,000,000 to 1,000,000",
    "category_position_limit": "a category's position is not from -1,000,000 to 1,000,000",
    "product_attribute_count_limit": "the product has more than 1,000 attributes or values of one",
    "product_attribute_value_number_limit": "an attribute's number is not from -1e15 to 1e15",
    "product_attribute_value_date_limit": "an attribute's date is not in the years 1 to 9999",
    "variant_option_count_limit": "a variant has more than 1,000 options or values of one",
    "variant_option_value_number_limit": "an option's number is not from -1e15 to 1e15",
    "variant_option_value_date_limit": "an option's date is not in the years 1 to 9999",
    "stock_on_hand_limit": "the stock of a warehouse is over 1,000,000,000 pieces",
    "price_amount_limit": "a price is over 1,000,000,000,000 minor units",
    "price_was_amount_limit": "the price before a reduction is over 1,000,000,000,000 minor units",
    "price_minimum_quantity_limit": "a price's minimum quantity is over 1,000,000,000",
    "price_valid_from_limit": "a price's validity begins outside the years 1 to 9999",
    "price_valid_until_limit": "a price's validity ends outside the years 1 to 9999",
    "cost_amount_limit": "the cost is over 1,000,000,000,000 minor units",
    "warehouse_code_check": "a warehouse's code is not letters, digits, - and _, at most 60",
  ]
}

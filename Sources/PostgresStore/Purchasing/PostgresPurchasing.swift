public import Catalog
import Forecasting
public import Ports
public import PostgresClient

/// Suppliers, the plan, proposals and orders, in the schema `purchasing`.
public struct PostgresPurchasing: Sendable {
  /// Rows of one statement, and of one fetch.
  static let batch = 2_000

  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  func changing<T>(_ entry: AuditEntry, _ change: (PostgresConnection) async throws -> T?) async throws -> T? {
    try await PostgresAccounts(pool).changing(entry, change)
  }

  /// Days since 1970 as the server sends a date here.
  static func day(_ row: PostgresRow, _ name: String) throws -> CalendarDay? {
    try row.decode(name, as: Int64?.self).map(CalendarDay.init(daysSinceEpoch:))
  }

  // MARK: Suppliers

  static let supplierColumns: SQL = """
    supplier.id AS supplier_id, supplier.code, supplier.name, lead_time_days, lead_time_deviation_days, review_days,
    minimum_order_minor_units, pack_size, minimum_units,
    ARRAY(SELECT brand.name FROM purchasing.supply JOIN catalog.brand ON brand.id = brand_id
      WHERE supply.supplier_id = supplier.id ORDER BY brand.name) AS brands
    """

  /// nil for terms of a newer program, which this one cannot plan by.
  static func supplier(_ row: PostgresRow) throws -> SupplierEntry? {
    guard
      let terms = Supplier(
        id: try row.decode("code"), leadTimeDays: try row.decode("lead_time_days"),
        leadTimeDeviationDays: try row.decode("lead_time_deviation_days"),
        minimumOrderMinorUnits: try row.decode("minimum_order_minor_units"), reviewDays: try row.decode("review_days"))
    else { return nil }
    return SupplierEntry(
      id: try row.decode("supplier_id"), name: try row.decode("name"), terms: terms,
      packSize: try row.decode("pack_size"), minimumUnits: try row.decode("minimum_units"),
      brands: try row.decode("brands"))
  }

  public func suppliers() async throws -> [SupplierEntry] {
    try await pool.reaching {
      try await pool.query("SELECT \(fragment: Self.supplierColumns) FROM purchasing.supplier ORDER BY supplier.code")
        .compactMap(Self.supplier)
    }
  }

  private static func unknown(_ brands: [String], _ connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      SELECT given.name FROM unnest(\(brands)) AS given (name)
      WHERE NOT EXISTS (SELECT FROM catalog.brand WHERE lower(brand.name) = lower(given.name))
      """
    ).map { try $0.decode(at: 0) }
  }

  public func save(_ supplier: SupplierEntry, audit: AuditEntry) async throws -> [String] {
    var unknown: [String] = []
    _ = try await changing(audit) { connection -> Bool? in
      unknown = try await Self.unknown(supplier.brands, connection)
      guard unknown.isEmpty else { return nil }
      let terms = supplier.terms
      let id: SupplierID = try await connection.query(
        """
        INSERT INTO purchasing.supplier (code, name, lead_time_days, lead_time_deviation_days, review_days,
          minimum_order_minor_units, pack_size, minimum_units)
        VALUES (\(terms.id), \(supplier.name), \(terms.leadTimeDays), \(terms.leadTimeDeviationDays),
          \(terms.reviewDays), \(terms.minimumOrderMinorUnits), \(supplier.packSize), \(supplier.minimumUnits))
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, lead_time_days = excluded.lead_time_days,
          lead_time_deviation_days = excluded.lead_time_deviation_days, review_days = excluded.review_days,
          minimum_order_minor_units = excluded.minimum_order_minor_units, pack_size = excluded.pack_size,
          minimum_units = excluded.minimum_units
        RETURNING id
        """)[0].decode(at: 0)
      try await connection.execute("DELETE FROM purchasing.supply WHERE supplier_id = \(id)")
      try await connection.execute(
        """
        INSERT INTO purchasing.supply (brand_id, supplier_id)
        SELECT DISTINCT brand.id, \(id) FROM unnest(\(supplier.brands)) AS given (name)
        JOIN catalog.brand ON lower(brand.name) = lower(given.name)
        ON CONFLICT (brand_id) DO UPDATE SET supplier_id = excluded.supplier_id
        """)
      return true
    }
    return unknown
  }

  // MARK: Stock

  public func stock(
    of products: [ProductID]?, in currency: Currency, now: Timestamp
  ) async throws -> [StockedProduct] {
    var result: [StockedProduct] = []
    // A shop's variants do not fit into one answer: they come through a cursor.
    try await pool.reaching {
      try await pool.forEachRow(
        """
        SELECT product.id, product.title, supplier_id, variant.id AS variant_id, sku,
          coalesce(stock.on_hand, 0) AS on_hand, coalesce(stock.reserved, 0) AS reserved,
          coalesce(ordered.units, 0) AS on_order, cost.amount_minor_units AS cost, price.least AS price
        FROM catalog.product JOIN catalog.variant ON variant.product_id = product.id
        LEFT JOIN purchasing.supply USING (brand_id)
        LEFT JOIN pricing.cost ON cost.variant_id = variant.id AND cost.currency = \(currency.code)
        LEFT JOIN (
          SELECT variant_id, least(sum(on_hand), 1000000000)::int8 AS on_hand,
            least(sum(reserved), 1000000000)::int8 AS reserved FROM inventory.stock
          GROUP BY variant_id
        ) AS stock ON stock.variant_id = variant.id
        LEFT JOIN (
          SELECT variant_id, sum(greatest(0, units - received_units))::int8 AS units
          FROM purchasing.purchase_order_line JOIN purchasing.purchase_order ON number = order_number
          WHERE state = 'ordered' GROUP BY variant_id
        ) AS ordered ON ordered.variant_id = variant.id
        LEFT JOIN LATERAL (
          SELECT min(amount_minor_units) AS least FROM pricing.price JOIN pricing.price_list ON price_list.id = list_id
          WHERE price.variant_id = variant.id AND price_list.code = 'retail' AND price.currency = \(currency.code)
            AND minimum_quantity = 1 AND (valid_from IS NULL OR valid_from <= \(now))
            AND (valid_until IS NULL OR valid_until > \(now))
        ) AS price ON true
        WHERE lifecycle = 'listed' AND (\(products)::int8[] IS NULL OR product.id = ANY (\(products)))
        ORDER BY product.id, variant.position, variant.id
        """, batchSize: Self.batch
      ) { row in try Self.add(row, to: &result) }
    }
    return result
  }

  /// Adds a variant to its product, which is the last one or begins with it.
  private static func add(_ row: PostgresRow, to result: inout [StockedProduct]) throws {
    let id: ProductID = try row.decode("id")
    if result.last?.id != id {
      result.append(
        StockedProduct(
          id: id, title: try row.decode("title"), supplier: try row.decode("supplier_id"), priceMinorUnits: nil,
          variants: []))
    }
    let last = result.count - 1
    result[last].variants.append(
      StockedVariant(
        id: try row.decode("variant_id"), sku: try row.decode("sku"), onHand: try row.decode("on_hand"),
        reserved: try row.decode("reserved"), onOrder: try row.decode("on_order"),
        costMinorUnits: try row.decode("cost")))
    if let price: Int64 = try row.decode("price", as: Int64?.self) {
      result[last].priceMinorUnits = min(result[last].priceMinorUnits ?? .max, price)
    }
  }
}

extension PostgresPurchasing: PurchasingStore {}
extension SupplierID: PostgresArrayElement {}

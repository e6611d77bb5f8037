public import Catalog
public import Ports
public import PostgresClient

/// The prices of variants in the schema `pricing`, as they are now.
public struct PostgresPrices: PriceSource {
  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  public func captureCursor() async throws -> OutboxCursor { try await PostgresCatalog(pool).captureCursor() }

  public func changes(after cursor: OutboxCursor, limit: Int) async throws -> [ProductChange] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT transaction_id, id, product_id, transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AS is_settled
        FROM indexing.outbox WHERE (transaction_id, id) > (\(cursor.transactionID), \(cursor.id))
        ORDER BY transaction_id, id LIMIT \(limit)
        """
      ).map { row in
        ProductChange(
          cursor: OutboxCursor(transactionID: try row.decode(at: 0), id: try row.decode(at: 1)),
          product: try row.decode(at: 2), isSettled: try row.decode(at: 3))
      }
    }
  }

  public func productIDs(after: ProductID?, limit: Int) async throws -> [ProductID] {
    try await pool.reaching {
      try await pool.query(
        "SELECT id FROM catalog.product WHERE id > \(after?.rawValue ?? 0) ORDER BY id LIMIT \(limit)"
      ).map { try $0.decode(at: 0) }
    }
  }

  public func prices(of ids: [ProductID]) async throws -> [VariantPrice] {
    guard !ids.isEmpty else { return [] }
    return try await pool.reaching {
      // The array keeps the planner from using the exclusion constraint's index, which it takes to cost the same but
      // which is half as fast: GiST cannot look up several values at once.
      try await pool.query(
        """
        SELECT product_id, variant.id AS variant_id, price_list.code AS list, price.currency, amount_minor_units,
          was_minor_units, minimum_quantity, valid_from, valid_until
        FROM catalog.variant JOIN pricing.price ON variant_id = ANY (ARRAY[variant.id])
        JOIN pricing.price_list ON price_list.id = list_id
        WHERE product_id = ANY (\(ids))
        ORDER BY product_id, variant.position, variant.id, list, minimum_quantity, valid_from NULLS FIRST, price.id
        """
      ).compactMap { row in
        try Price(row).map {
          VariantPrice(product: try row.decode(at: 0), variant: try row.decode(at: 1), price: $0)
        }
      }
    }
  }
}

extension Price {
  /// Reads a row of `prices(of:)` by position, because a shop's start reads all of them. nil for a currency that is
  /// none.
  fileprivate init?(_ row: PostgresRow) throws {
    guard let currency = Currency(code: try row.decode(at: 3)) else { return nil }
    let was: Int64? = try row.decode(at: 5)
    self.init(
      list: PriceListCode(try row.decode(at: 2)), amount: Money(minorUnits: try row.decode(at: 4), currency: currency),
      wasAmount: was.map { Money(minorUnits: $0, currency: currency) },
      minimumQuantity: try row.decode(at: 6), validFrom: try row.decode(at: 7), validUntil: try row.decode(at: 8))
  }
}

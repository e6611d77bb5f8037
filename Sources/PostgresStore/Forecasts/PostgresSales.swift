public import Catalog
public import Ports
public import PostgresClient

/// The sales in the history of orders, in the schema `behaviour`, and the notes of stock in `analytics`.
public struct PostgresSales: Sendable {
  /// Years of orders take longer than a page may.
  private static let statementTimeout = Duration.seconds(600)
  private static let batchSize = 5_000

  let pool: PostgresPool
  /// Prices of other currencies are left out.
  let currency: Currency

  public init(_ pool: PostgresPool, currency: Currency) {
    self.pool = pool
    self.currency = currency
  }

  /// `product` nil: of all.
  private func statement(_ product: ProductID?, from: CalendarDay, through: CalendarDay) -> SQL {
    """
    SELECT product_id, (day - '1970-01-01'::date) AS day, sum(units)::int8 AS units,
      (sum(money) / nullif(sum(priced), 0))::float8 AS price
    FROM (
      -- A return on the day of the order by the same person is a cancellation; of nobody there is no telling.
      SELECT product_id, day, CASE WHEN shopper IS NULL THEN sold ELSE greatest(0, sold - returned) END AS units, money,
        priced
      FROM (
        SELECT product_id, day, shopper, coalesce(sum(quantity) FILTER (WHERE kind = 'purchase'), 0) AS sold,
          coalesce(sum(quantity) FILTER (WHERE kind = 'return'), 0) AS returned,
          sum(quantity::float8 * unit_minor_units) FILTER (WHERE kind = 'purchase' AND currency = \(currency.code)) AS money,
          sum(quantity) FILTER (WHERE kind = 'purchase' AND currency = \(currency.code)) AS priced
        FROM behaviour.event
        WHERE kept = 2 AND day BETWEEN \(from)::date AND \(through)::date AND kind IN ('purchase', 'return')
          AND sender = 'shopper' AND (\(product)::int8 IS NULL OR product_id = \(product))
        GROUP BY product_id, day, shopper
      ) AS deed WHERE sold > 0
      UNION ALL
      -- Of people who are forgotten the sums remain.
      SELECT product_id, day, deeds, NULL, NULL FROM behaviour.anonymous_day
      WHERE kind = 'purchase' AND product_id > 0 AND day BETWEEN \(from)::date AND \(through)::date
        AND (\(product)::int8 IS NULL OR product_id = \(product))
    ) AS sold
    GROUP BY product_id, day HAVING sum(units) > 0 ORDER BY product_id, day
    """
  }

  private static func soldDay(_ row: PostgresRow) throws -> SoldDay {
    SoldDay(
      product: try row.decode(at: 0), day: CalendarDay(daysSinceEpoch: try row.decode(at: 1)),
      units: try row.decode(at: 2), unitMinorUnits: try row.decode(at: 3))
  }
}

extension PostgresSales: SalesHistory {
  public func forEachBatch(
    from: CalendarDay, through: CalendarDay, _ body: @Sendable ([SoldDay]) async throws -> Void
  ) async throws {
    try await pool.reaching {
      try await pool.withConnection { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.forEachBatch(
            statement(nil, from: from, through: through), batchSize: Self.batchSize
          ) { rows in try await body(try rows.map(Self.soldDay)) }
        }
      }
    }
  }

  public func sold(_ product: ProductID, from: CalendarDay, through: CalendarDay) async throws -> [SoldDay] {
    try await pool.reaching {
      try await pool.query(statement(product, from: from, through: through)).map(Self.soldDay)
    }
  }

  public func noteStock(on day: CalendarDay) async throws {
    _ = try await pool.reaching {
      try await pool.execute(
        """
        INSERT INTO analytics.stock_day AS noted (day, product_id, on_hand)
        SELECT \(day)::date, product_id, least(greatest(coalesce(sum(on_hand), 0), 0), 1000000000)::int8 FROM catalog.variant
        LEFT JOIN inventory.stock ON variant_id = variant.id GROUP BY product_id
        ON CONFLICT (product_id, day) DO UPDATE SET on_hand = excluded.on_hand WHERE noted.on_hand <> excluded.on_hand
        """)
    }
  }

  public func stockouts(
    from: CalendarDay, through: CalendarDay
  ) async throws -> [ProductID: Set<CalendarDay>] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT product_id, (day - '1970-01-01'::date) AS day FROM analytics.stock_day
        WHERE on_hand = 0 AND day BETWEEN \(from)::date AND \(through)::date
        """
      ).reduce(into: [:]) { days, row in
        days[try row.decode(at: 0), default: []].insert(CalendarDay(daysSinceEpoch: try row.decode(at: 1)))
      }
    }
  }

  public func categories() async throws -> [ProductID: CategoryID] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT DISTINCT ON (product_id) product_id, category_id FROM catalog.product_category
        ORDER BY product_id, position
        """
      ).reduce(into: [:]) { $0[try $1.decode(at: 0)] = try $1.decode(at: 1) }
    }
  }
}

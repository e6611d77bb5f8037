public import Catalog
import PostgresClient

extension PostgresMetrics {
  /// Two days beside each day of a zone: an event's own day is one of UTC.
  private static let zoneDays = 1

  public func count(since: CalendarDay?, timeZone: String, now: Timestamp) async throws {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.execute("LOCK TABLE analytics.rollup IN SHARE ROW EXCLUSIVE MODE")
          let zone: String? = try await connection.query("SELECT time_zone FROM analytics.rollup").first?.decode(at: 0)
          // Days of another zone are other days.
          let from = zone == timeZone ? since : nil
          let first = from ?? CalendarDay(daysSinceEpoch: 0)
          for table in ["trade_day", "trade_product_day", "visit_day"] {
            try await connection.execute("DELETE FROM analytics.\(unsafeRaw: table) WHERE day >= \(first)::date")
          }
          try await Self.countProducts(first, timeZone, connection)
          try await Self.countDays(first, timeZone, connection)
          try await Self.countVisits(first, timeZone, connection)
          try await connection.execute(
            """
            INSERT INTO analytics.rollup (time_zone, counted_at) VALUES (\(timeZone), \(now))
            ON CONFLICT (is_one) DO UPDATE SET time_zone = excluded.time_zone, counted_at = excluded.counted_at
            """)
        }
      }
    }
  }

  /// Orders and returns with a price, each with its day in the zone.
  private static func deeds(_ first: CalendarDay, _ zone: String) -> SQL {
    """
    SELECT (occurred_at AT TIME ZONE \(zone))::date AS day, currency, product_id, kind, shopper, basket, id, quantity,
      quantity * unit_minor_units AS money, occurred_at
    FROM behaviour.event
    WHERE kept = 2 AND kind IN ('purchase', 'return') AND sender = 'shopper' AND currency IS NOT NULL
      AND day >= \(first.advanced(by: -zoneDays))::date AND (occurred_at AT TIME ZONE \(zone))::date >= \(first)::date
    """
  }

  private static func countProducts(
    _ first: CalendarDay, _ zone: String, _ connection: PostgresConnection
  ) async throws {
    try await connection.execute(
      """
      INSERT INTO analytics.trade_product_day (day, currency, product_id, units, sold, returned_units, returned, costed,
        cost, searched, recommended)
      SELECT day, currency, product_id, units, sold, returned_units, returned,
        CASE WHEN unit_cost IS NULL THEN 0 ELSE sold - returned END,
        coalesce(round((units - returned_units) * unit_cost), 0), searched, recommended
      FROM (
        SELECT deed.day, deed.currency, deed.product_id,
          coalesce(sum(quantity) FILTER (WHERE kind = 'purchase'), 0) AS units,
          coalesce(sum(money) FILTER (WHERE kind = 'purchase'), 0) AS sold,
          coalesce(sum(quantity) FILTER (WHERE kind = 'return'), 0) AS returned_units,
          coalesce(sum(money) FILTER (WHERE kind = 'return'), 0) AS returned,
          coalesce(sum(money) FILTER (WHERE kind = 'purchase' AND click.placement = 'search'), 0) AS searched,
          coalesce(sum(money) FILTER (WHERE kind = 'purchase' AND click.placement <> 'search'), 0) AS recommended
        FROM (\(fragment: deeds(first, zone))) AS deed
        LEFT JOIN LATERAL (
          SELECT placement FROM behaviour.event AS click
          WHERE deed.kind = 'purchase' AND click.kept = 1 AND click.kind = 'click' AND click.list IS NOT NULL
            AND click.shopper = deed.shopper AND click.product_id = deed.product_id AND click.placement IS NOT NULL
            AND click.occurred_at BETWEEN deed.occurred_at - interval '24 hours' AND deed.occurred_at
          ORDER BY click.occurred_at DESC, click.id DESC LIMIT 1
        ) AS click ON true
        GROUP BY deed.day, deed.currency, deed.product_id
      ) AS counted
      LEFT JOIN (
        SELECT product_id, currency, avg(amount_minor_units) AS unit_cost FROM pricing.cost
        JOIN catalog.variant ON variant.id = variant_id GROUP BY product_id, currency
      ) AS cost USING (product_id, currency)
      """)
  }

  /// An order without a number is one deed.
  private static func countDays(
    _ first: CalendarDay, _ zone: String, _ connection: PostgresConnection
  ) async throws {
    try await connection.execute(
      """
      INSERT INTO analytics.trade_day (day, currency, orders, known_orders, returning_orders, units, sold,
        returned_units, returned, costed, cost, searched, recommended)
      SELECT day, currency, coalesce(orders, 0), coalesce(known, 0), coalesce(returning_orders, 0), units, sold,
        returned_units, returned, costed, cost, searched, recommended
      FROM (
        SELECT day, currency, sum(units) AS units, sum(sold) AS sold, sum(returned_units) AS returned_units,
          sum(returned) AS returned, sum(costed) AS costed, sum(cost) AS cost, sum(searched) AS searched,
          sum(recommended) AS recommended
        FROM analytics.trade_product_day WHERE day >= \(first)::date GROUP BY day, currency
      ) AS summed
      LEFT JOIN (
        SELECT day, currency, count(*) AS orders, count(shopper) AS known,
          count(*) FILTER (WHERE EXISTS (
            SELECT FROM behaviour.event AS earlier
            WHERE earlier.shopper = orders.shopper AND earlier.kept = 2 AND earlier.kind = 'purchase'
              AND earlier.sender = 'shopper'
              AND earlier.occurred_at < orders.day::timestamp AT TIME ZONE \(zone))) AS returning_orders
        FROM (
          SELECT day, currency, shopper, coalesce(basket::text, id::text) AS number
          FROM (\(fragment: deeds(first, zone))) AS deed WHERE kind = 'purchase' GROUP BY 1, 2, 3, 4
        ) AS orders GROUP BY day, currency
      ) AS ordered USING (day, currency)
      """)
  }

  private static func countVisits(
    _ first: CalendarDay, _ zone: String, _ connection: PostgresConnection
  ) async throws {
    try await connection.execute(
      """
      INSERT INTO analytics.visit_day (day, visits, carts, purchases)
      SELECT day, count(*), count(*) FILTER (WHERE has_cart), count(*) FILTER (WHERE has_purchase)
      FROM (
        SELECT (occurred_at AT TIME ZONE \(zone))::date AS day, shopper, bool_or(kind = 'add_to_cart') AS has_cart,
          bool_or(kind = 'purchase') AS has_purchase
        FROM behaviour.event
        WHERE shopper IS NOT NULL AND sender = 'shopper'
          AND kind IN ('view', 'click', 'add_to_cart', 'remove_from_cart', 'purchase')
          AND day >= \(first.advanced(by: -Self.zoneDays))::date
          AND (occurred_at AT TIME ZONE \(zone))::date >= \(first)::date
        GROUP BY 1, 2
      ) AS visit GROUP BY day
      """)
  }
}

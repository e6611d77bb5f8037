public import Catalog
public import Ports
public import PostgresClient
import Ranking

/// Counts what shoppers did with products, in the schema `analytics`.
public struct PostgresConduct: Sendable {
  /// Days that are counted.
  static let days = 180
  /// A shopper looks at place r, from 1, with the chance r to the power of minus this.
  static let lookDecay = 0.65
  private static let statementTimeout = Duration.seconds(600)

  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }
}

extension PostgresConduct: ProductConductStore {
  public func count(now: Timestamp) async throws -> Int {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          // Two counts at once wait for each other here; readers see the old rows until the end.
          try await connection.execute("LOCK TABLE analytics.conduct_count IN SHARE ROW EXCLUSIVE MODE")
          try await connection.execute("DELETE FROM analytics.product_conduct")
          let count = try await connection.execute(Self.counting(now))
          try await connection.execute(
            """
            INSERT INTO analytics.conduct_count (counted_at) VALUES (\(now))
            ON CONFLICT (is_only) DO UPDATE SET counted_at = excluded.counted_at
            """)
          return count
        }
      }
    }
  }

  private static func counting(_ now: Timestamp) -> SQL {
    let kinds = InteractionKind.rising
    return """
      WITH logged AS (
        -- Searches are kept for fewer days than deeds: clicks are counted as long as the looks are.
        SELECT coalesce(min(searched_at), \(now)) AS since FROM behaviour.search
        WHERE searched_at >= \(now.day.advanced(by: 1 - days).start)
      ), deeds AS (
        SELECT product_id,
          coalesce(sum(weight) FILTER (WHERE occurred_at >= \(now.day.advanced(by: -6).start)), 0) AS interest_7,
          coalesce(sum(weight) FILTER (WHERE occurred_at >= \(now.day.advanced(by: -29).start)), 0) AS interest_30,
          sum(weight) AS interest_180, count(*) FILTER (WHERE kind = 'view') AS views,
          count(*) FILTER (WHERE kind = 'purchase') AS purchases,
          count(*) FILTER (WHERE kind = 'click' AND list IS NOT NULL AND coalesce(placement, 'search') = 'search'
            AND occurred_at >= (SELECT since FROM logged)) AS clicks
        FROM behaviour.event JOIN unnest(
          \(kinds.map(\.rawValue)), \(kinds.map(\.weight))
        ) AS kinds (kind, weight) USING (kind)
        WHERE day BETWEEN \(now.day.advanced(by: 1 - days))::date AND \(now.day)::date AND sender = 'shopper'
        GROUP BY product_id
      ), looks AS (
        SELECT product_id, sum(power((first_rank + place - 1)::float8, -(\(lookDecay)::float8))) AS looks
        FROM behaviour.search, unnest(products) WITH ORDINALITY AS shown (product_id, place)
        WHERE searched_at BETWEEN \(now.day.advanced(by: 1 - days).start) AND \(now) AND sender = 'shopper'
        GROUP BY product_id
      )
      INSERT INTO analytics.product_conduct
      SELECT product_id, coalesce(interest_7, 0), coalesce(interest_30, 0), coalesce(interest_180, 0),
        coalesce(views, 0), coalesce(purchases, 0), coalesce(clicks, 0), coalesce(looks, 0)
      FROM deeds FULL JOIN looks USING (product_id)
      """
  }

  public func conduct(countedAfter since: Timestamp?) async throws -> CountedConduct? {
    try await pool.reaching {
      let counts = try await pool.query(
        "SELECT counted_at FROM analytics.conduct_count WHERE \(since)::timestamptz IS NULL OR counted_at > \(since)")
      guard let countedAt: Timestamp = try counts.first?.decode(at: 0) else { return nil }
      var products: [ProductID: ProductConduct] = [:]
      let rows = try await pool.query(
        """
        SELECT product_id, interest_7, interest_30, interest_180, views, purchases, clicks, looks
        FROM analytics.product_conduct
        """)
      products.reserveCapacity(rows.count)
      for row in rows {
        products[try row.decode(at: 0)] = ProductConduct(
          interest7: try row.decode(at: 1), interest30: try row.decode(at: 2), interest180: try row.decode(at: 3),
          views: Double(try row.decode(Int64.self, at: 4)), purchases: Double(try row.decode(Int64.self, at: 5)),
          clicks: Double(try row.decode(Int64.self, at: 6)), looks: try row.decode(at: 7))
      }
      return CountedConduct(countedAt: countedAt, products: products)
    }
  }
}

public import Catalog
public import Ports
public import PostgresClient

/// Reads the searches that were logged with feature values, and the deeds after them.
public struct PostgresRankingLog: RankingLog {
  private static let batchSize = 500
  private static let statementTimeout = Duration.seconds(600)

  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  public func forEachBatch(
    schema: Int, until: Timestamp, limit: Int, _ body: @Sendable ([LoggedImpression]) async throws -> Void
  ) async throws {
    try await pool.reaching {
      try await pool.withConnection { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.forEachBatch(
            Self.statement(schema: schema, until: until, limit: limit), batchSize: Self.batchSize
          ) { rows in
            try await body(try rows.map { try Self.impression($0, schema: schema) })
          }
        }
      }
    }
  }

  /// A click names the search; a cart or a purchase belongs to the page that showed the product to the shopper within the
  /// day before.
  private static func statement(schema: Int, until: Timestamp, limit: Int) -> SQL {
    """
    SELECT search.searched_at, search.query, search.first_rank, search.products, kept.features, deeds.products AS done,
      deeds.grades
    FROM behaviour.search_features AS kept JOIN behaviour.search ON search.id = kept.search_id
    CROSS JOIN LATERAL (
      SELECT array_agg(product_id) AS products, array_agg(grade) AS grades FROM (
        SELECT product_id, max(grade) AS grade FROM (
          SELECT product_id, \(LoggedImpression.Grade.click)::float8 AS grade FROM behaviour.event_browsing AS event
          WHERE event.list = search.id AND event.kind = 'click' AND event.sender = 'shopper'
            AND event.day BETWEEN (search.searched_at AT TIME ZONE 'UTC')::date
              AND (search.searched_at AT TIME ZONE 'UTC')::date + 1
          UNION ALL
          SELECT product_id, CASE event.kind WHEN 'purchase' THEN \(LoggedImpression.Grade.purchase)::float8
            ELSE \(LoggedImpression.Grade.cart)::float8 END
          FROM behaviour.event
          WHERE event.shopper = search.visitor AND event.kind IN ('add_to_cart', 'purchase') AND event.sender = 'shopper'
            AND event.occurred_at BETWEEN search.searched_at AND search.searched_at + interval '1 day'
            AND event.day BETWEEN (search.searched_at AT TIME ZONE 'UTC')::date
              AND (search.searched_at AT TIME ZONE 'UTC')::date + 1
        ) AS each WHERE product_id = ANY (search.products) GROUP BY product_id
      ) AS strongest
    ) AS deeds
    WHERE kept.schema = \(Int16(clamping: schema)) AND kept.searched_at < \(until) AND search.sender = 'shopper'
      AND deeds.products IS NOT NULL
    ORDER BY kept.searched_at DESC LIMIT \(max(0, limit))
    """
  }

  private static func impression(_ row: PostgresRow, schema: Int) throws -> LoggedImpression {
    let products: [Int64] = try row.decode(at: 3)
    let done: [Int64] = try row.decode(at: 5)
    let grades: [Double] = try row.decode(at: 6)
    let byProduct = Dictionary(zip(done, grades), uniquingKeysWith: max)
    return LoggedImpression(
      at: try row.decode(at: 0), query: try row.decode(at: 1), firstRank: Int(try row.decode(Int32.self, at: 2)),
      products: products.map { ProductID($0) },
      features: LoggedFeatures(schema: schema, bytes: try row.decode(at: 4)),
      grades: products.map { byProduct[$0] ?? 0 })
  }
}

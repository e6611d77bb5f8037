public import Catalog
public import Ports
import PostgresClient

extension PostgresBehaviour: BehaviourHistory {
  /// Rows of one fetch.
  private static let batchSize = 5_000
  /// Shoppers of a product whose other deeds are looked at.
  private static let sampledShoppers = 1_000
  /// Days of deeds that make what is trending: of older ones a hundredth is left.
  private static let trendingDays = 7

  public func forEachBatch(
    since: Timestamp, until: Timestamp, _ body: @Sendable ([Interaction]) async throws -> Void
  ) async throws {
    try await pool.reaching {
      try await pool.withConnection { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.forEachBatch(
            """
            SELECT shopper, product_id, kind, stars, occurred_at FROM behaviour.event
            WHERE day BETWEEN \(since.day)::date AND \(until.day)::date AND occurred_at >= \(since)
              AND occurred_at < \(until) AND shopper IS NOT NULL AND sender = 'shopper'
            """, batchSize: Self.batchSize
          ) { rows in
            try await body(try rows.compactMap { try Self.interaction($0) })
          }
        }
      }
    }
  }

  private static func interaction(_ row: PostgresRow) throws -> Interaction? {
    guard let kind = InteractionKind(rawValue: try row.decode(at: 2)) else { return nil }
    let stars: Double? = try row.decode(at: 3)
    return Interaction(
      shopper: ShopperID(rawValue: try row.decode(at: 0)), product: try row.decode(at: 1), kind: kind,
      weight: stars.map(InteractionKind.weight(rating:)) ?? kind.weight, at: try row.decode(at: 4))
  }

  public func pseudonym(of person: Person) async throws -> ShopperID {
    try await pool.reaching { ShopperID(rawValue: Self.pseudonym(of: person, key: try await log.key())) }
  }

  public func shopper(of person: Person) async throws -> ShopperID {
    try await pool.reaching {
      let own = Self.pseudonym(of: person, key: try await log.key())
      guard case .visitor = person else { return ShopperID(rawValue: own) }
      let joined = try await pool.query("SELECT customer FROM behaviour.identity WHERE visitor = \(own)")
      return ShopperID(rawValue: try joined.first.map { try $0.decode(at: 0) } ?? own)
    }
  }

  public func recent(of shopper: ShopperID, limit: Int) async throws -> [Interaction] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT shopper, product_id, kind, stars, occurred_at FROM behaviour.event
        WHERE shopper = \(shopper.rawValue) AND sender = 'shopper' ORDER BY occurred_at DESC LIMIT \(limit)
        """
      ).compactMap { try Self.interaction($0) }
    }
  }

  public func viewed(with product: ProductID, limit: Int) async throws -> [WeightedProduct] {
    try await weighted(
      """
      WITH seen AS (
        SELECT DISTINCT ON (shopper) shopper, day, occurred_at FROM (
          SELECT shopper, day, occurred_at FROM behaviour.event
          WHERE product_id = \(product) AND kept = 1 AND kind IN ('view', 'click') AND shopper IS NOT NULL
            AND sender = 'shopper' ORDER BY occurred_at DESC LIMIT \(Self.sampledShoppers)
        ) AS latest ORDER BY shopper, occurred_at DESC
      )
      SELECT other.product_id, count(DISTINCT seen.shopper)::float8 AS weight FROM seen, LATERAL (
        SELECT product_id FROM behaviour.event AS other
        WHERE other.shopper = seen.shopper AND other.kept = 1 AND other.day BETWEEN seen.day - 1 AND seen.day + 1
          AND other.occurred_at BETWEEN seen.occurred_at - interval '1 hour' AND seen.occurred_at + interval '1 hour'
          AND other.kind IN ('view', 'click') AND other.product_id <> \(product) AND other.sender = 'shopper'
        LIMIT 100
      ) AS other
      GROUP BY other.product_id ORDER BY weight DESC, other.product_id LIMIT \(limit)
      """)
  }

  public func bought(with product: ProductID, limit: Int) async throws -> [WeightedProduct] {
    try await weighted(
      """
      WITH bought AS (
        SELECT DISTINCT basket FROM (
          SELECT basket FROM behaviour.event
          WHERE product_id = \(product) AND kept = 2 AND kind = 'purchase' AND basket IS NOT NULL AND sender = 'shopper'
          ORDER BY occurred_at DESC LIMIT \(Self.sampledShoppers)
        ) AS latest
      )
      SELECT other.product_id, count(DISTINCT bought.basket)::float8 AS weight FROM bought, LATERAL (
        SELECT product_id FROM behaviour.event_order AS other
        WHERE other.basket = bought.basket AND other.kind = 'purchase' AND other.product_id <> \(product)
          AND other.sender = 'shopper'
        LIMIT 100
      ) AS other
      GROUP BY other.product_id ORDER BY weight DESC, other.product_id LIMIT \(limit)
      """)
  }

  public func trending(now: Timestamp, limit: Int) async throws -> [WeightedProduct] {
    try await weighted(
      """
      WITH deed AS (
        -- One visitor who does the same again within an hour shows no more interest.
        SELECT product_id, shopper, kind, min(occurred_at) AS at FROM behaviour.event
        WHERE day BETWEEN \(now.day.advanced(by: -Self.trendingDays))::date AND \(now.day.advanced(by: 1))::date
          AND kind = ANY (\(InteractionKind.rising.map(\.rawValue))) AND sender = 'shopper' AND shopper IS NOT NULL
        GROUP BY product_id, shopper, kind, date_trunc('hour', occurred_at)
      )
      SELECT product_id, sum(weight * power(0.5::float8, greatest(0, extract(epoch FROM \(now) - at)::float8) / 86400))
        AS weight
      FROM deed JOIN unnest(
        \(InteractionKind.rising.map(\.rawValue)), \(InteractionKind.rising.map(\.weight))
      ) AS kinds (kind, weight) USING (kind)
      GROUP BY product_id HAVING count(DISTINCT shopper) >= \(trendingShoppers)
      ORDER BY weight DESC, product_id LIMIT \(limit)
      """)
  }

  private func weighted(_ statement: SQL) async throws -> [WeightedProduct] {
    try await pool.reaching {
      try await pool.query(statement).map {
        WeightedProduct(product: try $0.decode(at: 0), weight: try $0.decode(at: 1))
      }
    }
  }
}

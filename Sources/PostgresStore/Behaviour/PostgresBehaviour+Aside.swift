import Catalog
public import Ports
import PostgresClient
import Threading

/// The part of the catalog that was looked through for products of waiting events: numbers only grow.
struct SeenCatalog: Sendable {
  /// A number that is given out may be committed after so many later ones.
  private static let margin: Int64 = 10_000
  /// Every so many looks the whole catalog is looked through, for SKUs that were given to old variants.
  private static let looksOfNews = 60

  private(set) var lastProduct: Int64 = 0
  private(set) var lastVariant: Int64 = 0
  private var looks = 0

  mutating func look(at product: Int64, _ variant: Int64) {
    looks = (looks + 1) % Self.looksOfNews
    (lastProduct, lastVariant) = looks == 0 ? (0, 0) : (max(0, product - Self.margin), max(0, variant - Self.margin))
  }
}

extension PostgresBehaviour {
  /// Starts from the products that came since the last look, so that many waiting events cost nothing while none comes.
  public func takeUpAside() async throws -> TakenUp {
    try await pool.reaching {
      // From before such rows were refused: they have no day that they could be stored under.
      try await pool.execute(
        "DELETE FROM behaviour.event_aside WHERE NOT (isfinite(occurred_at) AND isfinite(received_at))")
      let seen = seenCatalog.withLock { $0 }
      let ends = try await pool.query(
        """
        SELECT (SELECT coalesce(max(id), 0) FROM catalog.product), (SELECT coalesce(max(id), 0) FROM catalog.variant)
        """)[0]
      let last: (Int64, Int64) = (try ends.decode(at: 0), try ends.decode(at: 1))
      let taken = try await takeUp(Self.known(after: seen))
      seenCatalog.withLock { $0.look(at: last.0, last.1) }
      return taken
    }
  }

  /// The waiting events whose product is among the new ones.
  private static func known(after seen: SeenCatalog) -> SQL {
    """
    SELECT waiting.id, product.id AS product FROM catalog.product
    JOIN behaviour.event_aside AS waiting ON waiting.product_id = product.id WHERE product.id > \(seen.lastProduct)
    UNION ALL
    SELECT waiting.id, variant.product_id FROM catalog.variant
    JOIN behaviour.event_aside AS waiting ON waiting.sku = variant.sku WHERE variant.id > \(seen.lastVariant)
    """
  }

  private func takeUp(_ known: SQL) async throws -> TakenUp {
    let days = try await pool.query(
      """
      SELECT DISTINCT kind IN ('purchase', 'return', 'rating'), (occurred_at AT TIME ZONE 'UTC')::date::text
      FROM behaviour.event_aside JOIN (\(fragment: known)) AS known USING (id)
      """)
    guard !days.isEmpty else { return TakenUp() }
    for row in days {
      let parent = try row.decode(Bool.self, at: 0) ? "event_order" : "event_browsing"
      try await pool.query(
        "SELECT behaviour.make_partitions(\(parent), ARRAY[\(try row.decode(String.self, at: 1))::date])")
    }
    let rows = try await pool.query(
      """
      WITH found AS (
        DELETE FROM behaviour.event_aside AS aside USING (\(fragment: known)) AS known
        WHERE known.id = aside.id RETURNING aside.*, known.product
      ), inserted AS (
        INSERT INTO behaviour.event (kept, day, product_id, received_at, \(fragment: Self.columns))
        SELECT CASE WHEN kind IN ('purchase', 'return', 'rating') THEN 2 ELSE 1 END,
          (occurred_at AT TIME ZONE 'UTC')::date, product, received_at, \(fragment: Self.columns)
        FROM found ON CONFLICT DO NOTHING RETURNING shopper
      )
      SELECT shopper, count(*) FROM inserted GROUP BY shopper
      """)
    var taken = TakenUp()
    for row in rows {
      taken.count += try row.decode(at: 1)
      if let shopper: Int64 = try row.decode(at: 0) { taken.shoppers.append(ShopperID(rawValue: shopper)) }
    }
    return taken
  }
}

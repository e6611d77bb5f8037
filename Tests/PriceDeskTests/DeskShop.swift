import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import PriceDesk
import Pricing
import Threading

/// A shop on a real database with sales whose elasticity is known.
struct DeskShop: Sendable {
  /// A clock that a test sets.
  final class Clock: WallClock {
    private let time = Guarded(Timestamp("2026-12-01T08:00:00Z")!)
    func now() -> Timestamp { time.withLock { $0 } }
    func advance(hours: Int64) { time.withLock { $0.microsecondsSinceEpoch += hours * 3_600_000_000 } }
  }

  let pool: PostgresPool
  let clock = Clock()
  let desk: PriceDesk
  let products: [ProductID]

  static let price: Int64 = 1_000
  static let cost: Int64 = 700

  /// Each product has two variants, the second 500 dearer. The elasticities of the first products' sales; a product
  /// without one has sales at one price.
  init(_ elasticities: [Double?]) async throws {
    pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    _ = try await Migrator.shop.migrate(pool)
    desk = PriceDesk(store: PostgresPriceDesk(pool), clock: clock, currency: .gbp)
    let records = elasticities.indices.map { number in
      ProductRecord(
        code: "P-\(number)", title: "Product \(number)", brand: "Velloria", categories: [["Home", "Lamps"]],
        variants: [0, 500].map { more in
          .init(
            sku: SKU("P-\(number)-\(more)"),
            prices: [
              Price(
                amount: Money(minorUnits: Self.price + more, currency: .gbp),
                wasAmount: more == 0 ? Money(minorUnits: Self.price + 50, currency: .gbp) : nil),
              Price(list: "trade", amount: Money(minorUnits: 900 + more, currency: .gbp)),
            ], cost: Money(minorUnits: Self.cost + more, currency: .gbp))
        })
    }
    _ = try await PostgresCatalog(pool).upsert(records, source: "test")
    products = try await pool.query("SELECT id FROM catalog.product ORDER BY code").map { try $0.decode(at: 0) }
    try await pool.query(
      """
      SELECT behaviour.make_partitions('event_order',
        ARRAY(SELECT date '2026-06-01' + step FROM generate_series(0, 200) AS step))
      """)
    for (product, elasticity) in zip(products, elasticities) { try await sell(product, elasticity) }
  }

  /// An order a day for 150 days, at prices that change each ten days, with 15 % of noise that leans neither way.
  private func sell(_ product: ProductID, _ elasticity: Double?) async throws {
    try await pool.execute(
      """
      INSERT INTO behaviour.event (kept, day, id, occurred_at, kind, shopper, product_id, quantity, unit_minor_units,
        currency, sender)
      SELECT 2, day, md5('sale ' || \(product.rawValue)::text || day)::uuid, day + interval '12 hours', 'purchase', step,
        \(product), greatest(1, round(600 * (price / 1000.0) ^ \(elasticity ?? 0) * (1 + 0.15 * sin(step * 2.399963))))::int, price, 'GBP', 'shopper'
      FROM (SELECT step, date '2026-07-01' + step AS day,
        CASE WHEN \(elasticity == nil) THEN 1000 ELSE (ARRAY[900, 1000, 1100])[step / 10 % 3 + 1] END AS price
        FROM generate_series(0, 149) AS step) AS days
      """)
  }

  /// The retail and trade prices of a product's variants, in the order of the list and the amount.
  func prices(_ product: ProductID) async throws -> [Int64] {
    try await pool.query(
      """
      SELECT amount_minor_units FROM pricing.price JOIN pricing.price_list ON price_list.id = list_id
      JOIN catalog.variant ON variant.id = variant_id WHERE product_id = \(product)
      ORDER BY price_list.code, amount_minor_units
      """
    ).map { try $0.decode(at: 0) }
  }

  func count(_ table: String) async throws -> Int {
    try await pool.query("SELECT count(*) FROM \(unsafeRaw: table)")[0].decode(at: 0)
  }

  /// Rules that hold nobody out and are otherwise those of a new shop.
  func withoutHoldout() async throws {
    let current = try await desk.rules()
    var rules = current.rules
    rules.holdout = .zero
    _ = try await desk.publish(rules, after: current.number, reason: "a test", by: "ann")
  }
}

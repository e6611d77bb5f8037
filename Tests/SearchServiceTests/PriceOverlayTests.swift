// The prices in memory, over a real Postgres:
// 1. Whole quotes are those of SQL of the test's own, at two times and by one list or two: when prices were read, and
//    after prices, variants and products changed.
// 2. Shown is charged: while prices change all the time under search, each price on a card is one that the database would
//    have charged within the allowed age; after the last change all are the same.
// 3. A transaction that is left open holds back no other change, and its own comes when it is committed.
// 4. Before they are read, and without word from the database beyond their limit, there are no quotes; after a long silence
//    all are read again, also where the outbox has lost changes meanwhile.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Pricing
import Telemetry
import TestSupport
import Testing
import Threading

@testable import SearchService

@Suite struct PriceOverlayTests {
  private static let now = StoppedClock().now()

  private static func records(_ count: Int = 40) -> [ProductRecord] {
    (1...count).map { number in
      ProductRecord(
        code: "P-\(number)", title: "Product \(number)",
        variants: (1...2).map { variant in
          .init(
            sku: SKU("P-\(number)-\(variant)"), prices: prices(of: number, variant))
        })
    }
  }

  /// Every other product has a trade price.
  private static func prices(of number: Int, _ variant: Int) -> [Price] {
    var prices = [
      Price(amount: Money(minorUnits: Int64(number * 100 + variant), currency: .gbp)),
      Price(amount: Money(minorUnits: Int64(number * 90), currency: .gbp), minimumQuantity: 10),
    ]
    if number % 2 == 0 {
      prices.append(Price(list: "trade", amount: Money(minorUnits: Int64(number * 80), currency: .gbp)))
    }
    return prices
  }

  private func overlay(
    _ pool: PostgresPool, maxAge: Duration = .seconds(3600), maxSilence: Duration = .seconds(3600)
  ) -> PriceOverlay {
    var options = PriceOverlay.Options()
    options.maxAge = maxAge
    options.maxSilence = maxSilence
    options.pause = .milliseconds(5)
    return PriceOverlay(source: PostgresPrices(pool), options: options, metrics: MetricsRegistry())
  }

  /// The amounts that the database charges for one piece of each variant.
  private func charged(_ shop: TestShop) async throws -> [VariantID: Int64] {
    let ids = try await PostgresPrices(shop.pool).productIDs(after: nil, limit: 1_000)
    let rows = try await PostgresPrices(shop.pool).prices(of: ids)
    return Dictionary(grouping: rows, by: \.variant).compactMapValues { rows in
      quote(rows.map(\.price), at: Self.now)?.amount.minorUnits
    }
  }

  /// List, currency, amount and struck-out amount of one piece of each variant, by the table alone.
  private func stored(_ shop: TestShop, byTrade: Bool, at time: Timestamp) async throws -> [VariantID: String] {
    let rows = try await shop.pool.query(
      """
      SELECT DISTINCT ON (variant.id) variant.id, price_list.code || ' ' || price.currency || ' '
        || amount_minor_units::text || ' ' || coalesce(was_minor_units, 0)::text
      FROM catalog.variant JOIN pricing.price ON variant_id = variant.id
      JOIN pricing.price_list ON price_list.id = list_id
      WHERE (price_list.code = 'retail' OR price_list.code = 'trade' AND \(byTrade)) AND minimum_quantity = 1
        AND (valid_from IS NULL OR valid_from <= \(time)) AND (valid_until IS NULL OR valid_until > \(time))
      ORDER BY variant.id, price_list.code = 'trade' DESC, amount_minor_units
      """)
    var quotes: [VariantID: String] = [:]
    for row in rows { quotes[try row.decode(VariantID.self, at: 0)] = try row.decode(String.self, at: 1) }
    return quotes
  }

  private func expectStored(
    _ prices: PriceOverlay, _ ids: [ProductID], _ shop: TestShop, after change: String
  ) async throws {
    for day in ["2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z"] {
      let time = try #require(Timestamp(day))
      for byTrade in [false, true] {
        let lists: [PriceListCode] = byTrade ? ["trade", .retail] : [.retail]
        let found = try #require(prices.quotes(of: ids, lists: lists, at: time))
        var quotes: [VariantID: String] = [:]
        for (variant, quote) in found.values.joined() {
          let list = quote.list == .retail ? "retail" : "trade"
          let (amount, was) = (quote.amount, quote.wasAmount?.minorUnits ?? 0)
          quotes[variant] = "\(list) \(amount.currency.code) \(amount.minorUnits) \(was)"
        }
        let known = try await stored(shop, byTrade: byTrade, at: time)
        #expect(quotes == known, "\(change), at \(day), by trade: \(byTrade)")
      }
    }
  }

  private func shown(_ prices: PriceOverlay, _ ids: [ProductID]) -> [VariantID: Int64]? {
    prices.quotes(of: ids, at: Self.now)?.values.reduce(into: [:]) { all, quotes in
      for (variant, quote) in quotes { all[variant] = quote.amount.minorUnits }
    }
  }

  private func setPrice(_ amount: Int64, of product: ProductID, on connection: PostgresConnection) async throws {
    try await connection.execute(
      """
      UPDATE pricing.price SET amount_minor_units = \(amount)
      WHERE minimum_quantity = 1 AND variant_id IN (SELECT id FROM catalog.variant WHERE product_id = \(product))
      """)
  }

  @Test("1: the same rows", .timeLimit(.minutes(5)))
  func sameRows() async throws {
    let shop = try await TestShop(Self.records())
    let prices = overlay(shop.pool)
    let ids = try await PostgresPrices(shop.pool).productIDs(after: nil, limit: 1_000)
    try await prices.follow()
    try await expectStored(prices, ids, shop, after: "read")
    for statement in [
      "UPDATE pricing.price SET amount_minor_units = amount_minor_units + 7 WHERE id % 3 = 0",
      "UPDATE pricing.price SET was_minor_units = amount_minor_units + 100 WHERE id % 5 = 0",
      "UPDATE pricing.price SET valid_until = '2026-11-01' WHERE id % 7 = 0",
      "DELETE FROM pricing.price WHERE id % 11 = 0", "DELETE FROM catalog.variant WHERE id % 13 = 0",
      "DELETE FROM catalog.product WHERE id % 17 = 0",
      """
      INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, minimum_quantity)
      SELECT variant.id, price_list.id, currency, 5, 20 + step FROM catalog.variant, pricing.price_list,
        generate_series(1, 3) AS step WHERE code = 'retail'
      """,
    ] {
      try await shop.execute("\(unsafeRaw: statement)")
      try await prices.follow()
      try await expectStored(prices, ids, shop, after: statement)
    }
    let card = try #require(try await shop.service.search(SearchInput(text: "product")).products.first)
    #expect(card.quote != nil)
  }

  /// A price of a product, and when it was charged.
  private struct Charged: Sendable {
    var amount: Int64
    /// When its transaction was committed at the latest.
    var committed: ContinuousClock.Instant
  }

  @Test("2: shown is charged while prices change", .timeLimit(.minutes(5)))
  func changing() async throws {
    let shop = try await TestShop(Self.records())
    // A busy machine is given more time than a shop.
    let age = Duration.seconds(10)
    let prices = overlay(shop.pool, maxAge: age)
    let service = TestShop.service(engine: shop.node, catalog: shop.catalog, prices: prices)
    let ids = try await PostgresPrices(shop.pool).productIDs(after: nil, limit: 1_000)
    try await prices.follow()
    let start = ContinuousClock.now
    let history = Guarded(
      Dictionary(
        uniqueKeysWithValues: ids.enumerated().map { place, product in
          (product, [Charged(amount: Int64(place + 1) * 100 + 1, committed: start)])
        }))
    let isDone = Guarded(false)
    let compared = Guarded(0)
    let following = Task { await prices.run(logger: Logger(label: "test", sink: NullSink())) }
    defer { following.cancel() }
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<250 {
            let product = ids[(number * 4 + writer) % ids.count]
            let amount = Int64(100_000 + number * 4 + writer)
            // A card may have it as soon as it is committed, before the answer comes.
            history.withLock { $0[product]?.append(Charged(amount: amount, committed: .now + .seconds(3600))) }
            try await shop.pool.withTransaction { try await setPrice(amount, of: product, on: $0) }
            history.withLock { all in
              guard let place = all[product]?.firstIndex(where: { $0.amount == amount }) else { return }
              all[product]?[place].committed = .now
            }
          }
        }
      }
      group.addTask {
        while compared.withLock({ $0 }) < 2_000 || !isDone.withLock({ $0 }) {
          let before = ContinuousClock.now
          let page = try await service.search(SearchInput(text: "product", pageSize: 24))
          guard page.degraded.isEmpty else { continue }
          let known = history.withLock { $0 }
          for card in page.products {
            let all = known[card.id] ?? []
            // The first variant's price of the beginning is the lower one.
            let place = all.firstIndex { $0.amount == card.quote?.amount.minorUnits }
            let next = place.flatMap { all.dropFirst($0 + 1).first }
            #expect(
              place != nil && (next.map { $0.committed >= before - age } ?? true),
              "\(card.code): \(card.quote?.amount.minorUnits ?? 0)")
          }
          compared.withLock { $0 += page.products.count }
        }
      }
      for _ in 0..<4 { try await group.next() }
      isDone.withLock { $0 = true }
      try await group.waitForAll()
    }
    print("PriceOverlayTests.changing: \(compared.withLock { $0 }) shown prices compared with the charged ones")
    let last = try await charged(shop)
    try await until("the last changes are shown") { shown(prices, ids) == last }
  }

  @Test("3: an open transaction", .timeLimit(.minutes(5)))
  func openTransaction() async throws {
    let shop = try await TestShop(Self.records(2))
    let prices = overlay(shop.pool)
    let ids = try await PostgresPrices(shop.pool).productIDs(after: nil, limit: 10)
    func amounts(_ product: ProductID) -> Set<Int64>? { shown(prices, [product]).map { Set($0.values) } }
    try await prices.follow()
    try await shop.pool.withTransaction { connection in
      try await setPrice(7, of: ids[0], on: connection)
      for amount in [8, 9] as [Int64] {
        try await shop.pool.withTransaction { try await setPrice(amount, of: ids[1], on: $0) }
        try await prices.follow()
        #expect(amounts(ids[1]) == [amount] && amounts(ids[0]) == [101, 102])
      }
    }
    try await prices.follow()
    #expect(amounts(ids[0]) == [7] && amounts(ids[1]) == [9])
  }

  @Test("4: not read, and silence", .timeLimit(.minutes(5)))
  func silence() async throws {
    let shop = try await TestShop(Self.records(2))
    let ids = try await PostgresPrices(shop.pool).productIDs(after: nil, limit: 10)
    let hasty = overlay(shop.pool, maxAge: .milliseconds(1), maxSilence: .milliseconds(1))
    #expect(hasty.quotes(of: ids, at: Self.now) == nil, "nothing is read yet")
    try await hasty.follow()
    try await until("they are too old") { hasty.quotes(of: ids, at: Self.now) == nil }
    let patient = overlay(shop.pool, maxSilence: .milliseconds(1))
    try await patient.follow()
    try await shop.execute("UPDATE pricing.price SET amount_minor_units = amount_minor_units + 5")
    try await shop.execute("DELETE FROM indexing.outbox")
    let stored = try await charged(shop)
    try await until("a long silence") {
      try await patient.follow()
      return shown(patient, ids) == stored
    }
  }
}

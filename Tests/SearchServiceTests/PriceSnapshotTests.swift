// The prices in memory, over a real Postgres:
// 1. They are the database's, row by row, after they were loaded and after prices, variants and products changed.
// 2. While prices change all the time, each price shown is one that the database charged within the allowed age; after the
//    last change all are the same.
// 3. A transaction that is left open holds back no other change, and its own comes when it is committed.
// 4. Without word from the database they are too old after their limit, and a search reads the database's prices; after a long
//    silence all are read anew, also what the outbox has lost meanwhile.
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

@Suite struct PriceSnapshotTests {
  private struct Shop {
    let pool: PostgresPool
    let catalog: PostgresCatalog
    let products: [ProductID]

    init(products count: Int = 40) async throws {
      pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
      catalog = PostgresCatalog(pool)
      let records = (1...count).map { number in
        ProductRecord(
          code: "P-\(number)", title: "Product \(number)",
          variants: (1...2).map { variant in
            .init(
              sku: SKU("P-\(number)-\(variant)"),
              prices: [
                Price(amount: Money(minorUnits: Int64(number * 100 + variant), currency: .gbp)),
                Price(amount: Money(minorUnits: Int64(number * 90), currency: .gbp), minimumQuantity: 10),
              ])
          })
      }
      _ = try await catalog.upsert(records, source: "test")
      products = try await catalog.productIDs(after: nil, limit: count)
    }

    func snapshot(age: Duration = .seconds(60), silence: Duration = .seconds(60)) -> PriceSnapshot {
      var options = PriceSnapshot.Options()
      options.mostAge = age
      options.mostSilence = silence
      options.pause = .milliseconds(5)
      return PriceSnapshot(source: catalog, options: options, metrics: MetricsRegistry())
    }

    func setPrice(_ amount: Int64, of product: ProductID, on connection: PostgresConnection) async throws {
      try await connection.execute(
        """
        UPDATE pricing.price SET amount_minor_units = \(amount)
        WHERE minimum_quantity = 1 AND variant_id IN (SELECT id FROM catalog.variant WHERE product_id = \(product))
        """)
    }

    func expectSame(_ snapshot: PriceSnapshot, _ step: String) async throws {
      let stored = try await catalog.prices(of: products).mapValues { $0.filter { !$0.value.isEmpty } }
      #expect(snapshot.prices(of: products) == stored, "\(step)")
    }
  }

  /// Runs `body` while the snapshot follows the database.
  private func following(_ snapshot: PriceSnapshot, _ body: () async throws -> Void) async throws {
    let loop = Task { await snapshot.run(logger: Logger(label: "test", sink: NullSink())) }
    do { try await body() } catch {
      loop.cancel()
      throw error
    }
    loop.cancel()
    await loop.value
  }

  @Test("1: the same rows", .timeLimit(.minutes(5)))
  func sameRows() async throws {
    let shop = try await Shop()
    let snapshot = shop.snapshot()
    #expect(snapshot.prices(of: shop.products) == nil, "nothing is read yet")
    try await snapshot.step()
    try await shop.expectSame(snapshot, "loaded")
    for statement in [
      "UPDATE pricing.price SET amount_minor_units = amount_minor_units + 7 WHERE id % 3 = 0",
      "UPDATE pricing.price SET was_minor_units = amount_minor_units + 100 WHERE id % 5 = 0",
      "UPDATE pricing.price SET valid_until = now() + interval '1 day' WHERE id % 7 = 0",
      "DELETE FROM pricing.price WHERE id % 11 = 0", "DELETE FROM catalog.variant WHERE id % 13 = 0",
      "DELETE FROM catalog.product WHERE id % 17 = 0",
    ] {
      try await shop.pool.execute("\(unsafeRaw: statement)")
      try await snapshot.step()
      try await shop.expectSame(snapshot, statement)
    }
  }

  /// A product's prices, in their order; each amount is charged once.
  private struct Charged: Sendable {
    var amount: Int64
    /// When its transaction began, and when it was committed at the latest.
    var begun: ContinuousClock.Instant
    var committed: ContinuousClock.Instant
  }

  @Test("2: prices change all the time", .timeLimit(.minutes(5)))
  func changing() async throws {
    let shop = try await Shop()
    let age = Duration.seconds(3)
    let snapshot = shop.snapshot(age: age)
    let start = ContinuousClock.now
    let history = Guarded(
      Dictionary(
        uniqueKeysWithValues: shop.products.enumerated().map { place, product in
          (product, [Charged(amount: Int64(place + 1) * 100 + 1, begun: start, committed: start)])
        }))
    let isDone = Guarded(false)
    try await following(snapshot) {
      try await withThrowingTaskGroup { group in
        for writer in 0..<4 {
          group.addTask {
            for number in 0..<250 {
              let product = shop.products[(number * 4 + writer) % shop.products.count]
              let amount = Int64(100_000 + number * 4 + writer)
              let begun = ContinuousClock.now
              // What is shown may have it as soon as it is committed, before the answer comes.
              history.withLock {
                $0[product]?.append(Charged(amount: amount, begun: begun, committed: .now + .seconds(600)))
              }
              try await shop.pool.withTransaction { try await shop.setPrice(amount, of: product, on: $0) }
              history.withLock { all in
                if let place = all[product]?.firstIndex(where: { $0.amount == amount }) {
                  all[product]?[place].committed = .now
                }
              }
            }
          }
        }
        group.addTask {
          var compared = 0
          while compared < 2_000 || !isDone.withLock({ $0 }) {
            await Task.yield()
            let before = ContinuousClock.now
            guard let shown = snapshot.prices(of: shop.products) else { continue }
            compared += shown.count
            let charged = history.withLock { $0 }
            for (product, prices) in shown {
              let amount = prices.min { $0.key.rawValue < $1.key.rawValue }.flatMap {
                quote($0.value, at: Timestamp(microsecondsSinceEpoch: 0))
              }?.amount.minorUnits
              let all = charged[product] ?? []
              let place = all.firstIndex { $0.amount == amount }
              let next = place.flatMap { all.dropFirst($0 + 1).first }
              #expect(place != nil && (next.map { $0.committed >= before - age } ?? true), "\(product): \(amount ?? 0)")
            }
          }
          print("PriceSnapshotTests.changing: \(compared) prices compared")
        }
        for _ in 0..<4 { try await group.next() }
        isDone.withLock { $0 = true }
        try await group.waitForAll()
      }
      let stored = try await shop.catalog.prices(of: shop.products)
      try await until("the last changes are there") { snapshot.prices(of: shop.products) == stored }
    }
  }

  @Test("3: an open transaction", .timeLimit(.minutes(5)))
  func openTransaction() async throws {
    let shop = try await Shop()
    let snapshot = shop.snapshot()
    func amounts(_ product: ProductID) -> [Int64] {
      (snapshot.prices(of: [product])?[product] ?? [:]).values.flatMap { $0 }.filter { $0.minimumQuantity == 1 }
        .map(\.amount.minorUnits)
    }
    try await snapshot.step()
    try await shop.pool.withTransaction { connection in
      try await shop.setPrice(7, of: shop.products[0], on: connection)
      for amount in [8, 9] as [Int64] {
        try await shop.pool.withTransaction { try await shop.setPrice(amount, of: shop.products[1], on: $0) }
        try await snapshot.step()
        #expect(amounts(shop.products[1]) == [amount, amount] && amounts(shop.products[0]) == [101, 102])
      }
    }
    try await snapshot.step()
    #expect(amounts(shop.products[0]) == [7, 7])
    try await shop.expectSame(snapshot, "committed")
  }

  @Test("4: silence", .timeLimit(.minutes(5)))
  func silence() async throws {
    let shop = try await Shop()
    let snapshot = shop.snapshot(age: .milliseconds(1), silence: .milliseconds(1))
    let prices = CurrentPrices(catalog: shop.catalog, snapshot: snapshot, deadline: .seconds(60))
    try await snapshot.step()
    try await until("they are too old") { snapshot.prices(of: shop.products) == nil }
    try await shop.pool.execute("UPDATE pricing.price SET amount_minor_units = amount_minor_units + 5")
    try await shop.pool.execute("DELETE FROM indexing.outbox")
    let stored = try await shop.catalog.prices(of: shop.products)
    #expect(try await prices.prices(of: shop.products) == stored)
    let patient = shop.snapshot(silence: .milliseconds(1))
    try await patient.step()
    try await shop.pool.execute("UPDATE pricing.price SET amount_minor_units = amount_minor_units + 5")
    try await shop.pool.execute("DELETE FROM indexing.outbox")
    try await until("a long silence") {
      try await patient.step()
      let stored = try await shop.catalog.prices(of: shop.products)
      return patient.prices(of: shop.products) == stored
    }
  }
}

// On a Postgres of its own, since other tests' open transactions hold changes back. Properties:
// 1. A new, changed, repriced and deleted product moves the catalog's mark; a look without a change does not.
// 2. So does a change whose entry was carried into the index and removed between two looks.
// 3. So does a transaction that began before another and commits after it.
// 4. The mark needs no scan of the products.
import Catalog
import LocalServices
import Ports
import PostgresClient
import TestSupport
import Testing

@testable import PostgresStore

@Suite struct CatalogMarkTests {
  private func withCatalog(_ body: (PostgresPool, PostgresCatalog) async throws -> Void) async throws {
    let server = try await LocalPostgres.startTemporary()
    defer { server.stopAndWait() }
    let pool = PostgresPool(server.settings())
    try await Migrator.shop.migrate(pool)
    let catalog = PostgresCatalog(pool)
    _ = try await catalog.upsert((1...3).map(Self.record), source: "test")
    try await body(pool, catalog)
    await pool.close()
  }

  private static func record(_ number: Int) -> ProductRecord {
    ProductRecord(
      code: "M-\(number)", title: "Mug \(number)",
      variants: [.init(sku: SKU("M-\(number)"), prices: [Price(amount: Money(minorUnits: 100, currency: .gbp))])])
  }

  @Test("1: each kind of change", .timeLimit(.minutes(2)))
  func changes() async throws {
    try await withCatalog { pool, catalog in
      var mark = try await catalog.catalogMark()
      #expect(mark.position > .start && mark.lastProduct == 3)
      for change in [
        "UPDATE catalog.product SET title = 'Cup' WHERE id = 1",
        "UPDATE pricing.price SET amount_minor_units = 200 WHERE variant_id = 2",
        "DELETE FROM catalog.product WHERE id = 3", "UPDATE catalog.product SET lifecycle = 'hidden' WHERE id = 2",
      ] as [SQL] {
        #expect(try await catalog.catalogMark() == mark)
        _ = try await pool.execute(change)
        let next = try await catalog.catalogMark()
        #expect(next.position > mark.position)
        mark = next
      }
      _ = try await catalog.upsert([Self.record(4)], source: "test")
      #expect(try await catalog.catalogMark().lastProduct == 4)
    }
  }

  @Test("2: carried and removed", .timeLimit(.minutes(2)))
  func removed() async throws {
    try await withCatalog { pool, catalog in
      let ledger = PostgresIndexingLedger(pool)
      let generation = try await ledger.beginGeneration(
        alias: "a", mappingHash: "h", mapping: "{}", cursor: try await catalog.captureCursor())
      try await catalog.pruneOutbox(through: generation.cursor)
      let mark = try await catalog.catalogMark()
      try await pool.execute("UPDATE catalog.product SET title = 'Cup' WHERE id = 1")
      let end = try await catalog.outboxEnd()
      try await ledger.advance(generation: generation.number, to: end, settled: [])
      try await catalog.pruneOutbox(through: end)
      #expect(try await catalog.outboxEnd() == .start)
      #expect(try await catalog.catalogMark().position > mark.position)
    }
  }

  @Test("3: a transaction that commits late", .timeLimit(.minutes(2)))
  func late() async throws {
    try await withCatalog { pool, catalog in
      try await pool.withConnection { slow in
        try await slow.executeScript("BEGIN; UPDATE catalog.product SET title = 'slow' WHERE id = 1")
        try await pool.execute("UPDATE catalog.product SET title = 'quick' WHERE id = 2")
        let mark = try await catalog.catalogMark()
        #expect(try await catalog.catalogMark() == mark)
        try await slow.executeScript("COMMIT")
        try await until { try await catalog.catalogMark().position > mark.position }
      }
    }
  }

  @Test("4: no scan", .timeLimit(.minutes(2)))
  func scans() async throws {
    try await withCatalog { pool, catalog in
      func scans() async throws -> Int64 {
        try await pool.query("SELECT pg_stat_force_next_flush()")
        return try await pool.query(
          "SELECT seq_tup_read FROM pg_stat_all_tables WHERE relid = 'catalog.product'::regclass")[0]
          .decode(at: 0)
      }
      // A scan of three products is cheaper than an index.
      let many = (10...2_000).map(Self.record)
      _ = try await catalog.upsert(many, source: "test")
      try await pool.execute("ANALYZE catalog.product")
      let before = try await scans()
      for _ in 0..<10 { _ = try await catalog.catalogMark() }
      #expect(try await scans() == before)
    }
  }
}

// Properties:
// 1. The buckets count the products that `ProductSnapshot.isSearchable` and the view call searchable, with the sums of
//    versions and checksums: products of every lifecycle, with and without variants and stock.
// 2. Counting leaves all settings of its connection as they were.

import Catalog
import LocalServices
import Ports
import PostgresClient
import Seeding
import Testing

@testable import PostgresStore

@Suite struct AuditBucketsTests {
  private func makeCatalog(seed: UInt64) async throws -> (pool: PostgresPool, catalog: PostgresCatalog) {
    var settings = try await TestPostgres.shared.makeDatabase()
    settings.maxConnections = 1
    let pool = PostgresPool(settings)
    let catalog = PostgresCatalog(pool)
    let records = Array(Seeding.products(try GenerationOptions(products: 300, customers: 0, days: 0, seed: seed)))
    _ = try await catalog.upsert(records, source: "generated")
    return (pool, catalog)
  }

  @Test("1: every lifecycle, with and without variants and stock", arguments: [1, 2] as [UInt64])
  func everyKind(seed: UInt64) async throws {
    let (pool, catalog) = try await makeCatalog(seed: seed)
    try await pool.execute(
      "UPDATE catalog.product SET lifecycle = ('{draft,listed,hidden,discontinued}'::text[])[1 + id % 4]")
    try await pool.execute("DELETE FROM catalog.variant WHERE product_id % 5 = 0")
    // Some products have no stock, of others all is reserved, of others one variant is left.
    try await pool.execute("UPDATE inventory.stock SET on_hand = 0, reserved = 0 WHERE variant_id % 3 = 0")
    try await pool.execute(
      """
      UPDATE inventory.stock SET reserved = on_hand FROM catalog.variant
      WHERE variant.id = variant_id AND product_id % 7 < 3
      """)
    try await pool.execute("DELETE FROM inventory.stock WHERE variant_id % 11 = 0")
    try await pool.execute("UPDATE catalog.product SET document_version = document_version + id % 3")

    let ids = try await pool.query("SELECT id FROM catalog.product").map { try $0.decode(ProductID.self, at: 0) }
    let searchable = try await catalog.products(ids).filter(\.isSearchable)
    var expected: [Int: AuditBucket] = [:]
    for product in searchable {
      let bucket = Int(product.id.rawValue % 1024)
      let before = expected[bucket] ?? AuditBucket(count: 0, versionSum: 0, checksumSum: 0)
      expected[bucket] = AuditBucket(
        count: before.count + 1, versionSum: before.versionSum + product.documentVersion,
        checksumSum: before.checksumSum + AuditBucket.checksum(of: product.id, version: product.documentVersion))
    }
    let discontinued = searchable.filter { $0.lifecycle == .discontinued }.count
    #expect(discontinued > 0 && discontinued < 60 && searchable.count > discontinued)
    #expect(try await catalog.auditBuckets() == expected)
    #expect(try await catalog.productCount() == searchable.count)
    await pool.close()
  }

  @Test("2: settings are as before") func settings() async throws {
    let (pool, catalog) = try await makeCatalog(seed: 1)
    let names = ["enable_hashjoin", "enable_sort", "jit", "max_parallel_workers_per_gather"]
    let query: SQL = "SELECT name || '=' || setting FROM pg_settings WHERE name = ANY (\(names)) ORDER BY name"
    let before = try await pool.query(query).map { try $0.decode(String.self, at: 0) }
    #expect(before.count == names.count)
    _ = try await catalog.auditBuckets()
    #expect(try await pool.query(query).map { try $0.decode(String.self, at: 0) } == before)
    await pool.close()
  }
}

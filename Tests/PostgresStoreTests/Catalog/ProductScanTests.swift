// Properties:
// 1. The scan gives every product like `products(ids)`, for the demo catalog and for generated ones, with windows of
//    any size.
// 2. The same in a worn catalog: rows out of order, variants added later, gaps between the IDs, products without
//    variants, categories or pictures.
// 3. All windows see one moment, whatever is changed while they are read.
// 4. A condition on IDs is true for each of them, and reads a limited number of others.
// 5. A broken connection and a cancelled task end a scan with an error, and the next scan is complete.

import Catalog
import LocalServices
import Ports
import PostgresClient
import Seeding
import Synchronization
import Testing

@testable import PostgresStore

private func makeCatalog() async throws -> (pool: PostgresPool, catalog: PostgresCatalog) {
  let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
  return (pool, PostgresCatalog(pool))
}

/// The scan's products, in windows of this size.
private func scanned(_ catalog: PostgresCatalog, size: Int, after: ProductID? = nil) async throws -> [ProductSnapshot] {
  let found = Mutex<[ProductSnapshot]>([])
  try await catalog.forEachProductBatch(size: size, after: after) { batch in
    #expect(batch.count <= size && !batch.isEmpty)
    found.withLock { $0 += batch }
  }
  return found.withLock { $0 }
}

/// The products of the other reader, for all IDs.
private func looked(_ catalog: PostgresCatalog, _ pool: PostgresPool) async throws -> [ProductSnapshot] {
  let ids = try await pool.query("SELECT id FROM catalog.product ORDER BY id").map {
    try $0.decode(ProductID.self, at: 0)
  }
  return try await catalog.products(ids)
}

private func expectEqual(_ found: [ProductSnapshot], _ expected: [ProductSnapshot]) {
  #expect(found.map(\.id) == expected.map(\.id))
  for (one, other) in zip(found, expected) where one != other {
    Issue.record("product \(other.id) is read as \(one), and by its id as \(other)")
    return
  }
}

@Suite struct ProductScanTests {
  @Test("1: the demo catalog, whole", arguments: [1_000, 97])
  func demo(size: Int) async throws {
    let (pool, catalog) = try await makeCatalog()
    let records = try Seeding.handWrittenCatalog(directory: "Seeds/catalog")
    _ = try await catalog.upsert(records, source: "seed")
    let expected = try await looked(catalog, pool)
    #expect(expected.count == records.count)
    expectEqual(try await scanned(catalog, size: size), expected)
    await pool.close()
  }

  @Test("1 and 2: generated catalogs, fresh and worn", arguments: [1, 2, 3] as [UInt64])
  func generated(seed: UInt64) async throws {
    let (pool, catalog) = try await makeCatalog()
    let records = Array(Seeding.products(try GenerationOptions(products: 400, customers: 0, days: 0, seed: seed)))
    _ = try await catalog.upsert(records, source: "generated")
    expectEqual(try await scanned(catalog, size: 150), try await looked(catalog, pool))
    try await wear(pool, seed: seed)
    let expected = try await looked(catalog, pool)
    for size in [1, 64, 1_000] { expectEqual(try await scanned(catalog, size: size), expected) }
    let middle = expected[expected.count / 2].id
    expectEqual(try await scanned(catalog, size: 64, after: middle), expected.filter { $0.id > middle })
    await pool.close()
  }

  /// Changes the catalog as years of use would.
  private func wear(_ pool: PostgresPool, seed: UInt64) async throws {
    let part = Int64(seed)
    try await pool.execute("DELETE FROM catalog.product WHERE id % 11 = \(part)")
    try await pool.execute("DELETE FROM catalog.variant WHERE product_id % 13 = \(part)")
    try await pool.execute("DELETE FROM catalog.product_category WHERE product_id % 17 = \(part)")
    try await pool.execute("DELETE FROM catalog.product_picture WHERE product_id % 7 = \(part) AND position > 0")
    // A rewritten row lies after all others.
    try await pool.execute("UPDATE catalog.variant SET position = 9 - position WHERE product_id % 5 = \(part)")
    try await pool.execute(
      "UPDATE pricing.price SET amount_minor_units = 1, was_minor_units = 2 WHERE id % 9 = \(part)")
    try await pool.execute(
      """
      INSERT INTO catalog.variant (product_id, sku, position)
      SELECT id, 'LATE-' || id || '-' || n, n FROM catalog.product, generate_series(3, 4) AS n WHERE id % 6 = \(part)
      """)
    try await pool.execute(
      """
      INSERT INTO catalog.product_attribute (product_id, attribute_id, value_index, position, type, text_value)
      SELECT product_id, attribute_id, 4 - n, position, type, 'Cloth ' || n
      FROM catalog.product_attribute, generate_series(1, 3) AS n WHERE type = 'text' AND product_id % 4 = \(part)
      """)
    try await pool.execute("INSERT INTO inventory.warehouse (code, name) VALUES ('late', 'Late')")
    try await pool.execute(
      """
      INSERT INTO inventory.stock (variant_id, warehouse_id, on_hand, reserved)
      SELECT variant.id, warehouse.id, 7, 3 FROM catalog.variant, inventory.warehouse
      WHERE warehouse.code = 'late' AND variant.id % 3 = \(part % 3)
      """)
    try await pool.execute(
      """
      INSERT INTO pricing.price (variant_id, list_id, currency, amount_minor_units, minimum_quantity, valid_from, valid_until)
      SELECT variant.id, list.id, list.currency, 500 + n, 3, '2030-01-01'::timestamptz - n * interval '1 year',
        '2031-01-01'::timestamptz - n * interval '1 year'
      FROM catalog.variant, pricing.price_list AS list, generate_series(1, 3) AS n WHERE variant.id % 8 = \(part)
      """)
    try await pool.execute("INSERT INTO catalog.product (source, code, title) VALUES ('test', 'BARE', 'Bare')")
  }

  @Test("3: changes committed while it reads are not seen")
  func oneMoment() async throws {
    let (pool, catalog) = try await makeCatalog()
    let records = Array(Seeding.products(try GenerationOptions(products: 60, customers: 0, days: 0, seed: 4)))
    _ = try await catalog.upsert(records, source: "generated")
    let expected = try await looked(catalog, pool)
    let found = Mutex<[ProductSnapshot]>([])
    try await catalog.forEachProductBatch(size: 20, after: nil) { batch in
      found.withLock { $0 += batch }
      try await pool.execute("UPDATE catalog.product SET title = 'changed'")
      try await pool.execute("UPDATE pricing.price SET was_minor_units = NULL, amount_minor_units = 1")
      try await pool.execute("DELETE FROM catalog.variant WHERE id % 2 = 0")
      try await pool.execute("UPDATE catalog.attribute SET name = 'changed'")
    }
    expectEqual(found.withLock { $0 }, expected)
    await pool.close()
  }

  @Test("4: IDs as ranges", arguments: [5, 6, 7] as [UInt64])
  func ranges(seed: UInt64) async throws {
    let (pool, _) = try await makeCatalog()
    for spread in [1, 2, 3, 50, 1_000] as [Int64] {
      let ids = Set((0..<500).map { 10 + $0 * spread + ($0 &* Int64(seed * 2 + 1)) % spread })
      let condition = IDRanges(Array(ids)).condition(on: "id")
      let rows = try await pool.query("SELECT id FROM generate_series(0, 600000) AS id WHERE \(unsafeRaw: condition)")
      let found = Set(try rows.map { try $0.decode(Int64.self, at: 0) })
      #expect(ids.isSubset(of: found))
      #expect(found.count <= ids.count * IDRanges.maxReadForOne, "spread \(spread)")
    }
    #expect(IDRanges([]).condition(on: "id") == "false")
    #expect(IDRanges([7, 5, 6, 900, 901, 902]).condition(on: "id") == "id BETWEEN 5 AND 7 OR id BETWEEN 900 AND 902")
    #expect(IDRanges([1, 60, 119]).condition(on: "id") == "id = ANY ('{1,60,119}'::bigint[])")
    await pool.close()
  }

  @Test("5: an end in the middle is an error", .timeLimit(.minutes(1)))
  func interrupted() async throws {
    let (pool, catalog) = try await makeCatalog()
    let records = Array(Seeding.products(try GenerationOptions(products: 60, customers: 0, days: 0, seed: 8)))
    _ = try await catalog.upsert(records, source: "generated")
    await #expect(throws: DependencyUnavailable.self) {
      try await catalog.forEachProductBatch(size: 20, after: nil) { _ in
        try await pool.query(
          """
          SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'
          """)
      }
    }
    let task = Task {
      try await catalog.forEachProductBatch(size: 20, after: nil) { _ in withUnsafeCurrentTask { $0?.cancel() } }
    }
    await #expect(throws: (any Error).self) { try await task.value }
    #expect(try await scanned(catalog, size: 20).count == 60)
    await pool.close()
  }
}

// Properties:
// 1. Written data is read back: every field of a record is in the snapshot, in its order.
// 2. Writing the same records again changes nothing: all unchanged, no version goes up, no outbox row.
// 3. A change in any part of a record counts as one changed product and is written; removed parts are deleted.
// 4. A refused record is reported with its offset and reason, and all others are written.
// 5. A record is matched by source and code, then by SKU; omitted prices, stock and ratings stay.
// 6. The outbox skips no transaction that commits late, and reads in the order of transactions.
// 7. Hidden products are read, deleted ones are left out; batches contain each product once, in ID order, from any ID
//    on.
// 8. A session that made its plans while the outbox and the line of products were empty reads only a batch when they
//    are long.
// 9. The ledger keeps generations, one live at a time, and cursors that never go back.
// 10. A category's own setting for an attribute wins over its ancestors' and the attribute's.
// 11. Compaction leaves each product's last entry, so that an old cursor still meets every product that changed.
// 12. A price that begins or ends by time adds one entry.

import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import Threading

private func makeCatalog() async throws -> (pool: PostgresPool, catalog: PostgresCatalog) {
  let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
  return (pool, PostgresCatalog(pool))
}

private func pounds(_ pence: Int64) -> Money { Money(minorUnits: pence, currency: .gbp) }

private let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true, position: 10)
private let material = AttributeDefinition(code: "material", name: "Material", type: .text, isFacet: true, position: 5)
private let length = AttributeDefinition(code: "length", name: "Length", type: .number, unit: "cm")

private func chair() -> ProductRecord {
  ProductRecord(
    code: "P1", title: "Chair", summary: "Soft", brand: "Acme", categories: [["Home", "Chairs"], ["Sale"]],
    attributes: [
      .init(material, [.text("oak"), .text("ash")]), .init(length, [.number(12.5)]),
      .init(.init(code: "new", name: "New", type: .boolean), [.boolean(true)]),
      .init(.init(code: "since", name: "Since", type: .date), [.date(CalendarDay("2026-02-28")!)]),
    ],
    variants: [
      .init(
        sku: SKU("C-RED"), gtin: "0095205603217", options: [.init(colour, [.swatch(name: "Red", hex: "#ff0000")])],
        pictureURL: "red.svg",
        prices: [
          Price(amount: pounds(1000), wasAmount: pounds(1200)),
          Price(
            list: "trade", amount: pounds(800), minimumQuantity: 5, validFrom: Timestamp("2026-01-01"),
            validUntil: Timestamp("2027-01-01T00:00:00.123456Z")),
        ], cost: pounds(400), stock: ["main": 3, "north": 4]),
      .init(sku: SKU("C-BLUE"), prices: [Price(amount: pounds(1100))]),
    ], pictureURLs: ["a.svg", "b.svg"], ratingAverage: 4.25, ratingCount: 8, popularity: 0.5, lifecycle: .hidden,
    audience: .shops, releasedAt: Timestamp("2026-01-05T10:00:00Z"))
}

private func plain(_ number: Int, sku: String? = nil) -> ProductRecord {
  ProductRecord(
    code: "N\(number)", title: "Product \(number)", brand: "Acme", categories: [["Things"]],
    attributes: [.init(length, [.number(Double(number))])],
    variants: [.init(sku: SKU(sku ?? "S\(number)"), prices: [Price(amount: pounds(Int64(number)))], stock: ["main": 1])]
  )
}

@Suite struct PostgresCatalogTests {
  @Test("1 and 2: written records are read back, and writing them again changes nothing")
  func roundTrip() async throws {
    let (pool, catalog) = try await makeCatalog()
    let record = chair()
    #expect(try await catalog.upsert([record], source: "test") == ImportOutcome(inserted: 1))
    let product = try #require(try await catalog.products([ProductID(1)]).first)
    #expect(product.code == "P1" && product.source == "test" && product.documentVersion == 1)
    #expect(product.title == "Chair" && product.summary == "Soft" && product.brandName == "Acme")
    #expect(product.categories.map(\.names) == [["Home", "Chairs"], ["Sale"]])
    #expect(product.categories[0].leaf.slug == "chairs")
    #expect(product.attributes.map { ProductRecord.Attribute($0.definition, $0.values) } == record.attributes)
    #expect(product.pictureURLs == record.pictureURLs)
    #expect(product.ratingAverage == 4.25 && product.ratingCount == 8 && product.popularity == 0.5)
    #expect(product.lifecycle == .hidden && product.audience == .shops && product.releasedAt == record.releasedAt)
    for (variant, written) in zip(product.variants, record.variants) {
      #expect(variant.sku == written.sku && variant.gtin == written.gtin && variant.pictureURL == written.pictureURL)
      #expect(variant.prices == written.prices)
      #expect(variant.options.map { ProductRecord.Attribute($0.definition, $0.values) } == written.options)
    }
    #expect(product.variants.map(\.availableQuantity) == [7, 0])
    #expect(
      try await PostgresPrices(pool).prices(of: [product.id])
        == product.variants.flatMap { variant in
          variant.prices.map { VariantPrice(product: product.id, variant: variant.id, price: $0) }
        })
    #expect(try await catalog.upsert([record], source: "test") == ImportOutcome(unchanged: 1))
    #expect(try await catalog.products([product.id]) == [product])
    // The outbox waits for the oldest open transaction of the whole server, other tests' too.
    try await until { try await !catalog.outbox(after: .start, limit: 10).isEmpty }
    #expect(try await catalog.outbox(after: .start, limit: 10).count == 1)
    await pool.close()
  }

  @Test("3: each change is one changed product, and is stored")
  func changes() async throws {
    let (pool, catalog) = try await makeCatalog()
    var record = chair()
    _ = try await catalog.upsert([record], source: "test")
    let edits: [(String, (inout ProductRecord) -> Void)] = [
      ("title", { $0.title = "Armchair" }), ("summary", { $0.summary = "" }), ("brand", { $0.brand = nil }),
      ("category order", { $0.categories.reverse() }), ("category gone", { $0.categories.removeLast() }),
      ("attribute value", { $0.attributes[1].values = [.number(13)] }),
      ("attribute order", { $0.attributes.swapAt(0, 1) }), ("attribute gone", { $0.attributes.removeLast() }),
      ("value gone", { $0.attributes[1].values.removeLast() }), ("picture order", { $0.pictureURLs.reverse() }),
      ("picture gone", { $0.pictureURLs.removeLast() }), ("rating", { $0.ratingCount = 9 }),
      ("lifecycle", { $0.lifecycle = .listed }), ("audience", { $0.audience = .everyone }),
      ("release", { $0.releasedAt = nil }), ("gtin", { $0.variants[0].gtin = nil }),
      ("option", { $0.variants[0].options[0].values = [.swatch(name: "Rose", hex: "#ff00aa")] }),
      ("variant picture", { $0.variants[0].pictureURL = nil }),
      ("price", { $0.variants[0].prices[0].amount = pounds(999) }),
      ("price gone", { $0.variants[0].prices[0].wasAmount = nil }),
      ("price validity", { $0.variants[0].prices[1].validUntil = nil }),
      ("stock", { $0.variants[0].stock = ["main": 30] }), ("cost", { $0.variants[0].cost = pounds(401) }),
      ("variant order", { $0.variants.reverse() }),
      ("another variant", { $0.variants.append(.init(sku: SKU("C-NEW"))) }),
      ("variant gone", { $0.variants.removeFirst() }), ("SKU", { $0.variants[0].sku = SKU("C-RED-2") }),
      ("code, matched by SKU", { $0.code = "P1-NEW" }),
    ]
    for (what, edit) in edits {
      edit(&record)
      #expect(try await catalog.upsert([record], source: "test") == ImportOutcome(changed: 1), "\(what)")
      #expect(try await catalog.upsert([record], source: "test") == ImportOutcome(unchanged: 1), "\(what), again")
    }
    let product = try #require(try await catalog.products([ProductID(1)]).first)
    #expect(product.code == "P1-NEW" && product.title == "Armchair" && product.brandName == nil)
    #expect(product.categories.map(\.names) == [["Sale"]])
    #expect(product.attributes.map { ProductRecord.Attribute($0.definition, $0.values) } == record.attributes)
    #expect(product.variants.map(\.sku) == record.variants.map(\.sku))
    // Warehouses and lists that a record does not name keep their data.
    let row = try await pool.query("SELECT count(*) FROM catalog.product")
    #expect(try row[0].decode(Int.self, at: 0) == 1)
    await pool.close()
  }

  @Test("4: refused records are named, the others written")
  func refusals() async throws {
    let (pool, catalog) = try await makeCatalog()
    _ = try await catalog.upsert([plain(1), plain(2)], source: "old")
    var records = (10..<60).map { plain($0) }
    records[3].variants = []
    records[7].variants[0].sku = SKU("S11")  // record 1's
    records[12].title = ""
    records[20].variants[0].prices[0].amount = pounds(-1)
    records[25].variants.append(.init(sku: SKU("S1")))
    records[25].variants.append(.init(sku: SKU("S2")))
    records[30].variants[0].gtin = "abc"
    records[31].variants[0].prices = [Price(amount: Money(minorUnits: 5, currency: .eur))]
    records[33].variants[0].prices += records[33].variants[0].prices
    records[40].attributes = [.init(length, [.text("long")])]
    records[41].title = "zero\0byte"
    records[42].code = "N59"
    let outcome = try await catalog.upsert(records, source: "test")
    #expect(outcome.refused.map(\.offset) == [3, 7, 12, 20, 25, 30, 31, 33, 40, 41, 49])
    #expect(outcome.inserted == 39)
    let reasons = Dictionary(uniqueKeysWithValues: outcome.refused.map { ($0.offset, $0.reason) })
    #expect(reasons[7]?.contains("S11") == true)
    #expect(reasons[12] == "the title is empty or longer than 4,000 bytes")
    #expect(reasons[20] == "a price is negative")
    #expect(reasons[25]?.contains("belongs to product old N2") == true)
    #expect(reasons[31]?.contains("price list retail is in GBP") == true)
    #expect(reasons[33]?.contains("valid at the same time") == true)
    #expect(try await catalog.productCount() == 41)
    // In the order of the records, without the refused ones; undone attempts leave gaps in the IDs.
    let snapshots = try await catalog.products((1...5000).map { ProductID($0) })
    let codes = snapshots.filter { $0.source == "test" }.map(\.code)
    #expect(codes == records.indices.filter { reasons[$0] == nil }.map { records[$0].code })
    await pool.close()
  }

  @Test("5: by code, then by SKU; omitted data stays; types distinguish equal codes")
  func matching() async throws {
    let (pool, catalog) = try await makeCatalog()
    _ = try await catalog.upsert([chair()], source: "test")
    var same = chair()
    same.code = "OTHER"
    same.ratingCount = 0
    same.ratingAverage = nil
    same.popularity = 0
    same.variants[0].prices = [Price(amount: pounds(777))]
    same.variants[0].stock = ["north": 9]
    same.variants[0].cost = nil
    same.attributes[0] = .init(.init(code: "material", name: "Material", type: .number, unit: "kg"), [.number(1)])
    #expect(try await catalog.upsert([same], source: "second") == ImportOutcome(changed: 1))
    let product = try #require(try await catalog.products([ProductID(1)]).first)
    #expect(product.source == "second" && product.code == "OTHER")
    #expect(product.ratingCount == 8 && product.popularity == 0.5)
    #expect(product.variants[0].prices.map(\.list.text) == ["retail", "trade"])
    #expect(product.variants[0].prices[0].amount == pounds(777))
    #expect(product.variants[0].availableQuantity == 12)
    #expect(product.attributes[0].definition.code == "material_number" && product.attributes[0].values == [.number(1)])
    await pool.close()
  }

  @Test("6: a transaction that commits late is not skipped")
  func lateCommit() async throws {
    // A separate server: other tests' open transactions would hold the outbox back.
    let server = try await LocalPostgres.startTemporary()
    defer { server.stopAndWait() }
    let pool = PostgresPool(server.settings())
    try await Migrator.shop.migrate(pool)
    let catalog = PostgresCatalog(pool)
    _ = try await catalog.upsert((1...3).map { plain($0) }, source: "test")
    let start = try await catalog.captureCursor()
    #expect(try await catalog.outbox(after: start, limit: 10).isEmpty)
    try await pool.withConnection { slow in
      try await slow.executeScript("BEGIN; UPDATE catalog.product SET title = 'slow' WHERE id = 1")
      let midway = try await catalog.captureCursor()
      for id in [2, 3] { try await pool.execute("UPDATE catalog.product SET title = 'quick' WHERE id = \(id)") }
      #expect(try await catalog.outbox(after: start, limit: 10).isEmpty, "the slow one is before them")
      try await slow.executeScript("COMMIT")
      try await until { try await catalog.outbox(after: midway, limit: 10).count == 3 }
      #expect(try await catalog.outbox(after: midway, limit: 10).map(\.product.rawValue) == [1, 2, 3])
    }
    let entries = try await catalog.outbox(after: start, limit: 10)
    try #require(entries.count == 3)
    #expect(entries.map(\.product.rawValue) == [1, 2, 3])
    #expect(entries.map(\.cursor) == entries.map(\.cursor).sorted())
    #expect(try await catalog.outbox(after: entries[0].cursor, limit: 1).map(\.product.rawValue) == [2])
    try await catalog.pruneOutbox(through: entries[1].cursor)
    #expect(try await catalog.outbox(after: .start, limit: 10).map(\.product.rawValue) == [3])
    await pool.close()
  }

  @Test("7: batches contain each product once, from any ID on; a deleted one is left out")
  func batches() async throws {
    let (pool, catalog) = try await makeCatalog()
    _ = try await catalog.upsert((1...25).map { plain($0) }, source: "test")
    try await pool.execute("DELETE FROM catalog.product WHERE id = 7")
    try await pool.execute("UPDATE catalog.product SET lifecycle = 'hidden' WHERE id = 8")
    let seen = Guarded<[[Int64]]>([])
    try await catalog.forEachProductBatch(size: 10, after: nil) { batch in
      seen.withLock { $0.append(batch.map(\.id.rawValue)) }
    }
    #expect(seen.withLock { $0.map(\.count) } == [10, 10, 4])
    #expect(seen.withLock { $0.flatMap { $0 } } == (1...25).filter { $0 != 7 })
    seen.withLock { $0 = [] }
    try await catalog.forEachProductBatch(size: 10, after: ProductID(7)) { batch in
      seen.withLock { $0.append(batch.map(\.id.rawValue)) }
    }
    #expect(seen.withLock { $0 } == [Array(8...17), Array(18...25)])
    let found = try await catalog.products([8, 7, 1, 900].map { ProductID($0) })
    #expect(found.map(\.id.rawValue) == [8, 1])
    #expect(found[0].isSearchable == false && found[1].isSearchable)
    await pool.close()
  }

  @Test("8: plans made for empty tables")
  func plansForLongLines() async throws {
    var settings = try await TestPostgres.shared.makeDatabase()
    settings.maxConnections = 1
    let pool = PostgresPool(settings)
    let catalog = PostgresCatalog(pool)
    try await pool.execute("VACUUM ANALYZE indexing.outbox")
    try await pool.execute("VACUUM ANALYZE indexing.fan_out_product")
    for _ in 1...10 {
      try await pool.query("SELECT indexing.note_fan_out(250)")
      #expect(try await catalog.outbox(after: .start, limit: 250).isEmpty)
    }
    try await pool.execute("INSERT INTO indexing.fan_out_product SELECT generate_series(1, 20000)")
    try await pool.execute("INSERT INTO indexing.outbox (product_id) SELECT generate_series(1, 20000)")
    try await until { try await !catalog.outbox(after: .start, limit: 1).isEmpty }
    try await pool.withTransaction { connection in
      let noted = try await connection.query("SELECT indexing.note_fan_out(250)")[0].decode(Int.self, at: 0)
      let entries = try await connection.query("SELECT FROM indexing.outbox_after('0', 0, 250)").count
      #expect(noted == 250 && entries == 250)
      let read = try await connection.query(
        """
        SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
        WHERE schemaname = 'indexing' AND relname IN ('outbox', 'fan_out_product')
        """)
      #expect(read.count == 2)
      for table in read {
        let (name, rows) = (try table.decode(String.self, at: 0), try table.decode(Int.self, at: 1))
        #expect((250...1000).contains(rows), "\(rows) rows of \(name)")
      }
    }
    await pool.close()
  }

  @Test("9: generations")
  func ledger() async throws {
    let (pool, _) = try await makeCatalog()
    let ledger = PostgresIndexingLedger(pool)
    let cursor = OutboxCursor(transactionID: 7, id: 3)
    func begin() async throws -> IndexGeneration {
      try await ledger.beginGeneration(alias: "products", mappingHash: "abc", mapping: "{}", cursor: cursor)
    }
    let first = try await begin()
    #expect(first.indexName == "products-\(first.number)" && first.state == .building && first.cursor == cursor)
    try await ledger.noteLoaded(through: ProductID(40), generation: first.number)
    try await ledger.noteLoaded(through: ProductID(30), generation: first.number)
    #expect(try await ledger.generations(alias: "products")[0].loadedThrough == ProductID(40))
    try await ledger.putInUse(generation: first.number, checks: "all well")
    let second = try await begin()
    try await ledger.putInUse(generation: second.number, checks: "all well")
    let both = try await ledger.generations(alias: "products")
    #expect(both.map(\.number) == [second.number, first.number])
    #expect(both.map(\.state) == [.live, .retired])
    #expect(both.allSatisfy { $0.swappedInAt != nil && $0.checks == "all well" })
    try await ledger.advance(generation: second.number, to: OutboxCursor(transactionID: 9, id: 1), settled: [])
    try await ledger.advance(generation: second.number, to: OutboxCursor(transactionID: 8, id: 5), settled: [])
    #expect(try await ledger.generations(alias: nil)[0].cursor == OutboxCursor(transactionID: 9, id: 1))
    try await ledger.setFailed(generation: first.number)
    try await ledger.removeGeneration(first.number)
    #expect(try await ledger.generations(alias: "products").map(\.number) == [second.number])
    await pool.close()
  }

  @Test("9: dead letters: the last of each product, with its document, until it is settled or discarded")
  func deadLetters() async throws {
    let (pool, catalog) = try await makeCatalog()
    let ledger = PostgresIndexingLedger(pool)
    _ = try await catalog.upsert((1...3).map { plain($0) }, source: "test")
    let number = try await ledger.beginGeneration(
      alias: "products", mappingHash: "abc", mapping: "{}", cursor: .start
    ).number
    func count() async throws -> Int { try await ledger.deadLetterCount(generation: number) }
    let letters = (1...3).map {
      DeadLetter(
        product: ProductID($0), documentVersion: 2, reason: "price is not a number\0", document: "{\"p\": \($0)}")
    }
    try await ledger.addDeadLetters(letters + letters, generation: number)
    try await ledger.addDeadLetters([letters[0]], generation: number)
    #expect(try await count() == 3)
    let kept = try await ledger.deadLetters(generation: number, of: [ProductID(2)], limit: 10)
    #expect(kept.map(\.document) == ["{\"p\": 2}"] && kept[0].reason == "price is not a number")
    let end = try await catalog.outboxEnd()
    #expect(try await ledger.retryDeadLetters(generation: number, of: nil) == 3)
    #expect(try await catalog.outbox(after: end, limit: 10).map(\.product.rawValue).sorted() == [1, 2, 3])
    #expect(try await catalog.products([ProductID(1)])[0].documentVersion == 2)
    try await ledger.advance(
      generation: number, to: try await catalog.outboxEnd(), settled: [ProductID(1), ProductID(99)])
    #expect(try await count() == 2)
    #expect(try await ledger.discardDeadLetters(generation: number, of: [ProductID(2)]) == 1)
    #expect(try await ledger.discardDeadLetters(generation: number, of: nil) == 1)
    #expect(try await count() == 0)
    await pool.close()
  }

  @Test("11: compaction leaves each product's last entry, and entries after the cursor")
  func compaction() async throws {
    let (pool, catalog) = try await makeCatalog()
    _ = try await catalog.upsert((1...3).map { plain($0) }, source: "test")
    for round in 1...4 {
      for id in [1, 2] { try await pool.execute("UPDATE catalog.product SET title = \("t\(round)") WHERE id = \(id)") }
    }
    let middle = try await catalog.outboxEnd()
    for round in 1...2 { try await pool.execute("UPDATE catalog.product SET title = \("u\(round)") WHERE id = 2") }
    let before = try await catalog.outbox(after: .start, limit: 100)
    try #require(before.count == 13)
    // Another test's transaction on the same server may hold the horizon back.
    try await until {
      try await catalog.compactOutbox(through: middle)
      return try await catalog.outbox(after: .start, limit: 100).count == 5
    }
    let left = try await catalog.outbox(after: .start, limit: 100)
    #expect(left.map(\.product.rawValue) == [3, 1, 2, 2, 2])
    #expect(left.suffix(2).allSatisfy { $0.cursor > middle })
    await pool.close()
  }

  @Test("12: prices that begin or end add one entry at their moment")
  func priceValidity() async throws {
    let (pool, catalog) = try await makeCatalog()
    _ = try await catalog.upsert((1...3).map { plain($0) }, source: "test")
    let soon = Timestamp("2099-01-01T00:00:00Z")!
    func at(_ seconds: Int64) -> Timestamp {
      Timestamp(microsecondsSinceEpoch: soon.microsecondsSinceEpoch + seconds * 1_000_000)
    }
    try await pool.execute("UPDATE pricing.price SET valid_until = \(soon) WHERE variant_id = 1")
    try await pool.execute("UPDATE pricing.price SET valid_from = \(at(60)) WHERE variant_id = 3")
    var end = try await catalog.outboxEnd()
    func noted(by moment: Timestamp) async throws -> [Int64] {
      let count = try await catalog.fanOut(limit: 100, at: moment)
      let products = try await catalog.outbox(after: end, limit: 10).map(\.product.rawValue)
      #expect(products.count == count)
      end = try await catalog.outboxEnd()
      return products
    }
    #expect(try await noted(by: at(-10)) == [])
    #expect(try await noted(by: at(5)) == [1])
    #expect(try await noted(by: at(10)) == [])
    #expect(try await noted(by: at(90)) == [3])
    await pool.close()
  }

  @Test("10: facets and units by category")
  func categoryAttributes() async throws {
    let (pool, catalog) = try await makeCatalog()
    var record = chair()
    record.categories = [["Home", "Chairs"]]
    _ = try await catalog.upsert([record], source: "test")
    let tree = try await catalog.categoryTree()
    let (home, chairs) = (try #require(tree.node(slug: "home")), try #require(tree.node(slug: "chairs")))
    #expect(try await catalog.facetDefinitions(in: nil).map(\.code) == ["material", "colour"])
    #expect(try await catalog.facetDefinitions(in: home.id).map(\.code) == ["material", "colour"])
    try await pool.execute(
      """
      INSERT INTO catalog.category_attribute (category_id, attribute_id, is_facet, position, unit)
      SELECT \(home.id), id, true, 1, 'inch' FROM catalog.attribute WHERE code = 'length'
      """)
    try await pool.execute(
      """
      UPDATE catalog.category_attribute SET is_facet = false, position = 2 WHERE category_id = \(chairs.id)
        AND attribute_id = (SELECT id FROM catalog.attribute WHERE code = 'material')
      """)
    #expect(try await catalog.facetDefinitions(in: chairs.id).map(\.code) == ["length", "colour"])
    #expect(try await catalog.facetDefinitions(in: home.id).map(\.code) == ["length", "material", "colour"])
    let product = try #require(try await catalog.products([ProductID(1)]).first)
    #expect(product.attributes[1].definition.unit == "inch" && product.attributes[1].definition.isFacet)
    #expect(product.attributes[0].definition.isFacet == false && product.attributes[0].definition.position == 2)
    #expect(try await catalog.fanOut(limit: 10, at: Timestamp("2026-01-01")!) == 1)
    #expect(try await catalog.products([ProductID(1)])[0].documentVersion == product.documentVersion + 1)
    await pool.close()
  }
}

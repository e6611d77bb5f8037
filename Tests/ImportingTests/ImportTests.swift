// Properties:
// 1. A run counts what it inserts, changes, leaves and refuses, with the line of each refusal; a second run leaves all.
// 2. A code or SKU that an earlier line has is refused in the later one, across batches.
// 3. Icecat's 19,406 products come in, in the file's order, 90 % of them to a named leaf; again, none is changed.

import Catalog
import Foundation
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Testing
import Threading

@testable import Importing

private let icecatPath = OptionalMaterial.data("icecat/products.ndjson.gz")

@Suite struct ImportTests {
  @Test("1 and 2: a file with bad lines, twice")
  func run() async throws {
    let path = NSTemporaryDirectory() + "vitrine-import-\(UUID().uuidString).ndjson"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var lines = (1...95).map { #"{"code":"P\#($0)","title":"T\#($0)","variants":[{"sku":"S\#($0)"}]}"# }
    lines[9] = "not JSON"
    lines[49] = #"{"code":"P50","title":"again","variants":[{"sku":"S2"}]}"#
    lines[59] = #"{"code":"P3","title":"again","variants":[{"sku":"S60"}]}"#
    lines[69] = #"{"code":"P70","title":"\#(String(repeating: "x", count: 5000))","variants":[{"sku":"S70"}]}"#
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    let catalog = PostgresCatalog(pool)
    let heard = Guarded<[Int]>([])
    let job = Import(format: .ndjson, path: path, source: "test", batchSize: 20)
    let report = try await job.run(into: catalog) { progress in heard.withLock { $0.append(progress.total) } }
    #expect(report.summary == "91 inserted, 0 changed, 0 unchanged; 4 lines refused")
    #expect(report.refusals.map(\.line) == [10, 50, 60, 70])
    #expect(report.refusals[1].reason.contains("line 2") && report.refusals[2].reason.contains("line 3"))
    #expect(heard.withLock { $0.last == 95 && $0.count >= 5 })
    let again = try await job.run(into: catalog)
    #expect(again.summary == "0 inserted, 0 changed, 91 unchanged; 4 lines refused")
    #expect(try await catalog.productCount() == 91)
    await pool.close()
  }

  @Test("3: Icecat, all of it, twice", .enabled(if: icecatPath != nil, "no icecat/products.ndjson.gz in VITRINE_DATA"))
  func icecat() async throws {
    let path = try #require(icecatPath)
    var settings = try await TestPostgres.shared.makeDatabase()
    settings.statementTimeout = .seconds(300)
    let pool = PostgresPool(settings)
    let catalog = PostgresCatalog(pool)
    let first = try await runImport(format: .icecat, path: path, writer: catalog)
    #expect(first.summary == "19406 inserted, 0 changed, 0 unchanged; 0 lines refused")
    #expect(first.refusals == [])
    let again = try await runImport(format: .icecat, path: path, writer: catalog)
    #expect(again.summary == "0 inserted, 0 changed, 19406 unchanged; 0 lines refused")
    let rows = try await pool.query(
      """
      SELECT (SELECT count(*) FROM indexing.outbox) AS outbox,
        (SELECT count(*) FROM catalog.product WHERE document_version > 1) AS bumped,
        (SELECT count(*) FROM catalog.product_category JOIN catalog.category ON category.id = category_id
         WHERE slug <> 'other') AS placed,
        (SELECT array_agg(code ORDER BY id) FROM catalog.product) AS codes
      """)
    #expect(try rows[0].decode("outbox", as: Int.self) == 19_406)
    #expect(try rows[0].decode("bumped", as: Int.self) == 0)
    #expect(try rows[0].decode("placed", as: Int.self) > 19_406 * 9 / 10)
    var reader = try ImportFormat.icecat.reader(path: path)
    var codes: [String] = []
    var attributes: [String: [AttributeValue]] = [:]
    while let line = try reader.next() {
      guard case .record(let record, _) = line else { continue }
      codes.append(record.code)
      attributes[record.code] = record.withoutMarkup().attributes.flatMap(\.values)
    }
    #expect(try rows[0].decode("codes", as: [String].self) == codes)
    let expected = attributes
    try await catalog.forEachProductBatch(size: 1000, after: nil) { batch in
      for product in batch where product.attributes.flatMap(\.values) != expected[product.code] {
        // An attribute that two types share (`size`) may be told apart by the code; values and order stay.
        Issue.record("\(product.code): the attributes are not in the file's order")
      }
    }
    await pool.close()
  }
}

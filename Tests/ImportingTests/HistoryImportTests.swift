// The history of a shop that exists already, into a real Postgres:
// 1. Orders are read by a mapping: purchases, cancellations and returns, customers, prices; two equal lines are two. A
//    second import of the file stores nothing again.
// 2. A line that cannot be read is refused with its number and reason, and takes no other along.
// 3. Unknown SKUs wait aside; a catalog made of the lines has each SKU once, with its most frequent title and last price.
// 4. Events in NDJSON are read with their types.
import Catalog
import Foundation
import Importing
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Testing

@Suite struct HistoryImportTests {
  private static let now = Timestamp("2026-11-23T12:00:00Z")!

  private func file(_ text: String, _ name: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-history-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent(name).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private static let mapping = """
    {"columns": {"InvoiceNo": "order", "StockCode": "sku", "Description": "title", "Quantity": "quantity",
      "InvoiceDate": "at", "UnitPrice": "price", "CustomerID": "customer"},
     "constants": {"currency": "GBP"}, "cancellation_prefix": "C"}
    """

  private static let orders = """
    InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
    1,A,Red lamp,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
    1,B,Blue lamp,1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
    1,B,Blue lamp,1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
    2,A,red LAMP?,2,2010-12-02 09:00:00,2.60,,United Kingdom
    C3,A,Red lamp,-6,2010-12-03 10:00:00,2.55,17850.0,United Kingdom
    4,B,,1,2010-12-03 10:00:00,0.001,12.0,France
    5,B,Blue lamp,x,2010-12-03 10:00:00,1,12.0,France
    6,B,Blue lamp,1,yesterday,1,12.0,France
    7,B,Blue lamp,1,2099-12-03 10:00:00,1,12.0,France
    8,B,Blue lamp,-9223372036854775808,2010-12-03 10:00:00,1,12.0,France
    9,B,Blue lamp,1,2010-12-03 10:00:00,-5,12.0,France
    10,B,Blue lamp
    ,B,Blue lamp,1,2010-12-03 10:00:00,1,12.0,France
    """

  @Test("1, 2, 3: orders", .timeLimit(.minutes(5)))
  func orders() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    let mapping = try HistoryMapping(path: file(Self.mapping, "mapping.json"))
    let history = HistoryImport(
      .orders, format: .csv, path: try file(Self.orders, "orders.csv"), mapping: mapping, source: "test", now: Self.now)
    let store = PostgresBehaviour(pool)
    let unknown = try await history.run(into: store)
    #expect(unknown.aside == 6 && unknown.refused == 7 && unknown.stored == 0, "\(unknown.summary) \(unknown.refusals)")
    #expect(unknown.refusals.map(\.line) == [8, 9, 10, 11, 12, 13, 14])
    #expect(try await history.makeCatalog(in: PostgresCatalog(pool)) == 2)
    #expect(try await store.takeUpAside().count == 6)
    let again = try await history.run(into: store)
    #expect(again.repeated == 6 && again.stored == 0 && again.aside == 0)
    let rows = try await pool.query(
      """
      SELECT sku || ' ' || kind || ' ' || quantity || ' ' || unit_minor_units || ' ' || coalesce(currency, '') || ' '
        || (shopper IS NOT NULL)
      FROM behaviour.event JOIN catalog.variant USING (product_id) ORDER BY occurred_at, sku, quantity
      """
    ).map { try $0.decode(String.self, at: 0) }
    #expect(
      rows == [
        "A purchase 6 255 GBP true", "B purchase 1 339 GBP true", "B purchase 1 339 GBP true",
        "A purchase 2 260 GBP false", "A return 6 255 GBP true", "B purchase 1 0 GBP true",
      ])
    let titles = try await pool.query("SELECT title FROM catalog.product ORDER BY title").map {
      try $0.decode(String.self, at: 0)
    }
    #expect(titles == ["Blue lamp", "Red lamp"])
    let shopper = try await store.shopper(of: .customer(CustomerCode("17850")!))
    #expect(try await store.recent(of: shopper, limit: 10).count == 4)
  }

  @Test("4: events", .timeLimit(.minutes(5)))
  func events() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    _ = try await pool.execute(
      """
      WITH product AS (
        INSERT INTO catalog.product (source, code, title, lifecycle) VALUES ('test', 'A', 'A', 'listed') RETURNING id
      ) INSERT INTO catalog.variant (product_id, sku) SELECT id, 'A' FROM product
      """)
    let lines = """
      {"type": "view", "sku": "A", "at": "2026-11-01T10:00:00Z", "visitor": "0123456789abcdef0123456789abcdef"}
      {"type": "rating", "sku": "A", "at": "2026-11-01T10:00:00Z", "customer": "anna", "stars": 4}
      {"type": "rating", "sku": "A", "at": "2026-11-01T10:00:00Z", "customer": "anna", "stars": 9}
      {"type": "nothing", "sku": "A", "at": "2026-11-01T10:00:00Z"}
      """
    let report = try await HistoryImport(
      .events, format: .ndjson, path: try file(lines, "events.ndjson"), mapping: nil, source: "test", now: Self.now
    ).run(into: PostgresBehaviour(pool))
    #expect(report.stored == 2 && report.refusals.map(\.line) == [3, 4], "\(report.summary)")
  }
}

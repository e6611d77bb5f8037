import Catalog
import Foundation
import Importing
import Indexer
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchNode
import SearchService
import Seeding
import Understanding

/// A shop with the demo's products, and beside them what a merchant's CSV brings through the real importer.
struct ImportedShop: Sendable {
  let pool: PostgresPool
  let catalog: PostgresCatalog
  let ledger: PostgresIndexingLedger
  let node: SearchNode
  let knowledge: CatalogKnowledge
  let service: SearchService
  let reports: [ImportReport]

  static func rules() throws -> QueryRules {
    func text(_ name: String) throws -> String {
      String(decoding: try TestShop.read(TestShop.root + "/Synonyms/" + name), as: UTF8.self)
    }
    return try QueryRules(
      synonyms: text("en.txt"), stopPhrases: text("stop-phrases.txt"), accessories: text("accessories.txt"),
      redirects: text("redirects.txt"))
  }

  init(_ sheets: [String], withDemo: Bool = true, rules: QueryRules? = nil) async throws {
    pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    catalog = PostgresCatalog(pool)
    ledger = PostgresIndexingLedger(pool)
    if withDemo {
      _ = try await catalog.upsert(
        try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"), source: "demo")
    }
    var reports: [ImportReport] = []
    for (number, sheet) in sheets.enumerated() {
      reports.append(try await Self.importSheet(sheet, source: "sheet\(number)", into: catalog))
    }
    self.reports = reports
    node = SearchNode()
    knowledge = CatalogKnowledge(source: catalog, rules: try rules ?? Self.rules())
    let prices = TestShop.overlay(pool)
    try await prices.follow()
    service = TestShop.service(engine: node, catalog: catalog, knowledge: knowledge, prices: prices)
    try await index()
  }

  /// Builds the index anew and learns what the catalog says.
  func index() async throws {
    let mapping = try IndexMapping(parsing: TestShop.read(TestShop.root + "/IndexMappings/products.json"))
    let full = FullIndex(
      source: catalog, ledger: ledger, leases: PostgresLeases(pool), engine: node,
      mapping: mapping, clock: StoppedClock())
    _ = try await full.run(FullIndex.Options(alias: "products"))
    try await knowledge.refresh()
  }

  static func importSheet(_ sheet: String, source: String, into catalog: PostgresCatalog) async throws -> ImportReport {
    let path = NSTemporaryDirectory() + "vitrine-sheet-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }  // A file that is gone already is what is wanted.
    try sheet.write(toFile: path, atomically: true, encoding: .utf8)
    return try await runImport(format: .csv, path: path, source: source, writer: catalog)
  }

  func codes(_ text: String, _ filters: [SearchFilter] = [], sort: SearchSort = .relevance) async throws -> [String] {
    try await service.search(SearchInput(text: text, filters: filters, sort: sort)).products.map(\.code)
  }
}

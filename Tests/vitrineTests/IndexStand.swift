import Catalog
import ElasticsearchClient
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import TestSupport
import Testing

/// A database, an engine, and the executable's settings for them.
struct IndexStand: Sendable {
  let pool: PostgresPool
  let catalog: PostgresCatalog
  let engine: ElasticsearchClient
  let alias = "kill-\(UInt32.random(in: 0...UInt32.max))"
  let folder: StateFolder
  let environment: [String: String]

  var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }
  var leases: PostgresLeases { PostgresLeases(pool) }

  init(products: Int) async throws {
    let settings = try await TestPostgres.shared.makeDatabase()
    pool = PostgresPool(settings)
    catalog = PostgresCatalog(pool)
    let server = try #require(try await LocalSearchServer.shared(.openSearch))
    engine = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    folder = try StateFolder()
    environment = [
      "VITRINE_POSTGRES_HOST": settings.host, "VITRINE_POSTGRES_PORT": String(settings.port),
      "VITRINE_POSTGRES_DATABASE": settings.database, "VITRINE_POSTGRES_USER": settings.user,
      "VITRINE_SEARCH_ENGINE": server.address, "VITRINE_SEARCH_INDEX_ALIAS": alias,
    ]
    let outcome = try await catalog.upsert((1...products).map(Self.record), source: "test")
    try #require(outcome.inserted == products)
  }

  func run(_ arguments: [String]) throws -> VitrineProcess {
    try VitrineProcess(folder: folder, arguments, environment: environment)
  }

  func end() async throws {
    for index in try await engine.indices(matching: alias + "-*", deadline: .now + .seconds(60)) {
      try await engine.deleteIndex(index.name, deadline: .now + .seconds(60))
    }
    await pool.close()
    folder.remove()
  }

  static func record(_ number: Int) -> ProductRecord {
    ProductRecord(
      code: "K-\(number)", title: "Kettle \(number)", brand: "Brand \(number % 5)",
      categories: [["Home", "Kettles \(number % 7)"]],
      variants: [
        .init(
          sku: SKU("K-\(number)"), prices: [Price(amount: Money(minorUnits: Int64(number), currency: .gbp))],
          stock: ["main": 5])
      ])
  }

  /// Changes products for ever, about `rate` per second, in transactions of one product and now and then of many.
  func change(_ rate: Int, seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var number = 0
    while !Task.isCancelled {
      let start = ContinuousClock.now
      for _ in 0..<(rate / 10) {
        number += 1
        _ = try await pool.execute(Self.change(number, &random))
      }
      try await Task.sleep(until: start + .milliseconds(100), clock: .continuous)
    }
  }

  private static func change(_ number: Int, _ random: inout SeededGenerator) -> SQL {
    let code = "K-\(Int.random(in: 1...300, using: &random))"
    switch Int.random(in: 0..<100, using: &random) {
    case 0:
      return "UPDATE catalog.brand SET name = \("Brand of \(number)") WHERE id = (SELECT min(id) FROM catalog.brand)"
    case 1:
      return
        "UPDATE catalog.category SET name = \("Kettles of \(number)") WHERE id = (SELECT max(id) FROM catalog.category)"
    case 2...5: return "DELETE FROM catalog.product WHERE code = \(code) AND id % 10 = 3"
    case 6...20:
      return
        "UPDATE catalog.product SET lifecycle = CASE lifecycle WHEN 'listed' THEN 'hidden' ELSE 'listed' END WHERE code = \(code)"
    case 21...60:
      return """
        UPDATE pricing.price SET amount_minor_units = \(Int64(number)) WHERE variant_id IN (
          SELECT v.id FROM catalog.variant v JOIN catalog.product p ON p.id = product_id WHERE code = \(code))
        """
    default: return "UPDATE catalog.product SET title = \("Kettle \(number)") WHERE code = \(code)"
    }
  }

  /// Whether each document of the index in use matches its current rows, and no other document exists.
  func isIndexEqual() async throws -> Bool {
    let ids: [ProductID] = try await pool.query("SELECT id FROM catalog.product").map { try $0.decode(at: 0) }
    let products = try await catalog.products(ids).filter(\.isSearchable)
    var expected: [String: JSONValue] = [:]
    for product in products {
      // As of a moment at which no price begins or ends.
      let document = ProductDocument(product, at: product.createdAt)
      expected[document.id] = try JSONValue(parsing: document.source())
    }
    try await engine.refresh(alias, deadline: .now + .seconds(60))
    let response = try await engine.search(
      SearchRequest(query: .matchAll(), size: 10_000, source: .all), in: alias, deadline: .now + .seconds(60))
    return Dictionary(uniqueKeysWithValues: response.hits.map { ($0.id, $0.source ?? .null) }) == expected
  }
}

// The built executable against a real Postgres and a real search server, killed without a warning:
// 1. `index sync` and `index full`, killed again and again at random moments while products change: the index in use
//    comes to equal Postgres, document by document, and verify finds no drift. The seed is printed.
// 2. Of two `index sync` one writes; when it is killed the other takes over within 5 s.
// A short form runs always, 200 kills with VITRINE_SOAK=1 (`make soak`).
import Catalog
import ElasticsearchClient
import Foundation
import Indexer
import JSON
import LocalServices
import Ports
import PostgresStore
import SearchDSL
import TestSupport
import Testing

private let isSoak = ProcessInfo.processInfo.environment["VITRINE_SOAK"] == "1"

@Suite(
  .enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"),
  .enabled(if: LocalSearchServer.absence == nil, "no search server to kill beside"))
struct IndexKillTests {
  private static let products = 300
  private static let changesASecond = 500
  private static let kills = isSoak ? 200 : 6

  @Test("1: killed at random moments", .timeLimit(.minutes(isSoak ? 60 : 10)))
  func killed() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("IndexKillTests: seed \(seed), \(Self.kills) kills")
    var random = SeededGenerator(seed: seed)
    let stand = try await KillStand(products: Self.products)
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let changes = Task { [seed] in try await stand.change(Self.changesASecond, seed: seed &+ 1) }
    for number in 1...Self.kills {
      let sync = try stand.run(["index", "sync"])
      let full = number.isMultiple(of: 2) ? try stand.run(["index", "full"]) : nil
      // The moment itself is what is random; the least lets a process come to its work at all.
      try await Task.sleep(for: .milliseconds(Int.random(in: 200...2_500, using: &random)))
      for process in [sync, full].compactMap({ $0 }).shuffled(using: &random) { process.kill() }
      _ = try await sync.exitStatus()
      // A run that ended by itself before that says that it is done only when it is.
      if let full, try await full.exitStatus() == 0 { #expect(try full.standardOutput().contains("is in use")) }
    }
    changes.cancel()
    _ = await changes.result
    let last = try stand.run(["index", "sync"])
    defer { last.kill() }
    try await until("the index equals Postgres") { try await stand.isIndexEqual() }
    let verify = try stand.run(["index", "verify", "--json"])
    let verdict = try await verify.exitStatus()
    let report = try verify.standardOutput()
    #expect(verdict == 0, "\(report)")
    last.interrupt()
    #expect(try await last.exitStatus() == 0)
    try await stand.end()
  }

  @Test("2: a second sync takes over", .timeLimit(.minutes(10)))
  func takesOver() async throws {
    let stand = try await KillStand(products: 20)
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let first = try stand.run(["index", "sync"])
    defer { first.kill() }
    let lease = IndexSync.lease(of: stand.alias)
    func isHolder(_ process: VitrineProcess) async throws -> Bool {
      try await stand.catalog.leaseHolder(lease)?.contains("process \(process.id),") == true
    }
    try await until("the first holds the lease") { try await isHolder(first) }
    let second = try stand.run(["index", "sync"])
    defer { second.kill() }
    try await until("the second stands by") { try second.standardError().contains("stands by") }
    #expect(try second.standardError().contains("process \(first.id)"), "it says who holds the lease")
    first.kill()
    let start = ContinuousClock.now
    try await until("the second holds the lease") { try await isHolder(second) }
    #expect(ContinuousClock.now - start < .seconds(5))
    try await stand.pool.execute("UPDATE catalog.product SET title = 'After the takeover'")
    try await until("the index equals Postgres") { try await stand.isIndexEqual() }
    second.interrupt()
    #expect(try await second.exitStatus() == 0)
    try await stand.end()
  }
}

/// A database, an engine, and the executable's settings for them.
private struct KillStand: Sendable {
  let pool: PostgresPool
  let catalog: PostgresCatalog
  let engine: ElasticsearchClient
  let alias = "kill-\(UInt32.random(in: 0...UInt32.max))"
  let folder: StateFolder
  private let environment: [String: String]

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

  /// Changes products for ever, about so many a second, in transactions of one product and now and then of many.
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

  /// Whether each document of the index in use is what its rows say now, and no other is there.
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

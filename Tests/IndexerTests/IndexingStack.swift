import Catalog
import Glibc
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Telemetry

/// A database with a few products, and an engine to index them into.
struct IndexingStack: Sendable {
  static let alias = "products"

  let pool: PostgresPool
  let catalog: PostgresCatalog
  let node = SearchNode()
  /// The embedded node, unless a test passes a real server.
  let engine: any SearchEngine
  let alias: String
  let clock = StoppedClock()
  let mapping: IndexMapping

  var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }
  var leases: PostgresLeases { PostgresLeases(pool) }

  /// Makes a fresh database of `products` dresses in three categories, with two variants each.
  init(
    products: Int = 12, engine: (any SearchEngine)? = nil, alias: String = Self.alias, database: PostgresSettings? = nil
  ) async throws {
    self.engine = engine ?? node
    self.alias = alias
    if let database {
      pool = PostgresPool(database)
      try await Migrator.shop.migrate(pool)
    } else {
      pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    }
    catalog = PostgresCatalog(pool)
    mapping = try IndexMapping(parsing: Self.read(Self.root + "/IndexMappings/products.json"))
    let outcome = try await catalog.upsert((1...products).map(Self.record), source: "test")
    precondition(outcome.inserted == products, "the fixture's products were refused: \(outcome.refused)")
  }

  static func record(_ number: Int) -> ProductRecord {
    let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
    return ProductRecord(
      code: "D-\(number)", title: "Dress number\(number)", brand: "Brand \(number % 4)",
      categories: [["Fashion", ["Dresses", "Skirts", "Coats"][number % 3]]],
      variants: [("Red", "#ff0000"), ("Blue", "#0000ff")].map { name, hex in
        .init(
          sku: SKU("D-\(number)-\(name)"),
          options: [.init(colour, [.swatch(name: name, hex: hex)])],
          prices: [Price(amount: Money(minorUnits: Int64(number) * 100, currency: .gbp))],
          stock: ["main": Int64(number % 2)])
      })
  }

  func full(engine: (any SearchEngine)? = nil, database: FaultyDatabase? = nil, mapping: IndexMapping? = nil)
    -> FullIndex
  {
    let database = database ?? FaultyDatabase(self)
    return FullIndex(
      source: database, ledger: database, leases: database, engine: engine ?? self.engine,
      mapping: mapping ?? self.mapping,
      clock: clock)
  }

  var options: FullIndex.Options { FullIndex.Options(alias: alias) }

  func sync(
    engine: (any SearchEngine)? = nil, database: FaultyDatabase? = nil, registry: MetricsRegistry = .init(),
    log: @escaping @Sendable (String) -> Void = { _ in },
    configure: (inout IndexSync.Options) -> Void = { _ in }
  ) -> IndexSync {
    let database = database ?? FaultyDatabase(self)
    var options = IndexSync.Options(alias: alias)
    options.refreshesEachBatch = true
    options.pollPause = .milliseconds(1)
    options.probeInterval = .milliseconds(50)
    configure(&options)
    return IndexSync(
      source: database, ledger: database, leases: database, engine: engine ?? self.engine, clock: clock,
      options: options,
      metrics: IndexSyncMetrics(registry: registry), log: log)
  }

  func rollback(to number: Int64? = nil, database: FaultyDatabase? = nil, gate: IndexGate.Options = .init())
    async throws -> IndexRollback.Report
  {
    let database = database ?? FaultyDatabase(self)
    return try await IndexRollback(
      source: database, ledger: database, leases: database, engine: engine, clock: clock
    ).run(alias: alias, to: number, holder: "the test", gate: gate)
  }

  func verify(repairs: Bool = true) async throws -> IndexVerification.Report {
    let live = try await ledger.generations(alias: alias).first { $0.state == .live }!
    let verification = IndexVerification(source: catalog, ledger: ledger, engine: engine)
    let catchUp = IndexCatchUp(source: catalog, ledger: ledger, engine: engine, clock: clock)
    guard repairs else { return try await verification.run(live, catchUp: nil) }
    return try await verification.run(live) { try await catchUp.run(live) }
  }

  /// Runs a sync while `body` runs.
  func whileSyncing(_ sync: IndexSync, _ body: () async throws -> Void) async throws {
    let task = Task { await sync.run() }
    do {
      try await body()
    } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  func id(_ number: Int) async throws -> ProductID {
    try await pool.query("SELECT id FROM catalog.product WHERE code = \("D-\(number)")")[0].decode(at: 0)
  }

  func execute(_ statement: SQL) async throws { _ = try await pool.execute(statement) }

  /// The documents of the index by ID.
  func indexed(_ index: String? = nil) async throws -> [String: JSONValue] {
    let response = try await engine.search(
      SearchRequest(query: .matchAll(), size: 10_000, source: .all), in: index ?? alias, deadline: .now + .seconds(60))
    return Dictionary(uniqueKeysWithValues: response.hits.map { ($0.id, $0.source ?? .null) })
  }

  /// The documents that the index should hold according to Postgres.
  func expected() async throws -> [String: JSONValue] {
    let ids: [ProductID] = try await pool.query("SELECT id FROM catalog.product ORDER BY id").map {
      try $0.decode(at: 0)
    }
    var result: [String: JSONValue] = [:]
    for product in try await catalog.products(ids) where product.isSearchable {
      let document = ProductDocument(product, at: clock.now())
      result[document.id] = try JSONValue(parsing: document.source())
    }
    return result
  }

  /// Whether each document of the index matches its current rows, and no other document exists.
  func isIndexEqual(_ index: String? = nil) async throws -> Bool {
    let expected = try await expected()
    // Without an index behind the alias, nothing is equal.
    guard let indexed = try? await indexed(index) else { return false }
    return indexed == expected
  }

  static let root = String(#filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/IndexerTests/")!.lowerBound))

  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  struct Unreadable: Error { let path: String }
}

/// Always 2026-11-23T12:00:00Z: two documents of the same rows have the same bytes.
struct StoppedClock: WallClock {
  func now() -> Timestamp { Timestamp("2026-11-23T12:00:00Z")! }
}

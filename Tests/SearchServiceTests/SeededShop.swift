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
import SearchService
import Seeding
import Signing
import Telemetry

/// A shop on a real database and the embedded engine.
struct TestShop: Sendable {
  let pool: PostgresPool
  let catalog: PostgresCatalog
  let node: SearchNode
  let clock = StoppedClock()
  let prices: PriceOverlay
  let service: SearchService

  var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }
  var leases: PostgresLeases { PostgresLeases(pool) }

  /// The hand-written demo catalog, shared: its tests only read.
  static let seeded = Task {
    try await TestShop(try Seeding.handWrittenCatalog(directory: root + "/Seeds/catalog"))
  }

  init(_ records: [ProductRecord]) async throws {
    pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    catalog = PostgresCatalog(pool)
    let outcome = try await catalog.upsert(records, source: "test")
    precondition(outcome.inserted == records.count, "products were refused: \(outcome.refused)")
    let node = SearchNode()
    self.node = node
    let mapping = try IndexMapping(parsing: Self.read(Self.root + "/IndexMappings/products.json"))
    let full = FullIndex(
      source: catalog, ledger: PostgresIndexingLedger(pool), leases: PostgresLeases(pool), engine: node,
      mapping: mapping, clock: clock)
    _ = try await full.run(FullIndex.Options(alias: "products"))
    prices = Self.overlay(pool)
    try await prices.follow()
    service = Self.service(engine: node, catalog: catalog, prices: prices)
  }

  /// A service that is given all the time that a busy machine takes.
  static func service(
    engine: any SearchEngine, catalog: any CatalogReader, knowledge: CatalogKnowledge? = nil,
    index: String = "products", prices: PriceOverlay? = nil
  ) -> SearchService {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    deadlines.page = .seconds(60)
    deadlines.labels = .seconds(60)
    return SearchService(
      engine: engine, index: index, catalog: catalog, clock: StoppedClock(), knowledge: knowledge,
      signer: signer, prices: prices, deadlines: deadlines)
  }

  /// A service over this shop's catalog and prices.
  func anotherService(
    engine: any SearchEngine, knowledge: CatalogKnowledge? = nil, index: String = "products"
  ) -> SearchService {
    Self.service(engine: engine, catalog: catalog, knowledge: knowledge, index: index, prices: prices)
  }

  /// Prices that a test takes up when it changed some, and that are never too old.
  static func overlay(_ pool: PostgresPool) -> PriceOverlay {
    var options = PriceOverlay.Options()
    options.maxAge = .seconds(3600)
    return PriceOverlay(source: PostgresPrices(pool), options: options, metrics: MetricsRegistry())
  }

  static let signer = TokenSigner(key: Array("the key of the tests".utf8))

  /// Every product as Postgres has it.
  func products() async throws -> [ProductSnapshot] {
    let ids: [ProductID] = try await pool.query("SELECT id FROM catalog.product ORDER BY id").map {
      try $0.decode(at: 0)
    }
    return try await catalog.products(ids)
  }

  func execute(_ statement: SQL) async throws { _ = try await pool.execute(statement) }

  /// The codes of all products of a search, page after page.
  func allCodes(_ input: SearchInput) async throws -> [String] {
    var input = input
    var codes: [String] = []
    while true {
      let page = try await service.search(input)
      codes += page.products.map(\.code)
      guard input.page < page.pageCount else { return codes }
      input.page += 1
    }
  }

  static let root = String(
    #filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/SearchServiceTests/")!.lowerBound))

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

/// 2026-11-23T12:00:00Z, always.
struct StoppedClock: WallClock {
  func now() -> Timestamp { Timestamp("2026-11-23T12:00:00Z")! }
}

/// A search engine that answers every call with one error.
struct DownEngine: SearchEngine {
  var error = SearchEngineError.unavailable(reason: "a test")

  func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    throw error
  }
  func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  { throw error }
  func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Hit? {
    throw error
  }
  func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Int
  { throw error }
  func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  { throw error }
  func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { throw error }
  func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    throw error
  }
  func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { throw error }
  func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  { throw error }
  func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    throw error
  }
  func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  { throw error }
  func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Bool
  { throw error }
}

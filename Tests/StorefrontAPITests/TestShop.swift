import Behaviour
import Catalog
import Configuration
import Edge
import Glibc
import HTTPServer
import Indexer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import SearchDSL
import SearchService
import Seeding
import Signing
import Telemetry
import TestSupport
import Testing
import Threading

@testable import Bootstrap

/// API and pages as `vitrine serve` wires them, behind the real server, on a real database and the embedded engine.
struct TestShop: Sendable {
  let shop: Shop
  let pool: PostgresPool
  let routes: Routes
  let log: SearchLog
  let client: HTTPClient

  var catalog: PostgresCatalog { shop.catalog }

  var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }
  var leases: PostgresLeases { PostgresLeases(pool) }
  var behaviour: Behaviour { shop.behaviour }

  /// The hand-written demo catalog and one product whose texts try to break out; shared: its tests only read.
  static let shared = Task {
    let seeds = try Seeding.handWrittenCatalog(directory: root + "/Seeds/catalog")
    return try await TestShop(seeds + [hostile])
  }

  /// The beginning of each text of the hostile product; a page that shows it as it is runs a script.
  static let attack = "\"><script>alert('x')</script>"

  static let hostile: ProductRecord = {
    let mark = AttributeDefinition(code: "mark", name: "Mark \(attack)", type: .text, isFacet: true)
    return ProductRecord(
      code: "HOSTILE", title: "Zebra \(attack)", summary: "Summary \(attack)", brand: "Brand \(attack)",
      categories: [["Fashion", "Odd \(attack)"]], attributes: [.init(mark, [.text("Value \(attack)")])],
      variants: [1, 2].map { number in
        .init(
          sku: SKU("SKU \(number) \(attack)"), options: [.init(mark, [.text("Option \(number) \(attack)")])],
          pictureURL: "/pictures/\(attack).svg", prices: [Price(amount: Money(minorUnits: 999, currency: .gbp))],
          stock: ["main": 1])
      }, pictureURLs: ["/pictures/\(attack).svg"], popularity: 1e6)
  }()

  private static let signingKey = "the-key-of-the-tests-cookies-and-cursors"

  /// A header with a visitor's cookie that this shop signed.
  static func cookie(_ visitor: VisitorID = .random()) -> String {
    let visitors = Visitors(signer: TokenSigner(key: Array(signingKey.utf8)))
    return "Cookie: \(visitors.cookie(visitor).prefix { $0 != ";" })\r\n"
  }

  /// The settings that differ from a shop's defaults: tests come from many addresses by saying so, send a lot, and may take the time
  /// that a busy machine needs.
  private static let settings = [
    "shop.name": "Test & Shop", "security.signingKey": signingKey,
    "http.trustedProxies": "127.0.0.1", "http.requestDeadlineMilliseconds": "120000",
    "http.searchesPerSecond": "1000000", "http.visitorSearchesPerSecond": "1000000", "http.eventsPerSecond": "1000000",
  ]

  /// `redis`: keeps what visitors looked at and searched for. `postgres`: a database of the test's own. `engine`: an outside
  /// one. `deadlines`: other than all the time that a busy machine takes. `settings`: others than the tests' own.
  /// `clock`: another than one that stands still. `followsPrices`: as a shop does; else they are read once, and never too
  /// old.
  init(
    _ records: [ProductRecord], isIndexed: Bool = true, redis: RedisClient? = nil, postgres: PostgresSettings? = nil,
    engine: (any SearchEngine)? = nil, deadlines: SearchService.Deadlines? = nil,
    settings: [String: String] = [:], clock: any WallClock = Clock(), followsPrices: Bool = false
  ) async throws {
    if let postgres {
      pool = PostgresPool(postgres)
    } else {
      pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    }
    _ = try await Migrator.shop.migrate(pool)
    var environment: [String: String] = [:]
    for (key, value) in Self.settings.merging(settings, uniquingKeysWith: { $1 }) {
      environment[ConfigKey(dotted: key).environmentVariable] = value
    }
    let context = CommandContext(
      resolved: try ResolvedSettings(flags: [:], environment: environment), environment: environment,
      terminal: Terminal(isInteractive: false) { _, _ in })
    var parts = Shop.Parts()
    parts.clock = clock
    parts.engine = engine
    parts.deadlines = deadlines ?? Self.allTheTime
    // A test of deadlines has the shop's own.
    if deadlines == nil { parts.memoryDeadline = .seconds(60) }
    if !followsPrices { parts.maxPriceAge = .seconds(86_400) }
    parts.logSink = NullSink()
    shop = try Shop(context, pool: pool, redis: redis, parts: parts)
    _ = try await PostgresAccounts(pool).add(
      APIToken(
        name: "tests", roles: [.admin, .service], createdBy: "test", createdAt: Clock().now(),
        expiresAt: Timestamp("2099-01-01T00:00:00Z")!),
      digest: RandomToken.digest(of: Self.adminToken),
      audit: AuditEntry(at: Clock().now(), actor: "test", action: "added API token", subject: "tests"))
    log = try #require(shop.searchLog)
    routes = try shop.routes()
    let outcome = try await shop.catalog.upsert(records, source: "test")
    precondition(outcome.inserted == records.count, "products were refused: \(outcome.refused)")
    if isIndexed {
      var options = shop.fullIndexOptions
      options.allocationPatience = .zero
      _ = try await shop.indexFull(options)
    }
    try await shop.knowledge.refresh()
    await shop.warmth.look()
    // Stores events as long as the process lives, as its server does.
    Task { [shop] in await shop.behaviour.run(logger: shop.logger) }
    try await shop.prices.follow()
    if followsPrices { Task { [shop] in await shop.prices.run(logger: shop.logger) } }
    let server = try shop.server(port: 0)
    client = HTTPClient(port: try server.start())
    Self.servers.append(server)
  }

  static var allTheTime: SearchService.Deadlines {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    deadlines.page = .seconds(60)
    deadlines.labels = .seconds(60)
    deadlines.ranking = .seconds(60)
    return deadlines
  }

  /// The token of a program that may do whatever staff and programs may.
  static let adminToken = "a-token-of-the-tests"

  /// The servers live as long as the process.
  private static let servers = ServerList()

  private final class ServerList: Sendable {
    private let servers = Guarded<[HTTPServer]>([])
    func append(_ server: HTTPServer) { servers.withLock { $0.append(server) } }
  }

  private struct Clock: WallClock {
    func now() -> Timestamp { Timestamp("2026-11-23T12:00:00Z")! }
  }

  func json(_ target: String) async throws -> JSONValue {
    try JSONValue(parsing: try await client.get(target).body)
  }

  static let root = String(
    #filePath.prefix(upTo: #filePath.firstRange(of: "/Tests/StorefrontAPITests/")!.lowerBound))

  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw HTTPClient.Failure(description: "\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }
}

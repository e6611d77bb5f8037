import Behaviour
import Catalog
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
import SearchNode
import SearchService
import Seeding
import Signing
import StorefrontAPI
import Telemetry
import TestSupport
import Threading
import Web

/// API and pages behind the real server, on a real database and the embedded engine.
struct TestShop: Sendable {
  let pool: PostgresPool
  let catalog: PostgresCatalog
  let router: Router
  let log: SearchLog
  let client: HTTPClient
  let node: SearchNode
  let behaviour: Behaviour
  let clock: any WallClock = Clock()

  /// The hand-written demo catalog and one product whose texts try to break out; shared: its tests only read.
  static let shared = Task {
    let seeds = try Seeding.handWrittenCatalog(directory: root + "/Seeds/catalog")
    return try await TestShop(seeds + [hostile])
  }

  /// What each text of the hostile product begins with; a page that shows it as it is runs a script.
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

  /// What signs this shop's cookies.
  static let visitors = Visitors(signer: TokenSigner(key: Array("the key of the tests' cookies".utf8)))

  /// A header with a visitor's cookie that this shop signed.
  static func cookie(_ visitor: VisitorID = .random()) -> String {
    "Cookie: \(visitors.cookie(visitor).prefix { $0 != ";" })\r\n"
  }

  /// `redis`: keeps what visitors looked at and searched for. `postgres`: a database of the test's own. `engine`: an outside
  /// one. `deadlines`: other than all the time that a busy machine takes.
  init(
    _ records: [ProductRecord], isIndexed: Bool = true, redis: RedisClient? = nil, postgres: PostgresSettings? = nil,
    engine: (any SearchEngine)? = nil, deadlines: SearchService.Deadlines = Self.allTheTime
  ) async throws {
    if let postgres {
      pool = PostgresPool(postgres)
      _ = try await Migrator.shop.migrate(pool)
    } else {
      pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    }
    catalog = PostgresCatalog(pool)
    let outcome = try await catalog.upsert(records, source: "test")
    precondition(outcome.inserted == records.count, "products were refused: \(outcome.refused)")
    let embedded = SearchNode()
    self.node = embedded
    let node: any SearchEngine = engine ?? embedded
    let mapping = try IndexMapping(parsing: Self.read(Self.root + "/IndexMappings/products.json"))
    let full = FullIndex(
      source: catalog, ledger: catalog, leases: catalog, engine: node, mapping: mapping, clock: Clock())
    var options = FullIndex.Options(alias: "products")
    options.allocationPatience = .zero
    if isIndexed { _ = try await full.run(options) }

    let knowledge = CatalogKnowledge(source: catalog)
    try await knowledge.refresh()
    let metrics = MetricsRegistry()
    var logOptions = SearchLog.Options()
    logOptions.maySuggest = { knowledge.isOfKnownWords($0) }
    let behaviour = Behaviour(
      store: PostgresBehaviour(pool), cache: redis.map(RedisBehaviour.init), catalog: catalog, clock: Clock(),
      metrics: metrics)
    self.behaviour = behaviour
    // Stores events as long as the process lives, as its server does.
    Task { await behaviour.run(logger: Logger(label: "test", sink: NullSink())) }
    log = SearchLog(store: PostgresSearchLog(pool), events: behaviour.intake, clock: Clock(), options: logOptions)
    let service = SearchService(
      engine: node, index: "products", catalog: catalog, clock: Clock(), knowledge: knowledge,
      searches: .init(recent: redis.map(RedisRecentSearches.init), popular: log.popular), log: log,
      signer: TokenSigner(key: Array("the key of the tests".utf8)), deadlines: deadlines)
    var router = Router()
    router.use(Middlewares.requestIdentity())
    // Tests come from many addresses by saying so.
    router.use(Middlewares.clientAddress(trusting: ["127.0.0.1"].compactMap(NetworkRange.init)))
    router.use(Middlewares.securityHeaders(contentSecurityPolicy: Storefront.contentSecurityPolicy))
    let catalog = catalog
    StorefrontAPI(
      service: service, visitors: Self.visitors, metrics: metrics,
      checks: [
        .init(name: "search", isRequired: true) {
          (try? await node.count(.matchNone, in: "products", deadline: .now + .seconds(60))) != nil
        },
        .init(name: "postgres", isRequired: false) { (try? await catalog.captureCursor()) != nil },
      ]
    ).register(on: &router)
    let access = AdminAccess(token: Self.adminToken)
    AdminAPI(log: log, access: access).register(on: &router)
    let conduct = SenderConduct()
    BehaviourAPI(behaviour: behaviour, visitors: Self.visitors, conduct: conduct, clock: Clock())
      .register(on: &router)
    Storefront(
      service: service, shopName: "Test & Shop", visitors: Self.visitors,
      recentlyViewed: redis.map(RedisRecentlyViewed.init), adminAccess: access,
      events: PageEvents(behaviour: behaviour, visitors: Self.visitors, conduct: conduct, clock: Clock())
    ).register(on: &router)
    router.get("/pictures/{name...}", Route(name: "picture", isImmediate: true)) { _ in .text("a picture") }
    self.router = router
    var configuration = HTTPServer.Configuration()
    configuration.port = 0
    configuration.deadline = .seconds(120)
    let server = HTTPServer(
      configuration: configuration, router: router, logger: Logger(label: "test", sink: NullSink()), metrics: metrics)
    client = HTTPClient(port: try server.start())
    Self.servers.append(server)
  }

  static var allTheTime: SearchService.Deadlines {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    deadlines.prices = .seconds(60)
    deadlines.page = .seconds(60)
    deadlines.labels = .seconds(60)
    return deadlines
  }

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

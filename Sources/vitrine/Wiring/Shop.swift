import Catalog
import Configuration
import HTTPServer
import Indexer
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
import Understanding
import Web

/// The wiring of the shop on one screen: every adapter is made here and given to the flows as a port.
struct Shop: Sendable {
  let settings: Settings
  let catalog: PostgresCatalog
  /// nil if the shop has no Redis.
  let redis: RedisClient?
  let engine: any SearchEngine
  let mapping: IndexMapping
  let metrics: MetricsRegistry
  let logger: Logger
  let clock = SystemClock()
  /// Signs what shoppers hand back.
  let signer: TokenSigner
  let knowledge: CatalogKnowledge
  let weights: RankingWeightsFile
  /// nil if searches are not logged.
  let searchLog: SearchLog?
  /// The name that searches use and that the ledger knows the index by. An embedded engine's index belongs to its
  /// process alone, and so does its name.
  let indexAlias: String

  /// `engine` and `cachesAnswers` replace the settings' for one command, as in `Engine.open`. A quiet shop logs only
  /// warnings. `signingKey` is used if the settings have none.
  init(
    _ context: CommandContext, pool: PostgresPool, redis: RedisClient? = nil, engine name: String? = nil,
    cachesAnswers: Bool = true, isQuiet: Bool = false, signingKey: String? = nil
  ) throws {
    self.redis = redis
    settings = context.settings
    signer = TokenSigner(settings.security, standIn: signingKey)
    catalog = PostgresCatalog(pool)
    let rules = try ProjectFolder.queryRules()
    knowledge = CatalogKnowledge(source: catalog, rules: rules)
    weights = try RankingWeightsFile(settings.search)
    metrics = MetricsRegistry()
    engine = try Engine.open(settings.search, named: name, cachesAnswers: cachesAnswers, metrics: metrics)
    var logOptions = SearchLog.Options(settings.queryLog)
    logOptions.maySuggest = { rules.maySuggest($0) }
    searchLog =
      settings.queryLog.isEnabled
      ? SearchLog(store: PostgresSearchLog(pool), clock: clock, options: logOptions, metrics: metrics) : nil
    mapping = try ProjectFolder.productsMapping()
    indexAlias =
      engine is SearchNode
      ? Self.embeddedPrefix(settings.search.indexAlias) + String(UInt32.random(in: 0...UInt32.max), radix: 36)
      : settings.search.indexAlias
    logger = Logger(
      label: "vitrine", level: isQuiet ? .warning : Logger.Level(name: settings.log.level.rawValue) ?? .info,
      sink: FileDescriptorSink.standardError)
  }

  var isEmbedded: Bool { engine is SearchNode }

  static func embeddedPrefix(_ alias: String) -> String { alias + "-embedded-" }

  /// With `logs` false its searches are not a shopper's and are not logged.
  func searchService(logs: Bool = false) -> SearchService {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .milliseconds(settings.search.deadlineMilliseconds)
    return SearchService(
      engine: engine, index: indexAlias, catalog: catalog, clock: clock,
      currency: Currency(code: settings.shop.currency) ?? .gbp, retrieval: Retrieval(weights: weights.weights),
      knowledge: knowledge,
      searches: .init(recent: redis.map(RedisRecentSearches.init), popular: searchLog?.popular),
      log: logs ? searchLog : nil, signer: signer, deadlines: deadlines)
  }

  /// The routes of API and pages behind the server's middlewares. `adminToken` is used if the settings have none.
  func router(adminToken: String? = nil) -> Router {
    let service = searchService(logs: true)
    let access = AdminAccess(token: settings.admin.token ?? adminToken)
    weights.register(in: metrics)
    var router = Router()
    router.use(Middlewares.requestIdentity())
    router.use(Middlewares.accessLog(logger: logger, metrics: metrics))
    router.use(Middlewares.securityHeaders(contentSecurityPolicy: Storefront.contentSecurityPolicy))
    router.use(Middlewares.gzip())
    StorefrontAPI(
      service: service, metrics: metrics,
      // Search continues without Postgres: `docs/explain/architecture.md`, the table of fallbacks.
      checks: [searchCheck, postgresCheck(isRequired: false)] + redisCheck
    ).register(on: &router)
    Storefront(
      service: service, shopName: settings.shop.name, recentlyViewed: redis.map(RedisRecentlyViewed.init),
      adminAccess: access
    ).register(on: &router)
    AdminAPI(log: searchLog, access: access).register(on: &router)
    return router
  }

  /// The operators' routes of a process that carries changes and serves no pages.
  func syncRouter() -> Router {
    var router = Router()
    OperatorAPI(metrics: metrics, checks: [searchCheck, postgresCheck(isRequired: true)]).register(on: &router)
    return router
  }

  private var searchCheck: ReadinessCheck {
    let (engine, alias) = (engine, indexAlias)
    return .init(name: "search", isRequired: true) {
      (try? await engine.count(.matchNone, in: alias, deadline: .now + .seconds(1))) != nil
    }
  }

  private func postgresCheck(isRequired: Bool) -> ReadinessCheck {
    .init(name: "postgres", isRequired: isRequired) { [catalog] in (try? await catalog.captureCursor()) != nil }
  }

  private var redisCheck: [ReadinessCheck] {
    guard let redis else { return [] }
    return [.init(name: "redis", isRequired: false) { (try? await redis.ping()) != nil }]
  }

  /// `port` replaces the settings'; 0 means a free one.
  func server(router: Router, port: Int? = nil) -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    configuration.host = settings.http.host
    configuration.port = port ?? settings.http.port
    configuration.maximumConnections = settings.http.maxConnections
    configuration.maximumConnectionsPerAddress = settings.http.maxConnectionsPerAddress
    configuration.maximumHeadBytes = settings.http.maxHeadBytes
    configuration.maximumBodyBytes = settings.http.maxBodyBytes
    configuration.maximumQueued = settings.http.queueDepth
    configuration.deadline = .milliseconds(settings.http.requestDeadlineMilliseconds)
    configuration.idleTimeout = .seconds(settings.http.idleTimeoutSeconds)
    return HTTPServer(configuration: configuration, router: router, logger: logger, metrics: metrics)
  }

  /// Names the engine, or waits for it; every command that works with an engine calls it first.
  func engineCheck() -> EngineCheck { EngineCheck(engine: engine, logger: logger) }

  /// The services of a running shop. The embedded node lives in this process, and so does its sync.
  func services(server: HTTPServer) -> [ServiceConfiguration] {
    var services: [ServiceConfiguration] = []
    // The first service ends last: answers that the server gives while it drains are logged.
    if let searchLog {
      services.append(
        ServiceConfiguration(name: "query log", service: SearchLogService(log: searchLog, logger: logger)))
    }
    services += [
      ServiceConfiguration(
        name: "http", service: HTTPService(server: server, drain: .seconds(settings.http.drainSeconds))),
      ServiceConfiguration(name: "knowledge", service: KnowledgeService(knowledge: knowledge, logger: logger)),
    ]
    if isEmbedded { services.append(ServiceConfiguration(name: "index sync", service: SyncService(sync: indexSync()))) }
    return services
  }
}

/// The HTTP server until the shop is told to stop: then it drains.
struct HTTPService: Service {
  let server: HTTPServer
  let drain: Duration

  func run() async throws {
    try? await gracefulShutdown()  // Cancelled or shut down: either way the server drains now.
    await server.shutdown(gracePeriod: drain)
  }
}

/// The indexer's sync until the shop is told to stop.
struct SyncService: Service {
  let sync: IndexSync

  func run() async throws { await untilShutdown { await sync.run() } }
}

/// Keeps the knowledge from the catalog up to date until the shop is told to stop.
struct KnowledgeService: Service {
  let knowledge: CatalogKnowledge
  let logger: Logger

  func run() async throws { await untilShutdown { await knowledge.run(logger: logger) } }
}

/// Carries searches and clicks to the database until the shop is told to stop.
struct SearchLogService: Service {
  let log: SearchLog
  let logger: Logger

  func run() async throws { await untilShutdown { await log.run(logger: logger) } }
}

extension SearchLog.Options {
  init(_ settings: Settings.QueryLog) {
    self.init()
    searchDays = settings.searchDays
    countDays = settings.countDays
  }
}

/// Runs work that ends only when cancelled, until the shop is told to stop.
private func untilShutdown(_ work: @escaping @Sendable () async -> Void) async {
  await withTaskGroup { group in
    group.addTask(operation: work)
    group.addTask { try? await gracefulShutdown() }  // Cancelled or shut down: either way the work ends now.
    await group.next()
    group.cancelAll()
  }
}

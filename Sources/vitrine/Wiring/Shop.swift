import Behaviour
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
  /// The one service of pages and API, so that both share what it remembers of the catalog.
  let service: SearchService
  let warmth: EngineWarmth
  let behaviour: Behaviour
  let conduct: SenderConduct

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
    behaviour = Self.behaviour(settings, pool: pool, redis: redis, catalog: catalog, clock: clock, metrics: metrics)
    var logOptions = SearchLog.Options(settings.queryLog)
    logOptions.maySuggest = { [knowledge] query in rules.maySuggest(query) && knowledge.isOfKnownWords(query) }
    searchLog =
      settings.queryLog.isEnabled
      ? SearchLog(store: PostgresSearchLog(pool), events: behaviour.intake, clock: clock, options: logOptions) : nil
    mapping = try ProjectFolder.productsMapping()
    indexAlias =
      engine is SearchNode
      ? Self.embeddedPrefix(settings.search.indexAlias) + String(UInt32.random(in: 0...UInt32.max), radix: 36)
      : settings.search.indexAlias
    logger = Logger(
      label: "vitrine", level: isQuiet ? .warning : Logger.Level(name: settings.log.level.rawValue) ?? .info,
      sink: FileDescriptorSink.standardError)
    service = Self.service(
      settings: settings, engine: engine, index: indexAlias, catalog: catalog, clock: clock, weights: weights.weights,
      knowledge: knowledge,
      searches: .init(recent: redis.map(RedisRecentSearches.init), popular: searchLog?.popular), log: searchLog,
      signer: signer)
    warmth = EngineWarmth(service: service, engine: engine, alias: indexAlias, logger: logger)
    conduct = SenderConduct(SenderConduct.Options(settings.behaviour))
  }

  /// How far the index may be behind before operators are told: beyond what an import's transaction holds it up.
  private static let staleSeconds = 60.0

  var isEmbedded: Bool { engine is SearchNode }

  static func embeddedPrefix(_ alias: String) -> String { alias + "-embedded-" }

  /// A service whose searches are not a shopper's and are not logged.
  func searchService() -> SearchService {
    Self.service(
      settings: settings, engine: engine, index: indexAlias, catalog: catalog, clock: clock, weights: weights.weights,
      knowledge: knowledge, searches: .init(), log: nil, signer: signer)
  }

  private static func service(
    settings: Settings, engine: any SearchEngine, index: String, catalog: PostgresCatalog, clock: SystemClock,
    weights: RankingWeights, knowledge: CatalogKnowledge, searches: SearchService.PastSearches, log: SearchLog?,
    signer: TokenSigner
  ) -> SearchService {
    var deadlines = SearchService.Deadlines()
    deadlines.search = .milliseconds(settings.search.deadlineMilliseconds)
    deadlines.answer = .milliseconds(settings.search.hardDeadlineMilliseconds)
    return SearchService(
      engine: engine, index: index, catalog: catalog, clock: clock,
      currency: Currency(code: settings.shop.currency) ?? .gbp, retrieval: Retrieval(weights: weights),
      knowledge: knowledge, searches: searches, log: log, signer: signer, deadlines: deadlines)
  }

  /// The rates of requests that one sender may reach.
  var rateLimits: RateLimits.Options { RateLimits.Options(settings.http) }

  /// The reverse proxies whose word on a client's address holds.
  var trustedProxies: [NetworkRange] { settings.http.trustedProxies.compactMap(NetworkRange.init) }

  /// The routes of API and pages behind the server's middlewares. `adminToken` is used if the settings have none.
  func router(adminToken: String? = nil) -> Router {
    let access = AdminAccess(token: settings.admin.token ?? adminToken, logger: logger)
    let visitors = Visitors(signer: signer)
    let limits = RateLimits(rateLimits, visitors: visitors, metrics: metrics)
    weights.register(in: metrics)
    var router = Router()
    router.use(Middlewares.requestIdentity())
    router.use(Middlewares.clientAddress(trusting: trustedProxies))
    router.use(Middlewares.accessLog(logger: logger, metrics: metrics))
    router.use(Middlewares.securityHeaders(contentSecurityPolicy: Storefront.contentSecurityPolicy))
    router.use(Middlewares.gzip())
    router.use(limits.middleware())
    StorefrontAPI(
      service: service, visitors: visitors, metrics: metrics,
      // Search continues without Postgres (`docs/explain/architecture.md`, the table of fallbacks).
      checks: [searchCheck, postgresCheck(isRequired: false), freshnessCheck, warmthCheck] + redisCheck
    ).register(on: &router)
    Storefront(
      service: service, shopName: settings.shop.name, visitors: visitors,
      recentlyViewed: redis.map(RedisRecentlyViewed.init), adminAccess: access,
      events: PageEvents(behaviour: behaviour, visitors: visitors, conduct: conduct, clock: clock)
    ).register(on: &router)
    BehaviourAPI(behaviour: behaviour, visitors: visitors, conduct: conduct, clock: clock)
      .register(on: &router)
    AdminAPI(log: searchLog, access: access).register(on: &router)
    return router
  }

  /// The operators' routes of a process that carries changes and serves no pages.
  func syncRouter() -> Router {
    var router = Router()
    OperatorAPI(metrics: metrics, checks: [searchCheck, postgresCheck(isRequired: true), freshnessCheck]).register(
      on: &router)
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

  /// Searches go on with an index that is behind, and somebody must look why: an open transaction, of whatever database on
  /// the server, holds back all that was committed since it began.
  private var freshnessCheck: ReadinessCheck {
    .init(name: "freshness", isRequired: false, faultWord: "stale") { [catalog, clock, indexAlias] in
      do {
        let cursor = try await catalog.liveGeneration(of: indexAlias).cursor
        guard let oldest = try await catalog.outboxLag(after: cursor, limit: 1).oldest else { return true }
        let age = Double(clock.now().microsecondsSinceEpoch - oldest.microsecondsSinceEpoch) / 1e6
        return age < Self.staleSeconds
      } catch {
        return false  // Without the database nothing new is carried.
      }
    }
  }

  private var warmthCheck: ReadinessCheck {
    .init(name: "warm_up", isRequired: true, faultWord: "warming") { [warmth] in warmth.isWarm }
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

  /// The server of the operators' routes of `index sync`.
  func syncServer() -> HTTPServer { server(router: syncRouter(), port: settings.indexer.port) }

  /// Names the engine, or waits for it; every command that works with an engine calls it first.
  func engineCheck() -> EngineCheck { EngineCheck(engine: engine, logger: logger) }

  /// The services of a running shop. The embedded node lives in this process, and so does its sync.
  func services(server: HTTPServer, ownServers: OwnServers? = nil) -> [ServiceConfiguration] {
    var services: [ServiceConfiguration] = []
    if let ownServers { services.append(ServiceConfiguration(name: "own servers", service: ownServers)) }
    services.append(ServiceConfiguration(name: "warm-up", service: warmth))
    if let searchLog {
      services.append(
        ServiceConfiguration(name: "query log", service: SearchLogService(log: searchLog, logger: logger)))
    }
    services += behaviourServices()
    services += [
      httpService(of: server),
      ServiceConfiguration(name: "knowledge", service: KnowledgeService(knowledge: knowledge, logger: logger)),
    ]
    if isEmbedded { services.append(syncService()) }
    return services
  }

  /// The services of `index sync`.
  func syncServices(server: HTTPServer) -> [ServiceConfiguration] { [httpService(of: server), syncService()] }

  private func httpService(of server: HTTPServer) -> ServiceConfiguration {
    ServiceConfiguration(
      name: "http", service: HTTPService(server: server, drain: .seconds(settings.http.drainSeconds)))
  }

  private func syncService() -> ServiceConfiguration {
    ServiceConfiguration(name: "index sync", service: SyncService(sync: indexSync()))
  }
}

extension RateLimits.Options {
  init(_ settings: Settings.HTTP) {
    self.init()
    func rate(_ perSecond: Int, burstSeconds: Int) -> TokenBuckets.Rate {
      TokenBuckets.Rate(perSecond: Double(perSecond), burst: Double(perSecond * burstSeconds))
    }
    searchesOfAddress = rate(settings.searchesPerSecond, burstSeconds: 2)
    searchesOfVisitor = rate(settings.visitorSearchesPerSecond, burstSeconds: 5)
    eventsOfAddress = rate(settings.eventsPerSecond, burstSeconds: 4)
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

/// Counts searches and clicks until the shop is told to stop.
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
func untilShutdown(_ work: @escaping @Sendable () async -> Void) async {
  await withTaskGroup { group in
    group.addTask(operation: work)
    group.addTask { try? await gracefulShutdown() }  // Cancelled or shut down: either way the work ends now.
    await group.next()
    group.cancelAll()
  }
}

package import Accounts
package import Behaviour
import Catalog
package import Configuration
import Edge
package import ExperimentDesk
package import Indexer
package import Merchandising
package import Ports
package import PostgresClient
package import PostgresStore
import RankingTraining
import Recommending
package import RedisStore
package import SearchDSL
import SearchNode
package import SearchService
import Signing
package import Telemetry
import Understanding

/// The parts that the shop's capabilities share: every adapter that serves several is made here and given to the flows as a
/// port. `Capability.all` lists what is made of them.
package struct Shop: Sendable {
  /// Parts that a caller has already; tests bring a clock, an engine, deadlines and a log of their own.
  package struct Parts: Sendable {
    package var clock: any WallClock = SystemClock()
    /// nil for the engine that the settings name.
    package var engine: (any SearchEngine)?
    /// nil for those in the settings.
    package var deadlines: SearchService.Deadlines?
    /// How long recommendations wait for the shopper's memory; nil for their own.
    package var memoryDeadline: Duration?
    /// Age up to which prices are shown; nil for that in the settings.
    package var maxPriceAge: Duration?
    package var logSink: any LogSink = FileDescriptorSink.standardError

    package init() {}
  }

  package let settings: Settings
  package let pool: PostgresPool
  package let catalog: PostgresCatalog
  /// nil if the shop has no Redis.
  package let redis: RedisClient?
  package let engine: any SearchEngine
  package let mapping: IndexMapping
  package let metrics: MetricsRegistry
  package let logger: Logger
  package let clock: any WallClock
  /// Signs what shoppers hand back.
  let signer: TokenSigner
  let visitors: Visitors
  private let deadlines: SearchService.Deadlines
  package let knowledge: CatalogKnowledge
  package let weights: RankingWeightsFile
  /// nil if searches are not logged.
  package let searchLog: SearchLog?
  /// The name that searches use and that the ledger knows the index by. An embedded engine's index belongs to its
  /// process alone, and so does its name.
  package let indexAlias: String
  /// The one service of pages and API, so that both share what it remembers of the catalog.
  package let service: SearchService
  /// All prices in memory, for every answer to shoppers.
  package let prices: PriceOverlay
  let warmth: EngineWarmth
  package let recommender: Recommender
  /// Orders the first results of searches; nil if the settings leave that to the search engine.
  package let ranking: PersonalRanking?
  package let behaviour: Behaviour
  let conduct: SenderConduct
  package let accounts: Accounts
  package let merchandising: Merchandising
  package let experiments: RunningExperiments
  let judgedQueries: JudgedQueries?
  /// Made once, from all the parts above.
  private(set) var capabilities: [Capability] = []

  /// `engine` and `cachesAnswers` replace the settings' for one command, as in `Engine.open`. A quiet shop logs only
  /// warnings. `signingKey` is used if the settings have none.
  package init(
    _ context: CommandContext, pool: PostgresPool, redis: RedisClient? = nil, engine name: String? = nil,
    cachesAnswers: Bool = true, isQuiet: Bool = false, signingKey: String? = nil, parts: Parts = Parts()
  ) throws {
    self.redis = redis
    clock = parts.clock
    deadlines = parts.deadlines ?? SearchService.Deadlines(context.settings)
    settings = context.settings
    self.pool = pool
    signer = TokenSigner(settings.security, standIn: signingKey)
    visitors = Visitors(signer: signer)
    catalog = PostgresCatalog(pool)
    knowledge = CatalogKnowledge(source: catalog, rules: try ProjectFolder.queryRules())
    merchandising = try Self.merchandising(
      PostgresRules(pool), settings, clock: clock, currency: Self.currency(settings), knowledge: knowledge)
    judgedQueries = try settings.merchandising.judgmentsFile.map { try JudgedQueries(path: $0) }
    weights = try RankingWeightsFile(settings.search)
    metrics = MetricsRegistry()
    engine =
      try parts.engine ?? Engine.open(settings.search, named: name, cachesAnswers: cachesAnswers, metrics: metrics)
    behaviour = Self.behaviour(settings, pool: pool, redis: redis, catalog: catalog, clock: clock, metrics: metrics)
    accounts = Accounts(store: PostgresAccounts(pool), hasher: try PasswordHasher(), clock: clock)
    conduct = SenderConduct(SenderConduct.Options(settings.behaviour))
    var logOptions = SearchLog.Options(settings.queryLog)
    logOptions.featurePercent = settings.ranking.loggedPercent
    logOptions.maySuggest = { [knowledge] query in
      knowledge.rules.maySuggest(query) && knowledge.isOfKnownWords(query)
    }
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
      sink: parts.logSink)
    recommender = try Recommender(
      .init(
        pool: pool, catalog: catalog, settings: settings, clock: clock, metrics: metrics,
        memoryDeadline: parts.memoryDeadline),
      memory: Recommender.memory(behaviour), affinity: behaviour)
    ranking = settings.ranking.isEnabled ? PersonalRanking(knowledge: recommender.service, clock: clock) : nil
    var priceOptions = PriceOverlay.Options(settings.pricing)
    priceOptions.maxAge = parts.maxPriceAge ?? priceOptions.maxAge
    prices = PriceOverlay(source: PostgresPrices(pool), options: priceOptions, metrics: metrics)
    let arms = ArmValues(
      rankings: RankingDesk(
        ledger: PostgresModels(pool), folder: ModelFolder(settings), clock: clock, codeVersion: codeVersion),
      rules: merchandising, knowledge: knowledge, ranking: ranking)
    experiments = RunningExperiments(store: PostgresExperiments(pool), take: arms.take)
    service = SearchService(
      engine: engine, index: indexAlias, catalog: catalog, clock: clock, currency: Self.currency(settings),
      retrieval: Retrieval(weights: weights.weights), knowledge: knowledge,
      searches: .init(recent: Self.recentSearches(redis, pool), popular: searchLog?.popular), log: searchLog,
      signer: signer, prices: prices, deadlines: deadlines, ranking: ranking,
      experiments: SearchExperiments(running: experiments, events: behaviour.intake, clock: clock))
    warmth = EngineWarmth(service: service, engine: engine, alias: indexAlias, logger: logger)
    capabilities = try Capability.all.map { try $0(self) }
  }

  package var ledger: PostgresIndexingLedger { PostgresIndexingLedger(pool) }
  package var leases: PostgresLeases { PostgresLeases(pool) }

  package var isEmbedded: Bool { engine is SearchNode }

  static func embeddedPrefix(_ alias: String) -> String { alias + "-embedded-" }

  private static func recentSearches(_ redis: RedisClient?, _ pool: PostgresPool) -> RedisRecentSearches? {
    let history = PostgresBehaviour(pool)
    return redis.map { redis in
      RedisRecentSearches(redis) { try await history.pseudonym(of: .visitor($0)) }
    }
  }

  /// A service whose searches are not a shopper's and are not logged. `isRanked`: in the order that a stranger sees.
  package func searchService(isRanked: Bool = false) -> SearchService {
    var deadlines = deadlines
    // A preview shows the shop's order whole, though it takes a moment longer than a shopper would wait.
    if isRanked { (deadlines.ranking, deadlines.search) = (.seconds(1), .seconds(2)) }
    return SearchService(
      engine: engine, index: indexAlias, catalog: catalog, clock: clock, currency: Self.currency(settings),
      retrieval: Retrieval(weights: weights.weights), knowledge: knowledge, signer: signer, prices: prices,
      deadlines: deadlines, ranking: isRanked ? ranking : nil)
  }

  private static func currency(_ settings: Settings) -> Currency { Currency(code: settings.shop.currency) ?? .gbp }

  /// Names the engine, or waits for it; every command that works with an engine calls it first.
  package func engineCheck() -> EngineCheck { EngineCheck(engine: engine, logger: logger) }
}

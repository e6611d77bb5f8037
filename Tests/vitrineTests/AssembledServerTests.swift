// Every setting arrives in the assembled shop:
// 1. Each setting of the list has a row below; a setting without one fails the test.
// 2. With every setting different from its default, each value is found, in its unit, where it takes effect.
// 3. What a command says for itself goes before the settings, and nothing else does.
// 4. The ended instances of the embedded engine are forgotten after five minutes, and no sooner.
import Behaviour
import Catalog
import Configuration
import Edge
import ElasticsearchClient
import Foundation
import HTTPServer
import Indexer
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import SearchService
import Signing
import StorefrontAPI
import Telemetry
import TestSupport
import Testing
import Workers

@testable import Bootstrap
@testable import vitrine

/// Settings that exclude one another are spread over several shops.
private enum Variant: CaseIterable {
  /// Servers by their parts, and a cluster with a user.
  case parts
  /// Servers by URL, and the embedded engine.
  case urls
  /// A cluster with an API key; a private Redis.
  case key
  /// A shop that remembers nothing.
  case off
}

/// A shop as a command assembles it.
private struct Assembly: Sendable {
  let database: Database
  let opened: Redis
  let shop: Shop
  let server: HTTPServer
  let page: String

  var service: SearchService { shop.service }

  func http<Value>(_ path: KeyPath<HTTPServer.Configuration, Value>) throws -> Value {
    try part("core.configuration", of: server, as: HTTPServer.Configuration.self)[keyPath: path]
  }

  func cluster<Value>(_ path: KeyPath<ElasticsearchSettings, Value>) throws -> Value {
    try part("settings", of: shop.engine, as: ElasticsearchSettings.self)[keyPath: path]
  }

  func redis<Value>(_ path: KeyPath<RedisSettings, Value>) throws -> Value {
    try part("connections.0.settings", of: #require(opened.client), as: RedisSettings.self)[keyPath: path]
  }

  func drains(_ services: [ServiceConfiguration]) -> [Duration] {
    services.compactMap { ($0.service as? HTTPService)?.drain }
  }
}

/// A stored property, by the names on the way to it; optionals are opened.
private func part<Value>(_ path: String, of root: Any, as type: Value.Type) throws -> Value {
  var current = root
  for name in path.split(separator: ".").map(String.init) {
    var mirror = Mirror(reflecting: current)
    if mirror.displayStyle == .optional { mirror = Mirror(reflecting: try #require(mirror.children.first).value) }
    let children = Array(mirror.children)
    let index = Int(name) ?? children.firstIndex { $0.label == name }
    current = try #require(
      index.flatMap { children.indices.contains($0) ? children[$0].value : nil },
      "\(name) of \(path) is not in \(mirror.subjectType): \(children.compactMap(\.label))")
  }
  return try #require(current as? Value, "\(path) holds \(Swift.type(of: current))")
}

/// The value of a setting, the shops that have it, and where it must be seen.
private struct Row: Sendable {
  let key: String
  let value: String
  let variants: Set<Variant>
  let isSeen: @Sendable (Assembly) throws -> Bool

  init(
    _ key: String, _ value: String, in variants: Set<Variant> = Set(Variant.allCases),
    isSeen: @escaping @Sendable (Assembly) throws -> Bool
  ) {
    self.key = key
    self.value = value
    self.variants = variants
    self.isSeen = isSeen
  }
}

@Suite struct AssembledServerTests {
  private static let signingKey = "a-key-of-at-least-thirty-two-characters"
  private static let formerSigningKey = "another-key-of-thirty-two-characters-or-more"

  private static let http = [
    Row("http.host", "127.0.0.2") { try $0.http(\.host) == "127.0.0.2" },
    Row("http.port", "25101") { try $0.http(\.port) == 25_101 },
    Row("http.maxConnections", "1102") { try $0.http(\.maxConnections) == 1_102 },
    Row("http.maxConnectionsPerAddress", "1103") { try $0.http(\.maxConnectionsPerAddress) == 1_103 },
    Row("http.maxHeadBytes", "11004") { try $0.http(\.maxHeadBytes) == 11_004 },
    Row("http.maxBodyBytes", "11005") { try $0.http(\.maxBodyBytes) == 11_005 },
    Row("http.queueDepth", "1106") { try $0.http(\.maxQueued) == 1_106 },
    Row("http.requestDeadlineMilliseconds", "41107") { try $0.http(\.deadline) == .milliseconds(41_107) },
    Row("http.idleTimeoutSeconds", "1108") { try $0.http(\.idleTimeout) == .seconds(1_108) },
    Row("http.drainSeconds", "1109") {
      $0.drains($0.shop.services(server: $0.server)) == [.seconds(1_109)]
        && $0.drains($0.shop.syncServices(server: $0.server)) == [.seconds(1_109)]
    },
  ]

  private static let senders = [
    Row("http.trustedProxies", "10.1.0.0/16,::9") {
      $0.shop.trustedProxies == ["10.1.0.0/16", "::9"].compactMap(NetworkRange.init)
    },
    Row("http.searchesPerSecond", "132") { $0.shop.rateLimits.searchesOfAddress == .init(perSecond: 132, burst: 264) },
    Row("http.visitorSearchesPerSecond", "133") {
      $0.shop.rateLimits.searchesOfVisitor == .init(perSecond: 133, burst: 665)
    },
    Row("http.eventsPerSecond", "134") { $0.shop.rateLimits.eventsOfAddress == .init(perSecond: 134, burst: 536) },
    Row("behaviour.browsingDays", "135") { $0.shop.behaviour.options.retention.browsingDays == 135 },
    Row("behaviour.orderDays", "136") { $0.shop.behaviour.options.retention.orderDays == 136 },
    Row("behaviour.shownDays", "137") { $0.shop.behaviour.options.retention.shownDays == 137 },
    Row("behaviour.visitorEventsPerSecond", "138") {
      SenderConduct.Options($0.shop.settings.behaviour).maxOfVisitor == .init(perSecond: 138, burst: 5_520)
    },
    Row("behaviour.trendingShoppers", "139") {
      ($0.shop.behaviour.history as? PostgresBehaviour)?.trendingShoppers == 139
    },
    Row("security.signingKey", signingKey) {
      let token = $0.shop.signer.sign([1, 2], purpose: "test")
      return TokenSigner(key: Array(signingKey.utf8)).verify(token, purpose: "test") == [1, 2]
    },
    Row("security.formerSigningKey", formerSigningKey) {
      let token = TokenSigner(key: Array(formerSigningKey.utf8)).sign([3], purpose: "test")
      return $0.shop.signer.verify(token, purpose: "test") == [3]
    },
  ]

  private static let servers = [
    Row("postgres.url", "postgres://una:1210@127.0.0.1:1/one", in: [.urls]) {
      let settings = $0.database.pool.settings
      return "\(settings)" == "una@127.0.0.1:1/one" && settings.password == "1210"
    },
    Row("postgres.host", "127.0.0.1", in: [.parts, .key, .off]) { $0.database.pool.settings.host == "127.0.0.1" },
    Row("postgres.port", "2", in: [.parts, .key, .off]) { $0.database.pool.settings.port == 2 },
    Row("postgres.database", "two", in: [.parts, .key, .off]) { $0.database.pool.settings.database == "two" },
    Row("postgres.user", "bea", in: [.parts, .key, .off]) { $0.database.pool.settings.user == "bea" },
    Row("postgres.password", "1211", in: [.parts, .key, .off]) { $0.database.pool.settings.password == "1211" },
    Row("postgres.sslMode", "allow") { $0.database.pool.settings.additionalKeywords["sslmode"] == "allow" },
    Row("postgres.poolSize", "112") { $0.database.pool.settings.maxConnections == 112 },
    Row("postgres.poolWaitMilliseconds", "113") { $0.database.pool.settings.waitTimeout == .milliseconds(113) },
    Row("postgres.connectTimeoutSeconds", "114") { $0.database.pool.settings.connectTimeout == .seconds(114) },
    Row("postgres.statementTimeoutMilliseconds", "115") {
      $0.database.pool.settings.statementTimeout == .milliseconds(115)
    },
    Row("redis.enabled", "false", in: [.off]) { $0.opened.client == nil && $0.shop.redis == nil },
    Row("redis.url", "redis://rob:1216@127.0.0.1:3/7", in: [.urls]) {
      try $0.redis(\.endpoint) == .tcp(host: "127.0.0.1", port: 3) && $0.redis(\.username) == "rob"
        && $0.redis(\.password) == "1216" && $0.redis(\.database) == 7
    },
    Row("redis.socket", "/tmp/nobody-listens-here", in: [.parts]) {
      try $0.redis(\.endpoint) == .unixSocket("/tmp/nobody-listens-here")
    },
    Row("redis.password", "1217", in: [.parts]) { try $0.redis(\.password) == "1217" },
    Row("redis.deadlineMilliseconds", "118", in: [.parts, .urls]) {
      try $0.redis(\.deadline) == .milliseconds(118)
        && part("deadline", of: #require($0.shop.redis), as: Duration.self) == .milliseconds(118)
    },
  ]

  private static let search = [
    Row("search.engine", "https://127.0.0.1:4,https://127.0.0.1:5", in: [.parts, .key]) {
      try $0.cluster(\.nodes) == ["https://127.0.0.1:4", "https://127.0.0.1:5"]
    },
    Row("search.username", "sue", in: [.parts]) {
      guard case .basic("sue", "1218") = try $0.cluster(\.credentials) else { return false }
      return true
    },
    Row("search.password", "1218", in: [.parts]) {
      guard case .basic("sue", "1218") = try $0.cluster(\.credentials) else { return false }
      return true
    },
    Row("search.apiKey", "1219", in: [.key]) {
      guard case .apiKey("1219") = try $0.cluster(\.credentials) else { return false }
      return true
    },
    Row("search.caFile", "FOLDER/ca.pem", in: [.parts, .key]) {
      try $0.cluster(\.tls).authorityFile?.hasSuffix("/ca.pem") == true
    },
    Row("search.certificateFile", "FOLDER/certificate.pem", in: [.parts, .key]) {
      try $0.cluster(\.tls).certificateFile?.hasSuffix("/certificate.pem") == true
    },
    Row("search.keyFile", "FOLDER/key.pem", in: [.parts, .key]) {
      try $0.cluster(\.tls).keyFile?.hasSuffix("/key.pem") == true
    },
    Row("search.maxConnections", "120", in: [.parts, .key]) { try $0.cluster(\.maxConnections) == 120 },
    Row("search.compressFromBytes", "121", in: [.parts, .key]) {
      try $0.cluster(\.compressionThresholdBytes) == 121
    },
    Row("search.indexAlias", "things") {
      $0.shop.isEmbedded ? $0.shop.indexAlias.hasPrefix("things-embedded-") : $0.shop.indexAlias == "things"
    },
    Row("search.deadlineMilliseconds", "122") {
      try part("deadlines", of: $0.service, as: SearchService.Deadlines.self).search == .milliseconds(122)
    },
    Row("search.hardDeadlineMilliseconds", "1220") {
      try part("deadlines", of: $0.service, as: SearchService.Deadlines.self).answer == .milliseconds(1_220)
    },
    Row("search.requestCacheBytes", "123456", in: [.urls]) {
      try part("responses.limit", of: $0.shop.engine, as: Int.self) == 123_456
    },
    Row("search.weights", "FOLDER/weights.json") {
      let weights = try part("retriever.requests.weights", of: $0.service, as: RankingWeights.self)
      return weights.title == 12.25 && $0.shop.weights.fingerprint != RankingWeightsFile.standard.fingerprint
    },
  ]

  private static let indexer = [
    Row("indexer.batchDocuments", "124") {
      try part("options.batchDocuments", of: $0.shop.indexSync(), as: Int.self) == 124
    },
    Row("indexer.batchBytes", "125000") {
      try part("options.batchBytes", of: $0.shop.indexSync(), as: Int.self) == 125_000
    },
    Row("indexer.pollMilliseconds", "126") {
      try part("options.pollPause", of: $0.shop.indexSync(), as: Duration.self) == .milliseconds(126)
    },
    Row("indexer.probeSeconds", "127") {
      try part("options.probeInterval", of: $0.shop.indexSync(), as: Duration.self) == .seconds(127)
    },
    Row("indexer.verifySeconds", "128") {
      try part("options.auditInterval", of: $0.shop.indexSync(), as: Duration.self) == .seconds(128)
    },
    Row("indexer.keptGenerations", "9") { $0.shop.fullIndexOptions.generationsKept == 9 },
    Row("indexer.port", "25129") {
      let configuration = try part(
        "core.configuration", of: $0.shop.syncServer(), as: HTTPServer.Configuration.self)
      return configuration.port == 25_129 && configuration.host == "127.0.0.2"
    },
  ]

  private static let others = [
    Row("stateFolder", "FOLDER/state", in: [.key]) {
      let folder = try #require($0.opened.server).folder
      return folder.hasSuffix("/state/redis") && FileManager.default.fileExists(atPath: folder)
    },
    Row("queryLog.enabled", "false", in: [.off]) { $0.shop.searchLog == nil && $0.service.log == nil },
    Row("queryLog.searchDays", "13", in: [.parts, .urls, .key]) {
      try part("options.searchDays", of: #require($0.service.log), as: Int.self) == 13
    },
    Row("queryLog.countDays", "131", in: [.parts, .urls, .key]) {
      try part("options.countDays", of: #require($0.service.log), as: Int.self) == 131
    },
    Row("merchandising.needsApproval", "true") {
      try part("needsApproval", of: $0.shop.merchandising, as: Bool.self)
    },
    Row("merchandising.judgments", "FOLDER/judgments.csv") {
      $0.shop.judgedQueries?.path.hasSuffix("/judgments.csv") == true
    },
    Row("shop.name", "Thingummy's") { $0.page.contains("Thingummy") },
    Row("shop.currency", "KWD") { $0.service.currency.code == "KWD" },
    Row("log.level", "error") { $0.shop.logger.level == .error },
  ]

  private static let work = [
    Row("jobs.port", "25130") {
      try part("core.configuration", of: $0.shop.workServer(), as: HTTPServer.Configuration.self).port == 25_130
    },
    Row("jobs.parallel", "3") { try part("options.parallel", of: $0.shop.worker("test"), as: Int.self) == 3 },
    Row("jobs.timeZone", "Europe/London") {
      let schedules = try $0.shop.jobs().compactMap(\.schedule)
      return schedules.count >= 2 && schedules.allSatisfy { $0.timeZone == "Europe/London" }
    },
    Row("merchandising.timeZone", "Europe/London") {
      try part("zone.zone", of: $0.shop.merchandising, as: TimeZone.self).identifier == "Europe/London"
    },
    Row("merchandising.maxLostPercent", "17") {
      try part("maxLostPercent", of: $0.shop.publicationGate, as: Double.self) == 17
    },
    Row("merchandising.maxQualityLossPercent", "19") {
      try part("maxQualityLoss", of: $0.shop.publicationGate, as: Double.self) == 19
    },
    Row("pricing.maxAgeMilliseconds", "2300") {
      try part("options.maxAge", of: $0.shop.prices, as: Duration.self) == .milliseconds(2_300)
    },
    Row("pricing.proposalSchedule", "35 5 * * sun") {
      try $0.shop.jobs().contains { $0.schedule?.expression.text == "35 5 * * sun" }
    },
    Row("replenishment.forecastSchedule", "45 2 * * sun") {
      try $0.shop.jobs().contains { $0.schedule?.expression.text == "45 2 * * sun" }
    },
    Row("replenishment.historyDays", "331") {
      try part("options.historyDays", of: $0.shop.replenishment, as: Int.self) == 331
    },
    Row("replenishment.horizonDays", "37") {
      try part("options.horizon", of: $0.shop.replenishment, as: Int.self) == 37
    },
    Row("replenishment.maxCoverDays", "71") {
      try part("options.maxCoverDays", of: $0.shop.replenishment, as: Int.self) == 71
    },
    Row("recommendations.rules", "FOLDER/rules.json") {
      try part("follower.rules.path", of: $0.shop.recommender, as: String.self).hasSuffix("/rules.json")
    },
    Row("recommendations.modelFolder", "FOLDER/models") {
      try part("desk.folder.path", of: $0.shop.recommender, as: String.self).hasSuffix("/models")
    },
    Row("recommendations.trainingSchedule", "15 4 * * sun") {
      try $0.shop.jobs().contains { $0.schedule?.expression.text == "15 4 * * sun" }
    },
    Row("ranking.enabled", "false", in: [.off]) { $0.shop.ranking == nil },
    Row("ranking.deadlineMilliseconds", "23") {
      try part("ranker.deadline", of: $0.service, as: Duration.self) == .milliseconds(23)
    },
    Row("ranking.loggedPercent", "7", in: [.parts, .urls, .key]) {
      try part("options.featurePercent", of: #require($0.service.log), as: Int.self) == 7
    },
    Row("ranking.trainingSchedule", "25 5 * * sun") {
      try $0.shop.jobs().contains { $0.schedule?.expression.text == "25 5 * * sun" }
    },
  ]

  private static let rows = http + senders + servers + search + indexer + work + others

  @Test("1: each setting has a row, and a value that is not its default")
  func complete() {
    let declarations = ResolvedSettings.declarations
    #expect(Self.rows.map(\.key).sorted() == declarations.map { "\($0.key)" }.sorted())
    for row in Self.rows {
      let declaration = declarations.first { "\($0.key)" == row.key }
      // A host alone says that the others are given.
      #expect(declaration?.defaultText != row.value, "\(row.key): choose another value than the default")
    }
    #expect(Set(Variant.allCases).isSubset(of: Self.rows.flatMap(\.variants)))
  }

  @Test("2: each setting is seen where it takes effect", .timeLimit(.minutes(5)), arguments: Variant.allCases)
  fileprivate func seen(variant: Variant) async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    for name in ["ca", "certificate", "key"] {
      try "-----BEGIN NOTHING-----\n".write(toFile: folder.path + "/\(name).pem", atomically: true, encoding: .utf8)
    }
    try #"{"weights": {"title": 12.25}, "provenance": {"name": "a test's"}}"#.write(
      toFile: folder.path + "/weights.json", atomically: true, encoding: .utf8)
    try "query,product_id,rating\nred dress,D-1,3\n".write(
      toFile: folder.path + "/judgments.csv", atomically: true, encoding: .utf8)
    try #"{"rules": []}"#.write(toFile: folder.path + "/rules.json", atomically: true, encoding: .utf8)
    let rows = Self.rows.filter { $0.variants.contains(variant) }
    var environment: [String: String] = [:]
    for row in rows {
      environment[ConfigKey(dotted: row.key).environmentVariable] = row.value.replacing("FOLDER", with: folder.path)
    }
    let resolved = try ResolvedSettings(flags: [:], environment: environment)
    let context = CommandContext(
      resolved: resolved, environment: environment, terminal: Terminal(isInteractive: false) { _, _ in })
    let database = try await Database.open(context)
    let redis = try await Redis.open(context, startsPrivate: variant == .key)
    do {
      let shop = try Shop(context, pool: database.pool, redis: redis.client)
      let answers = try await Self.answers(of: shop)
      let assembly = Assembly(
        database: database, opened: redis, shop: shop, server: try shop.server(), page: answers)
      for row in rows {
        do {
          #expect(try row.isSeen(assembly), "\(row.key) = \(row.value) is not seen in the assembled shop (\(variant))")
        } catch {
          Issue.record("\(row.key): \(error)")
        }
      }
    } catch {
      await redis.close()
      await database.close()
      throw error
    }
    await redis.close()
    await database.close()
  }

  @Test("3: a command's own say", .timeLimit(.minutes(2)))
  func commandsSay() async throws {
    let resolved = try ResolvedSettings(
      flags: [:],
      environment: ["VITRINE_POSTGRES_URL": "postgres://una:1210@127.0.0.1:1/one", "VITRINE_SEARCH_ENGINE": "http://a"])
    let context = CommandContext(
      resolved: resolved, environment: [:], terminal: Terminal(isInteractive: false) { _, _ in })
    for limit in [nil, Duration.seconds(3_000)] {
      let database = try await Database.open(context, statementTimeout: limit)
      #expect(database.pool.settings.statementTimeout == limit ?? .seconds(5))
      for isQuiet in [false, true] {
        let shop = try Shop(context, pool: database.pool, isQuiet: isQuiet)
        #expect(shop.logger.level == (isQuiet ? .warning : .info))
        #expect(!shop.isEmbedded && shop.searchService().log == nil && shop.service.log != nil)
      }
      for cachesAnswers in [false, true] {
        let shop = try Shop(context, pool: database.pool, engine: "embedded", cachesAnswers: cachesAnswers)
        let cached = try part("responses", of: shop.engine, as: Any.self)
        #expect(shop.isEmbedded && Mirror(reflecting: cached).children.isEmpty == !cachesAnswers)
      }
      await database.close()
    }
  }

  @Test("4: ended instances", .timeLimit(.minutes(2)))
  func endedInstances() async throws {
    let settings = try await TestPostgres.shared.makeDatabase()
    let pool = PostgresPool(settings)
    let resolved = try ResolvedSettings(flags: [:], environment: [:])
    let context = CommandContext(
      resolved: resolved, environment: [:], terminal: Terminal(isInteractive: false) { _, _ in })
    let shop = try Shop(context, pool: pool)
    let ages = [("products-embedded-old", 310), ("products-embedded-young", 60), ("products-other", 100_000)]
    for (alias, seconds) in ages {
      _ = try await shop.ledger.beginGeneration(alias: alias, mappingHash: "h", mapping: "{}", cursor: .start)
      try await pool.execute(
        """
        UPDATE indexing.generation SET created_at = now() - make_interval(secs => \(Double(seconds)))
        WHERE alias = \(alias)
        """)
    }
    _ = try await shop.indexFull()
    let left = Set(try await shop.ledger.generations(alias: nil).map(\.alias))
    #expect(left == ["products-embedded-young", "products-other", shop.indexAlias])
    await pool.close()
  }

  /// The answers of the assembled routes: neither engine nor database is there, so that pages say so in the shop's name.
  private static func answers(of shop: Shop) async throws -> String {
    var configuration = HTTPServer.Configuration()
    configuration.port = 0
    let server = HTTPServer(
      configuration: configuration, router: try shop.routes().finished(),
      logger: Logger(label: "test", sink: NullSink()),
      metrics: shop.metrics)
    let client = HTTPClient(port: try server.start())
    do {
      let page = try await client.get("/search?q=kettle").text
      await server.shutdown(gracePeriod: .zero)
      return page
    } catch {
      await server.shutdown(gracePeriod: .zero)
      throw error
    }
  }
}

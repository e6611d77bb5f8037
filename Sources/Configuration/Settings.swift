import Glibc

/// All settings of the executable, typed and checked, read once at the start.
///
/// Each group's initialiser is the declaration of its settings: name, type, default, range and sentence.
public struct Settings: Sendable {
  /// The folder in which `up` keeps all its state; it may be deleted while nothing runs.
  public let stateFolder: String
  public let http: HTTP
  public let postgres: Postgres
  public let redis: Redis
  public let search: Search
  public let indexer: Indexer
  public let queryLog: QueryLog
  public let jobs: Jobs
  public let recommendations: Recommendations
  public let replenishment: Replenishment
  public let ranking: Ranking
  public let merchandising: Merchandising
  public let pricing: Pricing
  public let behaviour: Behaviour
  public let security: Security
  public let shop: Shop
  public let log: Log

  public init(_ config: ConfigReader) {
    stateFolder = config.string(
      forKey: "stateFolder", default: ".vitrine",
      "Folder that holds all state of 'vitrine up': Postgres, Redis, sockets, logs.")
    http = HTTP(config.scoped(to: "http"))
    postgres = Postgres(config.scoped(to: "postgres"))
    redis = Redis(config.scoped(to: "redis"))
    search = Search(config.scoped(to: "search"))
    indexer = Indexer(config.scoped(to: "indexer"))
    queryLog = QueryLog(config.scoped(to: "queryLog"))
    jobs = Jobs(config.scoped(to: "jobs"))
    recommendations = Recommendations(config.scoped(to: "recommendations"))
    replenishment = Replenishment(config.scoped(to: "replenishment"))
    ranking = Ranking(config.scoped(to: "ranking"))
    merchandising = Merchandising(config.scoped(to: "merchandising"))
    pricing = Pricing(config.scoped(to: "pricing"))
    behaviour = Behaviour(config.scoped(to: "behaviour"))
    security = Security(config.scoped(to: "security"))
    shop = Shop(config.scoped(to: "shop"))
    log = Log(config.scoped(to: "log"))
  }

  /// The HTTP server's address and limits.
  public struct HTTP: Sendable {
    public let host: String
    public let port: Int
    public let maxConnections: Int
    public let maxConnectionsPerAddress: Int
    public let maxHeadBytes: Int
    public let maxBodyBytes: Int
    public let queueDepth: Int
    public let requestDeadlineMilliseconds: Int
    public let idleTimeoutSeconds: Int
    public let drainSeconds: Int
    /// Addresses and networks (`10.0.0.0/8`) whose word for the client's address is taken.
    public let trustedProxies: [String]
    public let searchesPerSecond: Int
    public let visitorSearchesPerSecond: Int
    public let eventsPerSecond: Int

    init(_ config: ConfigReader) {
      host = config.string(forKey: "host", default: "127.0.0.1", "Address to listen on; 0.0.0.0 for all of IPv4.")
      port = config.int(forKey: "port", default: 8080, in: 0...65_535, "Port to listen on; 0 takes any free one.")
      maxConnections = config.int(
        forKey: "maxConnections", default: 12_000, in: 1...100_000, "Open connections, all together.")
      // A reverse proxy opens all its connections from one address, so the default equals the total.
      maxConnectionsPerAddress = config.int(
        forKey: "maxConnectionsPerAddress", default: 12_000, in: 1...100_000, "Open connections from one address.")
      maxHeadBytes = config.int(
        forKey: "maxHeadBytes", default: 16_384, in: 1_024...1_048_576, "Bytes of request line and headers.")
      maxBodyBytes = config.int(
        forKey: "maxBodyBytes", default: 1_048_576, in: 0...1_073_741_824, "Bytes of a request's body.")
      queueDepth = config.int(
        forKey: "queueDepth", default: 1_024, in: 1...100_000,
        "Requests in work or waiting; one more is answered 503 with Retry-After.")
      requestDeadlineMilliseconds = config.int(
        forKey: "requestDeadlineMilliseconds", default: 5_000, in: 1...600_000,
        "Time for one request, from its head to its answer.")
      idleTimeoutSeconds = config.int(
        forKey: "idleTimeoutSeconds", default: 60, in: 1...3_600, "Time after which a silent connection is closed.")
      drainSeconds = config.int(
        forKey: "drainSeconds", default: 20, in: 0...3_600,
        "Time that requests under way get to end after SIGTERM or SIGINT.")
      trustedProxies =
        config.value(
          forKey: "trustedProxies", default: nil,
          allowed: "addresses and networks with commas between, such as 10.0.0.0/8,::1, at most 32",
          "Reverse proxies whose X-Forwarded-For tells the client's address; limits are by that address.",
          write: { $0.joined(separator: ",") }, parse: Self.networks(parsing:)) ?? []
      searchesPerSecond = config.int(
        forKey: "searchesPerSecond", default: 1_000, in: 1...1_000_000,
        "Searches and pages of one address, twice as many at once; more are answered 429.")
      visitorSearchesPerSecond = config.int(
        forKey: "visitorSearchesPerSecond", default: 20, in: 1...1_000_000,
        "Searches and pages of one visitor's cookie, five times as many at once; more are answered 429.")
      eventsPerSecond = config.int(
        forKey: "eventsPerSecond", default: 50, in: 1...1_000_000,
        "Requests with events of one address, four times as many at once; more are answered 429.")
    }

    private static func networks(parsing text: String) -> [String]? {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed).map(String.init)
      return parts.count <= 32 && parts.allSatisfy(isNetwork) ? parts : nil
    }

    private static func isNetwork(_ text: String) -> Bool {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      var address = in6_addr()
      let bits =
        inet_pton(AF_INET, parts[0], &address) == 1 ? 32 : inet_pton(AF_INET6, parts[0], &address) == 1 ? 128 : -1
      guard bits > 0, parts.count <= 2 else { return false }
      return parts.count == 1 || Int(parts[1]).map { (0...bits).contains($0) } ?? false
    }
  }

  /// How the indexer carries products from Postgres into the search engine.
  public struct Indexer: Sendable {
    public let batchDocuments: Int
    public let batchBytes: Int
    public let pollMilliseconds: Int
    public let probeSeconds: Int
    public let verifySeconds: Int
    public let keptGenerations: Int
    public let port: Int

    init(_ config: ConfigReader) {
      batchDocuments = config.int(
        forKey: "batchDocuments", default: 1_000, in: 1...10_000, "Documents in one bulk request.")
      batchBytes = config.int(
        forKey: "batchBytes", default: 8_388_608, in: 65_536...104_857_600, "Bytes in one bulk request.")
      pollMilliseconds = config.int(
        forKey: "pollMilliseconds", default: 50, in: 1...60_000,
        "Time between two looks at the outbox, in which changes gather.")
      probeSeconds = config.int(
        forKey: "probeSeconds", default: 10, in: 1...3_600, "Time between two measurements of freshness.")
      verifySeconds = config.int(
        forKey: "verifySeconds", default: 300, in: 1...86_400, "Time between two audits of drift.")
      keptGenerations = config.int(
        forKey: "keptGenerations", default: 2, in: 1...20, "Index generations kept to roll back to.")
      port = config.int(
        forKey: "port", default: 0, in: 0...65_535,
        "Port of 'index sync' for /metrics, /livez and /readyz; 0 takes any free one and prints it.")
    }
  }

  /// The settings of the query log: the data kept about searches and clicks.
  public struct QueryLog: Sendable {
    public let isEnabled: Bool
    public let searchDays: Int
    public let countDays: Int

    init(_ config: ConfigReader) {
      isEnabled = config.bool(
        forKey: "enabled", default: true, "Whether searches and clicks are kept, for reports and popular queries.")
      // At least 2, because the previous day is counted once more when it is over; at most 30, because searches are
      // linked to shoppers no longer than that.
      searchDays = config.int(
        forKey: "searchDays", default: 30, in: 2...30,
        "Days that each search is kept, with who searched in hashed form.")
      countDays = config.int(
        forKey: "countDays", default: 400, in: 30...3_650, "Days that the queries' counts by day are kept.")
    }
  }

  /// The keys that sign cursors and visitors' cookies.
  public struct Security: Sendable {
    /// nil: 'up' keeps one of its own, 'serve' makes one that ends with it.
    public let signingKey: String?
    /// The value of `signingKey` before its last change.
    public let formerSigningKey: String?

    init(_ config: ConfigReader) {
      let allowed = "32 to 200 characters of ASCII without spaces"
      let isAllowed = { (text: String) in
        (32...200).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      }
      signingKey = config.string(
        forKey: "signingKey", allowed: allowed, where: isAllowed, isSecret: true,
        "Signs page cursors and visitors' cookies; all servers of a shop must have the same.")
      formerSigningKey = config.string(
        forKey: "formerSigningKey", allowed: allowed, where: isAllowed, isSecret: true,
        "The signing key before the last change, whose cursors and cookies still hold.")
    }
  }

  /// The shop's name and currency.
  public struct Shop: Sendable {
    public let name: String
    /// ISO 4217.
    public let currency: String

    init(_ config: ConfigReader) {
      name = config.string(forKey: "name", default: "Vitrine", "Name on the shop's pages.")
      currency = config.string(
        forKey: "currency", default: "GBP", allowed: "three capital letters (ISO 4217), such as GBP",
        where: { $0.utf8.count == 3 && $0.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } },
        "Currency of the prices.")
    }
  }

  /// The settings of the log.
  public struct Log: Sendable {
    /// swift-log's levels.
    public enum Level: String, CaseIterable, Sendable {
      case trace, debug, info, notice, warning, error, critical
    }

    public let level: Level

    init(_ config: ConfigReader) {
      level = config.string(forKey: "level", as: Level.self, default: .info, "Least severity that is logged.")
    }
  }
}

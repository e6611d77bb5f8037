extension Settings {
  /// The Postgres server and the pool of sessions on it.
  public struct Postgres: Sendable {
    public enum SSLMode: String, CaseIterable, Sendable {
      case disable, allow, prefer, require
      case verifyCA = "verify-ca"
      case verifyFull = "verify-full"
    }

    /// One database on one server, in libpq's terms.
    public struct Server: Hashable, Sendable {
      /// A name, an address, or the folder of a Unix socket.
      public let host: String
      public let port: Int
      public let database: String
      public let user: String
      public let password: String?
      public let sslMode: SSLMode
    }

    /// nil if none is given: `up` then starts its own server, and other commands require one.
    public let server: Server?
    public let poolSize: Int
    public let poolWaitMilliseconds: Int
    public let connectTimeoutSeconds: Int
    public let statementTimeoutMilliseconds: Int

    static let defaultPort = 5432
    static let defaultName = "vitrine"

    init(_ config: ConfigReader) {
      server = Self.server(config)
      poolSize = config.int(forKey: "poolSize", default: 16, in: 1...1_000, "Sessions kept with the server.")
      poolWaitMilliseconds = config.int(
        forKey: "poolWaitMilliseconds", default: 1_000, in: 1...60_000, "Time to wait for a free session.")
      connectTimeoutSeconds = config.int(
        forKey: "connectTimeoutSeconds", default: 5, in: 1...300, "Time to open a session.")
      statementTimeoutMilliseconds = config.int(
        forKey: "statementTimeoutMilliseconds", default: 5_000, in: 1...3_600_000,
        "Time for one statement of the shop; long jobs set their own.")
    }

    private static func server(_ config: ConfigReader) -> Server? {
      let url = config.value(
        forKey: "url", default: ServerURL?.none, allowed: "postgres://user:password@host:port/database",
        showsRefusedText: false, "The server in one line, instead of host, port, database and user.",
        write: \.blanked,
        parse: { ServerURL($0).flatMap { ["postgres", "postgresql"].contains($0.scheme) ? $0 : nil } })
      let host = config.string(
        forKey: "host", "Server's name, address or socket folder; without host and url 'vitrine up' starts its own.")
      let port = config.int(forKey: "port", default: defaultPort, in: 1...65_535, "Server's port.")
      let database = config.string(forKey: "database", default: defaultName, "Name of the database.")
      let user = config.string(forKey: "user", default: defaultName, "User to log in as.")
      let password = config.string(forKey: "password", isSecret: true, "Password of that user.")
      let sslMode = config.string(
        forKey: "sslMode", as: SSLMode.self, default: .prefer, "How far the connection is encrypted (libpq's sslmode).")
      if let url {
        for part in ["host", "port", "database", "user"] where config.isGiven(part) {
          config.refuse(
            key: part, reason: "is given beside postgres.url", remedy: "give the URL or the parts, not both")
        }
        return Server(
          host: url.host, port: url.port ?? defaultPort, database: url.path.isEmpty ? defaultName : url.path,
          user: url.user ?? defaultName, password: password ?? url.password, sslMode: sslMode)
      }
      guard let host else { return nil }
      return Server(host: host, port: port, database: database, user: user, password: password, sslMode: sslMode)
    }
  }

  /// The Redis server, which is optional.
  public struct Redis: Sendable {
    public enum Address: Hashable, Sendable {
      case tcp(host: String, port: Int)
      case socket(path: String)
    }

    public struct Server: Hashable, Sendable {
      public let address: Address
      public let username: String?
      public let password: String?
      public let database: Int
    }

    /// False: profiles and sessions are not kept, and searches rank without them.
    public let isEnabled: Bool
    /// nil if none is given: `up` then starts its own server.
    public let server: Server?
    public let deadlineMilliseconds: Int

    static let defaultPort = 6379
    /// Redis numbers its databases; 16 is its built-in number.
    static let databases = 0...15

    init(_ config: ConfigReader) {
      isEnabled = config.bool(forKey: "enabled", default: true, "Whether Redis is used at all.")
      server = Self.server(config)
      deadlineMilliseconds = config.int(
        forKey: "deadlineMilliseconds", default: 15, in: 1...10_000, "Time for one request to Redis within a search.")
    }

    private static func server(_ config: ConfigReader) -> Server? {
      let url = config.value(
        forKey: "url", default: ServerURL?.none, allowed: "redis://user:password@host:port/database, database 0 to 15",
        showsRefusedText: false,
        "The server in one line; without url and socket 'vitrine up' starts its own.", write: \.blanked,
        parse: { ServerURL($0).flatMap { isRedis($0) ? $0 : nil } })
      let socket = config.string(forKey: "socket", "Path of the server's Unix socket, instead of url.")
      let password = config.string(forKey: "password", isSecret: true, "Password at Redis.")
      if let url {
        if socket != nil {
          config.refuse(key: "socket", reason: "is given beside redis.url", remedy: "give one of the two")
        }
        return Server(
          address: .tcp(host: url.host, port: url.port ?? defaultPort), username: url.user,
          password: password ?? url.password, database: Int(url.path) ?? 0)
      }
      return socket.map { Server(address: .socket(path: $0), username: nil, password: password, database: 0) }
    }

    private static func isRedis(_ url: ServerURL) -> Bool {
      url.scheme == "redis" && (url.path.isEmpty || Int(url.path).map { databases.contains($0) } == true)
    }
  }
}

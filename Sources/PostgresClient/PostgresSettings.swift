import CPostgres

/// The address of a database, and the limits for a pool.
public struct PostgresSettings: Sendable, Equatable {
  /// The folder of the server's Unix socket (begins with `/`), or a host name or address.
  public var host: String
  public var port: Int
  public var database: String
  public var user: String
  public var password: String?
  /// Most connections that are open at once.
  public var maxConnections: Int
  /// Most tasks that may wait for a connection; the next one is refused at once with `poolExhausted`.
  public var maxWaiters: Int
  /// How long a task waits for a connection, or for a missing server to return.
  public var waitTimeout: Duration
  /// How long opening a connection may take; libpq counts whole seconds, at least two.
  public var connectTimeout: Duration
  /// How long one statement may run on the server; nil sets no limit.
  public var statementTimeout: Duration?
  /// This program's name in `pg_stat_activity`.
  public var applicationName: String
  /// Further libpq keywords, such as `sslmode`.
  public var additionalKeywords: [String: String]

  public init(
    host: String, port: Int = 5432, database: String, user: String, password: String? = nil,
    maxConnections: Int = 8, maxWaiters: Int = 256, waitTimeout: Duration = .seconds(5),
    connectTimeout: Duration = .seconds(5), statementTimeout: Duration? = .seconds(30),
    applicationName: String = "vitrine",
    additionalKeywords: [String: String] = [:]
  ) {
    precondition(maxConnections > 0 && maxWaiters >= 0, "a pool holds at least one connection")
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
    self.maxConnections = maxConnections
    self.maxWaiters = maxWaiters
    self.waitTimeout = waitTimeout
    self.connectTimeout = connectTimeout
    self.statementTimeout = statementTimeout
    self.applicationName = applicationName
    self.additionalKeywords = additionalKeywords
  }

  /// Reads libpq's connection string, such as `postgres://user@host:5432/shop?sslmode=require` or `host=/run/postgresql
  /// dbname=shop`.
  ///
  /// The limits are the defaults of the other initializer; set them afterwards.
  public init(connectionString: String) throws(PostgresError) {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(connectionString, &message) else {
      PQfreemem(message)
      throw .misuse("connection string refused: write postgres://user:password@host:port/database")
    }
    defer { PQconninfoFree(options) }
    self.init(host: "127.0.0.1", database: "postgres", user: "postgres")
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { try set(String(cString: keyword), to: String(cString: value)) }
      option += 1
    }
  }

  private mutating func set(_ keyword: String, to value: String) throws(PostgresError) {
    switch keyword {
    case "host", "hostaddr": host = value
    case "port":
      guard let number = Int(value), (1...65_535).contains(number) else {
        throw .misuse("connection string refused: port must be a number from 1 to 65535")
      }
      port = number
    case "dbname": database = value
    case "user": user = value
    case "password": password = value
    case "application_name": applicationName = value
    default: additionalKeywords[keyword] = value
    }
  }

  /// The keywords for `PQconnectdbParams`.
  var keywords: [(String, String)] {
    var list = [
      ("host", host), ("port", String(port)), ("dbname", database), ("user", user),
      ("application_name", applicationName), ("client_encoding", "UTF8"),
      // Detects a peer that vanished without closing: after 30 s of silence, three probes 10 s apart.
      ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "30000"),
      ("connect_timeout", String(max(2, Int(connectTimeout.components.seconds)))),
    ]
    if let password { list.append(("password", password)) }
    var options = ["-c TimeZone=UTC", "-c DateStyle=ISO", "-c bytea_output=hex", "-c extra_float_digits=1"]
    // The shop's statements are many and short, or go through the catalog once: compiling their expressions takes
    // longer than running them.
    options.append("-c jit=off")
    if let statementTimeout { options.append("-c statement_timeout=\(statementTimeout.milliseconds)") }
    var additional = additionalKeywords
    if let own = additional.removeValue(forKey: "options") { options.append(own) }
    list.append(("options", options.joined(separator: " ")))
    for (keyword, value) in additional.sorted(by: { $0.key < $1.key }) { list.append((keyword, value)) }
    return list
  }
}

extension PostgresSettings: CustomStringConvertible {
  /// The address without the password.
  public var description: String { "\(user)@\(host):\(port)/\(database)" }
}

extension Duration {
  var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}

extension Settings {
  /// The search engine: embedded, or a cluster.
  public struct Search: Sendable {
    public enum Engine: Hashable, Sendable {
      /// In this process.
      case embedded
      /// Elasticsearch or OpenSearch over HTTP, by one or more of its nodes.
      case cluster([ServerURL])
    }

    /// The shop's credentials at the search server.
    public enum Credentials: Hashable, Sendable {
      case none
      case basic(user: String, password: String)
      case apiKey(String)
    }

    public let engine: Engine
    public let credentials: Credentials
    /// The authority of the nodes' certificates, in PEM form; nil: the system's authorities.
    public let authorityFile: String?
    /// Either both files or neither.
    public let certificateFile: String?
    public let keyFile: String?
    public let maxConnections: Int
    /// 0: bodies are never compressed.
    public let compressFromBytes: Int
    /// The alias that searches read; each generation behind it is a separate index.
    public let indexAlias: String
    public let deadlineMilliseconds: Int
    public let hardDeadlineMilliseconds: Int
    /// 0: the embedded engine computes every search.
    public let requestCacheBytes: Int
    /// nil: the weights built into the program.
    public let weightsFile: String?

    init(_ config: ConfigReader) {
      let engine = Self.engine(config)
      self.engine = engine
      credentials = Self.credentials(config, for: engine)
      authorityFile = config.string(
        forKey: "caFile", "PEM file of who signs the nodes' certificates; nobody else is trusted then.")
      certificateFile = config.string(
        forKey: "certificateFile", "PEM file of the certificate that the shop shows the nodes.")
      keyFile = config.string(forKey: "keyFile", "PEM file of that certificate's key.")
      Self.checkTLS(config, for: engine)
      maxConnections = config.int(
        forKey: "maxConnections", default: 32, in: 1...1_000, "Connections to all nodes together.")
      compressFromBytes = config.int(
        forKey: "compressFromBytes", default: 0, in: 0...1_073_741_824,
        "Bodies of at least so many bytes are sent gzip-compressed where that makes them smaller; 0: none.")
      indexAlias = config.string(
        forKey: "indexAlias", default: "products",
        allowed: "lower-case letters, digits, '-' and '_', a letter first, at most 200", where: Self.isIndexName,
        "Alias of the products' index.")
      deadlineMilliseconds = config.int(
        forKey: "deadlineMilliseconds", default: 100, in: 1...60_000,
        "Time for one search, after which what is optional is left out and said to be.")
      hardDeadlineMilliseconds = config.int(
        forKey: "hardDeadlineMilliseconds", default: 2_000, in: 1...60_000,
        "Time after which a search is answered 503.")
      if hardDeadlineMilliseconds < deadlineMilliseconds, config.isGiven("hardDeadlineMilliseconds") {
        config.refuse(
          key: "hardDeadlineMilliseconds", reason: "is below search.deadlineMilliseconds", remedy: "give it more time")
      }
      requestCacheBytes = config.int(
        forKey: "requestCacheBytes", default: 33_554_432, in: 0...1_073_741_824,
        "Memory for answers of the embedded engine that serve again until the index changes; 0: none.")
      weightsFile = config.string(
        forKey: "weights", "JSON file of the ranking's weights, as 'vitrine tune' writes it; else the built-in ones.")
    }

    private static func engine(_ config: ConfigReader) -> Engine {
      config.value(
        forKey: "engine", default: .embedded,
        allowed:
          "'embedded', or the URLs of an Elasticsearch's or OpenSearch's nodes, each once and with commas between, such as http://10.0.0.1:9200,http://10.0.0.2:9200",
        showsRefusedText: false, "Search engine: embedded in this process, or the URLs of a cluster's nodes.",
        write: { engine in
          switch engine {
          case .embedded: "embedded"
          case .cluster(let nodes): nodes.map(\.blanked).joined(separator: ",")
          }
        }, parse: engine(parsing:)) ?? .embedded
    }

    private static func engine(parsing text: String) -> Engine? {
      if text == "embedded" { return .embedded }
      var nodes: [ServerURL] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let url = ServerURL(String(part.trimmed)), ["http", "https"].contains(url.scheme) else { return nil }
        nodes.append(url)
      }
      return Set(nodes.map(\.address)).count == nodes.count ? .cluster(nodes) : nil
    }

    /// From their own settings, otherwise from the URLs.
    private static func credentials(_ config: ConfigReader, for engine: Engine) -> Credentials {
      let username = config.string(forKey: "username", "User at the search server; may stand in its URL as well.")
      let password = config.string(forKey: "password", isSecret: true, "Password at the search server.")
      let apiKey = config.string(
        forKey: "apiKey", allowed: "one word of ASCII, as Elasticsearch prints it under 'encoded'", where: isAPIKey,
        isSecret: true, "API key at the search server, instead of user and password.")
      // The embedded engine needs no credentials, so that one file may serve both engines.
      guard case .cluster(let nodes) = engine else { return .none }
      let named = nodes.filter { $0.user != nil || $0.password != nil }
      guard Set(named.map(\.user)).count <= 1, Set(named.map(\.password)).count <= 1 else {
        config.refuse(
          key: "engine", reason: "names more than one user or password",
          remedy: "all nodes take the same: give search.username and search.password instead")
        return .none
      }
      let user = username ?? named.first?.user
      let secret = password ?? named.first?.password
      if let apiKey {
        guard user == nil, secret == nil else {
          config.refuse(
            key: "apiKey", reason: "is given beside a user or a password",
            remedy: "give search.apiKey, or search.username and search.password, not both")
          return .none
        }
        return .apiKey(apiKey)
      }
      switch (user, secret) {
      case (nil, nil): return .none
      case (let user?, let secret?) where !user.contains(":"): return .basic(user: user, password: secret)
      case (_?, _?):
        config.refuse(
          key: username == nil ? "engine" : "username", reason: "holds a colon", remedy: "a user's name holds none")
      case (_?, nil):
        config.refuse(
          key: username == nil ? "engine" : "username", reason: "is a user without a password",
          remedy: "give search.password, or search.apiKey instead of both")
      case (nil, _?):
        config.refuse(
          key: password == nil ? "engine" : "password", reason: "is a password without a user",
          remedy: "give search.username")
      }
      return .none
    }

    private static func checkTLS(_ config: ConfigReader, for engine: Engine) {
      for (key, other) in [("certificateFile", "keyFile"), ("keyFile", "certificateFile")]
      where config.isGiven(key) && !config.isGiven(other) {
        config.refuse(key: key, reason: "is given without search.\(other)", remedy: "give both or neither")
      }
      guard case .cluster(let nodes) = engine, !nodes.contains(where: { $0.scheme == "https" }) else { return }
      for key in ["caFile", "certificateFile", "keyFile"] where config.isGiven(key) {
        config.refuse(
          key: key, reason: "is given, but no node of search.engine is reached by https",
          remedy: "write https:// in search.engine, or leave \(key) out")
      }
    }

    private static func isAPIKey(_ text: String) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Elasticsearch's own rule, without characters that nobody needs; 200 leaves room for the generation's number.
    private static func isIndexName(_ text: String) -> Bool {
      guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
      return text.utf8.count <= 200
        && text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == "_") }
    }
  }
}

internal import Glibc

/// The addresses of a cluster, the client's credentials, and the limits on concurrent requests.
public struct ElasticsearchSettings: Sendable, CustomStringConvertible {
  public enum Credentials: Sendable, CustomStringConvertible, CustomReflectable {
    case none
    case basic(user: String, password: String)
    /// The encoded form, as Elasticsearch prints it (`id:key` in base64).
    case apiKey(String)

    /// The kind of credentials, never their values.
    public var description: String {
      switch self {
      case .none: "none"
      case .basic: "basic"
      case .apiKey: "api key"
      }
    }

    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
  }

  /// PEM files for TLS; nil means the system's authorities and no client certificate.
  public struct TLS: Sendable {
    /// The authority of the servers' certificates; if it is set, no other authority is trusted.
    public let authorityFile: String?
    public let certificateFile: String?
    public let keyFile: String?

    public init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
      self.authorityFile = authorityFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// Base addresses, `http://host:9200`, without a trailing slash.
  public let nodes: [String]
  public let credentials: Credentials
  public let tls: TLS
  /// Connections to all nodes together. A search node runs a few searches at once on each core; more would only wait
  /// there.
  public var maxConnections = 32
  /// Requests that may wait for a connection; further ones are refused at once, because they would be late in any case.
  public var maxQueuedRequests = 1_024
  /// The largest answer, decompressed. A page of 10,000 hits with 5 KB sources is 50 MB.
  public var maxAnswerBytes = 64 << 20
  /// Bodies of at least this size are compressed if that makes them smaller; nil never compresses.
  public var compressionThresholdBytes: Int?
  /// How long a connection may take to open before the client tries another node.
  public var connectTimeout: Duration = .seconds(2)
  public var retries = RetryPolicy()

  /// Throws `InvalidSetting` if there is no node, if a node is not a plain http or https address, if a header cannot
  /// carry the credentials, or if a file is missing or not PEM.
  public init(nodes: [String], credentials: Credentials = .none, tls: TLS = TLS()) throws(InvalidSetting) {
    guard !nodes.isEmpty else { throw InvalidSetting(reason: "no node is named: give at least one http://host:port") }
    self.nodes = try nodes.map { node throws(InvalidSetting) in try Self.address(node) }
    try Self.check(credentials)
    self.credentials = credentials
    for file in [tls.authorityFile, tls.certificateFile, tls.keyFile] {
      if let file { try Self.check(pemFile: file) }
    }
    guard (tls.certificateFile == nil) == (tls.keyFile == nil) else {
      throw InvalidSetting(reason: "a client certificate and its key are given both or not at all")
    }
    self.tls = tls
  }

  /// The settings without the credentials.
  public var description: String { "nodes \(nodes.joined(separator: ", "))" }

  /// The reason why a setting cannot be used.
  public struct InvalidSetting: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public var description: String { "search engine settings: \(reason)" }
  }

  private static func address(_ text: String) throws(InvalidSetting) -> String {
    let scheme = ["http://", "https://"].first { text.hasPrefix($0) }
    let host = text.dropFirst(scheme?.count ?? 0)
    guard scheme != nil, !host.isEmpty, !host.hasPrefix("/"), host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw InvalidSetting(reason: "a node is written http://host:port or https://host:port, not as given")
    }
    // Do not repeat the address here: it contains the secret.
    guard !host.contains("@") else {
      throw InvalidSetting(reason: "a node's address holds a user name: give it in the credentials instead")
    }
    guard !host.contains("?"), !host.contains("#") else {
      throw InvalidSetting(reason: "the node \(text) holds a query or a fragment: give the base address alone")
    }
    var text = text[...]
    while text.hasSuffix("/") { text.removeLast() }
    return String(text)
  }

  /// A line break would end the header early and let the rest become another header.
  private static func check(_ credentials: Credentials) throws(InvalidSetting) {
    switch credentials {
    case .none: break
    case .basic(let user, _):
      guard !user.isEmpty, !user.contains(":") else {
        throw InvalidSetting(reason: "a user's name is not empty and holds no colon")
      }
    case .apiKey(let key):
      guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw InvalidSetting(reason: "an API key is one word of ASCII, as the server prints it (\"encoded\")")
      }
    }
  }

  /// Check now, because libcurl would report the fault only with each request.
  private static func check(pemFile path: String) throws(InvalidSetting) {
    guard let file = fopen(path, "re") else {
      throw InvalidSetting(reason: "the file \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    // Comments may stand before the first certificate, but not much more.
    var beginning = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&beginning, 1, beginning.count, file)
    guard beginning[..<count].firstRange(of: Array("-----BEGIN ".utf8)) != nil else {
      throw InvalidSetting(reason: "the file \(path) is not PEM: it has no line '-----BEGIN …'")
    }
  }
}

internal import Glibc

/// Where a cluster is, how to show who we are, and how much it may be asked at once.
public struct ElasticsearchSettings: Sendable, CustomStringConvertible {
  public enum Credentials: Sendable, CustomStringConvertible, CustomReflectable {
    case none
    case basic(user: String, password: String)
    /// The encoded form, as Elasticsearch prints it (`id:key` in base64).
    case apiKey(String)

    /// Of what kind they are, never what they are.
    public var description: String {
      switch self {
      case .none: "none"
      case .basic: "basic"
      case .apiKey: "api key"
      }
    }

    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
  }

  /// Files in PEM form for TLS; nil takes the system's authorities and no client certificate.
  public struct TLS: Sendable {
    /// Who signs the servers' certificates; nobody else is trusted then.
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
  /// Connections to all nodes together. A search node runs a few searches a core at once; more only wait there.
  public var maximumConnections = 32
  /// Requests that wait for a connection; one more is refused at once, for it would be late in any case.
  public var maximumQueuedRequests = 1_024
  /// The largest answer, decompressed. A page of 10,000 hits with 5 KB sources is 50 MB.
  public var maximumAnswerBytes = 64 << 20
  /// Bodies of at least this size are sent compressed where that makes them smaller; nil sends all as they are.
  public var compressionThresholdBytes: Int?
  /// How long a connection may take to open before another node is tried.
  public var connectTimeout: Duration = .seconds(2)
  public var retries = RetryPolicy()

  /// Throws `InvalidSetting` for no node, one that is not a plain http or https address, credentials that no header can
  /// carry, and a file that is not there or not PEM.
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

  /// Without the credentials.
  public var description: String { "nodes \(nodes.joined(separator: ", "))" }

  /// Why a setting cannot be used.
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
    // The address is not repeated here: it holds the secret.
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

  /// What would end a header early would let the rest be one of its own.
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

  /// Looked at now, for libcurl would say so of each request only.
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

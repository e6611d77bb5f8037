public import JSON

/// A search engine: the embedded node, Elasticsearch or OpenSearch. All speak one dialect.
///
/// Every call ends by its deadline. Index names may be aliases where Elasticsearch allows one.
public protocol SearchEngine: Sendable {
  /// The engine's name and version.
  func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation

  func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Hit?
  func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Int

  /// Writes documents. Every item has its own result, in the given order; the call throws only if it failed as a whole.
  func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  /// Makes everything written so far visible to searches.
  func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError)

  /// `body` holds `settings`, `mappings` and `aliases` in Elasticsearch's form.
  func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant) async throws(SearchEngineError)
  func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError)
  func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  /// Applies all actions at once, or none.
  func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError)
  /// The indices (not aliases) whose name matches a pattern with `*`, with their aliases and document counts.
  func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  /// Waits until every copy of every shard of the index has a node. Returns true as soon as that is so, and false if it
  /// is not so by the deadline; returns false at once if it is impossible, because a single node cannot hold a second
  /// copy.
  func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Bool
}

public struct EngineInformation: Sendable, Equatable {
  /// `elasticsearch`, `opensearch` or `vitrine`.
  public var distribution: String
  public var version: String

  public init(distribution: String, version: String) {
    self.distribution = distribution
    self.version = version
  }
}

public struct IndexInformation: Sendable, Equatable {
  public var name: String
  public var aliases: [String]
  public var documentCount: Int

  public init(name: String, aliases: [String], documentCount: Int) {
    self.name = name
    self.aliases = aliases
    self.documentCount = documentCount
  }
}

public enum AliasAction: Sendable, Equatable {
  case add(index: String, alias: String)
  case remove(index: String, alias: String)
  case removeIndex(String)
}

/// One line pair of `_bulk`. The external version decides which of two writers holds the newer document.
public struct BulkOperation: Sendable, Equatable {
  public enum Action: Sendable, Equatable {
    /// Writes a document, given its JSON bytes.
    case index(source: [UInt8])
    case delete
  }

  public var id: String
  /// With `version_type=external`; nil: the engine assigns versions itself.
  public var externalVersion: Int64?
  public var action: Action

  public init(id: String, externalVersion: Int64?, action: Action) {
    self.id = id
    self.externalVersion = externalVersion
    self.action = action
  }
}

public struct BulkResponse: Sendable, Equatable {
  public struct Item: Sendable, Equatable {
    public var id: String
    /// An HTTP status: 200, 201, 404 (nothing to delete), 409 (a newer version exists), 400 (mapping), 429, 503.
    public var status: Int
    public var version: Int64?
    public var error: Reason?

    public init(id: String, status: Int, version: Int64? = nil, error: Reason? = nil) {
      self.id = id
      self.status = status
      self.version = version
      self.error = error
    }
  }

  public struct Reason: Sendable, Equatable {
    public var type: String
    public var reason: String

    public init(type: String, reason: String) {
      self.type = type
      self.reason = reason
    }
  }

  public var tookMilliseconds: Int
  public var items: [Item]
  public var hasErrors: Bool { items.contains { $0.error != nil } }

  public init(tookMilliseconds: Int = 0, items: [Item]) {
    self.tookMilliseconds = tookMilliseconds
    self.items = items
  }
}

/// A failure of a search engine to carry out a request.
public enum SearchEngineError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The request is not valid: a status of 4xx with Elasticsearch's error type and reason.
  case refused(status: Int, type: String, reason: String, index: String?)
  case indexNotFound(String)
  /// No node answered, or the last attempt got 429, 502, 503 or 504.
  case unavailable(reason: String)
  case deadlineExceeded
  /// The answer is not valid by the API: not JSON, cut short, or a proxy's page.
  case malformedAnswer(reason: String)

  /// The type of `refused` for a server that is another product or too old.
  public static let unsupportedServer = "unsupported_server"

  public var description: String {
    switch self {
    case .refused(_, Self.unsupportedServer, let reason, _): "the search server will not do: \(reason)"
    case .refused(let status, let type, let reason, let index):
      "the search engine refused the request\(index.map { " on \($0)" } ?? "") (\(status) \(type)): \(reason)"
        + Self.advice(status: status)
    case .indexNotFound(let index): "the search engine has no index \(index): run `vitrine index full`"
    case .unavailable(let reason): "the search engine is not available: \(reason)"
    case .deadlineExceeded: "the search engine did not answer within the deadline"
    case .malformedAnswer(let reason): "the search engine's answer makes no sense: \(reason)"
    }
  }

  private static func advice(status: Int) -> String {
    switch status {
    case 401: "; check search.username and search.password, or search.apiKey"
    case 403: "; the privileges that are needed are in docs/howto/elasticsearch.md"
    default: ""
    }
  }
}

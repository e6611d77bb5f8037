import Glibc
public import JSON
public import SearchDSL
import Threading

/// The embedded search engine: Elasticsearch's dialect, in this process and in memory.
///
/// Each index has one writer and any number of readers: a search reads the snapshot of the last refresh and never
/// waits.
public final class SearchNode: SearchEngine {
  fileprivate struct Catalog {
    var indices: [String: SearchIndex] = [:]
    /// The indices of each alias.
    var aliases: [String: Set<String>] = [:]
  }

  private let catalog = Guarded(Catalog())
  private let clock: @Sendable () -> Int64
  private let responses: ResponseCache?

  /// Memory for answers that are reused until the next refresh, and a callback for each look-up.
  public struct RequestCache: Sendable {
    public var bytes: Int
    public var onLookup: @Sendable (_ isFound: Bool) -> Void

    public init(bytes: Int, onLookup: @escaping @Sendable (_ isFound: Bool) -> Void = { _ in }) {
      self.bytes = bytes
      self.onLookup = onLookup
    }
  }

  /// `clock` gives milliseconds since 1970 for `now` in date math; nil means the system's clock. Without `requestCache`
  /// every search is computed.
  public init(clock: (@Sendable () -> Int64)? = nil, requestCache: RequestCache? = nil) {
    responses = requestCache.map { ResponseCache(bytes: $0.bytes, onLookup: $0.onLookup) }
    self.clock =
      clock ?? {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
      }
  }

  public func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    EngineInformation(distribution: "vitrine", version: "1.0.0")
  }

  // MARK: Reading

  public func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  {
    try search(request, in: index)
  }

  /// The same without suspension, because a search only computes.
  public func search(_ request: SearchRequest, in index: String) throws(SearchEngineError) -> SearchResponse {
    let start = ContinuousClock.now
    let found = try resolve(index)
    let snapshot = found.snapshot
    let key = ResponseCache.Key(snapshot: snapshot.serial, index: found.name, request: request)
    var response: SearchResponse
    if let known = responses?.response(to: key) {
      response = known
    } else {
      let execution = try SearchExecution(request, snapshot: snapshot, indexName: found.name, now: clock())
      response = try execution.run()
      if !execution.dependsOnTime { responses?.keep(response, to: key) }
    }
    response.tookMilliseconds = Int(saturating: (ContinuousClock.now - start) / .milliseconds(1))
    return response
  }

  public func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError)
    -> Hit?
  {
    let index = try resolve(index)
    guard let found = await index.get(id) else { return nil }
    // Stored documents were parsed on arrival; a mapping without _source stores nothing.
    let source = try? JSONValue(parsing: found.source)
    return Hit(index: index.name, id: id, version: found.version, source: source)
  }

  public func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Int
  {
    let response = try search(SearchRequest(query: query, size: 0, trackTotalHits: .exact), in: index)
    return response.total?.value ?? 0
  }

  // MARK: Writing

  public func bulk(
    _ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant
  ) async throws(SearchEngineError) -> BulkResponse {
    let start = ContinuousClock.now
    let items = try await resolve(index).bulk(operations, refresh: refresh)
    return BulkResponse(
      tookMilliseconds: Int(saturating: (ContinuousClock.now - start) / .milliseconds(1)), items: items)
  }

  public func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await resolve(index).refresh()
  }

  /// Whether segments of the index are being merged, which happens in the background.
  public func isMerging(_ index: String) throws(SearchEngineError) -> Bool { try resolve(index).isMerging }

  // MARK: Indices and aliases

  public func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  {
    try Self.check(indexName: name)
    let index = try SearchIndex(name: name, body: body)
    let aliases = body["aliases"]?.object?.names ?? []
    let error = catalog.withLock { catalog -> SearchEngineError? in
      guard catalog.indices[name] == nil else {
        return .refused(
          status: 400, type: "resource_already_exists_exception", reason: "index [\(name)] already exists", index: name)
      }
      guard catalog.aliases[name] == nil else {
        return .refused(
          status: 400, type: "invalid_index_name_exception",
          reason: "Invalid index name [\(name)], already exists as alias", index: name)
      }
      catalog.indices[name] = index
      for alias in aliases { catalog.aliases[alias, default: []].insert(name) }
      return nil
    }
    if let error { throw error }
  }

  private static func check(indexName name: String) throws(SearchEngineError) {
    let isAllowed =
      !name.isEmpty && name.utf8.count <= 255 && name == name.lowercased() && !"_-+.".contains(name.first ?? "_")
      && !name.contains { " \"*\\<|,>/?#:".contains($0) }
    guard isAllowed else {
      throw .refused(
        status: 400, type: "invalid_index_name_exception",
        reason:
          "Invalid index name [\(name)], must be lowercase, at most 255 bytes, and without \" * \\ < | , > / ? # :",
        index: name)
    }
  }

  public func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    let found = catalog.withLock { $0.remove(name) }
    guard found else { throw .indexNotFound(name) }
  }

  public func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  {
    try resolve(index).update(settings)
  }

  public func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError)
  {
    let error = catalog.withLock { catalog -> SearchEngineError? in
      var changed = catalog
      for action in actions {
        if let error = changed.apply(action) { return error }
      }
      catalog = changed
      return nil
    }
    if let error { throw error }
  }

  public func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  {
    let catalog = catalog.withLock { $0 }
    return catalog.indices.values.filter { Wildcard.matches($0.name, pattern: pattern) }.map { index in
      IndexInformation(
        name: index.name, aliases: catalog.aliases.filter { $0.value.contains(index.name) }.keys.sorted(),
        documentCount: index.snapshot.liveCount)
    }.sorted { $0.name < $1.name }
  }

  /// Returns true at once: an index is complete as soon as it exists.
  public func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Bool
  {
    _ = try resolve(index)
    return true
  }

  /// The index with that name, or the index of the alias.
  private func resolve(_ name: String) throws(SearchEngineError) -> SearchIndex {
    let (index, aliased) = catalog.withLock { catalog -> (SearchIndex?, Int) in
      if let index = catalog.indices[name] { return (index, 1) }
      let names = catalog.aliases[name] ?? []
      return (names.first.flatMap { catalog.indices[$0] }, names.count)
    }
    if aliased > 1 {
      throw .refused(
        status: 400, type: "illegal_argument_exception",
        reason: "alias [\(name)] has more than one index associated with it: name one of them", index: name)
    }
    guard let index else { throw .indexNotFound(name) }
    return index
  }
}

extension SearchNode.Catalog {
  /// Removes an index and takes it out of its aliases; false if it does not exist.
  fileprivate mutating func remove(_ name: String) -> Bool {
    guard indices.removeValue(forKey: name) != nil else { return false }
    for alias in aliases.keys {
      aliases[alias]?.remove(name)
      if aliases[alias]?.isEmpty == true { aliases[alias] = nil }
    }
    return true
  }

  fileprivate mutating func apply(_ action: AliasAction) -> SearchEngineError? {
    switch action {
    case .add(let index, let alias):
      guard indices[index] != nil else { return .indexNotFound(index) }
      guard indices[alias] == nil else {
        return .refused(
          status: 400, type: "invalid_alias_name_exception",
          reason: "Invalid alias name [\(alias)]: an index or data stream exists with the same name as the alias",
          index: index)
      }
      aliases[alias, default: []].insert(index)
    case .remove(let index, let alias):
      guard indices[index] != nil else { return .indexNotFound(index) }
      guard aliases[alias]?.remove(index) != nil else {
        return .refused(
          status: 404, type: "aliases_not_found_exception", reason: "aliases [\(alias)] missing", index: index)
      }
      if aliases[alias]?.isEmpty == true { aliases[alias] = nil }
    case .removeIndex(let index):
      guard remove(index) else { return .indexNotFound(index) }
    }
    return nil
  }
}

public import JSON
public import SearchDSL

extension ElasticsearchClient {
  /// The server's product and version. Throws for a server that is neither Elasticsearch 7.10 or later, OpenSearch nor
  /// `vitrine node`.
  public func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    try await exchange("GET", "/", deadline: deadline) { answer throws(SearchEngineError) in
      try ServerVersion(answer).information
    }
  }

  /// A shard that does not answer fails the search: otherwise its products would be missing without notice.
  public func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  {
    try await perform(
      "POST", "/\(index.pathSegment)/_search?allow_partial_search_results=false", body: request.bytes,
      deadline: deadline
    ) { status, answer throws(SearchEngineError) in
      guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
      return try SearchResponse(answer: answer, to: request)
    }
  }

  public func get(id: String, from index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Hit?
  {
    try await perform("GET", "/\(index.pathSegment)/_doc/\(id.pathSegment)", deadline: deadline) {
      status, answer throws(SearchEngineError) in
      if answer["found"]?.bool == false { return nil }
      guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
      return try Hit(answer: answer)
    }
  }

  public func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Int
  {
    let body: JSONValue = ["query": query.json]
    return try await perform("POST", "/\(index.pathSegment)/_count", body: body.bytes, deadline: deadline) {
      status, answer throws(SearchEngineError) in
      guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
      guard let count = answer["count"]?.documentCount else {
        throw .malformedAnswer(reason: "a count's answer has no count")
      }
      guard (answer["_shards"]?["failed"]?.int ?? 0) == 0 else {
        throw .unavailable(reason: "a shard of \(index) did not answer the count")
      }
      return count
    }
  }

  /// The fields that `BulkResponse` reads. The others (index, shard, result, sequence numbers) are most of the answer,
  /// and the engine would write and we would read them for nothing.
  private static let bulkAnswer =
    "took,error,status,items.*._id,items.*.status,items.*._version,items.*.error"

  /// Sends no request if there is no operation.
  public func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  {
    guard !operations.isEmpty else { return BulkResponse(items: []) }
    return try await perform(
      "POST", "/\(index.pathSegment)/_bulk?refresh=\(refresh)&filter_path=\(Self.bulkAnswer)", body: operations.ndjson,
      contentType: .ndjson, deadline: deadline
    ) { status, answer throws(SearchEngineError) in
      guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
      return try BulkResponse(answer: answer, to: operations)
    }
  }

  public func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await acknowledge("POST", "/\(index.pathSegment)/_refresh", body: nil, .idempotent, deadline)
  }

  public func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  { try await acknowledge("PUT", "/\(name.pathSegment)", body: body, .unlessReceived, deadline) }

  public func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await acknowledge("DELETE", "/\(name.pathSegment)", body: nil, .unlessReceived, deadline)
  }

  public func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  { try await acknowledge("PUT", "/\(index.pathSegment)/_settings", body: settings, .idempotent, deadline) }

  public func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  {
    guard !actions.isEmpty else { return }
    try await acknowledge("POST", "/_aliases", body: actions.json, .unlessReceived, deadline)
  }

  /// Sends two requests, however many indices match.
  public func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  {
    do {
      var indices = try await perform(
        "GET", "/\(pattern.pathSegment)/_alias?expand_wildcards=open", deadline: deadline
      ) { status, answer throws(SearchEngineError) in
        guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
        // The server also resolves aliases, but the caller asks for the names of indices.
        return answer.aliases.filter { $0.name.matches(pattern: pattern) }
      }
      guard !indices.isEmpty else { return [] }
      let counts = try await documentCounts(matching: pattern, deadline: deadline)
      for place in indices.indices { indices[place].documentCount = counts[indices[place].name] ?? 0 }
      return indices.sorted { $0.name < $1.name }
    } catch .indexNotFound { return [] }
  }

  /// Many more indices than a shop keeps; a terms aggregation that finds fewer costs no more.
  private static let maxIndices = 10_000

  /// The counts of searchable documents by index; an index without documents is absent.
  private func documentCounts(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [String: Int]
  {
    let byIndex = TermsAggregation(field: "_index", size: Self.maxIndices)
    let request = SearchRequest(
      size: 0, aggregations: [NamedAggregation("by_index", Aggregation(.terms(byIndex)))], trackTotalHits: .never)
    return try await perform(
      "POST", "/\(pattern.pathSegment)/_search?allow_partial_search_results=false", body: request.bytes,
      deadline: deadline
    ) { status, answer throws(SearchEngineError) in
      guard status == 200 else { throw SearchEngineError(status: status, answer: answer) }
      var counts: [String: Int] = [:]
      // If no index matches, there are no aggregations.
      answer["aggregations"]?["by_index"]?["buckets"]?.forEachItem { bucket in
        guard let name = bucket["key"]?.string, let count = bucket["doc_count"]?.documentCount else { return }
        counts[name] = count
      }
      return counts
    }
  }

  /// Asks in spans of a few seconds, so that a node that has died meanwhile does not hold a request for long.
  public func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Bool
  {
    var isFirstLook = true
    while true {
      // The server needs a moment to report that the time is over.
      let span = min(isFirstLook ? Self.shortestAllocationWait : Self.longestAllocationWait, (deadline - .now) * 0.9)
      isFirstLook = false
      guard span >= Self.shortestAllocationWait else { return false }
      let isAllocated: Bool? = try await perform(
        "GET",
        "/_cluster/health/\(index.pathSegment)?level=indices&wait_for_status=green&timeout=\(span.wholeMilliseconds)ms",
        deadline: deadline
      ) { status, answer throws(SearchEngineError) in
        guard let isTimedOut = answer["timed_out"]?.bool else {
          throw SearchEngineError(status: status, answer: answer)
        }
        // The server waits for a missing index as if it could appear.
        guard let indices = answer["indices"], !indices.isEmpty else { throw .indexNotFound(index) }
        // Yellow: all primary shards are allocated. A copy is never allocated beside its primary, so a single node has
        // no place for it.
        if isTimedOut, answer["number_of_data_nodes"]?.int == 1, answer["status"]?.string == "yellow" { return nil }
        return !isTimedOut
      }
      guard let isAllocated else { return false }
      if isAllocated { return true }
    }
  }

  private static let longestAllocationWait: Duration = .seconds(5)
  /// A shorter wait is not worth a request.
  private static let shortestAllocationWait: Duration = .milliseconds(20)

  /// Sends a change whose answer is a plain acknowledgement.
  private func acknowledge(
    _ method: String, _ path: String, body: JSONValue?, _ repetition: Repetition, _ deadline: ContinuousClock.Instant
  ) async throws(SearchEngineError) {
    try await perform(method, path, body: body?.bytes, repetition: repetition, deadline: deadline) {
      status, answer throws(SearchEngineError) in
      guard (200..<300).contains(status) else { throw SearchEngineError(status: status, answer: answer) }
      guard answer["acknowledged"]?.bool != false else {
        throw .unavailable(reason: "\(method) \(path): not every node confirmed it in time; it may yet take effect")
      }
    }
  }
}

extension JSONElement {
  fileprivate var isEmpty: Bool {
    var isEmpty = true
    forEachMember { _, _ in isEmpty = false }
    return isEmpty
  }

  fileprivate var aliases: [IndexInformation] {
    var indices: [IndexInformation] = []
    forEachMember { name, body in
      var aliases: [String] = []
      body["aliases"]?.forEachMember { alias, _ in aliases.append(String(decoding: alias, as: UTF8.self)) }
      indices.append(
        IndexInformation(name: String(decoding: name, as: UTF8.self), aliases: aliases.sorted(), documentCount: 0))
    }
    return indices
  }
}

extension Duration {
  /// Rounded down.
  var wholeMilliseconds: Int {
    Int(components.seconds.multiplied(saturating: 1_000))
      .adding(saturating: Int(components.attoseconds / 1_000_000_000_000_000))
  }
}

extension String {
  /// Percent-encodes a path segment; `*` and `,` stay, because they make patterns and lists of indices.
  var pathSegment: String {
    var encoded = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"), UInt8(ascii: "*"), UInt8(ascii: ","):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }

  /// Whether the name matches a pattern in which `*` stands for any text.
  func matches(pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return self == pattern }
    guard hasPrefix(first), hasSuffix(last), utf8.count >= first.utf8.count + last.utf8.count else { return false }
    var rest = dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let place = rest.firstRange(of: part) else { return false }
      rest = rest[place.upperBound...]
    }
    return true
  }
}

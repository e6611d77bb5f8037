import JSON
import SearchDSL
import Threading

/// Answers to repeated requests, kept as in Elasticsearch's shard request cache: an answer is valid until the next
/// refresh, and answers to requests that name `now` are not kept.
final class ResponseCache: Sendable {
  struct Key: Hashable, Sendable {
    /// The serial number of the searched snapshot: answers of another snapshot are never found, and are dropped in
    /// time.
    let snapshot: UInt64
    let index: String
    let request: SearchRequest
  }

  /// An answer may take this fraction of the cache: one large page must not push out all others.
  private static let largestShare = 8

  private let limit: Int
  private let onLookup: @Sendable (_ isFound: Bool) -> Void
  private let responses: Guarded<RecentValues<Key, SearchResponse>>

  init(bytes: Int, onLookup: @escaping @Sendable (_ isFound: Bool) -> Void) {
    limit = bytes
    responses = Guarded(RecentValues(mostBytesOfHalf: bytes / 2))
    self.onLookup = onLookup
  }

  func response(to key: Key) -> SearchResponse? {
    let found = responses.withLock { $0.value(of: key) }
    onLookup(found != nil)
    return found
  }

  func keep(_ response: SearchResponse, to key: Key) {
    let bytes = response.estimatedBytes
    guard bytes <= limit / Self.largestShare else { return }
    responses.withLock { $0.keep(response, of: key, bytes: bytes) }
  }
}

// Sizes are upper estimates of the memory that the values take: the texts' bytes and the places that hold them.
extension SearchResponse {
  /// Memory for a request, its key and their table entries, in addition to the answer.
  private static let requestBytes = 4_096

  fileprivate var estimatedBytes: Int {
    Self.requestBytes + hits.reduce(0) { $0 + $1.estimatedBytes } + aggregations.estimatedBytes
      + suggest.values.reduce(0) { $0 + $1.reduce(0) { $0 + 128 * (1 + $1.options.count) } }
  }
}

extension Hit {
  fileprivate var estimatedBytes: Int {
    let shown = highlight.values.reduce(0) { $0 + $1.reduce(0) { $0 + 32 + $1.utf8.count } }
    let inner = innerHits.values.reduce(0) { $0 + $1.hits.reduce(0) { $0 + $1.estimatedBytes } }
    return MemoryLayout<Hit>.size + 64 * (sort.count + fields.count) + shown + inner + (source?.estimatedBytes ?? 0)
  }
}

extension JSONValue {
  var estimatedBytes: Int {
    switch self {
    case .null, .bool, .int, .double: 0
    case .string(let text): 32 + text.utf8.count
    case .array(let items): items.reduce(32) { $0 + MemoryLayout<JSONValue>.stride + $1.estimatedBytes }
    case .object(let object):
      object.members.reduce(32) {
        $0 + MemoryLayout<JSONObject.Member>.stride + $1.name.utf8.count + $1.value.estimatedBytes
      }
    }
  }
}

extension [String: AggregationResult] {
  fileprivate var estimatedBytes: Int { reduce(0) { $0 + 128 + $1.value.estimatedBytes } }
}

extension AggregationResult {
  fileprivate var estimatedBytes: Int {
    switch self {
    case .metric, .stats: 64
    case .single(let bucket): 64 + bucket.aggregations.estimatedBytes
    case .buckets(let result):
      result.buckets.reduce(64) { sum, bucket in
        var bytes = MemoryLayout<Bucket>.stride
        if case .string(let key) = bucket.key { bytes += 32 + key.utf8.count }
        return sum + bytes + (bucket.aggregations.isEmpty ? 0 : bucket.aggregations.estimatedBytes)
      }
    }
  }
}

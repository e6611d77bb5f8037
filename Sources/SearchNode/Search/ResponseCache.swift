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
    let request: Digest

    init(snapshot: UInt64, index: String, request: SearchRequest) {
      self.snapshot = snapshot
      self.index = index
      // A body may be as large as its answer, and is not kept.
      self.request = Digest(request)
    }
  }

  /// An answer may take this fraction of the cache: one large page must not push out all others.
  private static let largestShare = 8

  private let limit: Int
  private let onLookup: @Sendable (_ isFound: Bool) -> Void
  private let responses: Guarded<RecentValues<Key, SearchResponse>>

  init(bytes: Int, onLookup: @escaping @Sendable (_ isFound: Bool) -> Void) {
    limit = bytes
    responses = Guarded(RecentValues(maxBytesOfHalf: bytes / 2))
    self.onLookup = onLookup
  }

  func response(to key: Key) -> SearchResponse? {
    let found = responses.withLock { $0.value(of: key) }
    onLookup(found != nil)
    return found
  }

  func keep(_ response: SearchResponse, to key: Key) {
    let bytes = response.retainedBytes
    guard bytes <= limit / Self.largestShare else { return }
    responses.withLock { $0.keep(response, of: key, bytes: bytes) }
  }
}

// The memory of a value, from above: its own places, what the heap adds to each of its pieces, and room that arrays
// and tables have beyond what they hold. A test measures real answers beside these figures.
private enum Kept {
  /// An array's or a table's own header and the allocator's.
  static let header = 64
  /// A place of a table: tables are at least half empty after they have grown.
  static func table(_ count: Int, of bytes: Int) -> Int { count == 0 ? 0 : header + 2 * count * (bytes + 1) }
  static func array(_ count: Int, of stride: Int) -> Int { count == 0 ? 0 : header + 2 * count * stride }
  /// Texts of up to 15 bytes lie in their places.
  static func text(_ text: String) -> Int { text.utf8.count < 16 ? 0 : 48 + text.utf8.count }
}

extension SearchResponse {
  /// The entry's own place and its key.
  private static let entryBytes = 1_024

  var retainedBytes: Int {
    Self.entryBytes + Kept.array(hits.count, of: MemoryLayout<Hit>.stride) + hits.reduce(0) { $0 + $1.retainedBytes }
      + aggregations.retainedBytes
      + suggest.values.reduce(0) { $0 + $1.reduce(0) { $0 + 256 * (1 + $1.options.count) } }
  }
}

extension Hit {
  fileprivate var retainedBytes: Int {
    let shown = highlight.reduce(Kept.table(highlight.count, of: 32)) { sum, field in
      field.value.reduce(sum + Kept.array(field.value.count, of: 16)) { $0 + Kept.text($1) }
    }
    let inner = innerHits.values.reduce(Kept.table(innerHits.count, of: 64)) {
      $0 + $1.hits.reduce(Kept.array($1.hits.count, of: MemoryLayout<Hit>.stride)) { $0 + $1.retainedBytes }
    }
    let values = Kept.array(sort.count, of: MemoryLayout<SortValue>.stride) + Kept.table(fields.count, of: 64)
    return Kept.text(id) + Kept.text(index) + values + shown + inner + (source?.retainedBytes ?? 0)
  }
}

extension JSONValue {
  var retainedBytes: Int {
    switch self {
    case .null, .bool, .int, .double: 0
    case .string(let text): Kept.text(text)
    case .array(let items):
      items.reduce(Kept.array(items.count, of: MemoryLayout<JSONValue>.stride)) { $0 + $1.retainedBytes }
    case .object(let object):
      object.members.reduce(Kept.array(object.members.count, of: MemoryLayout<JSONObject.Member>.stride)) {
        $0 + Kept.text($1.name) + $1.value.retainedBytes
      }
    }
  }
}

extension [String: AggregationResult] {
  fileprivate var retainedBytes: Int {
    reduce(Kept.table(count, of: MemoryLayout<AggregationResult>.stride + 16)) {
      $0 + Kept.text($1.key) + $1.value.retainedBytes
    }
  }
}

extension AggregationResult {
  fileprivate var retainedBytes: Int {
    switch self {
    case .metric, .stats: 128
    case .single(let bucket): 128 + bucket.aggregations.retainedBytes
    case .buckets(let result):
      result.buckets.reduce(Kept.array(result.buckets.count, of: MemoryLayout<Bucket>.stride)) { sum, bucket in
        var bytes = 0
        if case .string(let key) = bucket.key { bytes = Kept.text(key) }
        return sum + bytes + bucket.aggregations.retainedBytes
      }
    }
  }
}

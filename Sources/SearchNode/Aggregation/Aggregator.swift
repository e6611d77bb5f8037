import SearchDSL

/// Collects matching documents into buckets, a batch at a time, so that a document costs no call.
///
/// One aggregator serves all buckets of the parent aggregation: `owners` gives each document's bucket in the parent,
/// and the results are read owner by owner.
class Aggregator {
  /// Reads the columns of the segment whose documents come next.
  func begin(_ reader: SegmentReader, at index: Int) { fatalError("an aggregator reads segments") }
  func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    fatalError("an aggregator collects")
  }
  func result(owner: Int32) -> AggregationResult { fatalError("an aggregator has results") }
  /// The number that a terms aggregation orders its buckets by.
  func metric(_ property: String?, owner: Int32) -> Double? { nil }
}

/// The parent's bucket of each document in a batch.
///
/// At the top level, and where the parent has one bucket, every document is in bucket 0 and nothing is looked up.
struct BucketOwners {
  private let buckets: UnsafePointer<Int32>?

  /// All documents are in bucket 0.
  static var first: BucketOwners { BucketOwners(buckets: nil) }

  private init(buckets: UnsafePointer<Int32>?) { self.buckets = buckets }

  /// `buckets` has one entry for each document of the batch.
  init(_ buckets: UnsafeBufferPointer<Int32>) { self.buckets = buckets.baseAddress }

  @inline(__always)
  var areFirst: Bool { buckets == nil }

  @inline(__always)
  subscript(index: Int) -> Int32 { buckets.map { $0[index] } ?? 0 }
}

/// The aggregations of one level.
final class AggregatorSet {
  private let aggregators: [(name: String, aggregator: Aggregator)]
  let isEmpty: Bool

  init(_ named: [NamedAggregation], snapshot: Snapshot, builder: IndexQueryBuilder, weights: WeightBuilder)
    throws(SearchEngineError)
  {
    var made: [(String, Aggregator)] = []
    for aggregation in named {
      let factory = AggregatorFactory(snapshot: snapshot, builder: builder, weights: weights)
      made.append((aggregation.name, try factory.make(aggregation)))
    }
    aggregators = made
    isEmpty = made.isEmpty
  }

  /// Collects documents of the top level: they all have the same owner.
  func collect(_ documents: [Int32]) {
    guard !isEmpty, !documents.isEmpty else { return }
    documents.withUnsafeBufferPointer { collect($0, owners: .first) }
  }

  func begin(_ reader: SegmentReader, at index: Int) {
    for (_, aggregator) in aggregators { aggregator.begin(reader, at: index) }
  }

  func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    for (_, aggregator) in aggregators { aggregator.collect(documents, owners: owners) }
  }

  func results(owner: Int32 = 0) -> [String: AggregationResult] {
    var results: [String: AggregationResult] = [:]
    for (name, aggregator) in aggregators { results[name] = aggregator.result(owner: owner) }
    return results
  }

  /// The metric at a path such as `rating` or `stats.max`; the builder reports an unknown path as an error.
  func metric(_ path: String, owner: Int32) -> Double? {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard let found = aggregators.first(where: { $0.name == parts[0] }) else { return nil }
    return found.aggregator.metric(parts.count > 1 ? parts[1] : nil, owner: owner)
  }

  func hasAggregation(at path: String) -> Bool {
    let head = path.split(separator: ".", maxSplits: 1).first.map(String.init)
    return aggregators.contains { $0.name == head }
  }
}

/// Makes aggregators from the DSL's aggregations.
struct AggregatorFactory {
  let snapshot: Snapshot
  let builder: IndexQueryBuilder
  let weights: WeightBuilder

  func make(_ named: NamedAggregation) throws(SearchEngineError) -> Aggregator {
    let aggregation = named.aggregation
    let nested = try AggregatorSet(
      aggregation.aggregations, snapshot: snapshot, builder: builder, weights: weights)
    switch aggregation.kind {
    case .terms(let terms): return try self.terms(terms, nested, named.name)
    case .range(let field, let ranges):
      return RangeAggregator(try column(field), ranges, nested)
    case .histogram(let field, let interval, let offset, let minimum, let bounds):
      guard interval > 0 else {
        throw Self.refused("[interval] must be >0 for histogram aggregation [\(named.name)]")
      }
      return HistogramAggregator(
        try column(field), interval: interval, offset: offset, minimumCount: minimum, bounds: bounds, nested)
    case .min(let field): return MetricAggregator(try metricColumn(field, named), .min)
    case .max(let field): return MetricAggregator(try metricColumn(field, named), .max)
    case .avg(let field): return MetricAggregator(try metricColumn(field, named), .avg)
    case .sum(let field): return MetricAggregator(try metricColumn(field, named), .sum)
    case .stats(let field): return MetricAggregator(try metricColumn(field, named), .stats)
    case .valueCount(let field): return ValueCountAggregator(try column(field))
    case .cardinality(let field, _): return CardinalityAggregator(try column(field))
    case .filter(let query):
      return FilterAggregator([("", try SegmentFilter(query, builder, weights))], isSingle: true, nested)
    case .filters(let filters):
      var bound: [(String, SegmentFilter)] = []
      for filter in filters { bound.append((filter.name, try SegmentFilter(filter.query, builder, weights))) }
      return FilterAggregator(bound, isSingle: false, nested)
    }
  }

  static func refused(_ reason: String) -> SearchEngineError {
    .refused(status: 400, type: "illegal_argument_exception", reason: reason, index: nil)
  }

  private func column(_ name: String) throws(SearchEngineError) -> AggregationColumn {
    guard let field = snapshot.mapping.fields[name] else {
      return AggregationColumn(name: name, type: nil, ordinals: nil)
    }
    guard field.hasDocValues, field.type != .text else { throw SortOrder.noColumn(field) }
    return AggregationColumn(
      name: name, type: field.type, ordinals: field.type == .keyword ? snapshot.globalOrdinals(of: name) : nil)
  }

  private func metricColumn(_ name: String, _ named: NamedAggregation) throws(SearchEngineError) -> AggregationColumn {
    let column = try column(name)
    if column.type == .keyword {
      throw Self.refused("Field [\(name)] of type [keyword] is not supported for aggregation [\(named.name)]")
    }
    return column
  }

  private func terms(_ terms: TermsAggregation, _ nested: AggregatorSet, _ name: String) throws(SearchEngineError)
    -> Aggregator
  {
    guard terms.size > 0 else {
      throw Self.refused("[size] must be greater than 0. Found [\(terms.size)] in [\(name)]")
    }
    if case .metric(let path, _) = terms.order, !nested.hasAggregation(at: path) {
      throw .refused(
        status: 400, type: "aggregation_execution_exception",
        reason:
          "Invalid aggregator order path [\(path)]. The provided aggregation [\(path)] either does not exist, or is "
          + "a pipeline aggregation and cannot be used to sort the buckets.", index: nil)
    }
    let column = try column(terms.field)
    guard column.type == .keyword || column.type == nil else {
      return NumberTermsAggregator(column, terms, nested)
    }
    return KeywordTermsAggregator(column, terms, nested, includeTerms(terms, column))
  }

  private func includeTerms(_ terms: TermsAggregation, _ column: AggregationColumn) -> [[UInt8]]? {
    guard case .values(let values)? = terms.include else { return nil }
    return values.map { Array($0.utf8) }
  }
}

/// A field as aggregations read it.
struct AggregationColumn {
  let name: String
  /// nil: the index does not have this field.
  let type: FieldType?
  let ordinals: GlobalOrdinals?

  func numbers(_ reader: SegmentReader) -> NumericColumn? {
    type == .keyword ? nil : reader.segment.fields[name]?.numbers
  }
}

/// Numbers buckets by owner and key, in the order of their first document.
struct BucketTable<Key: Hashable> {
  struct Owned: Hashable {
    let owner: Int32
    let key: Key
  }
  private var numbers: [Owned: Int32] = [:]
  private(set) var counts: [Int] = []
  private var byOwner: [Int32: [(key: Key, bucket: Int32)]] = [:]
  /// The last look-up: neighbouring documents often have the same value.
  private var latest: (owned: Owned, bucket: Int32)?

  mutating func bucket(owner: Int32, key: Key) -> Int32 {
    let owned = Owned(owner: owner, key: key)
    if let latest, latest.owned == owned { return latest.bucket }
    let bucket = numbers[owned] ?? add(owned)
    latest = (owned, bucket)
    return bucket
  }

  private mutating func add(_ owned: Owned) -> Int32 {
    let bucket = Int32(counts.count)
    numbers[owned] = bucket
    counts.append(0)
    byOwner[owned.owner, default: []].append((owned.key, bucket))
    return bucket
  }

  mutating func count(_ bucket: Int32, documents: Int = 1) { counts[Int(bucket)] += documents }

  func buckets(of owner: Int32) -> [(key: Key, bucket: Int32, count: Int)] {
    (byOwner[owner] ?? []).map { ($0.key, $0.bucket, counts[Int($0.bucket)]) }
  }
}

/// Documents waiting to be passed to nested aggregations.
struct NestedBatch {
  private var documents: [Int32] = []
  private var buckets: [Int32] = []

  mutating func append(_ document: Int32, bucket: Int32) {
    documents.append(document)
    buckets.append(bucket)
  }

  mutating func flush(into nested: AggregatorSet) {
    guard !documents.isEmpty else { return }
    documents.withUnsafeBufferPointer { documents in
      buckets.withUnsafeBufferPointer { nested.collect(documents, owners: BucketOwners($0)) }
    }
    documents.removeAll(keepingCapacity: true)
    buckets.removeAll(keepingCapacity: true)
  }
}

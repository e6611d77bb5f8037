import SearchDSL

/// Makes a bucket for each range of a number; ranges may overlap, so a document may be in several.
final class RangeAggregator: Aggregator {
  private let column: AggregationColumn
  private let ranges: [Aggregation.RangeBucket]
  private let nested: AggregatorSet
  private let bounds: [Bounds]
  /// Whether no two ranges overlap: a binary search then finds the range of a number.
  private let areDisjoint: Bool
  /// Document counts of the first owner's ranges, if nothing nests; `table` has all others.
  private var counts: [Int]
  private var table = BucketTable<Int>()
  private var numbers: NumericColumn?
  private var batch = NestedBatch()

  /// A range as plain numbers. `upper` is NaN if the range has no upper bound, because no number reaches NaN.
  private struct Bounds {
    let lower: Double
    let upper: Double

    init(_ range: Aggregation.RangeBucket) {
      lower = range.from ?? -.infinity
      upper = range.to ?? .nan
    }

    @inline(__always)
    func contain(_ value: Double) -> Bool { value >= lower && !(value >= upper) }
  }

  init(_ column: AggregationColumn, _ ranges: [Aggregation.RangeBucket], _ nested: AggregatorSet) {
    self.column = column
    // Elasticsearch orders ranges by lower bound, then by upper bound.
    self.ranges = ranges.sorted {
      let left = ($0.from ?? -.infinity, $0.to ?? .infinity)
      let right = ($1.from ?? -.infinity, $1.to ?? .infinity)
      return left < right
    }
    bounds = self.ranges.map(Bounds.init)
    areDisjoint = zip(bounds, bounds.dropFirst()).allSatisfy { $0.upper <= $1.lower }
    counts = [Int](repeating: 0, count: ranges.count)
    self.nested = nested
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    guard let numbers else { return }
    let isPlain = owners.areFirst && nested.isEmpty
    let areDisjoint = areDisjoint
    // Count in a local variable: Swift checks exclusive access to a property at every use.
    var counts = [Int](repeating: 0, count: bounds.count)
    bounds.withUnsafeBufferPointer { bounds in
      for index in documents.indices {
        let values = numbers.range(documents[index])
        if values.isEmpty { continue }
        var numberRange = bounds.indices
        if areDisjoint, values.count == 1 {
          numberRange = Self.place(of: numbers.double(at: values.lowerBound), in: bounds)
        }
        for number in numberRange {
          guard values.contains(where: { bounds[number].contain(numbers.double(at: $0)) }) else { continue }
          if isPlain { counts[number] += 1 } else { add(documents[index], to: number, owner: owners[index]) }
        }
      }
    }
    if isPlain { for number in counts.indices { self.counts[number] += counts[number] } }
    if !nested.isEmpty { batch.flush(into: nested) }
  }

  /// The last range that begins at or below the number: the only one that can contain it. Empty if there is none.
  @inline(__always)
  private static func place(of value: Double, in bounds: UnsafeBufferPointer<Bounds>) -> Range<Int> {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle].lower <= value { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)..<low
  }

  private func add(_ document: Int32, to number: Int, owner: Int32) {
    let bucket = table.bucket(owner: owner, key: number)
    table.count(bucket)
    if !nested.isEmpty { batch.append(document, bucket: bucket) }
  }

  override func result(owner: Int32) -> AggregationResult {
    let filled = Dictionary(uniqueKeysWithValues: table.buckets(of: owner).map { ($0.key, $0) })
    let buckets = ranges.enumerated().map { number, range in
      Bucket(
        key: .string(range.key ?? Self.key(range)), from: range.from, to: range.to,
        documentCount: (filled[number]?.count ?? 0) + (owner == 0 ? counts[number] : 0),
        aggregations: nested.isEmpty ? [:] : nested.results(owner: filled[number]?.bucket ?? -1))
    }
    return .buckets(BucketsResult(buckets: buckets))
  }

  /// `*-100.0`, `100.0-200.0`.
  private static func key(_ range: Aggregation.RangeBucket) -> String {
    "\(range.from.map(JavaNumber.text) ?? "*")-\(range.to.map(JavaNumber.text) ?? "*")"
  }
}

/// Makes a bucket for each interval of a number.
final class HistogramAggregator: Aggregator {
  /// Most buckets, gaps included: Elasticsearch's `search.max_buckets`.
  static let maxBuckets = 65_536

  private let column: AggregationColumn
  private let interval: Double
  private let offset: Double
  private let minimumCount: Int
  private let bounds: ClosedRange<Double>?
  private let nested: AggregatorSet
  private var table = BucketTable<Double>()
  private var numbers: NumericColumn?
  private var batch = NestedBatch()

  init(
    _ column: AggregationColumn, interval: Double, offset: Double, minimumCount: Int, bounds: ClosedRange<Double>?,
    _ nested: AggregatorSet
  ) {
    self.column = column
    self.interval = interval
    self.offset = offset
    self.minimumCount = minimumCount
    self.bounds = bounds
    self.nested = nested
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    guard let numbers else { return }
    for index in documents.indices {
      var previous: Double?
      for position in numbers.range(documents[index]) {
        let key = ((numbers.double(at: position) - offset) / interval).rounded(.down)
        if key == previous { continue }
        previous = key
        let bucket = table.bucket(owner: owners[index], key: key)
        table.count(bucket)
        if !nested.isEmpty { batch.append(documents[index], bucket: bucket) }
      }
    }
    if !nested.isEmpty { batch.flush(into: nested) }
  }

  override func result(owner: Int32) -> AggregationResult {
    let filled = table.buckets(of: owner).sorted { $0.key < $1.key }
    let byKey = Dictionary(uniqueKeysWithValues: filled.map { ($0.key, $0) })
    var keys = filled.map(\.key)
    if minimumCount == 0 {
      var first = keys.first ?? .infinity
      var last = keys.last ?? -.infinity
      if let bounds {
        first = min(first, ((bounds.lowerBound - offset) / interval).rounded(.down))
        last = max(last, ((bounds.upperBound - offset) / interval).rounded(.down))
      }
      if first <= last, last - first < Double(Self.maxBuckets) {
        keys = (0...Int(saturating: last - first)).map { first + Double($0) }
      }
    }
    let buckets = keys.compactMap { key -> Bucket? in
      let count = byKey[key]?.count ?? 0
      guard count >= minimumCount else { return nil }
      return Bucket(
        key: .double(key * interval + offset), documentCount: count,
        aggregations: nested.isEmpty ? [:] : nested.results(owner: byKey[key]?.bucket ?? -1))
    }
    return .buckets(BucketsResult(buckets: buckets))
  }
}

/// Makes a bucket for each of several queries.
final class FilterAggregator: Aggregator {
  private let filters: [(name: String, filter: SegmentFilter)]
  private let isSingle: Bool
  private let nested: AggregatorSet
  private var table = BucketTable<Int>()
  /// Matches in the current segment. Collected documents already match the query, so `all` needs no look at any of
  /// them.
  private var matching: [FilterMatches] = []
  private var kept: [Int32] = []
  private var buckets: [Int32] = []

  init(_ filters: [(String, SegmentFilter)], isSingle: Bool, _ nested: AggregatorSet) {
    self.filters = filters
    self.isSingle = isSingle
    self.nested = nested
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    matching = filters.map { $0.filter.matches(in: reader) }
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    for (number, matching) in matching.enumerated() {
      switch matching {
      case .none: break
      case .all: add(documents, to: number, owners)
      case .some(let set): addMatching(set, of: documents, to: number, owners)
      }
    }
  }

  private func addMatching(
    _ set: BitSet, of documents: UnsafeBufferPointer<Int32>, to number: Int, _ owners: BucketOwners
  ) {
    kept.removeAll(keepingCapacity: true)
    if owners.areFirst {
      for document in documents where set[Int(document)] { kept.append(document) }
      return kept.withUnsafeBufferPointer { add($0, to: number, .first) }
    }
    var ownersOfKept: [Int32] = []
    for index in documents.indices where set[Int(documents[index])] {
      kept.append(documents[index])
      ownersOfKept.append(owners[index])
    }
    kept.withUnsafeBufferPointer { kept in
      ownersOfKept.withUnsafeBufferPointer { add(kept, to: number, BucketOwners($0)) }
    }
  }

  /// Counts the documents that match the filter and passes them on.
  private func add(_ documents: UnsafeBufferPointer<Int32>, to number: Int, _ owners: BucketOwners) {
    guard !documents.isEmpty else { return }
    buckets.removeAll(keepingCapacity: true)
    if owners.areFirst {
      let bucket = table.bucket(owner: 0, key: number)
      table.count(bucket, documents: documents.count)
      if nested.isEmpty { return }
      if bucket == 0 { return nested.collect(documents, owners: .first) }
      buckets.append(contentsOf: repeatElement(bucket, count: documents.count))
    } else {
      for index in documents.indices {
        let bucket = table.bucket(owner: owners[index], key: number)
        table.count(bucket)
        buckets.append(bucket)
      }
    }
    if !nested.isEmpty { buckets.withUnsafeBufferPointer { nested.collect(documents, owners: BucketOwners($0)) } }
  }

  override func result(owner: Int32) -> AggregationResult {
    let filled = Dictionary(uniqueKeysWithValues: table.buckets(of: owner).map { ($0.key, $0) })
    let buckets = filters.enumerated().map { number, filter in
      Bucket(
        key: .string(filter.name), documentCount: filled[number]?.count ?? 0,
        aggregations: nested.isEmpty ? [:] : nested.results(owner: filled[number]?.bucket ?? -1))
    }
    guard isSingle, let bucket = buckets.first else { return .buckets(BucketsResult(buckets: buckets)) }
    return .single(SingleBucket(documentCount: bucket.documentCount, aggregations: bucket.aggregations))
  }

  override func metric(_ property: String?, owner: Int32) -> Double? {
    guard isSingle else { return nil }
    return table.buckets(of: owner).first.map { Double($0.count) } ?? 0
  }
}

import SearchDSL

/// A bucket for each range of a number; ranges may overlap, a document may be in several.
final class RangeAggregator: Aggregator {
  private let column: AggregationColumn
  private let ranges: [Aggregation.RangeBucket]
  private let nested: AggregatorSet
  private var table = BucketTable<Int>()
  /// The top level's bucket of each range: -1 before the first document.
  private var buckets: [Int32]
  private var numbers: NumericColumn?
  private var batch = NestedBatch()

  init(_ column: AggregationColumn, _ ranges: [Aggregation.RangeBucket], _ nested: AggregatorSet) {
    self.column = column
    // Elasticsearch shows ranges by their lower bound, then by their upper one.
    self.ranges = ranges.sorted {
      let left = ($0.from ?? -.infinity, $0.to ?? .infinity)
      let right = ($1.from ?? -.infinity, $1.to ?? .infinity)
      return left < right
    }
    buckets = [Int32](repeating: -1, count: ranges.count)
    self.nested = nested
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: UnsafeBufferPointer<Int32>) {
    guard let numbers else { return }
    for index in documents.indices {
      let values = numbers.range(documents[index])
      if values.isEmpty { continue }
      for (number, range) in ranges.enumerated() {
        let isWithin = values.contains { position in
          let value = numbers.double(at: position)
          return value >= range.from ?? -.infinity && (range.to.map { value < $0 } ?? true)
        }
        guard isWithin else { continue }
        let bucket = bucket(of: number, owner: owners[index])
        table.count(bucket)
        if !nested.isEmpty { batch.append(documents[index], bucket: bucket) }
      }
    }
    if !nested.isEmpty { batch.flush(into: nested) }
  }

  private func bucket(of number: Int, owner: Int32) -> Int32 {
    if owner == 0, buckets[number] >= 0 { return buckets[number] }
    let bucket = table.bucket(owner: owner, key: number)
    if owner == 0 { buckets[number] = bucket }
    return bucket
  }

  override func result(owner: Int32) -> AggregationResult {
    let filled = Dictionary(uniqueKeysWithValues: table.buckets(of: owner).map { ($0.key, $0) })
    let buckets = ranges.enumerated().map { number, range in
      Bucket(
        key: .string(range.key ?? Self.key(range)), from: range.from, to: range.to,
        documentCount: filled[number]?.count ?? 0,
        aggregations: nested.isEmpty ? [:] : nested.results(owner: filled[number]?.bucket ?? -1))
    }
    return .buckets(BucketsResult(buckets: buckets))
  }

  /// `*-100.0`, `100.0-200.0`.
  private static func key(_ range: Aggregation.RangeBucket) -> String {
    "\(range.from.map(JavaNumber.text) ?? "*")-\(range.to.map(JavaNumber.text) ?? "*")"
  }
}

/// A bucket for each interval of a number.
final class HistogramAggregator: Aggregator {
  /// Most buckets, gaps included: Elasticsearch's `search.max_buckets`.
  static let maximumBuckets = 65_536

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

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: UnsafeBufferPointer<Int32>) {
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
      if first <= last, last - first < Double(Self.maximumBuckets) {
        keys = (0...Int(last - first)).map { first + Double($0) }
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

/// A bucket for each of some queries.
final class FilterAggregator: Aggregator {
  private let filters: [(name: String, weight: Weight)]
  private let isSingle: Bool
  private let nested: AggregatorSet
  private var table = BucketTable<Int>()
  private var matching: [Matching] = []
  private var batch = NestedBatch()

  /// What a filter says of a segment. Documents that are collected were matched before, so that all of them means no
  /// look at any.
  private enum Matching {
    case none, all
    case some(BitSet)

    func contains(_ document: Int32) -> Bool {
      switch self {
      case .none: false
      case .all: true
      case .some(let set): set[Int(document)]
      }
    }
  }

  init(_ filters: [(String, Weight)], isSingle: Bool, _ nested: AggregatorSet) {
    self.filters = filters
    self.isSingle = isSingle
    self.nested = nested
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    matching = filters.map { _, weight in
      guard let scorer = weight.scorer(reader) else { return .none }
      if scorer is MatchAllScorer { return .all }
      var set = BitSet(count: reader.segment.documentCount)
      while scorer.next() != Scorer.end { set[Int(scorer.document)] = true }
      return .some(set)
    }
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: UnsafeBufferPointer<Int32>) {
    for index in documents.indices {
      for (number, set) in matching.enumerated() {
        guard set.contains(documents[index]) else { continue }
        let bucket = table.bucket(owner: owners[index], key: number)
        table.count(bucket)
        if !nested.isEmpty { batch.append(documents[index], bucket: bucket) }
      }
    }
    if !nested.isEmpty { batch.flush(into: nested) }
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

import SearchDSL

/// Picks and orders the buckets of a terms aggregation.
struct TermsBuckets {
  let terms: TermsAggregation
  let nested: AggregatorSet

  struct Candidate {
    /// The term's ordinal or number; its key is made only if the bucket is shown.
    var value: Int64
    /// The key's place in the natural order of keys.
    var rank: Int64
    /// nil: no document has the term (min_doc_count 0).
    var bucket: Int32?
    var count: Int
  }

  func result(_ candidates: [Candidate], key: (Candidate) -> FieldValue) -> AggregationResult {
    // Do as one shard of Elasticsearch does. The shard returns a few more buckets than requested (exactly as many when
    // ordered by key), and min_doc_count applies to those alone. `sum_other_doc_count` includes the buckets that the
    // shard keeps back, but not those that min_doc_count drops.
    let shardSize = isByKey ? terms.size : Int(saturating: (Double(terms.size) * 1.5 + 10).rounded(.down))
    let shard = first(shardSize, of: candidates)
    let kept = shard.filter { $0.count >= terms.minimumDocumentCount }
    let shown = kept.prefix(terms.size)
    let buckets = shown.map { candidate in
      Bucket(
        key: key(candidate), documentCount: candidate.count,
        aggregations: nested.isEmpty ? [:] : nested.results(owner: candidate.bucket ?? -1))
    }
    func count(_ candidates: some Sequence<Candidate>) -> Int { candidates.reduce(0) { $0 + $1.count } }
    let others = count(candidates) - count(shard) + count(kept.dropFirst(terms.size))
    return .buckets(BucketsResult(buckets: buckets, sumOfOtherDocumentCounts: others))
  }

  private var isByKey: Bool { terms.order == .keyAscending || terms.order == .keyDescending }

  private func first(_ count: Int, of candidates: [Candidate]) -> [Candidate] {
    switch terms.order {
    case .countDescending:
      candidates.first(count) { $0.count == $1.count ? $0.rank < $1.rank : $0.count > $1.count }
    case .countAscending: candidates.first(count) { ($0.count, $0.rank) < ($1.count, $1.rank) }
    case .keyAscending: candidates.first(count) { $0.rank < $1.rank }
    case .keyDescending: candidates.first(count) { $0.rank > $1.rank }
    case .metric(let path, let isDescending): Array(byMetric(candidates, path, isDescending).prefix(count))
    }
  }

  private func byMetric(_ candidates: [Candidate], _ path: String, _ isDescending: Bool) -> [Candidate] {
    let keyed = candidates.map { (candidate: $0, metric: nested.metric(path, owner: $0.bucket ?? -1) ?? .nan) }
    return keyed.sorted { left, right in
      // Buckets without a value come last in both directions.
      if left.metric.isNaN || right.metric.isNaN {
        if left.metric.isNaN != right.metric.isNaN { return right.metric.isNaN }
        return left.candidate.rank < right.candidate.rank
      }
      if left.metric != right.metric { return isDescending ? left.metric > right.metric : left.metric < right.metric }
      return left.candidate.rank < right.candidate.rank
    }.map(\.candidate)
  }
}

extension Array {
  /// The first `count` elements of the order, sorted. Every other element is compared only with the last of them.
  fileprivate func first(_ count: Int, by isBefore: (Element, Element) -> Bool) -> [Element] {
    guard count < self.count else { return sorted(by: isBefore) }
    guard count > 0 else { return [] }
    // A heap with the last of the first `count` elements on top.
    var heap = Array(self[..<count])
    for parent in stride(from: count / 2 - 1, through: 0, by: -1) { heap.siftDown(from: parent, by: isBefore) }
    for index in count..<self.count where isBefore(self[index], heap[0]) {
      heap[0] = self[index]
      heap.siftDown(from: 0, by: isBefore)
    }
    return heap.sorted(by: isBefore)
  }

  private mutating func siftDown(from start: Int, by isBefore: (Element, Element) -> Bool) {
    var parent = start
    while true {
      var last = parent
      for child in (2 * parent + 1)...(2 * parent + 2) where child < count && isBefore(self[last], self[child]) {
        last = child
      }
      if last == parent { return }
      swapAt(parent, last)
      parent = last
    }
  }
}

/// Counts the terms of a keyword field by global ordinal.
final class KeywordTermsAggregator: Aggregator {
  private let column: AggregationColumn
  private let terms: TermsAggregation
  private let nested: AggregatorSet
  private let ordinals: GlobalOrdinals?
  private let allowed: BitSet?
  /// Document counts of the first owner's terms, if nothing nests; `table` has all others.
  private let counts: OrdinalCounts?
  /// The first owner's bucket of each ordinal, if buckets nest: -1 before the first document.
  private var buckets: [Int32]
  private var table = BucketTable<Int32>()
  private let missingKey: Int32
  private var local: OrdinalColumn?
  private var map: Slab<Int32>?
  private var batch = NestedBatch()

  init(
    _ column: AggregationColumn, _ terms: TermsAggregation, _ nested: AggregatorSet, _ include: [[UInt8]]?
  ) {
    self.column = column
    self.terms = terms
    self.nested = nested
    ordinals = column.ordinals
    let count = column.ordinals?.count ?? 0
    counts = nested.isEmpty ? column.ordinals?.idleCounts.take() ?? OrdinalCounts(capacity: count + 1) : nil
    buckets = nested.isEmpty ? [] : [Int32](repeating: -1, count: count + 1)
    allowed = Self.allowed(terms.include, include, column.ordinals)
    // If the `missing` value is a term of the index, both share one bucket.
    missingKey =
      terms.missing.map { column.ordinals?.ordinal(of: Array($0.text.utf8)).map { Int32($0) } ?? Int32(count) } ?? -1
  }

  deinit {
    guard let counts else { return }
    counts.clear()
    ordinals?.idleCounts.give(back: counts)
  }

  private static func allowed(
    _ include: TermsAggregation.Include?, _ values: [[UInt8]]?, _ ordinals: GlobalOrdinals?
  ) -> BitSet? {
    guard let include, let ordinals else { return nil }
    var allowed = BitSet(count: ordinals.count + 1)
    switch include {
    case .values: for value in values ?? [] { if let ordinal = ordinals.ordinal(of: value) { allowed[ordinal] = true } }
    case .prefix(let prefix):
      let bytes = Array(prefix.utf8)
      var ordinal = ordinals.lowerBound(bytes)
      while ordinal < ordinals.count, ordinals.term(ordinal).starts(with: bytes) {
        allowed[ordinal] = true
        ordinal += 1
      }
    }
    return allowed
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    local = ordinals == nil ? nil : reader.segment.fields[column.name]?.ordinals
    map = ordinals?.maps[index]
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    if owners.areFirst, let counts, allowed == nil, missingKey < 0 {
      if let local { count(documents, local, counts) }
      return
    }
    for index in documents.indices {
      let document = documents[index]
      let range = local?.range(document) ?? 0..<0
      if range.isEmpty {
        if missingKey >= 0 { add(document, missingKey, owners[index]) }
        continue
      }
      guard let local else { continue }
      for position in range {
        let ordinal = local.ordinals.base[position]
        let global = map?.base[Int(ordinal)] ?? ordinal
        if let allowed, !allowed[Int(global)] { continue }
        add(document, global, owners[index])
      }
    }
    if !nested.isEmpty { batch.flush(into: nested) }
  }

  /// The common case: count every term of the first owner's documents and do nothing else.
  private func count(_ documents: UnsafeBufferPointer<Int32>, _ local: OrdinalColumn, _ counts: OrdinalCounts) {
    let (ordinals, map) = (local.ordinals.base, map?.base)
    for document in documents {
      for position in local.range(document) {
        let ordinal = ordinals[position]
        counts.add(map.map { $0[Int(ordinal)] } ?? ordinal)
      }
    }
  }

  private func add(_ document: Int32, _ ordinal: Int32, _ owner: Int32) {
    if owner == 0, let counts { return counts.add(ordinal) }
    var bucket = owner == 0 ? buckets[Int(ordinal)] : -1
    if bucket < 0 {
      bucket = table.bucket(owner: owner, key: ordinal)
      if owner == 0 { buckets[Int(ordinal)] = bucket }
    }
    table.count(bucket)
    if !nested.isEmpty { batch.append(document, bucket: bucket) }
  }

  override func result(owner: Int32) -> AggregationResult {
    var candidates: [TermsBuckets.Candidate] = []
    var seen: Set<Int32> = []
    if owner == 0, let counts {
      candidates.reserveCapacity(counts.filled.count)
      for ordinal in counts.filled {
        candidates.append(candidate(ordinal, bucket: nil, count: counts[ordinal]))
        if terms.minimumDocumentCount == 0 { seen.insert(ordinal) }
      }
    }
    for (ordinal, bucket, count) in table.buckets(of: owner) {
      candidates.append(candidate(ordinal, bucket: bucket, count: count))
      if terms.minimumDocumentCount == 0 { seen.insert(ordinal) }
    }
    if terms.minimumDocumentCount == 0, let ordinals {
      for ordinal in 0..<Int32(ordinals.count) where !seen.contains(ordinal) && (allowed?[Int(ordinal)] ?? true) {
        candidates.append(candidate(ordinal, bucket: nil, count: 0))
      }
    }
    return TermsBuckets(terms: terms, nested: nested).result(candidates) { .string(key(Int($0.value))) }
  }

  private func isForeign(_ ordinal: Int) -> Bool { ordinal >= ordinals?.count ?? 0 }

  private func key(_ ordinal: Int) -> String {
    isForeign(ordinal) ? terms.missing?.text ?? "" : ordinals?.string(ordinal) ?? ""
  }

  private func candidate(_ ordinal: Int32, bucket: Int32?, count: Int) -> TermsBuckets.Candidate {
    var rank = Int64(ordinal) * 2
    // A `missing` value that is not a term of the index sorts at the place that it would have among the terms.
    if isForeign(Int(ordinal)) { rank = Int64(ordinals?.lowerBound(Array(key(Int(ordinal)).utf8)) ?? 0) * 2 - 1 }
    return .init(value: Int64(ordinal), rank: rank, bucket: bucket, count: count)
  }
}

/// Counts the terms of a numeric, date or Boolean field.
final class NumberTermsAggregator: Aggregator {
  private let column: AggregationColumn
  private let terms: TermsAggregation
  private let nested: AggregatorSet
  private var table = BucketTable<Int64>()
  private var numbers: NumericColumn?
  private let missing: Int64?
  private var batch = NestedBatch()

  init(_ column: AggregationColumn, _ terms: TermsAggregation, _ nested: AggregatorSet) {
    self.column = column
    self.terms = terms
    self.nested = nested
    let isFloating = column.type?.isFloating ?? false
    missing = terms.missing.flatMap { value in
      if value.text == "true" { return 1 }
      if value.text == "false" { return 0 }
      return Double(value.text).map { isFloating ? SortableDouble.encode($0) : Int64(saturating: $0) }
    }
  }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    nested.begin(reader, at: index)
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    if owners.areFirst, nested.isEmpty, missing == nil {
      if let numbers { count(documents, numbers) }
      return
    }
    for index in documents.indices {
      let document = documents[index]
      let range = numbers?.range(document) ?? 0..<0
      if range.isEmpty {
        if let missing { add(document, missing, owners[index]) }
        continue
      }
      guard let numbers else { continue }
      var previous: Int64?
      for position in range {
        let value = numbers.values.base[position]
        if value == previous { continue }
        previous = value
        add(document, value, owners[index])
      }
    }
    if !nested.isEmpty { batch.flush(into: nested) }
  }

  /// The common case: neighbouring documents mostly have the same value (in stock, for example), so a run is counted at
  /// once.
  private func count(_ documents: UnsafeBufferPointer<Int32>, _ numbers: NumericColumn) {
    var run: (value: Int64, count: Int) = (0, 0)
    for document in documents {
      var previous: Int64?
      for position in numbers.range(document) {
        let value = numbers.values.base[position]
        if value == previous { continue }
        previous = value
        if value != run.value || run.count == 0 {
          count(run)
          run = (value, 0)
        }
        run.count += 1
      }
    }
    count(run)
  }

  private func count(_ run: (value: Int64, count: Int)) {
    guard run.count > 0 else { return }
    table.count(table.bucket(owner: 0, key: run.value), documents: run.count)
  }

  private func add(_ document: Int32, _ value: Int64, _ owner: Int32) {
    let bucket = table.bucket(owner: owner, key: value)
    table.count(bucket)
    if !nested.isEmpty { batch.append(document, bucket: bucket) }
  }

  override func result(owner: Int32) -> AggregationResult {
    let candidates = table.buckets(of: owner).map { entry in
      TermsBuckets.Candidate(value: entry.key, rank: entry.key, bucket: entry.bucket, count: entry.count)
    }
    return TermsBuckets(terms: terms, nested: nested).result(candidates) { key($0.value) }
  }

  private func key(_ value: Int64) -> FieldValue {
    guard let type = column.type else { return .int(value) }
    if type == .boolean { return .bool(value != 0) }
    return type.isFloating ? .double(SortableDouble.decode(value)) : .int(value)
  }
}

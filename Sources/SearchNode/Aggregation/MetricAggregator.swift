import SearchDSL

/// The min, max, avg, sum and stats of a number.
final class MetricAggregator: Aggregator {
  enum Kind { case min, max, avg, sum, stats }

  private struct Statistics {
    var count = 0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var sum = 0.0
    /// The rounding error of `sum` (Kahan summation).
    var lost = 0.0

    @inline(__always)
    mutating func add(_ value: Double) {
      count += 1
      minimum = Swift.min(minimum, value)
      maximum = Swift.max(maximum, value)
      let corrected = value - lost
      let updated = sum + corrected
      lost = (updated - sum) - corrected
      sum = updated
    }
  }

  private let column: AggregationColumn
  private let kind: Kind
  private var statistics: [Statistics] = []
  private var numbers: NumericColumn?

  init(_ column: AggregationColumn, _ kind: Kind) {
    self.column = column
    self.kind = kind
  }

  override func begin(_ reader: SegmentReader, at index: Int) { numbers = column.numbers(reader) }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    guard let numbers else { return }
    if owners.areFirst { return collectFirst(documents, numbers) }
    for index in documents.indices {
      let range = numbers.range(documents[index])
      if range.isEmpty { continue }
      let owner = Int(owners[index])
      while statistics.count <= owner { statistics.append(Statistics()) }
      for position in range { statistics[owner].add(numbers.double(at: position)) }
    }
  }

  /// One bucket holds every document: the sums stay in registers.
  private func collectFirst(_ documents: UnsafeBufferPointer<Int32>, _ numbers: NumericColumn) {
    var found = statistics.first ?? Statistics()
    for document in documents {
      for position in numbers.range(document) { found.add(numbers.double(at: position)) }
    }
    if statistics.isEmpty { statistics.append(found) } else { statistics[0] = found }
  }

  private func statistics(of owner: Int32) -> Statistics {
    statistics.indices.contains(Int(owner)) ? statistics[Int(owner)] : Statistics()
  }

  override func result(owner: Int32) -> AggregationResult {
    let found = statistics(of: owner)
    switch kind {
    case .stats:
      return .stats(
        StatsResult(
          count: found.count, min: found.count > 0 ? found.minimum : nil, max: found.count > 0 ? found.maximum : nil,
          avg: found.count > 0 ? found.sum / Double(found.count) : nil, sum: found.sum))
    case .sum: return .metric(found.sum)
    case .min: return .metric(found.count > 0 ? found.minimum : nil)
    case .max: return .metric(found.count > 0 ? found.maximum : nil)
    case .avg: return .metric(found.count > 0 ? found.sum / Double(found.count) : nil)
    }
  }

  override func metric(_ property: String?, owner: Int32) -> Double? {
    let found = statistics(of: owner)
    switch (kind, property) {
    case (.sum, _), (.stats, "sum"): return found.sum
    case (.stats, "count"): return Double(found.count)
    case (.min, _), (.stats, "min"): return found.minimum
    case (.max, _), (.stats, "max"): return found.maximum
    case (.avg, _), (.stats, "avg"): return found.count > 0 ? found.sum / Double(found.count) : .nan
    case (.stats, _): return nil
    }
  }
}

/// Counts values.
final class ValueCountAggregator: Aggregator {
  private let column: AggregationColumn
  private var counts: [Int] = []
  private var numbers: NumericColumn?
  private var ordinals: OrdinalColumn?

  init(_ column: AggregationColumn) { self.column = column }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    ordinals = column.type == .keyword ? reader.segment.fields[column.name]?.ordinals : nil
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    for index in documents.indices {
      let count = numbers?.range(documents[index]).count ?? ordinals?.range(documents[index]).count ?? 0
      let owner = Int(owners[index])
      while counts.count <= owner { counts.append(0) }
      counts[owner] += count
    }
  }

  override func result(owner: Int32) -> AggregationResult { .metric(metric(nil, owner: owner)) }

  override func metric(_ property: String?, owner: Int32) -> Double? {
    Double(counts.indices.contains(Int(owner)) ? counts[Int(owner)] : 0)
  }
}

/// Counts distinct values: exactly, where Elasticsearch estimates beyond its precision threshold.
final class CardinalityAggregator: Aggregator {
  private let column: AggregationColumn
  private var seen: [Set<Int64>] = []
  private var numbers: NumericColumn?
  private var ordinals: OrdinalColumn?
  private var map: Slab<Int32>?

  init(_ column: AggregationColumn) { self.column = column }

  override func begin(_ reader: SegmentReader, at index: Int) {
    numbers = column.numbers(reader)
    ordinals = column.type == .keyword ? reader.segment.fields[column.name]?.ordinals : nil
    map = column.ordinals?.maps[index]
  }

  override func collect(_ documents: UnsafeBufferPointer<Int32>, owners: BucketOwners) {
    for index in documents.indices {
      let owner = Int(owners[index])
      while seen.count <= owner { seen.append([]) }
      if let numbers {
        for position in numbers.range(documents[index]) { seen[owner].insert(numbers.values.base[position]) }
      } else if let ordinals {
        for position in ordinals.range(documents[index]) {
          let ordinal = ordinals.ordinals.base[position]
          seen[owner].insert(Int64(map?.base[Int(ordinal)] ?? ordinal))
        }
      }
    }
  }

  override func result(owner: Int32) -> AggregationResult { .metric(metric(nil, owner: owner)) }

  override func metric(_ property: String?, owner: Int32) -> Double? {
    Double(seen.indices.contains(Int(owner)) ? seen[Int(owner)].count : 0)
  }
}

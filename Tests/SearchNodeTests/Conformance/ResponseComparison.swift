import JSON
import SearchDSL

/// The differences between two engines' answers to the same body, in words.
///
/// Scores may differ by a factor of 1e-4. Hits with scores that close may be in either order, and such a run at the
/// page's end may be cut at different hits. Everything else must be equal.
struct ResponseComparison {
  static let scoreTolerance = 1e-4
  /// The engines add doubles in different orders, which changes sums and means.
  static let metricTolerance = 1e-9
  /// Below its threshold, HyperLogLog++ is exact except for hash collisions.
  static let cardinalityTolerance = 0.01

  private(set) var differences: [String] = []

  init(_ left: SearchResponse, _ right: SearchResponse, request: SearchRequest) {
    if left.total != right.total {
      differences.append("total: \(describe(left.total)) | \(describe(right.total))")
    }
    // Elasticsearch 7 omits the maximum score of a collapsed search, OpenSearch 2 does not.
    let maxScores = [left.maxScore, right.maxScore]
    if request.collapse == nil || !maxScores.contains(nil) {
      number("max_score", left.maxScore, right.maxScore, Self.scoreTolerance)
    }
    hits("hits", left.hits, right.hits, ordered: request.sort)
    aggregations("aggs", left.aggregations, right.aggregations, request.aggregations)
    for named in request.suggest { suggestions("suggest.\(named.name)", left, right, named.name) }
  }

  private mutating func suggestions(_ path: String, _ left: SearchResponse, _ right: SearchResponse, _ name: String) {
    func isSame(_ a: SuggestEntry, _ b: SuggestEntry) -> Bool {
      a.text == b.text && a.offset == b.offset && a.length == b.length && a.options.count == b.options.count
        && zip(a.options, b.options).allSatisfy {
          $0.text == $1.text && $0.frequency == $1.frequency && Self.isNear($0.score, $1.score, Self.scoreTolerance)
        }
    }
    let (a, b) = (left.suggest[name] ?? [], right.suggest[name] ?? [])
    if a.count != b.count || !zip(a, b).allSatisfy(isSame) { differences.append("\(path): \(a) | \(b)") }
  }

  private func describe(_ total: TotalHits?) -> String {
    total.map { "\($0.value)\($0.isExact ? "" : "+")" } ?? "none"
  }

  private mutating func number(_ what: String, _ left: Double?, _ right: Double?, _ tolerance: Double) {
    if !Self.isNear(left, right, tolerance) {
      differences.append("\(what): \(left.map { "\($0)" } ?? "none") | \(right.map { "\($0)" } ?? "none")")
    }
  }

  static func isNear(_ left: Double?, _ right: Double?, _ tolerance: Double) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return left == right || abs(left - right) <= tolerance * max(abs(left), abs(right)) + 1e-30
  }

  // MARK: Hits

  private mutating func hits(_ what: String, _ left: [Hit], _ right: [Hit], ordered sort: [SortKey]) {
    guard left.count == right.count else {
      differences.append("\(what): \(left.count) | \(right.count) hits: \(left.map(\.id)) | \(right.map(\.id))")
      return
    }
    guard left.map(\.id) != right.map(\.id) else {
      for (a, b) in zip(left, right) { hit("\(what)[\(a.id)]", a, b) }
      return
    }
    // The order may differ only within runs of equal keys.
    var start = 0
    while start < left.count {
      var end = start + 1
      while end < left.count, isTied(left[end - 1], left[end], sort) { end += 1 }
      let other = Dictionary(right[start..<end].map { ($0.id, $0) }) { first, _ in first }
      for (offset, a) in left[start..<end].enumerated() {
        if let b = other[a.id] {
          hit("\(what)[\(a.id)]", a, b)
        } else if end < left.count || !isTied(a, right[start + offset], sort) {
          let b = right[start + offset]
          differences.append(
            "\(what) at \(start + offset): \(a.id) (\(keys(a))) | \(b.id) (\(keys(b)))")
          return
        }
      }
      start = end
    }
  }

  private func keys(_ hit: Hit) -> String {
    "score \(hit.score.map { "\($0)" } ?? "none"), sort \(hit.sort.map { $0.json.text }.joined(separator: " "))"
  }

  private func isTied(_ left: Hit, _ right: Hit, _ sort: [SortKey]) -> Bool {
    guard sort.contains(where: { $0.key == .score }) else {
      // Sorted by score alone, ties are in the order of indexing; sorted by fields alone, the order is exact.
      return sort.isEmpty && Self.isNear(left.score, right.score, Self.scoreTolerance)
    }
    for (key, (a, b)) in zip(sort, zip(left.sort, right.sort)) {
      if key.key == .score { return sortValue(a, b, tolerance: Self.scoreTolerance) }
      if a != b { return false }
    }
    return true
  }

  private func sortValue(_ left: SortValue, _ right: SortValue, tolerance: Double) -> Bool {
    guard let a = Self.double(left), let b = Self.double(right) else { return left == right }
    return Self.isNear(a, b, tolerance)
  }

  /// A missing value becomes the end of the type's range, and servers choose different types: Elasticsearch sorts a
  /// Boolean as a long, OpenSearch as an integer.
  private static func double(_ value: SortValue) -> Double? {
    switch value {
    case .int(Int64(Int32.max)): Double(Int64.max)
    case .int(Int64(Int32.min)): Double(Int64.min)
    case .int(let value): Double(value)
    case .double(let value): value
    case .null, .string: nil
    }
  }

  private mutating func hit(_ what: String, _ left: Hit, _ right: Hit) {
    number("\(what)._score", left.score, right.score, Self.scoreTolerance)
    if left.sort.count != right.sort.count
      || !zip(left.sort, right.sort).allSatisfy({ sortValue($0, $1, tolerance: Self.scoreTolerance) })
    {
      differences.append("\(what).sort: \(left.sort.map(\.json.text)) | \(right.sort.map(\.json.text))")
    }
    if left.source != right.source {
      differences.append("\(what)._source: \(left.source?.text ?? "none") | \(right.source?.text ?? "none")")
    }
    if left.highlight != right.highlight {
      for field in Set(left.highlight.keys).union(right.highlight.keys).sorted()
      where left.highlight[field] != right.highlight[field] {
        differences.append(
          "\(what).highlight.\(field): \(left.highlight[field] ?? []) | \(right.highlight[field] ?? [])")
      }
    }
    if left.fields != right.fields { differences.append("\(what).fields: \(left.fields) | \(right.fields)") }
    for name in Set(left.innerHits.keys).union(right.innerHits.keys) {
      guard let a = left.innerHits[name], let b = right.innerHits[name] else {
        differences.append("\(what).inner_hits.\(name): on one side only")
        continue
      }
      if a.total != b.total {
        differences.append("\(what).inner_hits.\(name).total: \(describe(a.total)) | \(describe(b.total))")
      }
      number("\(what).inner_hits.\(name).max_score", a.maxScore, b.maxScore, Self.scoreTolerance)
      hits("\(what).inner_hits.\(name)", a.hits, b.hits, ordered: [.score, SortKey(.field("line"), .ascending)])
    }
  }

  // MARK: Aggregations

  private mutating func aggregations(
    _ what: String, _ left: [String: AggregationResult], _ right: [String: AggregationResult],
    _ requested: [NamedAggregation]
  ) {
    for named in requested {
      let path = "\(what).\(named.name)"
      switch (left[named.name], right[named.name]) {
      case (.metric(let a)?, .metric(let b)?):
        if case .cardinality = named.aggregation.kind {
          number(path, a, b, Self.cardinalityTolerance)
        } else {
          number(path, a, b, Self.metricTolerance)
        }
      case (.stats(let a)?, .stats(let b)?):
        number("\(path).count", Double(a.count), Double(b.count), 0)
        for (name, x, y) in [
          ("min", a.min, b.min), ("max", a.max, b.max), ("avg", a.avg, b.avg), ("sum", a.sum, b.sum),
        ] {
          number("\(path).\(name)", x, y, Self.metricTolerance)
        }
      case (.single(let a)?, .single(let b)?):
        number("\(path).doc_count", Double(a.documentCount), Double(b.documentCount), 0)
        aggregations(path, a.aggregations, b.aggregations, named.aggregation.aggregations)
      case (.buckets(let a)?, .buckets(let b)?): buckets(path, a, b, named.aggregation.aggregations)
      case (let a, let b): differences.append("\(path): \(String(describing: a)) | \(String(describing: b))")
      }
    }
  }

  private mutating func buckets(
    _ path: String, _ left: BucketsResult, _ right: BucketsResult, _ nested: [NamedAggregation]
  ) {
    func list(_ result: BucketsResult) -> String {
      result.buckets.map { "\($0.key.json.text):\($0.documentCount)" }.joined(separator: " ")
    }
    let isSame =
      left.buckets.count == right.buckets.count
      && zip(left.buckets, right.buckets).allSatisfy {
        $0.key.json.matches($1.key.json) && $0.documentCount == $1.documentCount && $0.from == $1.from && $0.to == $1.to
      }
    guard isSame, left.sumOfOtherDocumentCounts == right.sumOfOtherDocumentCounts else {
      differences.append(
        "\(path): \(list(left)) others \(left.sumOfOtherDocumentCounts)"
          + " | \(list(right)) others \(right.sumOfOtherDocumentCounts)")
      return
    }
    for (a, b) in zip(left.buckets, right.buckets) {
      aggregations("\(path)[\(a.key.json.text)]", a.aggregations, b.aggregations, nested)
    }
  }
}

extension JSONValue {
  /// Whether both are equal; an integer equals a double of the same value.
  fileprivate func matches(_ other: JSONValue) -> Bool {
    if let a = double, let b = other.double { return a == b }
    return self == other
  }
}

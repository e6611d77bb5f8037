internal import JSON

extension AggregationResult {
  /// Reads the results of `requested` from the object under `aggregations`, or from a bucket.
  static func results(of requested: [NamedAggregation], in answer: JSONElement?)
    throws(SearchEngineError) -> [String: AggregationResult]
  {
    var results: [String: AggregationResult] = [:]
    for named in requested {
      guard let body = answer?[named.name] else {
        throw .malformedAnswer(reason: "the aggregation \(named.name) has no result")
      }
      results[named.name] = try AggregationResult(answer: body, to: named)
    }
    return results
  }

  private init(answer: JSONElement, to named: NamedAggregation) throws(SearchEngineError) {
    let nested = named.aggregation.aggregations
    switch named.aggregation.kind {
    case .terms, .range, .histogram:
      guard let list = answer["buckets"], list.kind == .array else { throw Self.malformed(named.name, "buckets") }
      var buckets: [Bucket] = []
      for item in list.items { buckets.append(try Bucket(answer: item, of: named.name, nested: nested)) }
      let others = answer["sum_other_doc_count"]?.documentCount ?? 0
      self = .buckets(BucketsResult(buckets: buckets, sumOfOtherDocumentCounts: others))
    case .filters(let filters):
      // Servers return the filters sorted by name; here they keep the requested order.
      var buckets: [Bucket] = []
      for filter in filters {
        guard let item = answer["buckets"]?[filter.name], let count = item["doc_count"]?.documentCount else {
          throw Self.malformed(named.name, filter.name)
        }
        buckets.append(
          Bucket(
            key: .string(filter.name), documentCount: count, aggregations: try Self.results(of: nested, in: item)))
      }
      self = .buckets(BucketsResult(buckets: buckets))
    case .filter:
      guard let count = answer["doc_count"]?.documentCount else { throw Self.malformed(named.name, "doc_count") }
      self = .single(SingleBucket(documentCount: count, aggregations: try Self.results(of: nested, in: answer)))
    case .min, .max, .avg, .sum, .valueCount, .cardinality:
      guard let value = answer["value"] else { throw Self.malformed(named.name, "value") }
      self = .metric(value.double)
    case .stats:
      guard let count = answer["count"]?.documentCount else { throw Self.malformed(named.name, "count") }
      self = .stats(
        StatsResult(
          count: count, min: answer["min"]?.double, max: answer["max"]?.double, avg: answer["avg"]?.double,
          sum: answer["sum"]?.double ?? 0))
    }
  }

  fileprivate static func malformed(_ name: String, _ member: String) -> SearchEngineError {
    .malformedAnswer(reason: "the result of the aggregation \(name) has no \(member)")
  }
}

extension Bucket {
  fileprivate init(answer: JSONElement, of name: String, nested: [NamedAggregation]) throws(SearchEngineError) {
    guard let keyElement = answer["key"], var key = FieldValue(answer: keyElement),
      let count = answer["doc_count"]?.documentCount
    else { throw AggregationResult.malformed(name, "key or doc_count in a bucket") }
    // A Boolean's bucket is {"key": 1, "key_as_string": "true"}.
    if case .int = key, let text = answer["key_as_string"]?.string, text == "true" || text == "false" {
      key = .bool(text == "true")
    }
    self.init(
      key: key, from: answer["from"]?.double, to: answer["to"]?.double, documentCount: count,
      aggregations: try AggregationResult.results(of: nested, in: answer))
  }
}

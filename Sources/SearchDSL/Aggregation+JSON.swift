public import JSON

extension Aggregation {
  /// The aggregation's body, including nested aggregations.
  public var json: JSONValue {
    var object = JSONObject()
    let (name, body) = kind.json
    object.add(name, body)
    if !aggregations.isEmpty { object.add("aggs", aggregations.json) }
    return .object(object)
  }
}

extension [NamedAggregation] {
  /// The object under `aggs`.
  var json: JSONValue { .object(JSONObject(map { .init($0.name, $0.aggregation.json) })) }
}

extension Aggregation.Kind {
  fileprivate var json: (name: String, body: JSONValue) {
    switch self {
    case .terms(let terms): return ("terms", .object(terms.json))
    case .range(let field, let ranges):
      return ("range", ["field": .string(field), "ranges": .array(ranges.map(\.json))])
    case .histogram(let field, let interval, let offset, let minimumDocumentCount, let bounds):
      var body: JSONObject = ["field": .string(field), "interval": .double(interval)]
      body.add("offset", offset, unless: 0, .double(offset))
      body.add("min_doc_count", minimumDocumentCount, unless: 0, .int(Int64(minimumDocumentCount)))
      if let bounds {
        body.add("extended_bounds", ["min": .double(bounds.lowerBound), "max": .double(bounds.upperBound)])
      }
      return ("histogram", .object(body))
    case .min(let field): return ("min", ["field": .string(field)])
    case .max(let field): return ("max", ["field": .string(field)])
    case .avg(let field): return ("avg", ["field": .string(field)])
    case .sum(let field): return ("sum", ["field": .string(field)])
    case .stats(let field): return ("stats", ["field": .string(field)])
    case .valueCount(let field): return ("value_count", ["field": .string(field)])
    case .cardinality(let field, let threshold):
      var body: JSONObject = ["field": .string(field)]
      body.add("precision_threshold", threshold, unless: 3_000, .int(Int64(threshold)))
      return ("cardinality", .object(body))
    case .filter(let query): return ("filter", query.json)
    case .filters(let filters):
      return ("filters", .object("filters", JSONObject(filters.map { .init($0.name, $0.query.json) })))
    }
  }
}

extension Aggregation.RangeBucket {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object.add("key", key)
    object.add("from", from)
    object.add("to", to)
    return .object(object)
  }
}

extension TermsAggregation {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["field": .string(field)]
    object.add("size", size)
    switch order {
    case .countDescending: break
    case .countAscending: object.add("order", ["_count": "asc"])
    case .keyAscending: object.add("order", ["_key": "asc"])
    case .keyDescending: object.add("order", ["_key": "desc"])
    case .metric(let path, let descending): object.add("order", .object(path, descending ? "desc" : "asc"))
    }
    object.add("min_doc_count", minimumDocumentCount, unless: 1, .int(Int64(minimumDocumentCount)))
    switch include {
    case .prefix(let prefix): object.add("include", Self.pattern(prefix: prefix))
    case .values(let values): object.add("include", .strings(values))
    case nil: break
    }
    object.add("missing", missing?.json)
    return object
  }

  /// Operators of Lucene's regular expressions, which a backslash makes literal.
  static let operators: Set<Character> = [
    ".", "?", "+", "*", "|", "{", "}", "[", "]", "(", ")", "\"", "\\", "#", "@", "&", "<", ">", "~", "^", "$",
  ]

  /// Lucene's regular expression for the terms that begin with `prefix`.
  static func pattern(prefix: String) -> String {
    prefix.reduce(into: "") {
      if operators.contains($1) { $0.append("\\") }
      $0.append($1)
    } + ".*"
  }
}

internal import JSON

extension NamedAggregation {
  /// Deepest nesting of aggregations; a deeper one is a mistake, and each level multiplies the buckets.
  static let maxDepth = 10

  /// Reads the object under `aggs`.
  static func list(_ json: JSONValue?, depth: Int = 0) throws(SearchEngineError) -> [NamedAggregation] {
    guard let json else { return [] }
    guard depth < maxDepth else {
      throw .refusedArgument("aggregations are nested deeper than \(maxDepth) levels")
    }
    let reader = try BodyReader(json, "[aggs]")
    var list: [NamedAggregation] = []
    for member in reader.members {
      list.append(NamedAggregation(member.name, try Aggregation(member.value, member.name, depth: depth)))
    }
    return list
  }
}

extension Aggregation {
  fileprivate init(_ json: JSONValue, _ name: String, depth: Int) throws(SearchEngineError) {
    var reader = try BodyReader(json, "aggregation [\(name)]")
    let nested = try NamedAggregation.list(reader.value("aggs", "aggregations"), depth: depth + 1)
    let kinds = reader.members.filter { $0.name != "aggs" && $0.name != "aggregations" }
    guard let kind = kinds.first, kinds.count == 1 else {
      throw .unparsable("aggregation [\(name)] is to have one kind, not \(kinds.map(\.name))")
    }
    self.init(try Kind(kind.name, kind.value), aggregations: nested)
  }
}

extension Aggregation.Kind {
  fileprivate init(_ name: String, _ json: JSONValue) throws(SearchEngineError) {
    if name == "filter" {
      self = .filter(try Query(json: json))
      return
    }
    var reader = try BodyReader(json, "[\(name)] aggregation")
    switch name {
    case "terms": self = .terms(try TermsAggregation(&reader))
    case "range": self = .range(field: try reader.field(), ranges: try Self.ranges(&reader))
    case "histogram": self = try Self.histogram(&reader)
    case "min": self = .min(field: try reader.field())
    case "max": self = .max(field: try reader.field())
    case "avg": self = .avg(field: try reader.field())
    case "sum": self = .sum(field: try reader.field())
    case "stats": self = .stats(field: try reader.field())
    case "value_count": self = .valueCount(field: try reader.field())
    case "cardinality":
      self = .cardinality(
        field: try reader.field(), precisionThreshold: try reader.int("precision_threshold") ?? 3_000)
    case "filters":
      let filters = try BodyReader(try reader.required("filters"), "[filters] aggregation")
      var list: [Aggregation.NamedFilter] = []
      for member in filters.members { list.append(.init(member.name, try Query(json: member.value))) }
      self = .filters(list)
    default: throw .unparsable("unknown aggregation type [\(name)]")
    }
    try reader.finish()
  }

  private static func ranges(_ reader: inout BodyReader) throws(SearchEngineError) -> [Aggregation.RangeBucket] {
    var ranges: [Aggregation.RangeBucket] = []
    for item in try reader.required("ranges").list {
      var range = try BodyReader(item, "[range] aggregation")
      ranges.append(
        .init(key: try range.string("key"), from: try range.double("from"), to: try range.double("to")))
      try range.finish()
    }
    return ranges
  }

  private static func histogram(_ reader: inout BodyReader) throws(SearchEngineError) -> Aggregation.Kind {
    guard let interval = try reader.double("interval"), interval > 0 else {
      throw .refusedArgument("[interval] must be >0 for histogram aggregation")
    }
    var bounds: ClosedRange<Double>?
    if let json = reader.value("extended_bounds") {
      var object = try BodyReader(json, "[extended_bounds]")
      guard let low = try object.double("min"), let high = try object.double("max"), low <= high else {
        throw .refusedArgument("[extended_bounds] requires [min] and [max] in that order")
      }
      bounds = low...high
      try object.finish()
    }
    return .histogram(
      field: try reader.field(), interval: interval, offset: try reader.double("offset") ?? 0,
      minimumDocumentCount: try reader.int("min_doc_count") ?? 0, extendedBounds: bounds)
  }
}

extension BodyReader {
  fileprivate mutating func field() throws(SearchEngineError) -> String {
    guard let field = try string("field") else { throw .unparsable("\(context) requires [field]") }
    return field
  }
}

extension TermsAggregation {
  fileprivate init(_ reader: inout BodyReader) throws(SearchEngineError) {
    self.init(
      field: try reader.field(), size: try reader.int("size") ?? 10, order: try Self.order(reader.value("order")),
      minimumDocumentCount: try reader.int("min_doc_count") ?? 1, include: try Self.include(reader.value("include")),
      missing: try reader.value("missing").map { value throws(SearchEngineError) in
        try FieldValue(value, "[terms] aggregation")
      })
    guard size > 0 else { throw .refusedArgument("[size] must be greater than 0. Found [\(size)] in [terms]") }
  }

  /// Reads one key; a list may add `_key` ascending, which breaks ties in any case.
  private static func order(_ json: JSONValue?) throws(SearchEngineError) -> Order {
    guard let json else { return .countDescending }
    let keys = json.list
    guard let first = keys.first, keys.count == 1 || (keys.count == 2 && keys[1] == ["_key": "asc"]),
      case .object(let object) = first, let member = object.members.first, object.members.count == 1,
      let direction = member.value.string?.lowercased(), direction == "asc" || direction == "desc"
    else { throw .unparsable("[terms] aggregation does not support an [order] of \(json.text)") }
    switch (member.name, direction) {
    case ("_count", "desc"): return .countDescending
    case ("_count", _): return .countAscending
    case ("_key", "desc"): return .keyDescending
    case ("_key", _): return .keyAscending
    default: return .metric(member.name, descending: direction == "desc")
    }
  }

  private static func include(_ json: JSONValue?) throws(SearchEngineError) -> Include? {
    guard let json else { return nil }
    if case .array(let items) = json { return .values(items.compactMap(\.scalarText)) }
    guard let pattern = json.string, let include = plain(pattern: pattern) else {
      throw .unparsable("[terms] aggregation: [include] is a list of terms or a prefix with .*, not \(json.text)")
    }
    return include
  }

  /// Reads a regular expression that is a literal term, or a literal beginning with `.*`; nil for any other.
  private static func plain(pattern: String) -> Include? {
    var rest = pattern[...]
    let isPrefix = rest.hasSuffix(".*") && !rest.hasSuffix("\\.*")
    if isPrefix { rest.removeLast(2) }
    var text = ""
    while let character = rest.popFirst() {
      if character == "\\" {
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped)
      } else if operators.contains(character) {
        return nil
      } else {
        text.append(character)
      }
    }
    return isPrefix ? .prefix(text) : .values([text])
  }
}

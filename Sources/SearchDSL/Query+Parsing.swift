public import JSON

extension Query {
  /// Deepest nesting of queries: Elasticsearch's `indices.query.bool.max_nested_depth`. A deeper body could exhaust the
  /// stack.
  public static let maxDepth = 30

  /// Reads a query's body. Throws a `parsing_exception` of status 400 that names the part that is wrong or not
  /// supported.
  public init(json: JSONValue) throws(SearchEngineError) { try self.init(json, depth: 0) }

  init(_ json: JSONValue, depth: Int) throws(SearchEngineError) {
    guard depth <= Self.maxDepth else {
      throw .refusedArgument("a query is nested deeper than \(Self.maxDepth) levels")
    }
    guard case .object(let object) = json, let member = object.members.first else {
      throw .unparsable("a query is to be an object with its kind's name, as {\"match\": …}, not \(json.kindName)")
    }
    guard object.members.count == 1 else {
      throw .unparsable("[\(member.name)] malformed query, expected one kind but found [\(object.members[1].name)] too")
    }
    let body = member.value
    switch member.name {
    case "match", "match_phrase", "match_phrase_prefix", "term", "prefix", "range":
      self = try Self.ofField(member.name, body)
    case "multi_match": self = .multiMatch(try MultiMatchQuery(body))
    case "match_all", "match_none", "terms", "exists", "ids": self = try Self.simple(member.name, body)
    case "bool": self = .bool(try BoolQuery(body, depth: depth + 1))
    case "function_score": self = .functionScore(try FunctionScoreQuery(body, depth: depth + 1))
    case "dis_max", "constant_score", "boosting": self = try Self.compound(member.name, body, depth: depth + 1)
    default: throw .unparsable("unknown query [\(member.name)]")
    }
  }

  static func list(_ json: JSONValue?, depth: Int) throws(SearchEngineError) -> [Query] {
    var queries: [Query] = []
    for item in json?.list ?? [] { queries.append(try Query(item, depth: depth)) }
    return queries
  }

  /// Reads `{"field": {…}}`, or the short form `{"field": "value"}`.
  private static func ofField(_ name: String, _ body: JSONValue) throws(SearchEngineError) -> Query {
    guard case .object(let object) = body, let member = object.members.first, object.members.count == 1 else {
      throw .unparsable("[\(name)] query is to name one field")
    }
    let field = member.name
    let isLong = if case .object = member.value { true } else { false }
    let long: JSONValue =
      isLong ? member.value : .object(name == "term" || name == "prefix" ? "value" : "query", member.value)
    var reader = try BodyReader(long, "[\(name)] query")
    let query: Query
    switch name {
    case "match": query = .match(try MatchQuery(field, &reader))
    case "match_phrase": query = .matchPhrase(try MatchPhraseQuery(field, &reader))
    case "match_phrase_prefix": query = .matchPhrasePrefix(try MatchPhrasePrefixQuery(field, &reader))
    case "term":
      query = .term(
        field: field, value: try FieldValue(try reader.required("value"), reader.context), boost: try reader.boost())
    case "prefix":
      guard let value = try reader.required("value").scalarText else {
        throw .unparsable("[prefix] query: [value] is to be a string")
      }
      query = .prefix(field: field, value: value, boost: try reader.boost())
    default: query = .range(try RangeQuery(field, &reader))
    }
    try reader.finish()
    return query
  }

  private static func simple(_ name: String, _ body: JSONValue) throws(SearchEngineError) -> Query {
    var reader = try BodyReader(body, "[\(name)] query")
    let boost = try reader.boost()
    let query: Query
    switch name {
    case "match_all": query = .matchAll(boost: boost)
    case "match_none": query = .matchNone
    case "exists":
      guard let field = try reader.string("field") else { throw .unparsable("[exists] query requires [field]") }
      query = .exists(field: field, boost: boost)
    case "ids":
      query = .ids(try reader.required("values").list.compactMap(\.scalarText), boost: boost)
    default:
      guard let member = reader.members.first(where: { $0.name != "boost" }), case .array(let items) = member.value
      else {
        throw .unparsable("[terms] query requires a field with an array of values")
      }
      _ = reader.value(member.name)
      var values: [FieldValue] = []
      for item in items { values.append(try FieldValue(item, reader.context)) }
      query = .terms(field: member.name, values: values, boost: boost)
    }
    try reader.finish()
    return query
  }

  private static func compound(_ name: String, _ body: JSONValue, depth: Int) throws(SearchEngineError) -> Query {
    var reader = try BodyReader(body, "[\(name)] query")
    let boost = try reader.boost()
    let query: Query
    switch name {
    case "dis_max":
      query = .disMax(
        queries: try list(try reader.required("queries"), depth: depth),
        tieBreaker: try reader.double("tie_breaker") ?? 0, boost: boost)
    case "constant_score":
      query = .constantScore(filter: try Query(try reader.required("filter"), depth: depth), boost: boost)
    default:
      guard let negativeBoost = try reader.double("negative_boost"), negativeBoost >= 0 else {
        throw .unparsable("[boosting] query requires [negative_boost] to be set to be a positive value")
      }
      query = .boosting(
        positive: try Query(try reader.required("positive"), depth: depth),
        negative: try Query(try reader.required("negative"), depth: depth), negativeBoost: negativeBoost, boost: boost)
    }
    try reader.finish()
    return query
  }
}

extension FieldValue {
  init(_ json: JSONValue, _ context: String) throws(SearchEngineError) {
    switch json {
    case .string(let value): self = .string(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .bool(let value): self = .bool(value)
    case .null, .array, .object: throw .unparsable("\(context): a value is to be a scalar, not \(json.kindName)")
    }
  }
}

extension MinimumShouldMatch {
  fileprivate init?(_ reader: inout BodyReader) throws(SearchEngineError) {
    guard let text = try reader.string("minimum_should_match") else { return nil }
    self.init(text)
  }
}

extension BodyReader {
  fileprivate mutating func queryText() throws(SearchEngineError) -> String {
    guard let text = try required("query").scalarText else {
      throw .unparsable("\(context): [query] is to be a string")
    }
    return text
  }
}

extension MatchQuery {
  fileprivate init(_ field: String, _ reader: inout BodyReader) throws(SearchEngineError) {
    self.init(
      field: field, query: try reader.queryText(), operator: try reader.choice("operator") ?? .or,
      minimumShouldMatch: try MinimumShouldMatch(&reader), analyzer: try reader.string("analyzer"),
      zeroTermsQuery: try reader.choice("zero_terms_query") ?? .none, boost: try reader.boost())
  }
}

extension MatchPhraseQuery {
  fileprivate init(_ field: String, _ reader: inout BodyReader) throws(SearchEngineError) {
    self.init(
      field: field, query: try reader.queryText(), slop: try reader.int("slop") ?? 0,
      analyzer: try reader.string("analyzer"), boost: try reader.boost())
  }
}

extension MatchPhrasePrefixQuery {
  fileprivate init(_ field: String, _ reader: inout BodyReader) throws(SearchEngineError) {
    self.init(
      field: field, query: try reader.queryText(), slop: try reader.int("slop") ?? 0,
      maxExpansions: try reader.int("max_expansions") ?? 50, analyzer: try reader.string("analyzer"),
      boost: try reader.boost())
  }
}

extension MultiMatchQuery {
  fileprivate init(_ json: JSONValue) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[multi_match] query")
    var fields: [BoostedField] = []
    for item in try reader.required("fields").list {
      guard let text = item.string, let field = BoostedField(parsing: text) else {
        throw .unparsable("[multi_match] query: a field is written title or title^5, not \(item.kindName)")
      }
      fields.append(field)
    }
    self.init(
      query: try reader.queryText(), fields: fields, kind: try reader.choice("type") ?? .bestFields,
      operator: try reader.choice("operator") ?? .or, minimumShouldMatch: try MinimumShouldMatch(&reader),
      tieBreaker: try reader.double("tie_breaker"), analyzer: try reader.string("analyzer"),
      slop: try reader.int("slop") ?? 0, zeroTermsQuery: try reader.choice("zero_terms_query") ?? .none,
      boost: try reader.boost())
    try reader.finish()
  }
}

extension BoostedField {
  /// Reads `title` or `title^5`; nil if the boost is not a number or the name is empty.
  public init?(parsing text: String) {
    let parts = text.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
    guard let boost = parts.count == 2 ? Double(parts[1]) : 1, boost >= 0, boost.isFinite, !parts[0].isEmpty else {
      return nil
    }
    self.init(String(parts[0]), boost: boost)
  }
}

extension RangeQuery {
  fileprivate init(_ field: String, _ reader: inout BodyReader) throws(SearchEngineError) {
    self.init(field: field, boost: try reader.boost())
    if let value = reader.value("gte") { lower = .inclusive(try FieldValue(value, reader.context)) }
    if let value = reader.value("gt") { lower = .exclusive(try FieldValue(value, reader.context)) }
    if let value = reader.value("lte") { upper = .inclusive(try FieldValue(value, reader.context)) }
    if let value = reader.value("lt") { upper = .exclusive(try FieldValue(value, reader.context)) }
  }
}

extension BoolQuery {
  fileprivate init(_ json: JSONValue, depth: Int) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[bool] query")
    self.init(
      must: try Query.list(reader.value("must"), depth: depth),
      should: try Query.list(reader.value("should"), depth: depth),
      filter: try Query.list(reader.value("filter"), depth: depth),
      mustNot: try Query.list(reader.value("must_not"), depth: depth),
      minimumShouldMatch: try MinimumShouldMatch(&reader), boost: try reader.boost())
    try reader.finish()
  }
}

extension FunctionScoreQuery {
  fileprivate init(_ json: JSONValue, depth: Int) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[function_score] query")
    let query = try reader.value("query").map { value throws(SearchEngineError) in try Query(value, depth: depth) }
    var functions: [Function] = []
    if let list = reader.value("functions") {
      for item in list.list {
        var function = try BodyReader(item, "[function_score] function")
        functions.append(try Function(&function, depth: depth))
        try function.finish()
      }
    } else if reader.members.contains(where: { Function.names.contains($0.name) }) {
      functions.append(try Function(&reader, depth: depth))
    }
    self.init(
      query: query ?? .matchAll(), functions: functions, scoreMode: try reader.choice("score_mode") ?? .multiply,
      boostMode: try reader.choice("boost_mode") ?? .multiply, maxBoost: try reader.double("max_boost"),
      minimumScore: try reader.double("min_score"), boost: try reader.boost())
    try reader.finish()
  }
}

extension FunctionScoreQuery.Function {
  fileprivate static let names = ["weight", "field_value_factor", "gauss"]

  fileprivate init(_ reader: inout BodyReader, depth: Int) throws(SearchEngineError) {
    let filter = try reader.value("filter").map { value throws(SearchEngineError) in try Query(value, depth: depth) }
    let weight = try reader.double("weight")
    if let body = reader.value("field_value_factor") {
      self.init(try Self.fieldValueFactor(body), filter: filter, weight: weight)
    } else if let body = reader.value("gauss") {
      self.init(try Self.gauss(body), filter: filter, weight: weight)
    } else if let weight {
      self.init(.weight, filter: filter, weight: weight)
    } else {
      throw .unparsable("\(reader.context) is to be one of \(Self.names.joined(separator: ", "))")
    }
  }

  private static func fieldValueFactor(_ body: JSONValue) throws(SearchEngineError) -> Kind {
    var reader = try BodyReader(body, "[field_value_factor]")
    guard let field = try reader.string("field") else { throw .unparsable("[field_value_factor] requires [field]") }
    let kind = Kind.fieldValueFactor(
      field: field, factor: try reader.double("factor") ?? 1, modifier: try reader.choice("modifier") ?? .none,
      missing: try reader.double("missing"))
    try reader.finish()
    return kind
  }

  private static func gauss(_ body: JSONValue) throws(SearchEngineError) -> Kind {
    guard case .object(let object) = body, let member = object.members.first, object.members.count == 1 else {
      throw .unparsable("[gauss] is to name one field")
    }
    var reader = try BodyReader(member.value, "[gauss]")
    let offset = try reader.value("offset").map { value throws(SearchEngineError) in try FieldValue(value, "[gauss]") }
    let kind = Kind.gauss(
      field: member.name, origin: try FieldValue(try reader.required("origin"), "[gauss]"),
      scale: try FieldValue(try reader.required("scale"), "[gauss]"), offset: offset,
      decay: try reader.double("decay") ?? 0.5)
    try reader.finish()
    return kind
  }
}

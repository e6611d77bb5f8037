public import JSON

extension SearchRequest {
  /// Reads the body of `_search`. Throws an error of status 400 that names the part that is wrong or not supported.
  public init(json: JSONValue) throws(SearchEngineError) {
    var reader = try BodyReader(json, "a search")
    self.init()
    if let value = reader.value("query") { query = try Query(json: value) }
    from = try reader.int("from") ?? 0
    size = try reader.int("size") ?? 10
    guard from >= 0, size >= 0 else { throw .refusedArgument("[from] and [size] cannot be negative") }
    sort = try SortKey.list(reader.value("sort"))
    aggregations = try NamedAggregation.list(reader.value("aggs", "aggregations"))
    if let value = reader.value("post_filter") { postFilter = try Query(json: value) }
    minimumScore = try reader.double("min_score")
    if let value = reader.value("search_after") {
      guard case .array(let items) = value else { throw reader.mismatch("search_after", "an array", value) }
      searchAfter = []
      for item in items { searchAfter?.append(try SortValue(item)) }
    }
    if let value = reader.value("collapse") { collapse = try Collapse(value) }
    if let value = reader.value("_source") { source = try SourceFilter(value) }
    if let value = reader.value("highlight") { highlight = try Highlight(value) }
    if let value = reader.value("suggest") { suggest = try NamedSuggester.list(value) }
    if let value = reader.value("track_total_hits") { trackTotalHits = try TrackTotalHits(value) }
    trackScores = try reader.bool("track_scores") ?? false
    includesVersion = try reader.bool("version") ?? false
    try reader.finish()
  }
}

extension TrackTotalHits {
  fileprivate init(_ json: JSONValue) throws(SearchEngineError) {
    if let flag = json.bool {
      self = flag ? .exact : .never
    } else if let limit = json.int, limit >= -1 {
      self = limit == -1 ? .exact : .upTo(Int(limit))
    } else {
      throw .unparsable("[track_total_hits] is to be true, false or a number, not \(json.kindName)")
    }
  }
}

extension SortValue {
  fileprivate init(_ json: JSONValue) throws(SearchEngineError) {
    switch json {
    case .null: self = .null
    case .string(let value): self = .string(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .bool(let value): self = .int(value ? 1 : 0)
    case .array, .object: throw .unparsable("[search_after] holds scalars, not \(json.kindName)")
    }
  }
}

extension SortKey {
  /// `"price"`, `{"price": "desc"}`, `{"price": {"order": "desc", …}}`, or a list of them.
  static func list(_ json: JSONValue?) throws(SearchEngineError) -> [SortKey] {
    var keys: [SortKey] = []
    for item in json?.list ?? [] {
      switch item {
      case .string(let name): keys.append(SortKey(Key(name), Key(name) == .score ? .descending : .ascending))
      case .object(let object):
        for member in object.members { keys.append(try SortKey(member.name, member.value)) }
      case .null, .bool, .int, .double, .array: throw .unparsable("[sort] does not support \(item.kindName)")
      }
    }
    return keys
  }

  private init(_ name: String, _ json: JSONValue) throws(SearchEngineError) {
    let body: JSONValue = if case .string = json { .object("order", json) } else { json }
    var reader = try BodyReader(body, "sort by [\(name)]")
    let key = Key(name)
    self.init(key, try reader.choice("order") ?? (key == .score ? .descending : .ascending))
    if case .field = key {
      switch reader.value("missing") {
      case nil, .string("_last")?: missing = .last
      case .string("_first")?: missing = .first
      case let value?: missing = .value(try FieldValue(value, reader.context))
      }
      mode = try reader.choice("mode")
      unmappedType = try reader.string("unmapped_type")
    }
    try reader.finish()
  }
}

extension SortKey.Key {
  fileprivate init(_ name: String) {
    self =
      switch name {
      case "_score": .score
      case "_doc": .document
      default: .field(name)
      }
  }
}

extension Collapse {
  fileprivate init(_ json: JSONValue) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[collapse]")
    guard let field = try reader.string("field") else { throw .unparsable("[collapse] requires [field]") }
    self.init(field: field)
    for item in reader.value("inner_hits")?.list ?? [] {
      var inner = try BodyReader(item, "[inner_hits]")
      guard let name = try inner.string("name") else { throw .unparsable("[inner_hits] requires [name]") }
      innerHits.append(
        InnerHits(
          name: name, from: try inner.int("from") ?? 0, size: try inner.int("size") ?? 3,
          sort: try SortKey.list(inner.value("sort")),
          source: try inner.value("_source").map { value throws(SearchEngineError) in try SourceFilter(value) } ?? .all)
      )
      try inner.finish()
    }
    try reader.finish()
  }
}

extension SourceFilter {
  /// A Boolean, a pattern, a list of patterns, or includes and excludes.
  init(_ json: JSONValue) throws(SearchEngineError) {
    switch json {
    case .bool(let flag): self = flag ? .all : .none
    case .string, .array: self = .fields(includes: try Self.patterns(json))
    case .object:
      var reader = try BodyReader(json, "[_source]")
      self = .fields(
        includes: try Self.patterns(reader.value("includes", "include")),
        excludes: try Self.patterns(reader.value("excludes", "exclude")))
      try reader.finish()
    case .null, .int, .double: throw .unparsable("[_source] does not support \(json.kindName)")
    }
  }

  private static func patterns(_ json: JSONValue?) throws(SearchEngineError) -> [String] {
    var patterns: [String] = []
    for item in json?.list ?? [] {
      guard let pattern = item.string else { throw .unparsable("[_source] holds names, not \(item.kindName)") }
      patterns.append(pattern)
    }
    return patterns
  }
}

extension Highlight {
  fileprivate init(_ json: JSONValue) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[highlight]")
    if let type = try reader.string("type"), type != "plain" {
      throw .unparsable("[highlight] does not support the type [\(type)]: only plain")
    }
    self.init(fields: [])
    preTag = try Self.tag(reader.value("pre_tags"), "pre_tags") ?? preTag
    postTag = try Self.tag(reader.value("post_tags"), "post_tags") ?? postTag
    fragmentSize = try reader.int("fragment_size") ?? fragmentSize
    numberOfFragments = try reader.int("number_of_fragments") ?? numberOfFragments
    requireFieldMatch = try reader.bool("require_field_match") ?? requireFieldMatch
    if let value = reader.value("highlight_query") { query = try Query(json: value) }
    for item in try reader.required("fields").list {
      for member in try BodyReader(item, "[highlight] fields").members {
        fields.append(try Field(member.name, member.value))
      }
    }
    try reader.finish()
  }

  private static func tag(_ json: JSONValue?, _ name: String) throws(SearchEngineError) -> String? {
    guard let json else { return nil }
    guard json.list.count == 1, let tag = json.list[0].string else {
      throw .unparsable("[highlight] supports one tag in [\(name)], not \(json.text)")
    }
    return tag
  }
}

extension Highlight.Field {
  fileprivate init(_ name: String, _ json: JSONValue) throws(SearchEngineError) {
    var reader = try BodyReader(json, "[highlight] of [\(name)]")
    if let type = try reader.string("type"), type != "plain" {
      throw .unparsable("[highlight] does not support the type [\(type)]: only plain")
    }
    self.init(
      name, fragmentSize: try reader.int("fragment_size"), numberOfFragments: try reader.int("number_of_fragments"))
    try reader.finish()
  }
}

extension NamedSuggester {
  /// A text beside the suggesters applies to every suggester that has none.
  fileprivate static func list(_ json: JSONValue) throws(SearchEngineError) -> [NamedSuggester] {
    var reader = try BodyReader(json, "[suggest]")
    let sharedText = try reader.string("text")
    var list: [NamedSuggester] = []
    for member in reader.members where member.name != "text" {
      var named = try BodyReader(member.value, "suggester [\(member.name)]")
      guard let text = try named.string("text") ?? sharedText else {
        throw .refusedArgument("The required text option is missing of the suggester [\(member.name)]")
      }
      var term = try BodyReader(try named.required("term"), "[term] suggester")
      guard let field = try term.string("field") else {
        throw .refusedArgument("The required field option is missing of the suggester [\(member.name)]")
      }
      let suggester = TermSuggester(
        text: text, field: field, size: try term.int("size") ?? 5,
        suggestMode: try term.choice("suggest_mode") ?? .missing, maxEdits: try term.int("max_edits") ?? 2,
        prefixLength: try term.int("prefix_length") ?? 1, minimumWordLength: try term.int("min_word_length") ?? 4)
      try term.finish()
      try named.finish()
      list.append(NamedSuggester(member.name, suggester))
    }
    return list
  }
}

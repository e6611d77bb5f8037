public import JSON

extension SearchRequest {
  /// The body of `_search`. Defaults are left out, except `size`, which is always written.
  public var json: JSONValue {
    var body: JSONObject = ["query": query.json]
    body.add("from", from, unless: 0, .int(Int64(from)))
    body.add("size", size)
    body.add("sort", sort, unless: [], sort.json)
    body.add("search_after", searchAfter.map { .array($0.map(\.json)) })
    body.add("aggs", aggregations, unless: [], aggregations.json)
    body.add("post_filter", postFilter?.json)
    body.add("min_score", minimumScore)
    body.add("collapse", collapse?.json)
    body.add("_source", source.json)
    body.add("highlight", highlight?.json)
    if !suggest.isEmpty {
      body.add("suggest", .object(JSONObject(suggest.map { .init($0.name, $0.suggester.json) })))
    }
    switch trackTotalHits {
    case .exact: body.add("track_total_hits", true)
    case .upTo(10_000): break
    case .upTo(let limit): body.add("track_total_hits", limit)
    case .never: body.add("track_total_hits", false)
    }
    body.add("track_scores", trackScores, unless: false, true)
    body.add("version", includesVersion, unless: false, true)
    return .object(body)
  }

  /// The body as compact bytes.
  public var bytes: [UInt8] { json.bytes }
}

extension [SortKey] {
  var json: JSONValue { .array(map(\.json)) }
}

extension SortKey {
  /// `{"price": {"order": "asc", "missing": "_first"}}`
  public var json: JSONValue {
    var body: JSONObject = ["order": .string(direction.rawValue)]
    switch key {
    case .score: return .object("_score", body)
    case .document: return .object("_doc", body)
    case .field(let field):
      switch missing {
      case .last: break
      case .first: body.add("missing", "_first")
      case .value(let value): body.add("missing", value.json)
      }
      body.add("mode", mode?.rawValue)
      body.add("unmapped_type", unmappedType)
      return .object(field, body)
    }
  }
}

extension SortValue {
  /// The value in `sort` and `search_after`.
  public var json: JSONValue {
    switch self {
    case .null: .null
    case .string(let value): .string(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    }
  }
}

extension Collapse {
  fileprivate var json: JSONValue {
    var body: JSONObject = ["field": .string(field)]
    body.add("inner_hits", innerHits, unless: [], .array(innerHits.map(\.json)))
    return .object(body)
  }
}

extension Collapse.InnerHits {
  fileprivate var json: JSONValue {
    var body: JSONObject = ["name": .string(name)]
    body.add("from", from, unless: 0, .int(Int64(from)))
    body.add("size", size)
    body.add("sort", sort, unless: [], sort.json)
    body.add("_source", source.json)
    return .object(body)
  }
}

extension SourceFilter {
  /// nil for everything, the default.
  var json: JSONValue? {
    switch self {
    case .all: nil
    case .none: false
    case .fields(let includes, let excludes):
      excludes.isEmpty
        ? ["includes": .strings(includes)] : ["includes": .strings(includes), "excludes": .strings(excludes)]
    }
  }
}

extension Highlight {
  fileprivate var json: JSONValue {
    var body: JSONObject = ["type": "plain"]
    body.add("pre_tags", .strings([preTag]))
    body.add("post_tags", .strings([postTag]))
    body.add("fragment_size", fragmentSize)
    body.add("number_of_fragments", numberOfFragments)
    body.add("require_field_match", requireFieldMatch)
    body.add("highlight_query", query?.json)
    body.add("fields", .object(JSONObject(fields.map { .init($0.name, $0.json) })))
    return .object(body)
  }
}

extension Highlight.Field {
  fileprivate var json: JSONValue {
    var body = JSONObject()
    body.add("fragment_size", fragmentSize.map { .int(Int64($0)) })
    body.add("number_of_fragments", numberOfFragments.map { .int(Int64($0)) })
    return .object(body)
  }
}

extension TermSuggester {
  fileprivate var json: JSONValue {
    var term: JSONObject = ["field": .string(field)]
    term.add("size", size)
    term.add("suggest_mode", suggestMode.rawValue)
    term.add("max_edits", maxEdits)
    term.add("prefix_length", prefixLength)
    term.add("min_word_length", minimumWordLength)
    return ["text": .string(text), "term": .object(term)]
  }
}

public import JSON

extension SearchResponse {
  /// Reads the answer of `_search`, from Elasticsearch or OpenSearch; `request` gives the kind of each aggregation.
  public init(answer: JSONElement, to request: SearchRequest) throws(SearchEngineError) {
    guard let hits = answer["hits"] else { throw .malformedAnswer(reason: "a search's answer has no hits") }
    self.init(
      tookMilliseconds: Int(answer["took"]?.int ?? 0), isTimedOut: answer["timed_out"]?.bool ?? false,
      total: try TotalHits(answer: hits["total"]), maxScore: hits["max_score"]?.double,
      hits: try Hit.list(answer: hits["hits"]),
      aggregations: try AggregationResult.results(
        of: request.aggregations, in: answer["aggregations"]),
      suggest: try answer["suggest"].map(SuggestEntry.entries) ?? [:])
  }
}

extension TotalHits {
  /// Reads an object with value and relation, or a plain number (before 7.0 and under `rest_total_hits_as_int`).
  init?(answer: JSONElement?) throws(SearchEngineError) {
    guard let answer, !answer.isNull else { return nil }
    if let value = answer.documentCount {
      self.init(value: value, isExact: true)
    } else if let value = answer["value"]?.documentCount, let relation = answer["relation"]?.string {
      self.init(value: value, isExact: relation == "eq")
    } else {
      throw .malformedAnswer(reason: "hits.total is neither a number nor a value with its relation")
    }
  }
}

extension JSONElement {
  /// A number of documents in a server's answer; nil for what no index holds, so that sums of such numbers fit.
  public var documentCount: Int? { int.flatMap { (0...(1 << 48)).contains($0) ? Int($0) : nil } }
}

extension Hit {
  /// Reads a hit, or the answer of `GET index/_doc/id`.
  public init(answer: JSONElement) throws(SearchEngineError) {
    guard let index = answer["_index"]?.string, let id = answer["_id"]?.string else {
      throw .malformedAnswer(reason: "a hit has no _index or no _id")
    }
    self.init(index: index, id: id)
    score = answer["_score"]?.double
    version = answer["_version"]?.int
    source = answer["_source"]?.value
    sort = (answer["sort"]?.items ?? []).map(SortValue.init(answer:))
    answer["highlight"]?.forEachMember { name, fragments in
      highlight[String(decoding: name, as: UTF8.self)] = fragments.items.compactMap(\.string)
    }
    answer["fields"]?.forEachMember { name, values in
      fields[String(decoding: name, as: UTF8.self)] = values.items.compactMap { FieldValue(answer: $0) }
    }
    for (name, inner) in answer["inner_hits"]?.members ?? [] {
      guard let hits = inner["hits"], let total = try TotalHits(answer: hits["total"]) else {
        throw .malformedAnswer(reason: "the inner hits \(name) have no hits or no total")
      }
      innerHits[name] = InnerHitsResult(
        total: total, maxScore: hits["max_score"]?.double, hits: try Hit.list(answer: hits["hits"]))
    }
  }

  static func list(answer: JSONElement?) throws(SearchEngineError) -> [Hit] {
    guard let answer, answer.kind == .array else { throw .malformedAnswer(reason: "hits.hits is not an array") }
    var hits: [Hit] = []
    for item in answer.items { hits.append(try Hit(answer: item)) }
    return hits
  }
}

extension SortValue {
  init(answer: JSONElement) {
    switch answer.kind {
    case .string: self = .string(answer.string ?? "")
    case .int: self = .int(answer.int ?? 0)
    case .double: self = .double(answer.double ?? 0)
    case .bool: self = .int(answer.bool == true ? 1 : 0)
    case .null, .array, .object: self = .null
    }
  }
}

extension FieldValue {
  init?(answer: JSONElement) {
    switch answer.kind {
    case .string: self = .string(answer.string ?? "")
    case .int: self = .int(answer.int ?? 0)
    case .double: self = .double(answer.double ?? 0)
    case .bool: self = .bool(answer.bool ?? false)
    case .null, .array, .object: return nil
    }
  }
}

extension SuggestEntry {
  fileprivate static func entries(answer: JSONElement) throws(SearchEngineError) -> [String: [SuggestEntry]] {
    var entries: [String: [SuggestEntry]] = [:]
    for (name, list) in answer.members {
      for item in list.items { entries[name, default: []].append(try SuggestEntry(answer: item)) }
    }
    return entries
  }

  private init(answer: JSONElement) throws(SearchEngineError) {
    guard let text = answer["text"]?.string, let offset = answer["offset"]?.int, let length = answer["length"]?.int
    else { throw .malformedAnswer(reason: "a suggestion has no text, offset or length") }
    var options: [Option] = []
    for item in answer["options"]?.items ?? [] {
      guard let text = item["text"]?.string else {
        throw .malformedAnswer(reason: "an option of a suggestion has no text")
      }
      options.append(
        Option(text: text, score: item["score"]?.double ?? 0, frequency: Int(item["freq"]?.int ?? 0)))
    }
    self.init(text: text, offset: Int(offset), length: Int(length), options: options)
  }
}

extension JSONElement {
  var items: [JSONElement] {
    var items: [JSONElement] = []
    forEachItem { items.append($0) }
    return items
  }

  var members: [(name: String, value: JSONElement)] {
    var members: [(String, JSONElement)] = []
    forEachMember { members.append((String(decoding: $0, as: UTF8.self), $1)) }
    return members
  }
}

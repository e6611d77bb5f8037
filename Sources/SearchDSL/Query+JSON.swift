public import JSON

extension Query {
  /// The query's body, as Elasticsearch 7.10 to 9 and OpenSearch 2 to 3 accept it. Defaults are left out.
  public var json: JSONValue {
    switch self {
    case .matchAll(let boost): .object("match_all", boosted([], boost))
    case .matchNone: .object("match_none", JSONObject())
    case .match(let query): .object("match", .object(query.field, query.json))
    case .multiMatch(let query): .object("multi_match", query.json)
    case .matchPhrase(let query): .object("match_phrase", .object(query.field, query.json))
    case .matchPhrasePrefix(let query): .object("match_phrase_prefix", .object(query.field, query.json))
    case .term(let field, let value, let boost):
      .object("term", .object(field, boosted([.init("value", value.json)], boost)))
    case .terms(let field, let values, let boost):
      .object("terms", boosted([.init(field, .array(values.map(\.json)))], boost))
    case .range(let query): .object("range", .object(query.field, query.json))
    case .exists(let field, let boost): .object("exists", boosted([.init("field", .string(field))], boost))
    case .ids(let ids, let boost): .object("ids", boosted([.init("values", .strings(ids))], boost))
    case .prefix(let field, let value, let boost):
      .object("prefix", .object(field, boosted([.init("value", .string(value))], boost)))
    case .bool(let query): .object("bool", query.json)
    case .disMax(let queries, let tieBreaker, let boost): disjunction(queries, tieBreaker, boost)
    case .constantScore(let filter, let boost):
      .object("constant_score", boosted([.init("filter", filter.json)], boost))
    case .boosting(let positive, let negative, let negativeBoost, let boost):
      .object(
        "boosting",
        boosted(
          [
            .init("positive", positive.json), .init("negative", negative.json),
            .init("negative_boost", .double(negativeBoost)),
          ], boost))
    case .functionScore(let query): .object("function_score", query.json)
    }
  }
}

private func boosted(_ members: [JSONObject.Member], _ boost: Double) -> JSONObject {
  var object = JSONObject(members)
  object.add(boost: boost)
  return object
}

private func disjunction(_ queries: [Query], _ tieBreaker: Double, _ boost: Double) -> JSONValue {
  var object = JSONObject()
  object.add("queries", .array(queries.map(\.json)))
  object.add("tie_breaker", tieBreaker, unless: 0, .double(tieBreaker))
  object.add(boost: boost)
  return .object("dis_max", object)
}

extension FieldValue {
  /// The value in a body.
  public var json: JSONValue {
    switch self {
    case .string(let value): .string(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .bool(let value): .bool(value)
    }
  }
}

extension MinimumShouldMatch {
  /// A plain count is a number, everything else a string.
  var json: JSONValue { Int64(text).map(JSONValue.int) ?? .string(text) }
}

extension MatchQuery {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["query": .string(query)]
    object.add("operator", self.operator, unless: .or, .string(self.operator.rawValue))
    object.add("minimum_should_match", minimumShouldMatch?.json)
    object.add("analyzer", analyzer)
    object.add("zero_terms_query", zeroTermsQuery, unless: .none, .string(zeroTermsQuery.rawValue))
    object.add(boost: boost)
    return object
  }
}

extension MultiMatchQuery {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["query": .string(query), "type": .string(kind.rawValue)]
    object.add("fields", .strings(fields.map(\.description)))
    object.add("operator", self.operator, unless: .or, .string(self.operator.rawValue))
    object.add("minimum_should_match", minimumShouldMatch?.json)
    object.add("tie_breaker", tieBreaker)
    object.add("analyzer", analyzer)
    object.add("slop", slop, unless: 0, .int(Int64(slop)))
    object.add("zero_terms_query", zeroTermsQuery, unless: .none, .string(zeroTermsQuery.rawValue))
    object.add(boost: boost)
    return object
  }
}

extension MatchPhraseQuery {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["query": .string(query)]
    object.add("slop", slop, unless: 0, .int(Int64(slop)))
    object.add("analyzer", analyzer)
    object.add(boost: boost)
    return object
  }
}

extension MatchPhrasePrefixQuery {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["query": .string(query)]
    object.add("slop", slop, unless: 0, .int(Int64(slop)))
    object.add("max_expansions", maxExpansions, unless: 50, .int(Int64(maxExpansions)))
    object.add("analyzer", analyzer)
    object.add(boost: boost)
    return object
  }
}

extension RangeQuery {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    if let lower { object.add(lower.isInclusive ? "gte" : "gt", lower.value.json) }
    if let upper { object.add(upper.isInclusive ? "lte" : "lt", upper.value.json) }
    object.add(boost: boost)
    return object
  }
}

extension BoolQuery {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    for (name, clauses) in [("must", must), ("should", should), ("filter", filter), ("must_not", mustNot)] {
      object.add(name, clauses, unless: [], .array(clauses.map(\.json)))
    }
    object.add("minimum_should_match", minimumShouldMatch?.json)
    object.add(boost: boost)
    return object
  }
}

extension FunctionScoreQuery {
  fileprivate var json: JSONObject {
    var object: JSONObject = ["query": query.json, "functions": .array(functions.map { .object($0.json) })]
    object.add("score_mode", scoreMode, unless: .multiply, .string(scoreMode.rawValue))
    object.add("boost_mode", boostMode, unless: .multiply, .string(boostMode.rawValue))
    object.add("max_boost", maxBoost)
    object.add("min_score", minimumScore)
    object.add(boost: boost)
    return object
  }
}

extension FunctionScoreQuery.Function {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.add("filter", filter?.json)
    switch kind {
    case .weight:
      object.add("weight", weight ?? 1)
      return object
    case .fieldValueFactor(let field, let factor, let modifier, let missing):
      var function: JSONObject = ["field": .string(field)]
      function.add("factor", factor, unless: 1, .double(factor))
      function.add("modifier", modifier, unless: .none, .string(modifier.rawValue))
      function.add("missing", missing)
      object.add("field_value_factor", .object(function))
    case .gauss(let field, let origin, let scale, let offset, let decay):
      var function: JSONObject = ["origin": origin.json, "scale": scale.json]
      function.add("offset", offset?.json)
      function.add("decay", decay, unless: 0.5, .double(decay))
      object.add("gauss", .object(field, function))
    }
    object.add("weight", weight)
    return object
  }
}

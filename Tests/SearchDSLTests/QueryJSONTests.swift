// Properties proved here:
// 1. Each query's whole body, with its defaults and with everything set.
// 2. Each of these bodies is read back as the query that it was made from.
import JSON
import SearchDSL
import Testing

@Suite struct QueryJSONTests {
  @Test(
    "1. full text",
    arguments: [
      (Query.match(MatchQuery(field: "title", query: "red dress")), #"{"match":{"title":{"query":"red dress"}}}"#),
      (
        .match(
          MatchQuery(
            field: "title", query: "red", operator: .and, minimumShouldMatch: "2<75%", analyzer: "standard",
            zeroTermsQuery: .all, boost: 2)),
        #"""
        {"match":{"title":{"query":"red","operator":"and","minimum_should_match":"2<75%","analyzer":"standard",
        "zero_terms_query":"all","boost":2.0}}}
        """#
      ),
      (
        .multiMatch(
          MultiMatchQuery(
            query: "usb c", fields: ["title^5", "brand"], kind: .crossFields, operator: .and, minimumShouldMatch: 2,
            tieBreaker: 0.25, analyzer: "standard", zeroTermsQuery: .all, boost: 0.5)),
        #"""
        {"multi_match":{"query":"usb c","type":"cross_fields","fields":["title^5.0","brand"],"operator":"and",
        "minimum_should_match":2,"tie_breaker":0.25,"analyzer":"standard","zero_terms_query":"all","boost":0.5}}
        """#
      ),
      (
        .multiMatch(MultiMatchQuery(query: "usb", fields: ["title"], kind: .phrase, slop: 3)),
        #"{"multi_match":{"query":"usb","type":"phrase","fields":["title"],"slop":3}}"#
      ),
      (
        .matchPhrase(MatchPhraseQuery(field: "title", query: "a \"b\"", slop: 1, analyzer: "x", boost: 3)),
        #"{"match_phrase":{"title":{"query":"a \"b\"","slop":1,"analyzer":"x","boost":3.0}}}"#
      ),
      (
        .matchPhrasePrefix(
          MatchPhrasePrefixQuery(field: "title", query: "a b", slop: 1, maxExpansions: 9, analyzer: "x", boost: 3)),
        #"""
        {"match_phrase_prefix":{"title":{"query":"a b","slop":1,"max_expansions":9,"analyzer":"x","boost":3.0}}}
        """#
      ),
    ])
  func fullText(query: Query, expected: String) throws {
    let body = try JSONValue(parsing: expected)
    #expect(query.json == body, "\(query.json.text)")
    #expect(try Query(json: body) == query)
  }

  @Test(
    "1. terms, ranges and ids",
    arguments: [
      (Query.matchAll(), #"{"match_all":{}}"#), (.matchAll(boost: 2), #"{"match_all":{"boost":2.0}}"#),
      (.matchNone, #"{"match_none":{}}"#), (.term(field: "brand", value: "HP"), #"{"term":{"brand":{"value":"HP"}}}"#),
      (.term(field: "isNew", value: true, boost: 2), #"{"term":{"isNew":{"value":true,"boost":2.0}}}"#),
      (.terms(field: "size", values: [1, 2.5, "x"], boost: 2), #"{"terms":{"size":[1,2.5,"x"],"boost":2.0}}"#),
      (
        .range(RangeQuery(field: "price", lower: .inclusive(10), upper: .exclusive(20), boost: 2)),
        #"{"range":{"price":{"gte":10,"lt":20,"boost":2.0}}}"#
      ),
      (
        .range(RangeQuery(field: "date", lower: .exclusive("2020-01-01"), upper: .inclusive("now"))),
        #"{"range":{"date":{"gt":"2020-01-01","lte":"now"}}}"#
      ),
      (.exists(field: "image", boost: 2), #"{"exists":{"field":"image","boost":2.0}}"#),
      (.ids(["a", "b"]), #"{"ids":{"values":["a","b"]}}"#),
      (.prefix(field: "sku", value: "P-", boost: 2), #"{"prefix":{"sku":{"value":"P-","boost":2.0}}}"#),
    ])
  func structured(query: Query, expected: String) throws {
    let body = try JSONValue(parsing: expected)
    #expect(query.json == body, "\(query.json.text)")
    #expect(try Query(json: body) == query)
  }

  @Test(
    "1. compounds",
    arguments: [
      (Query.bool(BoolQuery()), #"{"bool":{}}"#),
      (
        .bool(
          BoolQuery(
            must: [.matchAll()], should: [.matchNone], filter: [.exists(field: "a")], mustNot: [.ids(["x"])],
            minimumShouldMatch: "50%", boost: 2)),
        #"""
        {"bool":{"must":[{"match_all":{}}],"should":[{"match_none":{}}],"filter":[{"exists":{"field":"a"}}],
        "must_not":[{"ids":{"values":["x"]}}],"minimum_should_match":"50%","boost":2.0}}
        """#
      ),
      (
        .disMax(queries: [.matchAll(), .matchNone], tieBreaker: 0.3, boost: 2),
        #"{"dis_max":{"queries":[{"match_all":{}},{"match_none":{}}],"tie_breaker":0.3,"boost":2.0}}"#
      ),
      (
        .constantScore(filter: .matchAll(), boost: 2), #"{"constant_score":{"filter":{"match_all":{}},"boost":2.0}}"#
      ),
      (
        .boosting(positive: .matchAll(), negative: .matchNone, negativeBoost: 0.2),
        #"{"boosting":{"positive":{"match_all":{}},"negative":{"match_none":{}},"negative_boost":0.2}}"#
      ),
      (
        .functionScore(
          FunctionScoreQuery(
            query: .matchAll(),
            functions: [
              .init(.weight, filter: .term(field: "brand", value: "HP"), weight: 3), .init(.weight, weight: 1),
              .init(.fieldValueFactor(field: "popularity")),
              .init(.fieldValueFactor(field: "popularity", factor: 1.5, modifier: .log1p, missing: 1), weight: 2),
              .init(.gauss(field: "price", origin: 100, scale: 50)),
              .init(.gauss(field: "date", origin: "now", scale: "30d", offset: "5d", decay: 0.3)),
            ], scoreMode: .sum, boostMode: .replace, maxBoost: 10, minimumScore: 0.1, boost: 2)),
        #"""
        {"function_score":{"query":{"match_all":{}},"functions":[
        {"filter":{"term":{"brand":{"value":"HP"}}},"weight":3.0},{"weight":1.0},
        {"field_value_factor":{"field":"popularity"}},
        {"field_value_factor":{"field":"popularity","factor":1.5,"modifier":"log1p","missing":1.0},"weight":2.0},
        {"gauss":{"price":{"origin":100,"scale":50}}},
        {"gauss":{"date":{"origin":"now","scale":"30d","offset":"5d","decay":0.3}}}],
        "score_mode":"sum","boost_mode":"replace","max_boost":10.0,"min_score":0.1,"boost":2.0}}
        """#
      ),
    ])
  func compounds(query: Query, expected: String) throws {
    let body = try JSONValue(parsing: expected)
    #expect(query.json == body, "\(query.json.text)")
    #expect(try Query(json: body) == query)
  }
}

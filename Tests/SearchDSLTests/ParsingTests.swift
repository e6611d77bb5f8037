// Properties proved here:
// 1. The short and older forms that Elasticsearch accepts are read: `{"match": {"title": "x"}}`, `"sort": "price"`, …
// 2. Unsupported parts are refused with status 400 and their name, at any depth.
// 3. Bodies nested so deeply that they could exhaust the stack are refused.
import JSON
import SearchDSL
import Testing

@Suite struct ParsingTests {
  @Test(
    "1. short forms of queries",
    arguments: [
      (#"{"match":{"title":"red"}}"#, Query.match(MatchQuery(field: "title", query: "red"))),
      (
        #"{"match":{"title":{"query":5,"operator":"AND","boost":"2"}}}"#,
        .match(MatchQuery(field: "title", query: "5", operator: .and, boost: 2))
      ),
      (#"{"match_phrase":{"title":"a b"}}"#, .matchPhrase(MatchPhraseQuery(field: "title", query: "a b"))),
      (#"{"term":{"size":42}}"#, .term(field: "size", value: 42)),
      (#"{"prefix":{"sku":"P"}}"#, .prefix(field: "sku", value: "P")),
      (
        #"{"bool":{"must":{"match_all":{}},"filter":[{"term":{"a":true}}],"should":null}}"#,
        .bool(BoolQuery(must: [.matchAll()], filter: [.term(field: "a", value: true)]))
      ),
      (
        #"{"function_score":{"field_value_factor":{"field":"p"},"boost_mode":"sum"}}"#,
        .functionScore(
          FunctionScoreQuery(query: .matchAll(), functions: [.init(.fieldValueFactor(field: "p"))], boostMode: .sum))
      ),
      (
        #"{"multi_match":{"query":"x","fields":"title^2"}}"#,
        .multiMatch(MultiMatchQuery(query: "x", fields: [BoostedField("title", boost: 2)]))
      ),
    ])
  func shortForms(json: String, expected: Query) throws {
    #expect(try Query(json: JSONValue(parsing: json)) == expected)
  }

  @Test("1. short forms of a search") func shortSearch() throws {
    let request = try SearchRequest(
      json: JSONValue(
        parsing: #"""
          {"sort":["_score",{"price":"desc"},"sku","_doc",{"_score":{}}],"_source":["a","b.*"],
          "track_total_hits":-1,"collapse":{"field":"g","inner_hits":{"name":"n"}},"size":"5",
          "aggregations":{"t":{"terms":{"field":"f","order":[{"_count":"asc"},{"_key":"asc"}],"include":"a\\.b"}}},
          "highlight":{"fields":[{"title":{"type":"plain"}},{"text":{}}]},
          "suggest":{"text":"shose","s":{"term":{"field":"title"}}}}
          """#))
    #expect(
      request
        == SearchRequest(
          size: 5,
          sort: [
            .score, SortKey(.field("price"), .descending), SortKey(.field("sku"), .ascending),
            SortKey(.document, .ascending), .score,
          ],
          aggregations: [
            NamedAggregation(
              "t", Aggregation(.terms(TermsAggregation(field: "f", order: .countAscending, include: .values(["a.b"])))))
          ], collapse: Collapse(field: "g", innerHits: [.init(name: "n")]), source: .fields(includes: ["a", "b.*"]),
          highlight: Highlight(fields: [.init("title"), .init("text")]),
          suggest: [NamedSuggester("s", TermSuggester(text: "shose", field: "title"))], trackTotalHits: .exact))
    #expect(try SearchRequest(json: [:]) == SearchRequest())
    #expect(try SearchRequest(json: ["_source": false]).source == SourceFilter.none)
  }

  @Test(
    "2. refusals",
    arguments: [
      (#"{"query":{"fuzzy":{"a":"b"}}}"#, "unknown query [fuzzy]"),
      (
        #"{"query":{"bool":{"must":[{"match":{"t":{"query":"x","fuzziness":"AUTO"}}}]}}}"#,
        "[match] query does not support [fuzziness]"
      ),
      (#"{"query":{"match":{"a":"x","b":"y"}}}"#, "name one field"), (#"{"query":{}}"#, "kind's name"),
      (#"{"query":{"term":{"a":"b"},"match":{"a":"b"}}}"#, "[match] too"), (#"{"query":[]}"#, "an array"),
      (#"{"query":{"match":{"a":{}}}}"#, "requires [query]"), (#"{"query":{"bool":{"must":"x"}}}"#, "the string"),
      (#"{"query":{"match_all":{"boost":-1}}}"#, "negative [boost]"),
      (#"{"query":{"match_all":{"boost":"big"}}}"#, "[boost] is to be a number"),
      (#"{"query":{"multi_match":{"query":"x","type":"bool_prefix","fields":["a"]}}}"#, "bool_prefix"),
      (#"{"query":{"multi_match":{"query":"x","fields":["a^b"]}}}"#, "title^5"),
      (#"{"query":{"range":{"p":{"gte":1,"format":"yyyy"}}}}"#, "[format]"),
      (#"{"query":{"terms":{"a":"b"}}}"#, "array of values"),
      (#"{"query":{"function_score":{"functions":[{"script_score":{}}]}}}"#, "field_value_factor"),
      (#"{"rescore":{}}"#, "a search does not support [rescore]"), (#"{"from":-1}"#, "negative"),
      (#"{"size":1.5}"#, "whole number"), (#"{"sort":[5]}"#, "[sort]"),
      (#"{"sort":{"a":{"order":"up"}}}"#, "[order] of [up]"), (#"{"sort":{"a":{"nested":{}}}}"#, "[nested]"),
      (#"{"aggs":{"x":{"date_histogram":{}}}}"#, "unknown aggregation type [date_histogram]"),
      (#"{"aggs":{"x":{"terms":{"field":"f","script":"s"}}}}"#, "[script]"),
      (#"{"aggs":{"x":{"terms":{"field":"f","include":"a|b"}}}}"#, "[include]"),
      (#"{"aggs":{"x":{"terms":{"field":"f","size":0}}}}"#, "[size]"),
      (#"{"aggs":{"x":{}}}"#, "one kind"), (#"{"aggs":{"x":{"histogram":{"field":"f","interval":0}}}}"#, "[interval]"),
      (#"{"highlight":{"type":"unified","fields":{"a":{}}}}"#, "[unified]"),
      (#"{"highlight":{"fields":{"a":{"type":"fvh"}}}}"#, "[fvh]"), (#"{"highlight":{}}"#, "[fields]"),
      (#"{"suggest":{"s":{"text":"x","phrase":{"field":"f"}}}}"#, "requires [term]"),
      (#"{"suggest":{"s":{"term":{"field":"f"}}}}"#, "text option"), (#"{"collapse":{}}"#, "[field]"),
      (#"{"_source":5}"#, "[_source]"), (#"{"track_total_hits":"yes"}"#, "[track_total_hits]"),
      (#"{"search_after":7}"#, "[search_after]"), (#"[]"#, "a search is to be an object"),
    ])
  func refusals(json: String, reason: String) throws {
    let body = try JSONValue(parsing: json)
    #expect {
      try SearchRequest(json: body)
    } throws: { error in
      guard case .refused(400, _, let told, nil) = error as? SearchEngineError else { return false }
      #expect(told.contains(reason), "\(told)")
      return true
    }
  }

  @Test("3. deep nesting is refused") func deep() throws {
    var query: JSONValue = ["match_all": [:]]
    var aggregation: JSONValue = ["max": ["field": "f"]]
    for _ in 0..<200 {
      query = ["bool": ["must": [query]]]
      aggregation = ["filter": ["match_all": [:]], "aggs": ["a": aggregation]]
    }
    #expect(throws: SearchEngineError.self) { try Query(json: query) }
    #expect(throws: SearchEngineError.self) { try SearchRequest(json: ["aggs": ["a": aggregation]]) }
  }
}

// Properties proved here:
// 1. A search's whole body: the default one, and one with every part set.
// 2. Each aggregation's whole body; a prefix is escaped for Lucene's regular expressions.
// 3. Each of these bodies is read back as the value that it was made from.
// 4. Bodies of _bulk are line pairs with external versions, also for a source with line breaks; bodies of _aliases.
import JSON
import SearchDSL
import Testing

@Suite struct SearchRequestJSONTests {
  @Test("1. the default body") func defaults() {
    #expect(String(decoding: SearchRequest().bytes, as: UTF8.self) == #"{"query":{"match_all":{}},"size":10}"#)
  }

  @Test("1. every part") func everything() throws {
    let request = SearchRequest(
      query: .matchAll(), from: 24, size: 12,
      sort: [
        .score, SortKey(.field("price"), .ascending, missing: .first, mode: .avg, unmappedType: "long"),
        SortKey(.field("brand"), .descending, missing: .value("zz")), SortKey(.field("sku"), .ascending),
        SortKey(.document, .ascending),
      ], aggregations: [NamedAggregation("n", Aggregation(.max(field: "price")))],
      postFilter: .term(field: "brand", value: "HP"), minimumScore: 0.5,
      searchAfter: [.double(1.5), .int(7), .string("x"), .null, .int(3)],
      collapse: Collapse(
        field: "group",
        innerHits: [
          .init(name: "more", from: 1, size: 2, sort: [.score], source: .none), .init(name: "all"),
        ]), source: .fields(includes: ["title", "a.*"], excludes: ["a.b"]),
      highlight: Highlight(
        fields: [.init("title"), .init("text", fragmentSize: 80, numberOfFragments: 0)], preTag: "<b>", postTag: "</b>",
        query: .matchNone),
      suggest: [NamedSuggester("spell", TermSuggester(text: "shose", field: "title", suggestMode: .popular))],
      trackTotalHits: .exact, trackScores: true, includesVersion: true)
    let expected = try JSONValue(
      parsing: #"""
        {"query":{"match_all":{}},"from":24,"size":12,
        "sort":[{"_score":{"order":"desc"}},
          {"price":{"order":"asc","missing":"_first","mode":"avg","unmapped_type":"long"}},
          {"brand":{"order":"desc","missing":"zz"}},{"sku":{"order":"asc"}},{"_doc":{"order":"asc"}}],
        "search_after":[1.5,7,"x",null,3],"aggs":{"n":{"max":{"field":"price"}}},
        "post_filter":{"term":{"brand":{"value":"HP"}}},"min_score":0.5,
        "collapse":{"field":"group","inner_hits":[
          {"name":"more","from":1,"size":2,"sort":[{"_score":{"order":"desc"}}],"_source":false},
          {"name":"all","size":3}]},
        "_source":{"includes":["title","a.*"],"excludes":["a.b"]},
        "highlight":{"type":"plain","pre_tags":["<b>"],"post_tags":["</b>"],"fragment_size":100,
          "number_of_fragments":5,"require_field_match":true,"highlight_query":{"match_none":{}},
          "fields":{"title":{},"text":{"fragment_size":80,"number_of_fragments":0}}},
        "suggest":{"spell":{"text":"shose","term":{"field":"title","size":5,"suggest_mode":"popular","max_edits":2,
          "prefix_length":1,"min_word_length":4}}},
        "track_total_hits":true,"track_scores":true,"version":true}
        """#)
    #expect(request.json == expected, "\(request.json.text)")
    #expect(try SearchRequest(json: expected) == request)
    #expect(SearchRequest(trackTotalHits: .never).json["track_total_hits"] == false)
    #expect(SearchRequest(trackTotalHits: .upTo(50)).json["track_total_hits"] == 50)
    #expect(SearchRequest(source: .fields(includes: ["a"])).json["_source"] == ["includes": ["a"]])
  }

  @Test(
    "2. aggregations",
    arguments: [
      (Aggregation(.terms(TermsAggregation(field: "f"))), #"{"terms":{"field":"f","size":10}}"#),
      (
        Aggregation(
          .terms(
            TermsAggregation(
              field: "f", size: 3, order: .metric("s.max", descending: true), minimumDocumentCount: 0,
              include: .prefix("Farbe (c++)=x"), missing: "none")),
          aggregations: [.init("s", Aggregation(.stats(field: "p")))]),
        #"""
        {"terms":{"field":"f","size":3,"order":{"s.max":"desc"},"min_doc_count":0,
        "include":"Farbe \\(c\\+\\+\\)=x.*","missing":"none"},"aggs":{"s":{"stats":{"field":"p"}}}}
        """#
      ),
      (
        Aggregation(.terms(TermsAggregation(field: "f", order: .countAscending, include: .values(["a", "b"])))),
        #"{"terms":{"field":"f","size":10,"order":{"_count":"asc"},"include":["a","b"]}}"#
      ),
      (
        Aggregation(.terms(TermsAggregation(field: "f", order: .keyDescending))),
        #"{"terms":{"field":"f","size":10,"order":{"_key":"desc"}}}"#
      ),
      (
        Aggregation(.terms(TermsAggregation(field: "f", order: .keyAscending))),
        #"{"terms":{"field":"f","size":10,"order":{"_key":"asc"}}}"#
      ),
      (
        Aggregation(.range(field: "p", ranges: [.init(to: 5), .init(key: "mid", from: 5, to: 9.5), .init(from: 9.5)])),
        #"{"range":{"field":"p","ranges":[{"to":5.0},{"key":"mid","from":5.0,"to":9.5},{"from":9.5}]}}"#
      ),
      (Aggregation(.histogram(field: "p", interval: 10)), #"{"histogram":{"field":"p","interval":10.0}}"#),
      (
        Aggregation(.histogram(field: "p", interval: 10, offset: 2, minimumDocumentCount: 1, extendedBounds: 0...50)),
        #"""
        {"histogram":{"field":"p","interval":10.0,"offset":2.0,"min_doc_count":1,"extended_bounds":{"min":0.0,"max":50.0}}}
        """#
      ),
      (Aggregation(.min(field: "p")), #"{"min":{"field":"p"}}"#),
      (Aggregation(.avg(field: "p")), #"{"avg":{"field":"p"}}"#),
      (Aggregation(.sum(field: "p")), #"{"sum":{"field":"p"}}"#),
      (Aggregation(.valueCount(field: "p")), #"{"value_count":{"field":"p"}}"#),
      (Aggregation(.cardinality(field: "p")), #"{"cardinality":{"field":"p"}}"#),
      (
        Aggregation(.cardinality(field: "p", precisionThreshold: 100)),
        #"{"cardinality":{"field":"p","precision_threshold":100}}"#
      ),
      (Aggregation(.filter(.exists(field: "p"))), #"{"filter":{"exists":{"field":"p"}}}"#),
      (
        Aggregation(.filters([.init("a", .matchAll()), .init("b", .matchNone)])),
        #"{"filters":{"filters":{"a":{"match_all":{}},"b":{"match_none":{}}}}}"#
      ),
    ])
  func aggregations(aggregation: Aggregation, expected: String) throws {
    let body = try JSONValue(parsing: expected)
    #expect(aggregation.json == body, "\(aggregation.json.text)")
    #expect(try SearchRequest(json: ["aggs": ["a": body]]).aggregations == [NamedAggregation("a", aggregation)])
  }

  @Test("4. bulk and alias bodies") func bulk() {
    let operations = [
      BulkOperation(id: "a\"1", externalVersion: 7, action: .index(source: Array("{\"x\":\r\n1}".utf8))),
      BulkOperation(id: "b", externalVersion: nil, action: .index(source: Array("{}".utf8))),
      BulkOperation(id: "c", externalVersion: 9, action: .delete),
    ]
    #expect(
      String(decoding: operations.ndjson, as: UTF8.self) == """
        {"index":{"_id":"a\\"1","version":7,"version_type":"external"}}
        {"x":  1}
        {"index":{"_id":"b"}}
        {}
        {"delete":{"_id":"c","version":9,"version_type":"external"}}

        """)
    let actions: [AliasAction] = [
      .add(index: "p-2", alias: "p"), .remove(index: "p-1", alias: "p"), .removeIndex("p-0"),
    ]
    #expect(
      actions.json.text
        == #"{"actions":[{"add":{"index":"p-2","alias":"p"}},{"remove":{"index":"p-1","alias":"p"}},"#
        + #"{"remove_index":{"index":"p-0"}}]}"#)
  }
}

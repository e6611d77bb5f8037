// 1. The request of a browse, of a search, and of a search with filters, compared whole as JSON.
// 2. What holds no letter and no digit asks for no code: its normal form is empty.
import Catalog
import JSON
import SearchDSL
import SearchService
import Testing
import Understanding

@Suite struct RetrievalTests {
  private static let weights = {
    var weights = RankingWeights()
    (weights.title, weights.summary, weights.popularity, weights.outOfStock) = (5, 2.5, 1, 0.6)
    return weights
  }()

  private static func request(_ input: SearchInput, wantsFacets: Bool = false) -> JSONValue {
    let query = RetrievalQuery(plan: QueryUnderstanding().plan(input.text), weights: weights).query
    return Retrieval().request(query: query, input: input, wantsFacets: wantsFacets).json
  }

  private static func expect(_ request: JSONValue, _ expected: String) throws {
    #expect(request == (try JSONValue(parsing: Array(expected.utf8))), "\(request.text)")
  }

  private static let ends =
    #""_source":{"includes":["product_id","title","brand","price","discount_percent","is_in_stock","rating","rating_count","swatches","display"]},"track_total_hits":true,"track_scores":true"#

  private static let functions =
    #""functions":[{"field_value_factor":{"field":"popularity","modifier":"ln2p","missing":0.0}},{"filter":{"term":{"is_in_stock":{"value":false}}},"weight":0.6}]"#

  @Test("1: browsing")
  func browse() throws {
    try Self.expect(
      Self.request(SearchInput(sort: .priceAscending, page: 3, pageSize: 10)),
      """
      {"query":{"bool":{"must":[{"function_score":{"query":{"match_all":{}},\(Self.functions)}}],
      "filter":[{"terms":{"audience":["b2c"]}}]}},"from":20,"size":10,
      "sort":[{"price.retail":{"order":"asc","unmapped_type":"long"}},{"product_id":{"order":"asc"}}],\(Self.ends)}
      """)
  }

  @Test("1: words and filters")
  func search() throws {
    let input = SearchInput(
      text: "red dress",
      filters: [
        .attribute(code: "size", values: ["M"]), .attribute(code: "colour", values: ["Red", "Blue"]),
        .price(lower: nil, upper: 5000),
      ])
    try Self.expect(
      Self.request(input),
      """
      {"query":{"bool":{"must":[{"bool":{"should":[{"bool":{"must":[{"function_score":{"query":{"bool":{"should":[
      {"multi_match":{"query":"red dress","fields":["title^5.0","brand","summary^2.5","category","attributes","features"],
      "type":"cross_fields"}}],"minimum_should_match":1}},\(Self.functions)}}]}},
      {"constant_score":{"filter":{"bool":{"should":[{"term":{"codes":{"value":"red dress"}}},
      {"term":{"title.whole":{"value":"red dress"}}}],"minimum_should_match":1}},"boost":100000.0}}],
      "minimum_should_match":1}}],"filter":[{"terms":{"audience":["b2c"]}}]}},
      "size":24,"sort":[{"_score":{"order":"desc"}},{"product_id":{"order":"asc"}}],
      "post_filter":{"bool":{"filter":[{"terms":{"facets":["size=M"]}},{"terms":{"facets":["colour=Red","colour=Blue"]}},
      {"range":{"price.retail":{"lte":5000}}},{"bool":{"should":[{"bool":{"must_not":[{"bool":{"filter":[
      {"term":{"option_codes":{"value":"colour"}}},{"term":{"option_codes":{"value":"size"}}}]}}]}},
      {"terms":{"variant_options":["colour=Red|size=M","colour=Blue|size=M"]}}],"minimum_should_match":1}}]}},\(Self.ends)}
      """)
  }

  @Test("1: facets leave their own filter out")
  func facets() throws {
    let input = SearchInput(filters: [.brand(["A"]), .attribute(code: "colour", values: ["Red"])])
    let aggregations = try #require(Self.request(input, wantsFacets: true)["aggs"])
    let brand = #"{"terms":{"brand.keyword":["A"]}}"#
    let colour = #"{"terms":{"facets":["colour=Red"]}}"#
    for (name, filter) in [
      ("brand", colour), ("attribute:colour", brand), ("attributes", "{\"bool\":{\"filter\":[\(brand),\(colour)]}}"),
      ("price", "{\"bool\":{\"filter\":[\(brand),\(colour)]}}"),
    ] {
      #expect(aggregations[name]?["filter"] == (try JSONValue(parsing: Array(filter.utf8))), "\(name)")
    }
    try Self.expect(
      try #require(aggregations["attribute:colour"]?["aggs"]),
      #"{"values":{"terms":{"field":"facets","size":1000,"include":"colour=.*"}}}"#)
  }

  @Test("2: no code in punctuation", arguments: ["!!!", "-", "?", "😀"])
  func punctuation(_ text: String) {
    #expect(!Self.request(SearchInput(text: text)).text.contains("codes"))
  }
}

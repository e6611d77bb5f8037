// 1. One document and one term score 0.2876821, as on Elasticsearch 7 and 8 and OpenSearch 2.
// 2. Bulk items that the mapping refuses carry Elasticsearch's error types and do not affect other items.
// 3. An external version that is not newer is refused with 409, also after a delete; a hit includes its version on
//    request.
// 4. terms, range and stats aggregations count multi-valued fields once for each document and value.
// 5. Sort, from/size, search_after and _source filtering.
import JSON
import SearchDSL
import SearchNode
import Testing

private let deadline = ContinuousClock.now + .seconds(3_600)

func makeNode(_ mappings: JSONValue, settings: JSONValue = [:], _ documents: [(String, JSONValue)]) async throws
  -> SearchNode
{
  let node = SearchNode()
  try await node.createIndex("products", body: ["settings": settings, "mappings": mappings], deadline: deadline)
  let operations = documents.map { BulkOperation(id: $0.0, externalVersion: nil, action: .index(source: $0.1.bytes)) }
  let response = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
  #expect(response.items.allSatisfy { $0.error == nil })
  return node
}

@Suite struct SearchNodeBasicsTests {
  @Test("1: the smallest score")
  func smallestScore() async throws {
    let node = try await makeNode(["properties": ["title": ["type": "text"]]], [("1", ["title": "dress"])])
    let response = try node.search(
      SearchRequest(query: .match(MatchQuery(field: "title", query: "Dress"))), in: "products")
    #expect(response.total == TotalHits(value: 1, isExact: true))
    let score = try #require(response.hits.first?.score)
    #expect(abs(score - 0.2876821) < 1e-7)
  }

  @Test("2: mapping errors stay with their item")
  func mappingErrors() async throws {
    let node = SearchNode()
    let body: JSONValue = ["mappings": ["dynamic": "strict", "properties": ["price": ["type": "integer"]]]]
    try await node.createIndex("products", body: body, deadline: deadline)
    let sources: [JSONValue] = [["price": 12], ["price": "dear"], ["colour": "red"], ["price": 13]]
    let operations = sources.enumerated().map {
      BulkOperation(id: "\($0.offset)", externalVersion: nil, action: .index(source: $0.element.bytes))
    }
    let response = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
    #expect(response.items.map(\.status) == [201, 400, 400, 201])
    #expect(response.items[1].error?.type == "mapper_parsing_exception")
    #expect(response.items[2].error?.type == "strict_dynamic_mapping_exception")
    #expect(try await node.count(.matchAll(), in: "products", deadline: deadline) == 2)
  }

  @Test("3: the newest external version wins")
  func externalVersions() async throws {
    let node = try await makeNode(["properties": ["title": ["type": "text"]]], [])
    func write(_ version: Int64, _ action: BulkOperation.Action) async throws -> Int {
      let operation = BulkOperation(id: "a", externalVersion: version, action: action)
      return try await node.bulk([operation], to: "products", refresh: true, deadline: deadline).items[0].status
    }
    let source = JSONValue.object(["title": "x"]).bytes
    #expect(try await write(5, .index(source: source)) == 201)
    #expect(try await write(5, .index(source: source)) == 409)
    #expect(try await write(6, .index(source: source)) == 200)
    #expect(try await write(4, .delete) == 409)
    #expect(try await write(8, .delete) == 200)
    #expect(try await write(7, .index(source: source)) == 409)
    #expect(try await node.count(.matchAll(), in: "products", deadline: deadline) == 0)
    #expect(try await write(9, .index(source: source)) == 201)
    #expect(try await node.get(id: "a", from: "products", deadline: deadline)?.version == 9)
    #expect(try node.search(SearchRequest(includesVersion: true), in: "products").hits.map(\.version) == [9])
    #expect(try node.search(SearchRequest(), in: "products").hits.map(\.version) == [nil])
  }

  @Test("4: aggregations over multi-valued fields")
  func aggregations() async throws {
    let mappings: JSONValue = [
      "properties": ["colour": ["type": "keyword"], "price": ["type": "double"], "size": ["type": "integer"]]
    ]
    let node = try await makeNode(
      mappings,
      [
        ("1", ["colour": ["red", "blue", "red"], "price": 10, "size": [1, 2]]),
        ("2", ["colour": "red", "price": 150.5]), ("3", ["colour": "green", "price": 99.5]), ("4", ["price": 500]),
      ])
    let request = SearchRequest(
      size: 0,
      aggregations: [
        NamedAggregation(
          "colours",
          Aggregation(
            .terms(TermsAggregation(field: "colour", size: 2)),
            aggregations: [NamedAggregation("price", Aggregation(.stats(field: "price")))])),
        NamedAggregation(
          "prices",
          Aggregation(.range(field: "price", ranges: [.init(to: 100), .init(from: 100, to: 200), .init(from: 200)]))),
      ])
    let response = try node.search(request, in: "products")
    guard case .buckets(let colours)? = response.aggregations["colours"],
      case .buckets(let prices)? = response.aggregations["prices"]
    else { return #expect(Bool(false), "two bucket aggregations") }
    #expect(colours.buckets.map(\.key) == ["red", "blue"])
    #expect(colours.buckets.map(\.documentCount) == [2, 1])
    #expect(colours.sumOfOtherDocumentCounts == 1)
    #expect(
      colours.buckets[0].aggregations["price"]
        == .stats(StatsResult(count: 2, min: 10, max: 150.5, avg: 80.25, sum: 160.5)))
    #expect(prices.buckets.map(\.key) == ["*-100.0", "100.0-200.0", "200.0-*"])
    #expect(prices.buckets.map(\.documentCount) == [2, 1, 1])
  }

  @Test("5: sort, paging and source filtering")
  func sorting() async throws {
    let mappings: JSONValue = ["properties": ["price": ["type": "double"], "name": ["type": "keyword"]]]
    let node = try await makeNode(
      mappings,
      [
        ("1", ["price": 3, "name": "c"]), ("2", ["price": 1, "name": "b"]), ("3", ["name": "a"]),
        ("4", ["price": 3, "name": "d"]),
      ])
    var request = SearchRequest(
      size: 2, sort: [SortKey(.field("price"), .descending), SortKey(.field("name"), .ascending)],
      source: .fields(includes: ["na*"]))
    let first = try node.search(request, in: "products")
    #expect(first.hits.map(\.id) == ["1", "4"])
    #expect(first.hits[0].source == ["name": "c"])
    #expect(first.hits[0].sort == [.double(3), .string("c")])
    request.searchAfter = first.hits.last?.sort
    let second = try node.search(request, in: "products")
    #expect(second.hits.map(\.id) == ["2", "3"])
  }
}

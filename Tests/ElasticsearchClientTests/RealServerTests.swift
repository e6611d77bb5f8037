// Properties proved here, against each real server that is present:
// 1. The client reports the server's product and version.
// 2. Documents written by bulk are found by get, count and search, with versions, sources, sorts, aggregations,
//    highlights, suggestions and inner hits; an older external version is refused as 409, with its item.
// 3. A document that the mapping refuses is an error of its item, with type and reason, and the others are indexed.
// 4. One request swaps aliases; indices are listed by pattern with their aliases and counts; a missing index is
//    reported.
// 5. A body that the server refuses gives status, type, reason and index.
// 6. The client waits until an index is allocated, at most until the deadline; a missing index is reported.
import ElasticsearchClient
import JSON
import LocalServices
import SearchDSL
import Testing

@Suite(.serialized) struct RealServerTests {
  @Test(
    "1–6 on each server", .enabled(if: LocalSearchServer.absence == nil, "no real search server here"),
    arguments: LocalSearchServer.Kind.allCases)
  func server(kind: LocalSearchServer.Kind) async throws {
    try await TestServers.withClient(of: kind) { client in
      let information = try await client.information(deadline: .now + .seconds(60))
      #expect(information.distribution == kind.distribution && !information.version.isEmpty)
      let index = "client-products-1"
      try await client.createIndex(index, body: Self.mapping, deadline: .now + .seconds(60))
      try await Self.write(client, index)
      try await Self.search(client, index)
      try await Self.aliases(client, index)
      try await Self.refusals(client, index)
      try await Self.allocation(client, index)
    }
  }

  static let mapping: JSONValue = [
    "settings": ["number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"],
    "mappings": [
      "dynamic": "strict",
      "properties": [
        "title": ["type": "text"], "brand": ["type": "keyword"], "price": ["type": "long"],
        "isNew": ["type": "boolean"],
      ],
    ],
  ]

  static func document(_ id: String, version: Int64?, _ body: JSONValue) -> BulkOperation {
    BulkOperation(id: id, externalVersion: version, action: .index(source: body.bytes))
  }

  static func write(_ client: ElasticsearchClient, _ index: String) async throws {
    let first = try await client.bulk(
      [
        document("a/1", version: 5, ["title": "red leather shoes", "brand": "Acme", "price": 4_999, "isNew": true]),
        document("b", version: 1, ["title": "red cotton shirt", "brand": "Acme", "price": 1_999, "isNew": false]),
        document("c", version: nil, ["title": "blue shoes", "brand": "Zeta", "price": 2_500, "isNew": false]),
        document("bad", version: 1, ["title": "no price", "price": "a lot"]),
        BulkOperation(id: "never", externalVersion: 2, action: .delete),
      ], to: index, refresh: true, deadline: .now + .seconds(60))
    #expect(first.items.map(\.status) == [201, 201, 201, 400, 404])
    #expect(first.items.map(\.id) == ["a/1", "b", "c", "bad", "never"])
    #expect(first.items[0].version == 5 && first.items[0].error == nil)
    let refused = try #require(first.items[3].error)
    #expect(["mapper_parsing_exception", "document_parsing_exception"].contains(refused.type))
    #expect(refused.reason.contains("price") && refused.reason.contains("a lot"))

    let second = try await client.bulk(
      [
        document("a/1", version: 4, ["title": "older", "brand": "Acme", "price": 1]),
        BulkOperation(id: "b", externalVersion: 1, action: .delete),
      ], to: index, refresh: true, deadline: .now + .seconds(60))
    #expect(second.items.map(\.status) == [409, 409])
    #expect(second.items[0].error?.type == "version_conflict_engine_exception")

    let hit = try #require(try await client.get(id: "a/1", from: index, deadline: .now + .seconds(60)))
    #expect(hit.id == "a/1" && hit.version == 5 && hit.source?["title"]?.string == "red leather shoes")
    #expect(try await client.get(id: "bad", from: index, deadline: .now + .seconds(60)) == nil)
    #expect(try await client.count(.matchAll(), in: index, deadline: .now + .seconds(60)) == 3)
  }

  static func search(_ client: ElasticsearchClient, _ index: String) async throws {
    var request = SearchRequest(
      query: .match(MatchQuery(field: "title", query: "red shoes")),
      sort: [SortKey(.field("price"), .descending), .score],
      aggregations: [
        NamedAggregation(
          "brands",
          Aggregation(
            .terms(TermsAggregation(field: "brand")),
            aggregations: [NamedAggregation("cheapest", Aggregation(.min(field: "price")))])),
        NamedAggregation("new", Aggregation(.terms(TermsAggregation(field: "isNew")))),
        NamedAggregation(
          "bands",
          Aggregation(.range(field: "price", ranges: [.init(key: "low", to: 2_500), .init(from: 2_500)]))),
        NamedAggregation("steps", Aggregation(.histogram(field: "price", interval: 2_000))),
        NamedAggregation("prices", Aggregation(.stats(field: "price"))),
        NamedAggregation(
          "named",
          Aggregation(
            .filters([
              .init("zeta", .term(field: "brand", value: "Zeta")), .init("acme", .term(field: "brand", value: "Acme")),
            ]))),
        NamedAggregation("one", Aggregation(.filter(.range(RangeQuery(field: "price", lower: .exclusive(2_500)))))),
        NamedAggregation(
          "none", Aggregation(.filter(.matchNone), aggregations: [.init("avg", Aggregation(.avg(field: "price")))])),
      ],
      collapse: Collapse(
        field: "brand", innerHits: [.init(name: "more", sort: [SortKey(.field("price"), .ascending)])]),
      source: .fields(includes: ["title"]), highlight: Highlight(fields: [.init("title", numberOfFragments: 0)]),
      suggest: [NamedSuggester("spell", TermSuggester(text: "shirz", field: "title"))], trackTotalHits: .exact,
      trackScores: true, includesVersion: true)
    let response = try await client.search(request, in: index, deadline: .now + .seconds(60))
    #expect(response.total == TotalHits(value: 3, isExact: true))
    #expect(response.hits.map(\.id) == ["a/1", "c"])
    let first = try #require(response.hits.first)
    #expect(first.index == index && first.version == 5)
    #expect(first.source == ["title": "red leather shoes"])
    #expect(first.highlight == ["title": ["<em>red</em> leather <em>shoes</em>"]])
    #expect(first.fields == ["brand": ["Acme"]])
    #expect(first.sort.first == .int(4_999))
    #expect(first.innerHits["more"]?.hits.map(\.id) == ["b", "a/1"])
    #expect(first.innerHits["more"]?.total == TotalHits(value: 2, isExact: true))
    #expect(response.suggest["spell"]?.first?.options.map(\.text) == ["shirt"])
    Self.aggregations(response.aggregations)

    request.searchAfter = first.sort
    request.collapse = nil
    request.aggregations = []
    let next = try await client.search(request, in: index, deadline: .now + .seconds(60))
    #expect(next.hits.map(\.id) == ["c", "b"])
    request.trackTotalHits = .upTo(1)
    #expect(
      try await client.search(request, in: index, deadline: .now + .seconds(60)).total
        == TotalHits(value: 1, isExact: false))
  }

  static func aggregations(_ results: [String: AggregationResult]) {
    #expect(
      results["brands"]
        == .buckets(
          BucketsResult(buckets: [
            Bucket(key: "Acme", documentCount: 2, aggregations: ["cheapest": .metric(1_999)]),
            Bucket(key: "Zeta", documentCount: 1, aggregations: ["cheapest": .metric(2_500)]),
          ])))
    #expect(
      results["new"]
        == .buckets(
          BucketsResult(buckets: [Bucket(key: false, documentCount: 2), Bucket(key: true, documentCount: 1)])))
    #expect(
      results["bands"]
        == .buckets(
          BucketsResult(buckets: [
            Bucket(key: "low", to: 2_500, documentCount: 1), Bucket(key: "2500.0-*", from: 2_500, documentCount: 2),
          ])))
    #expect(
      results["steps"]
        == .buckets(
          BucketsResult(buckets: [
            Bucket(key: 0.0, documentCount: 1), Bucket(key: 2_000.0, documentCount: 1),
            Bucket(key: 4_000.0, documentCount: 1),
          ])))
    #expect(
      results["prices"] == .stats(StatsResult(count: 3, min: 1_999, max: 4_999, avg: 9_498.0 / 3, sum: 9_498)))
    #expect(
      results["named"]
        == .buckets(
          BucketsResult(buckets: [Bucket(key: "zeta", documentCount: 1), Bucket(key: "acme", documentCount: 2)])))
    #expect(results["one"] == .single(SingleBucket(documentCount: 1)))
    #expect(results["none"] == .single(SingleBucket(documentCount: 0, aggregations: ["avg": .metric(nil)])))
  }

  static func aliases(_ client: ElasticsearchClient, _ index: String) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    try await client.createIndex("client-products-2", body: mapping, deadline: deadline)
    try await client.updateSettings(["index": ["refresh_interval": "1s"]], of: "client-products-2", deadline: deadline)
    try await client.updateAliases([.add(index: index, alias: "client-live")], deadline: deadline)
    #expect(try await client.count(.matchAll(), in: "client-live", deadline: deadline) == 3)
    try await client.updateAliases(
      [.remove(index: index, alias: "client-live"), .add(index: "client-products-2", alias: "client-live")],
      deadline: deadline)
    #expect(try await client.count(.matchAll(), in: "client-live", deadline: deadline) == 0)
    #expect(
      try await client.indices(matching: "client-products-*", deadline: deadline) == [
        IndexInformation(name: index, aliases: [], documentCount: 3),
        IndexInformation(name: "client-products-2", aliases: ["client-live"], documentCount: 0),
      ])
    #expect(try await client.indices(matching: "client-live", deadline: deadline).isEmpty)
    #expect(try await client.indices(matching: "absent", deadline: deadline).isEmpty)
    #expect(try await client.indices(matching: "absent-*", deadline: deadline).isEmpty)
    try await client.deleteIndex("client-products-2", deadline: deadline)
    await #expect(throws: SearchEngineError.indexNotFound("client-products-2")) {
      try await client.refresh("client-products-2", deadline: deadline)
    }
    await #expect(throws: SearchEngineError.indexNotFound("absent")) {
      try await client.search(SearchRequest(), in: "absent", deadline: deadline)
    }
    await #expect(throws: SearchEngineError.indexNotFound("absent")) {
      try await client.get(id: "a", from: "absent", deadline: deadline)
    }
  }

  static func refusals(_ client: ElasticsearchClient, _ index: String) async throws {
    let request = SearchRequest(sort: [SortKey(.field("absent"), .ascending)])
    do {
      _ = try await client.search(request, in: index, deadline: .now + .seconds(60))
      Issue.record("a sort by a field without a mapping was accepted")
    } catch let SearchEngineError.refused(status, type, reason, refusedIndex) {
      #expect(status == 400 && refusedIndex == index)
      #expect(type == "query_shard_exception" && reason.contains("absent"), "\(type): \(reason)")
    }
    await #expect {
      try await client.createIndex(index, body: Self.mapping, deadline: .now + .seconds(60))
    } throws: {
      guard case .refused(400, "resource_already_exists_exception", _, _) = $0 as? SearchEngineError else {
        return false
      }
      return true
    }
  }

  static func allocation(_ client: ElasticsearchClient, _ index: String) async throws {
    #expect(try await client.waitUntilAllocated(index, deadline: .now + .seconds(60)))
    // One node cannot hold a second copy, so there is nothing to wait for.
    try await client.updateSettings(["number_of_replicas": 1], of: index, deadline: .now + .seconds(60))
    let start = ContinuousClock.now
    #expect(try await !client.waitUntilAllocated(index, deadline: start + .seconds(60)))
    #expect(ContinuousClock.now - start < .seconds(30))
    try await client.updateSettings(["number_of_replicas": 0], of: index, deadline: .now + .seconds(60))
    #expect(try await client.waitUntilAllocated(index, deadline: .now + .seconds(60)))
    await #expect(throws: SearchEngineError.indexNotFound("absent")) {
      try await client.waitUntilAllocated("absent", deadline: .now + .seconds(1))
    }
  }
}

// 1. Over random writes and bodies, the engine gives the same answers with the request cache as without it.
// 2. A repeated body is answered from the cache until the next refresh that changes the index, separately for each
//    index.
// 3. Searches that depend on `now` are computed each time. An answer larger than its share of the memory is not kept,
//    and the cache never exceeds its memory: recently requested answers stay.
import JSON
import SearchDSL
import SearchNode
import Synchronization
import TestSupport
import Testing

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite struct RequestCacheTests {
  private final class Lookups: Sendable {
    let hits = Atomic<Int>(0)
    let misses = Atomic<Int>(0)

    func note(_ isFound: Bool) {
      if isFound { hits.add(1, ordering: .relaxed) } else { misses.add(1, ordering: .relaxed) }
    }

    /// Hits and misses since the last call.
    func take() -> [Int] {
      [hits.exchange(0, ordering: .relaxed), misses.exchange(0, ordering: .relaxed)]
    }
  }

  private static let mappings: JSONValue = [
    "properties": ["word": ["type": "text"], "key": ["type": "keyword"], "day": ["type": "date"]]
  ]

  private func node(bytes: Int, _ lookups: Lookups, now: Int64 = 0) async throws -> SearchNode {
    let node = SearchNode(clock: { now }, requestCache: .init(bytes: bytes, onLookup: lookups.note))
    for index in ["products", "others"] {
      try await node.createIndex(index, body: ["mappings": Self.mappings], deadline: deadline)
    }
    return node
  }

  private func write(_ node: SearchNode, _ id: String, _ source: JSONValue) async throws {
    let operation = BulkOperation(id: id, externalVersion: nil, action: .index(source: source.bytes))
    _ = try await node.bulk([operation], to: "products", refresh: true, deadline: deadline)
  }

  private func search(_ node: SearchNode, _ word: String, size: Int = 10, in index: String = "products") throws
    -> SearchResponse
  {
    var response = try node.search(
      SearchRequest(
        query: .match(MatchQuery(field: "word", query: word)), size: size,
        aggregations: [NamedAggregation("keys", Aggregation(.terms(TermsAggregation(field: "key"))))]), in: index)
    response.tookMilliseconds = 0
    return response
  }

  @Test("1: the same answers", arguments: [1, 2, 3] as [UInt64])
  func sameAnswers(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let lookups = Lookups()
    let caching = try await node(bytes: 200_000, lookups)
    let plain = try await makeNode(Self.mappings, [])
    for round in 0..<200 {
      if Int.random(in: 0..<8, using: &random) == 0 {
        let (id, word) = (Int.random(in: 0..<40, using: &random), Int.random(in: 0..<6, using: &random))
        let source: JSONValue = ["word": .string("w\(word) all"), "key": .string("k\(id % 5)")]
        try await write(caching, "\(id)", source)
        try await write(plain, "\(id)", source)
      }
      let word = ["w0", "w1", "w2", "w3", "all"].randomElement(using: &random) ?? "all"
      let size = Int.random(in: 0..<4, using: &random)
      #expect(
        try search(caching, word, size: size) == search(plain, word, size: size), "seed \(seed) round \(round)")
    }
    #expect(lookups.take()[0] > 20, "seed \(seed): the cache was used")
  }

  @Test("2: until the next refresh")
  func untilRefresh() async throws {
    let lookups = Lookups()
    let node = try await node(bytes: 1 << 20, lookups)
    try await write(node, "1", ["word": "dress"])
    #expect(try search(node, "dress").hits.map(\.id) == ["1"] && lookups.take() == [0, 1])
    #expect(try search(node, "dress").hits.map(\.id) == ["1"] && lookups.take() == [1, 0])
    #expect(try search(node, "dress", in: "others").hits.isEmpty && lookups.take() == [0, 1])
    try await node.refresh("products", deadline: deadline)
    #expect(try search(node, "dress").hits.count == 1 && lookups.take() == [1, 0], "nothing changed")
    try await write(node, "2", ["word": "dress"])
    #expect(try search(node, "dress").hits.map(\.id) == ["1", "2"] && lookups.take() == [0, 1])
  }

  @Test("3: now, and answers that are too large")
  func bounds() async throws {
    let lookups = Lookups()
    let node = try await node(bytes: 1 << 16, lookups, now: 1_000_000)
    try await write(node, "1", ["word": "dress", "day": "1970-01-01T00:00:10Z"])
    let recent = SearchRequest(query: .range(RangeQuery(field: "day", upper: .inclusive("now"))))
    for _ in 0..<2 { #expect(try node.search(recent, in: "products").hits.count == 1) }
    #expect(lookups.take() == [0, 2])

    try await write(node, "2", ["word": "long", "key": .string(String(repeating: "x", count: 20_000))])
    for _ in 0..<2 { #expect(try search(node, "long").hits.count == 1) }
    #expect(lookups.take() == [0, 2], "an eighth of the memory does not hold it")

    for round in 0..<100 {
      #expect(try search(node, "dress").hits.count == 1)
      #expect(try search(node, "other\(round)").hits.isEmpty)
    }
    let looked = lookups.take()
    #expect(looked[0] >= 98, "what is asked again and again stays")
    for round in 0..<50 { _ = try search(node, "other\(round)") }
    #expect(lookups.take() == [0, 50], "what was asked long ago went")
  }
}

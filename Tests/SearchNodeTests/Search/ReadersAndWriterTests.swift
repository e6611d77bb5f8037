// 1. After any sequence of writes, deletes and refreshes the index holds the same as a dictionary, across all merges.
// 2. Searches that run beside a writer see only complete refreshes, and never fail.
// 3. An alias moves from one index to another at once, and an action that fails moves nothing.
import JSON
import SearchDSL
import SearchNode
import TestSupport
import Testing

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite struct ReadersAndWriterTests {
  private static let mappings: JSONValue = [
    "properties": ["word": ["type": "text"], "key": ["type": "keyword"], "number": ["type": "long"]]
  ]

  @Test("1: random writes, deletes and refreshes", arguments: [1, 2, 3] as [UInt64])
  func randomWrites(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let node = try await makeNode(Self.mappings, [])
    var model: [String: Int64] = [:]
    for round in 0..<60 {
      var operations: [BulkOperation] = []
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        let id = "\(Int.random(in: 0..<150, using: &random))"
        if Int.random(in: 0..<4, using: &random) == 0 {
          operations.append(BulkOperation(id: id, externalVersion: nil, action: .delete))
          model[id] = nil
        } else {
          let number = Int64.random(in: 0..<50, using: &random)
          let source: JSONValue = [
            "word": .string("w\(number) all"), "key": .string("k\(number % 7)"), "number": .int(number),
          ]
          operations.append(BulkOperation(id: id, externalVersion: nil, action: .index(source: source.bytes)))
          model[id] = number
        }
      }
      let response = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
      #expect(!response.hasErrors)
      try check(node, model, "seed \(seed) round \(round)")
    }
  }

  private func check(_ node: SearchNode, _ model: [String: Int64], _ place: Comment) throws {
    var request = SearchRequest(
      query: .match(MatchQuery(field: "word", query: "all")), size: 1_000,
      aggregations: [
        NamedAggregation("keys", Aggregation(.terms(TermsAggregation(field: "key", order: .keyAscending)))),
        NamedAggregation("sum", Aggregation(.sum(field: "number"))),
      ])
    let all = try node.search(request, in: "products")
    #expect(Set(all.hits.map(\.id)) == Set(model.keys), place)
    #expect(all.aggregations["sum"] == .metric(Double(model.values.reduce(0, +))), place)
    let counts = Dictionary(grouping: model.values) { "k\($0 % 7)" }.mapValues(\.count)
    if case .buckets(let keys)? = all.aggregations["keys"] {
      #expect(keys.buckets.map(\.documentCount) == counts.sorted { $0.key < $1.key }.map(\.value), place)
    }
    request.query = .range(RangeQuery(field: "number", lower: .inclusive(10), upper: .exclusive(30)))
    let some = try node.search(request, in: "products")
    #expect(Set(some.hits.map(\.id)) == Set(model.filter { (10..<30).contains($0.value) }.keys), place)
    request.query = .matchPhrase(MatchPhraseQuery(field: "word", query: "w7 all"))
    #expect(
      Set(try node.search(request, in: "products").hits.map(\.id)) == Set(model.filter { $0.value == 7 }.keys), place)
  }

  @Test("2: readers beside a writer")
  func readersBesideWriter() async throws {
    let node = try await makeNode(Self.mappings, [])
    let rounds = 60
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for round in 1...rounds {
          let operations = (0..<20).map { number in
            BulkOperation(
              id: "\(round)-\(number)", externalVersion: nil,
              action: .index(source: JSONValue.object(["word": "all", "number": .int(Int64(round))]).bytes))
          }
          _ = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
        }
      }
      for _ in 0..<2 {
        group.addTask {
          var seen = 0
          while seen < rounds * 20 {
            let found = try node.search(
              SearchRequest(query: .match(MatchQuery(field: "word", query: "all"))), in: "products")
            let total = found.total?.value ?? 0
            #expect(total % 20 == 0 && total >= seen)
            seen = total
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("3: aliases")
  func aliases() async throws {
    let node = SearchNode()
    for name in ["products-1", "products-2"] { try await node.createIndex(name, body: [:], deadline: deadline) }
    try await node.updateAliases([.add(index: "products-1", alias: "products")], deadline: deadline)
    await #expect(throws: SearchEngineError.indexNotFound("products-9")) {
      try await node.updateAliases(
        [.remove(index: "products-1", alias: "products"), .add(index: "products-9", alias: "products")],
        deadline: deadline)
    }
    #expect(try await node.indices(matching: "products-*", deadline: deadline).map(\.aliases) == [["products"], []])
    try await node.updateAliases(
      [.remove(index: "products-1", alias: "products"), .add(index: "products-2", alias: "products")],
      deadline: deadline)
    #expect(try await node.indices(matching: "products-*", deadline: deadline).map(\.aliases) == [[], ["products"]])
    #expect(try await node.waitUntilAllocated("products-1", deadline: deadline))
    await #expect(throws: SearchEngineError.indexNotFound("products-9")) {
      try await node.waitUntilAllocated("products-9", deadline: deadline)
    }
  }
}

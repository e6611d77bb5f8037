// 1. Post filters and filter aggregations, whose matches are kept by segment, match the same documents as query filters
//    with the same clauses, which are computed each time: over random writes, deletes, refreshes and filters of one or
//    more clauses.
// 2. A filter that names `now` follows the time.
import JSON
import SearchDSL
import SearchNode
import Synchronization
import TestSupport
import Testing

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite struct SegmentFilterTests {
  private static let mappings: JSONValue = [
    "properties": [
      "key": ["type": "keyword"], "number": ["type": "long"], "word": ["type": "text"], "day": ["type": "date"],
    ]
  ]

  private func clause(_ random: inout SeededGenerator) -> Query {
    let number = Int64.random(in: 0..<20, using: &random)
    return switch Int.random(in: 0..<7, using: &random) {
    case 0: .term(field: "key", value: .string("k\(number % 5)"))
    case 1: .terms(field: "key", values: [.string("k\(number % 5)"), .string("k1")])
    case 2: .range(RangeQuery(field: "number", lower: .inclusive(.int(number))))
    case 3: .match(MatchQuery(field: "word", query: "w\(number % 4)"))
    case 4: .bool(BoolQuery(mustNot: [.term(field: "key", value: .string("k\(number % 5)"))]))
    case 5: .exists(field: "number")
    default: .term(field: "unknown", value: "x")
    }
  }

  private func filter(_ random: inout SeededGenerator) -> Query {
    let clauses = (0..<Int.random(in: 1...3, using: &random)).map { _ in clause(&random) }
    return clauses.count == 1 ? clauses[0] : .bool(BoolQuery(filter: clauses))
  }

  @Test("1: kept matches equal computed ones", arguments: [1, 2, 3] as [UInt64])
  func keptMatches(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let node = try await makeNode(Self.mappings, [])
    for round in 0..<120 {
      var operations: [BulkOperation] = []
      for _ in 0..<Int.random(in: 0..<30, using: &random) {
        let id = "\(Int.random(in: 0..<300, using: &random))"
        let number = Int64.random(in: 0..<20, using: &random)
        var source: JSONValue = ["key": .string("k\(number % 5)"), "word": .string("w\(number % 4) all")]
        if number % 3 > 0 { source["number"] = .int(number) }
        let isDelete = Int.random(in: 0..<5, using: &random) == 0
        operations.append(
          BulkOperation(id: id, externalVersion: nil, action: isDelete ? .delete : .index(source: source.bytes)))
      }
      _ = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
      for _ in 0..<5 {
        let filter = filter(&random)
        let kept = try node.search(
          SearchRequest(
            size: 1_000, aggregations: [NamedAggregation("count", Aggregation(.filter(filter)))], postFilter: filter),
          in: "products")
        let computed = try node.search(
          SearchRequest(query: .bool(BoolQuery(must: [.matchAll()], filter: [filter])), size: 1_000), in: "products")
        #expect(kept.hits.map(\.id) == computed.hits.map(\.id), "seed \(seed) round \(round) \(filter)")
        #expect(
          kept.aggregations["count"] == .single(SingleBucket(documentCount: computed.hits.count)),
          "seed \(seed) round \(round) \(filter)")
      }
    }
  }

  @Test("2: now")
  func now() async throws {
    let clock = Clock()
    let node = SearchNode(clock: { clock.time.load(ordering: .relaxed) })
    try await node.createIndex("products", body: ["mappings": Self.mappings], deadline: deadline)
    let source: JSONValue = ["day": "1970-01-01T00:00:10Z"]
    let operation = BulkOperation(id: "1", externalVersion: nil, action: .index(source: source.bytes))
    _ = try await node.bulk([operation], to: "products", refresh: true, deadline: deadline)
    let past = SearchRequest(postFilter: .range(RangeQuery(field: "day", upper: .inclusive("now"))))
    #expect(try node.search(past, in: "products").hits.isEmpty)
    clock.time.store(20_000, ordering: .relaxed)
    #expect(try node.search(past, in: "products").hits.count == 1)
  }

  private final class Clock: Sendable { let time = Atomic<Int64>(0) }
}

// 1. The request cache counts answers at no less memory than they take, and not many times more: measured on
//    the heap, over answers with sources, highlights and aggregations of several depths.
// 2. Ten thousand different requests, of bodies many times as large as their answers, leave the process no larger than the
//    cache's bound says.
import CMalloc
import Glibc
import JSON
import SearchDSL
import TestSupport
import Testing

@testable import SearchNode

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite(.serialized) struct RetainedBytesTests {
  private static let mappings: JSONValue = [
    "properties": [
      "word": ["type": "text"], "key": ["type": "keyword"], "number": ["type": "double"],
      "display": ["type": "object", "enabled": false],
    ]
  ]

  private func node(cacheBytes: Int?, products: Int) async throws -> SearchNode {
    let node = SearchNode(requestCache: cacheBytes.map { .init(bytes: $0) })
    try await node.createIndex("products", body: ["mappings": Self.mappings], deadline: deadline)
    let operations = (0..<products).map { id -> BulkOperation in
      let source: JSONValue = [
        "word": .string("dress number \(id) of many words that are shown with marks around them"),
        "key": .string("a key of more than fifteen bytes \(id)"), "number": .int(Int64(id)),
        "display": ["pictures": .array((0..<6).map { .string("/pictures/product-\(id)-\($0).svg") }), "n": 1],
      ]
      return BulkOperation(id: "\(id)", externalVersion: nil, action: .index(source: source.bytes))
    }
    _ = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
    return node
  }

  private func request(_ number: Int, conditions: Int = 0) -> SearchRequest {
    let filters = (0..<conditions).map { condition in
      Query.terms(field: "key", values: (0..<20).map { .string("a value of a request \(number) \(condition) \($0)") })
    }
    let unlike = Query.bool(BoolQuery(mustNot: filters + [.term(field: "key", value: .string("none \(number)"))]))
    let keys = NamedAggregation("keys", Aggregation(.terms(TermsAggregation(field: "key", size: 100))))
    return SearchRequest(
      query: .bool(BoolQuery(must: [.match(MatchQuery(field: "word", query: "dress"))], filter: [unlike])), size: 24,
      aggregations: [
        keys, NamedAggregation("outer", Aggregation(.filter(.matchAll()), aggregations: [keys])),
        NamedAggregation("stats", Aggregation(.stats(field: "number"))),
      ], source: .all, highlight: Highlight(fields: [Highlight.Field("word")]), trackTotalHits: .exact)
  }

  private func heapBytes() -> Int {
    let heap = mallinfo2()
    return Int(heap.uordblks) + Int(heap.hblkhd)
  }

  @Test("1: measured")
  func measured() async throws {
    let node = try await node(cacheBytes: nil, products: 200)
    var answers: [SearchResponse] = []
    answers.reserveCapacity(300)
    // The first round makes what is made only once.
    for number in 0..<20 { _ = try node.search(request(number), in: "products") }
    let before = heapBytes()
    for number in 0..<300 { answers.append(try node.search(request(number), in: "products")) }
    let taken = heapBytes() - before
    let claimed = answers.reduce(0) { $0 + $1.retainedBytes }
    print("RetainedBytesTests: \(taken / 300) bytes taken of each answer, \(claimed / 300) claimed")
    #expect(answers.allSatisfy { $0.hits.count == 24 && $0.aggregations.count == 3 })
    #expect(claimed >= taken, "\(claimed) claimed of \(taken)")
    #expect(claimed < 4 * taken, "\(claimed) claimed of \(taken)")
  }

  @Test("2: bounded")
  func bounded() async throws {
    let cacheBytes = 16 << 20
    let node = try await node(cacheBytes: cacheBytes, products: 40)
    for number in 0..<50 { _ = try node.search(request(number, conditions: 20), in: "products") }
    let before = heapBytes()
    for number in 50..<10_050 {
      _ = try node.search(request(number, conditions: number % 3 == 0 ? 20 : 1), in: "products")
    }
    let grown = heapBytes() - before
    print("RetainedBytesTests: \(grown >> 20) MB more after 10,000 different requests")
    // The filters' own cache keeps bits of 40 products.
    #expect(grown < cacheBytes + (8 << 20))
  }
}

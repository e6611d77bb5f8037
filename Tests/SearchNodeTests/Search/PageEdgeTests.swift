// Pages and buckets against plain passes over the documents, over random values with many ties (the seed is printed with
// what is found):
// 1. Pages by `search_after` hold each hit once, in order, whatever the size of a page, and so do pages by `from`.
// 2. A hit whose score is exactly the least allowed is kept.
// 3. The last hit that a window allows can be asked for, the next one is refused.
// 4. Terms are counted exactly, as frequent ones stand in the order of their keys, and those below the least count are
//    left out; a histogram's extended bounds hold empty bars at either end.
import JSON
import SearchDSL
import SearchNode
import TestSupport
import Testing

@Suite struct PageEdgeTests {
  private static let seeds: [UInt64] = [1, 2, 3]

  private struct Document {
    var number: Int64
    var keys: [String]
  }

  private static func documents(_ random: inout SeededGenerator) -> [Document] {
    (0..<150).map { _ in
      Document(
        number: Int64.random(in: 0..<6, using: &random),
        keys: Array(
          Set((0..<Int.random(in: 0...3, using: &random)).map { _ in "k\(Int.random(in: 0..<9, using: &random))" })))
    }
  }

  private static func node(_ documents: [Document]) async throws -> SearchNode {
    try await makeNode(
      ["properties": ["number": ["type": "long"], "id": ["type": "long"], "key": ["type": "keyword"]]],
      documents.enumerated().map { index, document in
        (
          "\(index)",
          [
            "number": .int(document.number), "id": .int(Int64(index)),
            "key": .array(document.keys.map { .string($0) }),
          ]
        )
      })
  }

  @Test("1: pages", arguments: seeds)
  func pages(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let documents = Self.documents(&random)
    let node = try await Self.node(documents)
    let orders: [(SortKey.Direction, SortKey.Direction, size: Int)] = [
      (.ascending, .ascending, 1), (.descending, .ascending, 7), (.ascending, .descending, 9),
      (.descending, .descending, 50), (.ascending, .ascending, 149),
    ]
    for (direction, ties, size) in orders {
      let sort = [SortKey(.field("number"), direction), SortKey(.field("id"), ties)]
      let expected = documents.indices.sorted {
        let (left, right) = (documents[$0].number, documents[$1].number)
        if left == right { return ($0 < $1) == (ties == .ascending) }
        return (left < right) == (direction == .ascending)
      }
      var found: [Int] = []
      var after: [SortValue]?
      while true {
        let hits = try node.search(SearchRequest(size: size, sort: sort, searchAfter: after), in: "products").hits
        guard let last = hits.last else { break }
        found += hits.compactMap { Int($0.id) }
        after = last.sort
        guard found.count <= documents.count else { break }
      }
      #expect(found == expected, "seed \(seed), pages of \(size)")
      var byNumber: [Int] = []
      for from in stride(from: 0, to: documents.count, by: size) {
        byNumber += try node.search(SearchRequest(from: from, size: size, sort: sort), in: "products").hits.compactMap {
          Int($0.id)
        }
      }
      #expect(byNumber == expected, "seed \(seed), pages of \(size) by number")
      // After a tie's value alone, the next value comes.
      let tie = try node.search(
        SearchRequest(size: 200, sort: [SortKey(.field("number"), direction)], searchAfter: [.int(3)]), in: "products")
      let beyond = documents.filter { direction == .ascending ? $0.number > 3 : $0.number < 3 }.count
      #expect(tie.hits.count == beyond, "seed \(seed)")
    }
  }

  @Test("2: the least score")
  func leastScore() async throws {
    let node = try await Self.node((0..<10).map { Document(number: $0, keys: ["k"]) })
    let query = Query.constantScore(filter: .term(field: "key", value: "k"), boost: 2)
    for (least, count) in [(1.5, 10), (2, 10), (2.5, 0)] {
      let answer = try node.search(SearchRequest(query: query, size: 100, minimumScore: least), in: "products")
      #expect(answer.hits.count == count && answer.total?.value == count, "\(least)")
    }
  }

  @Test("3: the window")
  func window() async throws {
    let node = try await Self.node((0..<30).map { Document(number: $0, keys: []) })
    for (from, size) in [(0, 10_000), (9_999, 1), (10_000, 0), (20, 0), (25, 9_975), (10, 10)] {
      let hits = try node.search(SearchRequest(from: from, size: size), in: "products").hits
      #expect(hits.count == max(0, min(size, 30 - from)), "\(size) from \(from)")
    }
    for (from, size) in [(0, 10_001), (10_000, 1), (9_999, 2), (10_001, 0)] {
      #expect(throws: SearchEngineError.self) {
        try node.search(SearchRequest(from: from, size: size), in: "products")
      }
    }
  }

  @Test("4: buckets", arguments: seeds)
  func buckets(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let documents = Self.documents(&random)
    let node = try await Self.node(documents)
    let counts = Dictionary(documents.flatMap(\.keys).map { ($0, 1) }, uniquingKeysWith: +)
    let expected = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    func buckets(_ aggregation: Aggregation) throws -> [Bucket] {
      let answer = try node.search(
        SearchRequest(size: 0, aggregations: [NamedAggregation("a", aggregation)]), in: "products")
      guard case .buckets(let result)? = answer.aggregations["a"] else { return [] }
      return result.buckets
    }
    for least in Set(counts.values).sorted() {
      for size in [1, 3, 20] {
        let found = try buckets(
          Aggregation(.terms(TermsAggregation(field: "key", size: size, minimumDocumentCount: least))))
        let kept = expected.filter { $0.value >= least }.prefix(size)
        #expect(found.map(\.key) == kept.map { .string($0.key) }, "seed \(seed), at least \(least)")
        #expect(found.map(\.documentCount) == kept.map(\.value), "seed \(seed), at least \(least)")
      }
    }
    // Like a number's own terms.
    let numbers = Dictionary(documents.map { ($0.number, 1) }, uniquingKeysWith: +)
    let ofNumbers = try buckets(Aggregation(.terms(TermsAggregation(field: "number", size: 20))))
    #expect(
      ofNumbers.map(\.key) == numbers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { .int($0.key) },
      "seed \(seed)")
    let bars = try buckets(
      Aggregation(.histogram(field: "number", interval: 2, extendedBounds: -3...11)))
    #expect(bars.map(\.key) == [-4, -2, 0, 2, 4, 6, 8, 10].map { .double($0) })
    #expect(bars.map(\.documentCount).reduce(0, +) == documents.count)
  }
}

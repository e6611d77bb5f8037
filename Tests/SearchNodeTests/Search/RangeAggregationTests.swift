// 1. A range's bucket counts exactly the documents with a number at or above `from` and below `to`: over random ranges,
//    apart and overlapping, open and empty, whose edges are values of the documents, in a field with one number and in one
//    with several, alone and within another bucket.
// 2. A histogram's bucket counts the documents with a number at or above its key and below the next one.
// 3. A query's range takes or leaves its own edge, as it says, at either end.
import JSON
import SearchDSL
import SearchNode
import TestSupport
import Testing

@Suite struct RangeAggregationTests {
  private struct Document {
    var group: String
    var one: Double?
    var several: [Double]
  }

  private static let seeds: [UInt64] = [1, 2, 3, 4]

  /// Few different numbers, so that many lie on an edge.
  private static func number(_ random: inout SeededGenerator) -> Double {
    Double(Int.random(in: -6...6, using: &random)) / 2
  }

  private static func documents(_ random: inout SeededGenerator) -> [Document] {
    (0..<200).map { _ in
      Document(
        group: ["a", "b", "c"].randomElement(using: &random)!,
        one: Int.random(in: 0..<8, using: &random) == 0 ? nil : number(&random),
        several: (0..<Int.random(in: 0...3, using: &random)).map { _ in number(&random) })
    }
  }

  private static func node(_ documents: [Document]) async throws -> SearchNode {
    try await makeNode(
      [
        "properties": [
          "group": ["type": "keyword"], "one": ["type": "double"], "several": ["type": "double"],
        ]
      ],
      documents.enumerated().map { index, document in
        var source: JSONValue = [
          "group": .string(document.group), "several": .array(document.several.map { .double($0) }),
        ]
        if let one = document.one { source["one"] = .double(one) }
        return ("\(index)", source)
      })
  }

  private static func ranges(_ random: inout SeededGenerator) -> [Aggregation.RangeBucket] {
    if Bool.random(using: &random) {
      // Side by side, as prices are asked for.
      let edges = Set((0..<4).map { _ in number(&random) }).sorted()
      return zip([nil] + edges.map(Optional.some), edges.map(Optional.some) + [nil]).map { .init(from: $0, to: $1) }
    }
    return (0..<4).map { _ in
      let (one, other) = (number(&random), number(&random))
      return switch Int.random(in: 0..<4, using: &random) {
      case 0: .init(from: one)
      case 1: .init(to: one)
      default: .init(from: min(one, other), to: max(one, other))
      }
    }
  }

  private static func values(_ field: String, _ document: Document) -> [Double] {
    field == "one" ? document.one.map { [$0] } ?? [] : document.several
  }

  private static func counts(_ result: AggregationResult?) throws -> [Bucket] {
    guard case .buckets(let buckets)? = result else {
      Issue.record("no buckets: \(String(describing: result))")
      return []
    }
    return buckets.buckets
  }

  @Test("1: ranges", arguments: seeds)
  func ranges(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let documents = Self.documents(&random)
    let node = try await Self.node(documents)
    for field in ["one", "several"] {
      for round in 0..<40 {
        let asked = NamedAggregation("ranges", Aggregation(.range(field: field, ranges: Self.ranges(&random))))
        let groups = NamedAggregation(
          "groups", Aggregation(.terms(TermsAggregation(field: "group")), aggregations: [asked]))
        let answer = try node.search(SearchRequest(size: 0, aggregations: [asked, groups]), in: "products")
        func check(_ buckets: [Bucket], _ documents: [Document]) {
          for bucket in buckets {
            let expected = documents.filter { document in
              Self.values(field, document).contains { value in
                (bucket.from.map { value >= $0 } ?? true) && (bucket.to.map { value < $0 } ?? true)
              }
            }.count
            #expect(
              bucket.documentCount == expected,
              "seed \(seed), round \(round), \(field) in \(bucket.from ?? -.infinity)..<\(bucket.to ?? .infinity)")
          }
        }
        check(try Self.counts(answer.aggregations["ranges"]), documents)
        for group in try Self.counts(answer.aggregations["groups"]) {
          guard case .string(let name) = group.key else { continue }
          check(try Self.counts(group.aggregations["ranges"]), documents.filter { $0.group == name })
        }
      }
    }
  }

  @Test("2: histograms", arguments: seeds)
  func histograms(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let documents = Self.documents(&random)
    let node = try await Self.node(documents)
    for field in ["one", "several"] {
      for interval in [0.5, 1, 1.5, 2.5] {
        let asked = NamedAggregation("bars", Aggregation(.histogram(field: field, interval: interval)))
        let answer = try node.search(SearchRequest(size: 0, aggregations: [asked]), in: "products")
        let bars = try Self.counts(answer.aggregations["bars"])
        let all = documents.flatMap { Self.values(field, $0) }
        let first = try #require(all.min())
        let last = try #require(all.max())
        #expect(bars.count == Int(((last / interval).rounded(.down) - (first / interval).rounded(.down))) + 1)
        for bar in bars {
          guard case .double(let key) = bar.key else {
            Issue.record("a bar's key is \(bar.key)")
            continue
          }
          let expected = documents.filter {
            Self.values(field, $0).contains { $0 >= key && $0 < key + interval }
          }.count
          #expect(bar.documentCount == expected, "seed \(seed), \(field), \(key) of \(interval)")
        }
      }
    }
  }

  @Test("3: a query's edges", arguments: seeds)
  func queries(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let documents = Self.documents(&random)
    let node = try await Self.node(documents)
    for field in ["one", "several"] {
      for _ in 0..<60 {
        let (low, high) = (Self.number(&random), Self.number(&random))
        let (takesLow, takesHigh) = (Bool.random(using: &random), Bool.random(using: &random))
        let (hasLow, hasHigh) = (Bool.random(using: &random), Bool.random(using: &random))
        let range = RangeQuery(
          field: field, lower: hasLow ? (takesLow ? .inclusive(.double(low)) : .exclusive(.double(low))) : nil,
          upper: hasHigh ? (takesHigh ? .inclusive(.double(high)) : .exclusive(.double(high))) : nil)
        guard hasLow || hasHigh else { continue }
        let found = try node.search(SearchRequest(query: .range(range), size: 300), in: "products").hits.map(\.id)
        let expected = documents.indices.filter { index in
          Self.values(field, documents[index]).contains { value in
            (!hasLow || value > low || takesLow && value == low)
              && (!hasHigh || value < high || takesHigh && value == high)
          }
        }
        #expect(Set(found) == Set(expected.map(String.init)), "seed \(seed), \(range)")
      }
    }
  }
}

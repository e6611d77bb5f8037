// 1. Parts of sources, which are kept by segment, equal the parts of whole sources, which are parsed each time: over
//    random writes, deletes, refreshes, merges and more kinds of parts than are kept at once.
// 2. The same holds for more parts than fit in the cache.
import JSON
import SearchDSL
import SearchNode
import TestSupport
import Testing

private let deadline = ContinuousClock.now + .seconds(3_600)

@Suite struct SourceCacheTests {
  private static let mappings: JSONValue = ["properties": ["number": ["type": "long"]]]
  private static let fields = [
    ["number"], ["text"], ["number", "text"], ["object.inner"], ["text", "object"], ["none"],
  ]

  private func source(_ number: Int64, textLength: Int) -> JSONValue {
    [
      "number": .int(number), "text": .string(String(repeating: "t\(number) ", count: textLength)),
      "object": ["inner": ["a", .int(number)], "other": true],
    ]
  }

  private func part(_ source: JSONValue, _ fields: [String]) -> JSONValue {
    var part = JSONObject()
    for name in ["number", "text", "object"] where fields.contains(name) { part[name] = source[name] }
    if fields == ["object.inner"] { part["object"] = ["inner": source["object"]?["inner"] ?? .null] }
    return .object(part)
  }

  @Test("1: kept parts equal those of the sources", arguments: [1, 2, 3] as [UInt64])
  func keptParts(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let node = try await makeNode(Self.mappings, [])
    for round in 0..<120 {
      var operations: [BulkOperation] = []
      for _ in 0..<Int.random(in: 0..<20, using: &random) {
        let isDelete = Int.random(in: 0..<5, using: &random) == 0
        let source = source(Int64.random(in: 0..<1_000_000, using: &random), textLength: 2)
        operations.append(
          BulkOperation(
            id: "\(Int.random(in: 0..<200, using: &random))", externalVersion: nil,
            action: isDelete ? .delete : .index(source: source.bytes)))
      }
      _ = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
      let fields = Self.fields[Int.random(in: 0..<Self.fields.count, using: &random)]
      let parts = try node.search(SearchRequest(size: 1_000, source: .fields(includes: fields)), in: "products")
      let whole = try node.search(SearchRequest(size: 1_000, source: .all), in: "products")
      #expect(parts.hits.map(\.id) == whole.hits.map(\.id))
      #expect(
        parts.hits.map(\.source) == whole.hits.map { $0.source.map { part($0, fields) } },
        "seed \(seed) round \(round) \(fields)")
    }
  }

  @Test("2: more parts than fit")
  func moreThanKept() async throws {
    let node = try await makeNode(Self.mappings, [])
    // About 6 MB of parts.
    let operations = (0..<2_000).map { number in
      BulkOperation(
        id: "\(number)", externalVersion: nil,
        action: .index(source: source(Int64(number), textLength: 500).bytes))
    }
    _ = try await node.bulk(operations, to: "products", refresh: true, deadline: deadline)
    for _ in 0..<2 {
      let parts = try node.search(SearchRequest(size: 2_000, source: .fields(includes: ["text"])), in: "products")
      #expect(parts.hits.count == 2_000)
      #expect(parts.hits.allSatisfy { $0.source?["text"]?.string?.hasPrefix("t\($0.id) ") == true })
    }
  }
}

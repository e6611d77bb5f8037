// 1. Over the Icecat catalog of querqy/chorus the five multi_match forms reach to four digits the nDCG@10 that
//    Elasticsearch 7.10.2, Elasticsearch 8.19.5 and OpenSearch 2.19.4 all gave when asked for them: 0.6568, 0.7027,
//    0.6815, 0.6977, 0.7293.
import Foundation
import JSON
import LocalServices
import Ranking
import SearchDSL
import SearchNode
import Testing

@Suite struct IcecatRelevanceTests {
  static let ratings = OptionalMaterial.data("icecat/ratings.csv")

  @Test(
    "1: nDCG@10 of five multi_match forms",
    .enabled(if: IcecatIndex.isPresent && ratings != nil, "no icecat in VITRINE_DATA"))
  func relevance() async throws {
    let node = try await Self.index()
    let judgments = try Judgments(csv: String(contentsOfFile: #require(Self.ratings), encoding: .utf8))
    let plain: [BoostedField] = ["title", "brand", "desc", "attrs"]
    let boosted: [BoostedField] = ["title^5", "brand^2", "desc^2", "attrs"]
    let expected: [(MultiMatchQuery.Kind, [BoostedField], String)] = [
      (.bestFields, plain, "0.6568"), (.bestFields, boosted, "0.7027"), (.mostFields, boosted, "0.6815"),
      (.crossFields, plain, "0.6977"), (.crossFields, boosted, "0.7293"),
    ]
    for (kind, fields, figure) in expected {
      let scores = try judgments.queries.filter(\.hasRelevant).map { query in
        let request = SearchRequest(
          query: .multiMatch(MultiMatchQuery(query: query.text, fields: fields, kind: kind)), source: .none)
        let found = try node.search(request, in: "icecat").hits.map(\.id)
        return RankingMetrics.nDCG(of: found, ratings: query.ratings, at: 10)
      }
      #expect(scores.count == 46)
      let mean = try #require(RankingMetrics.mean(scores))
      #expect(String(format: "%.4f", mean) == figure, "\(kind) \(fields)")
    }
  }

  /// The catalog with the four searched fields and without sources, because a debug build has only a minute for it.
  private static func index() async throws -> SearchNode {
    let node = SearchNode()
    let text: JSONValue = ["type": "text", "analyzer": "english_text"]
    let body: JSONValue = [
      "settings": IcecatIndex.body["settings"] ?? [:],
      "mappings": [
        "_source": ["enabled": false], "properties": ["title": text, "brand": text, "desc": text, "attrs": text],
      ],
    ]
    let deadline = ContinuousClock.now + .seconds(3_600)
    try await node.createIndex("icecat", body: body, deadline: deadline)
    let operations = try IcecatCatalog.documents()
    let response = try await node.bulk(operations, to: "icecat", refresh: true, deadline: deadline)
    try #require(!response.hasErrors, "\(response.items.first { $0.error != nil }.debugDescription)")
    return node
  }
}

/// The catalog's searched texts, in file order.
enum IcecatCatalog {
  static func documents() throws -> [BulkOperation] {
    let parser = JSONParser()
    var operations: [BulkOperation] = []
    for line in try lines() {
      try parser.withDocument(line) { product in
        var writer = JSONWriter()
        var attributes: [String] = []
        product.forEachMember { name, value in
          if name.starts(with: "attr_t_".utf8), let text = value.string { attributes.append(text) }
        }
        writer.object { writer in
          for (field, source) in [("title", "title"), ("brand", "supplier"), ("desc", "short_description")] {
            guard let text = product[source]?.string else { continue }
            writer.name(text: field)
            writer.string(text)
          }
          if !attributes.isEmpty { writer.member("attrs", attributes.joined(separator: " ")) }
        }
        operations.append(
          BulkOperation(id: product["id"]?.string ?? "", externalVersion: 1, action: .index(source: writer.bytes)))
      }
    }
    return operations
  }

  private static func lines() throws -> [ArraySlice<UInt8>] {
    let gzip = Process()
    let pipe = Pipe()
    gzip.executableURL = URL(filePath: "/bin/gzip")
    gzip.arguments = ["-dc", IcecatIndex.file]
    gzip.standardOutput = pipe
    try gzip.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    gzip.waitUntilExit()
    return Array(bytes).split(separator: 0x0A)
  }
}

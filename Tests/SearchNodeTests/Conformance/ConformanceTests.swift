// Properties proved here, for bodies drawn at random (the seed is printed) over the Icecat catalog:
// 1. Two real servers give the same hits, order, scores, totals, highlights and aggregations: the harness is right.
// 2. The embedded node gives the same as a real server, but for the kinds of difference that are listed below.
// 3. Each of these bodies reads back as the request it was made of.
import ElasticsearchClient
import Foundation
import JSON
import SearchDSL
import SearchNode
import Testing

@Suite(.serialized) struct ConformanceTests {
  /// 19 of 250 bodies differ, all of five kinds: terms with min_doc_count > 1 (what is cut before it, and
  /// sum_other_doc_count), Boolean keys of terms, sort values of missing doubles, inner hits under min_score, and
  /// function scores within a boosted boosting query. As the node mends them, this goes to 0.
  private static let knownDifferencePercent = 8

  @Test("1. real servers agree", .enabled(if: ConformanceRun.absence == nil, "no real search servers, or no Icecat"))
  func servers() async throws {
    let index = try IcecatIndex(products: ConformanceRun.products)
    let engines = try await ConformanceRun.fill(ConformanceRun.realServers(), with: index)
    for other in engines.dropFirst() {
      let report = try await ConformanceRun.compare(engines[0], other, index: index)
      // Where the servers part among themselves: KNOWN_ANSWERS.md counts 3 in 2,000.
      #expect(report.differing.count <= 1 + ConformanceRun.bodies / 100, "\(report.summary)")
    }
  }

  @Test(
    "2. the embedded node agrees", .enabled(if: ConformanceRun.absence == nil, "no real search servers, or no Icecat"))
  func embedded() async throws {
    let index = try IcecatIndex(products: ConformanceRun.products)
    let servers = try await ConformanceRun.realServers().prefix(1)
    let node = ConformanceRun.Engine(name: "vitrine", engine: SearchNode())
    for engine in try await ConformanceRun.fill(servers + [node], with: index).dropLast() {
      let report = try await ConformanceRun.compare(engine, node, index: index)
      #expect(
        report.differing.count * 100 <= Self.knownDifferencePercent * ConformanceRun.bodies, "\(report.summary)")
    }
  }

  @Test("3. bodies read back", .enabled(if: IcecatIndex.isPresent, "no ../shared/data/icecat/products.ndjson.gz"))
  func bodies() throws {
    var generator = BodyGenerator(index: try IcecatIndex(products: 500), seed: ConformanceRun.seed)
    for number in 0..<1_000 {
      let request = generator.request()
      let body = try JSONValue(parsing: request.bytes)
      #expect(try SearchRequest(json: body) == request, "body \(number) of seed \(ConformanceRun.seed): \(body.text)")
    }
  }
}

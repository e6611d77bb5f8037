// Properties proved here, for bodies drawn at random (the seed is printed) over the Icecat catalog:
// 1. The embedded node gives the same hits, order, scores, totals, highlights and aggregations as each real server.
import SearchDSL
import SearchNode
import Testing

@Suite(.serialized) struct NodeConformanceTests {
  @Test(
    "1. the node answers as real servers do",
    .enabled(if: !ConformanceRun.engines.isEmpty && IcecatIndex.isPresent, "needs a real server"))
  func node() async throws {
    let index = try IcecatIndex(products: ConformanceRun.products)
    let node = ConformanceRun.Engine(name: "node", engine: SearchNode())
    let engines = try await ConformanceRun.fill([node] + ConformanceRun.engines, with: index)
    for server in engines.dropFirst() {
      let report = try await ConformanceRun.compare(node, server, index: index)
      #expect(report.differing.isEmpty, "\(report.summary)")
    }
  }
}

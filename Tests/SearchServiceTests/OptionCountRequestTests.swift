// 1. The counts of options are asked for by names without a merchant's text, which Elasticsearch would refuse: no `[`, `]` or
//    `>` of a value is in a name, and each facet is one aggregation.
import Catalog
import SearchDSL
import Testing

@testable import SearchService

@Suite struct OptionCountRequestTests {
  @Test("1: names")
  func names() throws {
    func value(_ text: String) -> Facet.Value { .init(value: text, label: text, count: 3, isSelected: false) }
    let facets = ["size", "fit[1]"].map { code in
      Facet(code: code, name: code, kind: .values, values: ["S [short]", "a>b", "M=1", "\u{0}"].map(value))
    }
    let input = SearchInput(filters: [.attribute(code: "size", values: ["S [short]"]), .inStock])
    let counts = OptionCounts(retrieval: Retrieval(), input: input)
    let request = try #require(counts.request(for: facets, options: ["size", "fit[1]"], query: .matchAll()))
    #expect(request.aggregations.count == 2)
    for aggregation in request.aggregations {
      #expect(aggregation.name.allSatisfy { $0.isNumber })
      let nested = try #require(aggregation.aggregation.aggregations.first)
      guard case .filters(let filters) = nested.aggregation.kind else {
        Issue.record("not one aggregation of filters")
        continue
      }
      #expect(filters.count == 4 && filters.allSatisfy { $0.name.allSatisfy { $0.isNumber } })
    }
  }
}

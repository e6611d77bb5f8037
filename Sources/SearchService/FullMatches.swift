public import Catalog
import SearchDSL
import Understanding

extension SearchService {
  /// The products of a page that have every word of its query, where the page has others too; nil where they are not told
  /// apart, since all or none have every word, or the engine did not answer in time.
  public func fullMatches(of page: SearchPage) async -> Set<ProductID>? {
    guard page.relaxedTo == .everyWordFirst, !page.products.isEmpty else { return nil }
    let (understanding, _) = understand(page.input)
    let query = planQuery(page.plan, understanding, page.input)
    guard let complete = query.completeMatch else { return nil }
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(page.products.map(\.id.description)), complete])),
      size: page.products.count, source: SourceFilter.none, trackTotalHits: .never)
    // A page without the mark is whole.
    let response = try? await ask(request, deadline: .now + deadlines.search)
    return response.map { Set($0.hits.compactMap { ProductID($0.id) }) }
  }
}

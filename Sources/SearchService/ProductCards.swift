public import Catalog
import SearchDSL

extension SearchService {
  /// The cards of products, in the order asked for; what is no longer sold is left out.
  public func cards(of ids: [ProductID], shopper: ShopperContext = .visitor) async throws -> [ProductCard] {
    guard !ids.isEmpty else { return [] }
    let audience = Query.terms(field: "audience", values: shopper.audience.codes.map { .string($0) })
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(ids.map(\.description)), audience])), size: ids.count,
      source: .fields(includes: Retrieval.cardFields), trackTotalHits: .never)
    let response = try await engine.search(request, in: index, deadline: .now + deadlines.search)
    var degraded: [String] = []
    let hits = response.hits.compactMap(CardHit.init)
    let prices = await currentPrices(of: hits.map(\.id), degraded: &degraded)
    let input = SearchInput(shopper: shopper)
    let cards = hits.compactMap { card(for: $0, prices: prices?[$0.id], input: input) }
    return ids.compactMap { id in cards.first { $0.id == id } }
  }
}

import Catalog
import Pricing
import SearchDSL
import Understanding

/// The order by price where options are chosen: by what the variant costs that has them, not by the product's lowest price.
///
/// The index knows the lowest price of each product alone. So the results are read whole, as far as they are few, and put in
/// order by their cards' prices; beyond that the index's order stands.
extension SearchService {
  /// Results that are put in order here: as many as filters by options mostly leave.
  static let mostOrdered = 300

  /// A page in the order of the variants' prices; nil where the index's order is the same, or too much was found. What is
  /// late or fails leaves the index's order, and `degraded` says so.
  func orderedByVariant(
    _ query: Query, _ input: SearchInput, _ drawing: CardDrawing, total: Int, limits: Limits,
    degraded: inout [String]
  ) async -> (cards: [ProductCard], nextCursor: String?)? {
    let choosesOptions = input.filters.contains { if case .attribute = $0 { true } else { false } }
    guard [.priceAscending, .priceDescending].contains(input.sort), choosesOptions,
      (2...Self.mostOrdered).contains(total)
    else { return nil }
    var whole = input
    (whole.position, whole.page, whole.pageSize) = (nil, 1, total)
    let request = retrieval.request(query: query, input: whole, wantsFacets: false)
    guard !limits.isLate, let response = try? await ask(request, deadline: limits.answer) else {
      degraded.append("order")
      return nil
    }
    let hits = response.hits.compactMap(CardHit.init)
    let prices = await currentPrices(of: hits.map(\.id), until: limits.optional, degraded: &degraded)
    let cards = hits.compactMap { card(for: $0, prices: prices?[$0.id], drawing) }
    let isAscending = input.sort == .priceAscending
    func amount(_ card: ProductCard) -> Int64 { card.quote?.amount.minorUnits ?? (isAscending ? .max : .min) }
    let sorted = cards.sorted { left, right in
      amount(left) == amount(right) ? left.id < right.id : (amount(left) < amount(right)) == isAscending
    }
    let first = min(input.resultsBefore, sorted.count)
    let page = Array(sorted[first..<min(first + input.pageSize, sorted.count)])
    let seen = first + page.count
    guard seen < sorted.count, let last = response.hits.last else { return (page, nil) }
    // The page behind is found by how much was seen.
    let cursor = PageCursor(
      of: input, position: PagePosition(after: last.sort, seen: seen, isByVariant: true), currency: currency)
    return (page, signer.map { cursor.text($0) })
  }
}

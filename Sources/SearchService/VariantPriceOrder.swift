import Catalog
import Pricing
import SearchDSL
import Understanding

/// The order by price where options are chosen: by what the variant costs that has them, not by the product's lowest price.
///
/// The index knows the lowest price of each product alone. So the results are read whole, as far as they are few, and put in
/// order by their cards' prices; beyond that the index's order stands.
struct VariantPriceOrder: Sendable {
  let retriever: Retriever
  let pricer: Pricer

  /// A page in the order of the variants' prices; nil where the index's order is the same, or too much was found. A call
  /// that is late or fails leaves the index's order, and the answer says so.
  func page(of candidates: Candidates, in run: inout SearchRun) async -> PricedPage? {
    let (input, total) = (run.input, candidates.total)
    let choosesOptions = input.filters.contains { if case .attribute = $0 { true } else { false } }
    guard [.priceAscending, .priceDescending].contains(input.sort), choosesOptions,
      (2...SearchService.maxOrdered).contains(total)
    else { return nil }
    let response: SearchResponse
    do {
      guard !run.limits.isLate else { throw SearchEngineError.deadlineExceeded }
      response = try await retriever.all(candidates, in: run)
    } catch {
      run.leaveOut(.order, after: error)
      return nil
    }
    let cards = pricer.cards(of: response.hits.compactMap(CardHit.init), plan: candidates.plan, in: &run)
    let isAscending = input.sort == .priceAscending
    func amount(_ card: ProductCard) -> Int64 { card.quote?.amount.minorUnits ?? (isAscending ? .max : .min) }
    let sorted = cards.sorted { left, right in
      amount(left) == amount(right) ? left.id < right.id : (amount(left) < amount(right)) == isAscending
    }
    let first = min(input.resultsBefore, sorted.count)
    let page = Array(sorted[first..<min(first + input.pageSize, sorted.count)])
    let seen = first + page.count
    guard seen < sorted.count, let last = response.hits.last else { return PricedPage(cards: page) }
    // The page behind is found by how much was seen.
    return PricedPage(
      cards: page, next: PagePosition(after: last.sort, seen: seen, isCounted: true, reading: candidates.reading))
  }
}

/// The cards that a page shows, at today's prices.
struct PricedPage: Sendable {
  var cards: [ProductCard]
  /// Where the page behind begins; nil where this one is the last.
  var next: PagePosition?
}

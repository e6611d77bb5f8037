import Catalog
import SearchDSL
import Understanding

/// The results that a search found: a window of them, of which the shown page is a slice.
struct Candidates: Sendable {
  /// The engine's answer; its hits are the window.
  var response: SearchResponse
  /// The reading of the query that found them.
  var plan: QueryPlan
  /// The engine's query of that plan.
  var query: Query
  /// For the cursor of the next page; nil where the query was searched as typed and a product has every word.
  var reading: QueryReadingReference?
  /// Products that have every word, or a code that was typed.
  var complete = 0
  /// Results before the window's first.
  var before: Int
  /// Whether the hits are ids and scores alone: what a page shows is read once its products are known.
  var isBare = false
  /// Results from the first on that a model has put in order; 0: none.
  var ranked = 0
  /// Places of the window's hits in the order in which they are shown; nil: as the engine gave them.
  var order: [Int]?
  /// The model's answer; nil where the engine's order stands.
  var ranking: RankedOrder?
  /// The hits that the model was asked to order, as it was given them.
  var judged: [Hit] = []
  /// Of a page behind a cursor: the products of the model's order that were not shown yet. The engine's hits stand behind
  /// them.
  var remaining: [ProductID] = []

  var total: Int { response.total?.value ?? 0 }
  /// The window in the order in which it is shown.
  var hits: [Hit] { order.map { $0.map { response.hits[$0] } } ?? response.hits }

  /// The page that the input asks for.
  func page(of input: SearchInput) -> ResultPage {
    if let position = input.position, !remaining.isEmpty { return remainingPage(behind: position, input.pageSize) }
    let first = input.resultsBefore - before
    let shown = Array(hits.dropFirst(first).prefix(input.pageSize))
    return ResultPage(hits: shown, next: position(behind: shown, of: input))
  }

  /// Where the page behind begins; nil where this one is the last.
  private func position(behind shown: [Hit], of input: SearchInput) -> PagePosition? {
    let seen = input.resultsBefore + shown.count
    guard shown.count == input.pageSize, seen < total, seen <= PageCursor.maxSeen else { return nil }
    if seen < ranked {
      // The order goes with the cursor: prices, stock and the shopper's own deeds would give another one by then.
      guard let last = response.hits[..<ranked].last, !last.sort.isEmpty else { return nil }
      let all = hits[..<ranked].compactMap { ProductID($0.id) }
      return PagePosition(
        after: last.sort, seen: seen, reading: reading, order: Array(all.dropFirst(seen - before)),
        shown: Array(all.prefix(seen - before)))
    }
    guard let last = response.hits[..<(seen - before)].last, !last.sort.isEmpty else { return nil }
    return PagePosition(
      after: last.sort, seen: seen, isCounted: ranked > 0 ? false : input.position?.isCounted ?? false,
      reading: reading,
      shown: ranked > 0 ? hits[..<ranked].compactMap { ProductID($0.id) } : input.position?.shown ?? [])
  }

  private func remainingPage(behind position: PagePosition, _ size: Int) -> ResultPage {
    let index = response.hits.first?.index ?? ""
    let own = remaining.prefix(size).map { Hit(index: index, id: $0.description) }
    let behind = Array(response.hits.prefix(size - own.count))
    let shown = own + behind
    let seen = position.seen + shown.count
    let rest = Array(remaining.dropFirst(size))
    guard shown.count == size, !rest.isEmpty || seen < total, seen <= PageCursor.maxSeen else {
      return ResultPage(hits: shown, next: nil)
    }
    let after = behind.last?.sort ?? position.after
    return ResultPage(
      hits: shown,
      next: PagePosition(
        after: after, seen: seen, reading: reading, order: rest, shown: position.shown + remaining.prefix(size)))
  }
}

/// The results that one page shows, in their order.
struct ResultPage: Sendable {
  var hits: [Hit]
  /// Where the page behind begins; nil where this one is the last.
  var next: PagePosition?
}

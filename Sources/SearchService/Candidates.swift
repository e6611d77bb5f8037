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
  /// Results before the window's first.
  var before: Int
  /// Results from the first on that a model has put in order; 0: none.
  var ranked = 0
  /// Places of the window's hits in the order in which they are shown; nil: as the engine gave them.
  var order: [Int]?

  var total: Int { response.total?.value ?? 0 }
  /// The window in the order in which it is shown.
  var hits: [Hit] { order.map { $0.map { response.hits[$0] } } ?? response.hits }

  /// The page that the input asks for.
  func page(of input: SearchInput) -> ResultPage {
    let first = input.resultsBefore - before
    let shown = Array(hits.dropFirst(first).prefix(input.pageSize))
    return ResultPage(hits: shown, next: position(behind: shown, of: input))
  }

  /// Where the page behind begins; nil where this one is the last.
  private func position(behind shown: [Hit], of input: SearchInput) -> PagePosition? {
    let seen = input.resultsBefore + shown.count
    guard shown.count == input.pageSize, seen < total, seen <= PageCursor.mostSeen,
      let last = seen < ranked ? shown.last : response.hits[..<(seen - before)].last, !last.sort.isEmpty
    else { return nil }
    // Within a ranked window sort values do not say what was shown; behind it they do.
    let isCounted = ranked > 0 ? seen < ranked : input.position?.isCounted ?? false
    return PagePosition(after: last.sort, seen: seen, isCounted: isCounted, reading: reading)
  }
}

/// The results that one page shows, in their order.
struct ResultPage: Sendable {
  var hits: [Hit]
  /// Where the page behind begins; nil where this one is the last.
  var next: PagePosition?
}

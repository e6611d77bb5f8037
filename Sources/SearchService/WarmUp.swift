import Catalog
import SearchDSL
import Understanding

extension SearchService {
  /// A pass of the usual searches after which the engine counts as warm though it is slower than wanted, as on a busy
  /// machine.
  private static let maxPasses = 20
  private static let patience = Duration.seconds(60)
  private static let pause = Duration.milliseconds(50)
  private static let usualQueries = 12

  /// Asks the engine what shoppers will ask of an index, until a whole pass is in time: a search server that was just
  /// started compiles, opens files and fills caches at its first searches, for which no shopper should wait.
  ///
  /// `index` nil: the one that searches read. The names that pages need are read too. False where nothing was answered.
  @discardableResult
  public func warmUp(index name: String? = nil) async -> Bool {
    let labels = await directory.labels() ?? .none
    _ = await directory.brands(slug: "")
    let names = (labels.tree.roots + labels.tree.roots.flatMap { labels.tree.children(of: $0.id) }).map(\.name)
      .prefix(Self.usualQueries)
    let requests = usualRequests(Array(names))
    let end = ContinuousClock.now + Self.patience
    var isAnswered = false
    for _ in 0..<Self.maxPasses {
      var slowest = Duration.zero
      for request in requests where ContinuousClock.now < end && !Task.isCancelled {
        let start = ContinuousClock.now
        // The circuit breaker is for shoppers: a cold engine is asked for as long as patience lasts.
        // One that fails now is asked again in the next pass; shoppers' own searches tell why.
        guard (try? await index.engine.search(request, in: name ?? index.name, deadline: end)) != nil else {
          slowest = Self.patience
          continue
        }
        isAnswered = true
        slowest = max(slowest, .now - start)
      }
      // Where nothing answers there is nothing to warm.
      if !isAnswered { break }
      if slowest < deadlines.search || ContinuousClock.now >= end || Task.isCancelled { break }
      // Cancellation ends the pause, and the next pass at its first request.
      try? await Task.sleep(for: Self.pause)
    }
    return isAnswered
  }

  private func usualRequests(_ texts: [String]) -> [SearchRequest] {
    var inputs = SearchSort.allCases.map { SearchInput(sort: $0) } + texts.map { SearchInput(text: $0) }
    inputs += texts.prefix(2).map { text in
      var input = SearchInput(text: text, filters: [.inStock, .price(lower: 100, upper: 100_000)], page: 2)
      input.isHighlighted = true
      return input
    }
    let searches = inputs.map(request(for:))
    let phrases = knowledge?.known.phrases ?? SuggestedPhrases()
    return searches
      + texts.flatMap { [String($0.prefix(1)), String($0.prefix(3))] }.map {
        suggester.request(for: $0, shopper: .visitor, phrases: phrases)
      }
  }
}

import SearchDSL
import Threading

/// Changes that were committed and are looked for until a search finds them.
///
/// One search looks for all of them at a time, so that what is measured costs an engine the same however late it is. It
/// looks by document id, a few steps in a segment's terms: `product_id` is a number, whose tree costs ten times that.
struct PendingChanges: Sendable {
  /// How late a measurement may be: the pause and the search itself.
  private static let pollPause = Duration.milliseconds(25)
  /// A change that is not found by then counts as this late.
  static let patience = Duration.seconds(60)
  private static let deadline = Duration.seconds(60)
  /// Far more than are sampled within the patience.
  private static let mostAtOnce = 5_000

  private struct Change {
    var product: Int64
    var version: Int64
    var committed: ContinuousClock.Instant
  }

  private struct State {
    var changes: [Change] = []
    var isClosed = false
    /// In seconds, of those that were found or given up.
    var lateness: [Double] = []
  }

  private let state = Guarded(State())

  /// A change that was just committed.
  func add(product: Int64, version: Int64) {
    state.withLock { $0.changes.append(Change(product: product, version: version, committed: .now)) }
  }

  /// No more are added: `look` ends when the last was found.
  func close() { state.withLock { $0.isClosed = true } }

  /// Looks until all were found; gives how late each was, in seconds.
  func look(_ engine: any SearchEngine, in index: String) async throws -> [Double] {
    while true {
      let (changes, isClosed) = state.withLock { (Array($0.changes.prefix(Self.mostAtOnce)), $0.isClosed) }
      if changes.isEmpty, isClosed { return state.withLock { $0.lateness } }
      if !changes.isEmpty {
        let versions = try await Self.versions(of: Set(changes.map(\.product)), engine, in: index)
        settle(changes.count, versions)
      }
      try await Task.sleep(for: Self.pollPause)
    }
  }

  /// Takes away those among the first `count` that were found or have been looked for long enough.
  private func settle(_ count: Int, _ versions: [Int64: Int64]) {
    let now = ContinuousClock.now
    state.withLock { state in
      var left: [Change] = []
      for change in state.changes.prefix(count) {
        let late = now - change.committed
        if versions[change.product].map({ $0 >= change.version }) == true || late >= Self.patience {
          state.lateness.append(min(late, Self.patience) / .seconds(1))
        } else {
          left.append(change)
        }
      }
      state.changes.replaceSubrange(..<count, with: left)
    }
  }

  /// What a search finds of these products.
  private static func versions(of products: Set<Int64>, _ engine: any SearchEngine, in index: String) async throws
    -> [Int64: Int64]
  {
    let request = SearchRequest(
      query: .bool(BoolQuery(filter: [.ids(products.sorted().map(String.init))])),
      size: products.count,
      sort: ["product_id", "document_version"].map { SortKey(.field($0), .ascending) }, source: .none,
      trackTotalHits: .never)
    var versions: [Int64: Int64] = [:]
    for hit in try await engine.search(request, in: index, deadline: .now + deadline).hits {
      if case .int(let product)? = hit.sort.first, case .int(let version)? = hit.sort.last {
        versions[product] = version
      }
    }
    return versions
  }
}

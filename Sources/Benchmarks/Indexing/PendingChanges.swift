import SearchDSL
import Threading

/// Committed changes that are searched for until they are found.
///
/// One search looks for all of them at once, so that the measurement costs the engine the same however late it is. It
/// looks them up by document ID, a few steps in a segment's terms: `product_id` is a number, and its tree costs ten
/// times as much.
struct PendingChanges: Sendable {
  /// The error of a measurement: the pause and the search itself.
  private static let pollPause = Duration.milliseconds(25)
  /// A change that is not found within this time counts as this late.
  static let patience = Duration.seconds(60)
  private static let deadline = Duration.seconds(60)
  /// Far more than are sampled within the patience.
  private static let maxAtOnce = 5_000

  private struct Change {
    var product: Int64
    var version: Int64
    var committed: ContinuousClock.Instant
  }

  private struct State {
    var changes: [Change] = []
    var isClosed = false
    /// In seconds, of changes that were found or given up.
    var lateness: [Double] = []
  }

  private let state = Guarded(State())

  /// Adds a change that was just committed.
  func add(product: Int64, version: Int64) {
    state.withLock { $0.changes.append(Change(product: product, version: version, committed: .now)) }
  }

  /// Ends the additions: `look` returns when the last change was found.
  func close() { state.withLock { $0.isClosed = true } }

  /// Searches until all changes were found; returns how late each was, in seconds.
  func look(_ engine: any SearchEngine, in index: String) async throws -> [Double] {
    while true {
      let (changes, isClosed) = state.withLock { (Array($0.changes.prefix(Self.maxAtOnce)), $0.isClosed) }
      if changes.isEmpty, isClosed { return state.withLock { $0.lateness } }
      if !changes.isEmpty {
        let versions = try await Self.versions(of: Set(changes.map(\.product)), engine, in: index)
        settle(changes.count, versions)
      }
      try await Task.sleep(for: Self.pollPause)
    }
  }

  /// Removes those among the first `count` that were found or have been searched for long enough.
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

  /// The versions of these products that a search finds.
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

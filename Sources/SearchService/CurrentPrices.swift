import Catalog
import Ports
import Threading

/// Reads today's prices for the searches that run at the same time with one statement.
///
/// While statements are under way, the searches that come gather behind them, and the first of those reads for all. Each
/// is shown prices that were read after it asked, as if it had read alone; Postgres answers some large statements instead
/// of many small ones.
final class CurrentPrices: Sendable {
  typealias Prices = [ProductID: [VariantID: [Price]]]

  /// Statements at once: enough that a slow one holds up nobody for long, few enough that searches gather.
  static let maxStatements = 2
  /// Products that one statement asks for, but for a single search that asks for more.
  private static let maxProducts = 1_000

  private enum Turn {
    /// Read for yourself and for who waits.
    case read
    case given(Result<Prices, any Error>)
  }

  private struct Waiter: Sendable {
    let ids: [ProductID]
    let turn: CheckedContinuation<Turn, Never>
  }

  private struct State {
    var statements = 0
    var waiting: [Waiter] = []

    mutating func begin() -> Bool {
      guard statements < CurrentPrices.maxStatements else { return false }
      statements += 1
      return true
    }

    /// Those who wait, as long as their products fit a statement beside `count` others.
    mutating func takeWaiting(beside count: Int) -> [Waiter] {
      var count = count
      let followers = waiting.prefix { waiter in
        count += waiter.ids.count
        return count <= CurrentPrices.maxProducts
      }
      waiting.removeFirst(followers.count)
      return Array(followers)
    }
  }

  /// Of the deadline, what a statement must have had for its lateness to be the database's.
  private static let wholeShare = 0.9

  private let catalog: any CatalogReader
  private let deadline: Duration
  private let circuit: CircuitBreaker
  private let state = Guarded(State())

  init(catalog: any CatalogReader, deadline: Duration, circuit: CircuitBreaker = CircuitBreaker()) {
    self.catalog = catalog
    self.deadline = deadline
    self.circuit = circuit
  }

  /// Searches that have gathered and are not read for yet.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// The price rows of every variant of these products, and perhaps of others, by the deadline and by `latest`.
  func prices(of ids: [ProductID], until latest: ContinuousClock.Instant? = nil) async throws -> Prices {
    let end = min(ContinuousClock.now + deadline, latest ?? .now + deadline)
    var turn = Turn.read
    if !state.withLock({ $0.begin() }) { turn = await wait(ids) }
    if case .given(let prices) = turn { return try prices.get() }
    let followers = state.withLock { $0.takeWaiting(beside: ids.count) }
    let prices = await read(ids + followers.flatMap(\.ids), until: end)
    // Cancelling the leading request must not cancel the requests batched behind it.
    finish(followers, Task.isCancelled ? nil : prices)
    return try prices.get()
  }

  private func wait(_ ids: [ProductID]) async -> Turn {
    await withCheckedContinuation { continuation in
      let mayRead = state.withLock { state in
        if state.begin() { return true }
        state.waiting.append(Waiter(ids: ids, turn: continuation))
        return false
      }
      if mayRead { continuation.resume(returning: .read) }
    }
  }

  private func read(_ ids: [ProductID], until end: ContinuousClock.Instant) async -> Result<Prices, any Error> {
    let left = end - .now
    guard left > .zero else {
      return .failure(DependencyUnavailable(dependency: "the database", reason: "it is busy with other searches"))
    }
    var late: (any Error)?
    do {
      let prices = try await circuit.run(isFailure: { $0 is DependencyUnavailable }) {
        do {
          return try await withDeadline(left) { [catalog] in try await catalog.prices(of: ids) }
        } catch let error as DependencyUnavailable where left < deadline * Self.wholeShare && .now >= end {
          // The rest of a search's time says nothing of the database.
          late = error
          throw CancellationError()
        }
      }
      return .success(prices)
    } catch {
      return .failure(late ?? error)
    }
  }

  /// Gives `followers` the prices, or nil their place in front of the others, and the next its turn.
  private func finish(_ followers: [Waiter], _ prices: Result<Prices, any Error>?) {
    let next = state.withLock { state -> Waiter? in
      if prices == nil { state.waiting.insert(contentsOf: followers, at: 0) }
      guard !state.waiting.isEmpty else {
        state.statements -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.turn.resume(returning: .read)
    guard let prices else { return }
    for follower in followers { follower.turn.resume(returning: .given(prices)) }
  }
}

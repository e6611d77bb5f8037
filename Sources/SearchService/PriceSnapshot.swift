import Catalog
public import Ports
public import Telemetry
import Threading

/// All prices in memory, which follow the database by its outbox, so that a search asks for none.
///
/// A committed change is taken up at the next look, also while an older transaction is open: a change that the outbox holds
/// back from the index is looked at again each time until it is settled. If the last look is older than `mostAge`, or there
/// was none yet, `prices(of:)` gives nothing, and the prices come from the database.
public final class PriceSnapshot: Sendable {
  public struct Options: Sendable {
    /// Prices that are older are not shown from memory.
    public var mostAge = Duration.seconds(1)
    /// Between two looks.
    public var pause = Duration.milliseconds(100)
    /// The outbox keeps each entry for ten seconds at least (`IndexSync`): after a longer silence all prices are read anew.
    public var mostSilence = Duration.seconds(5)

    public init() {}
  }

  /// Changes of one look, and products of one statement.
  private static let (mostChanges, mostWaiting, batchSize) = (10_000, 200_000, 1_000)

  private struct State {
    var table = PriceTable()
    /// The beginning of the last look that saw every change; nil: none yet.
    var seenAt: ContinuousClock.Instant?
    /// The beginning of the last look.
    var lookedAt: ContinuousClock.Instant?
  }

  private let source: any PriceSource
  private let options: Options
  private let state = Guarded(State())
  private let follower: PriceFollower
  private let age: Gauge
  private let products: Gauge
  private let misses: Counter

  public init(source: any PriceSource, options: Options = Options(), metrics: MetricsRegistry) {
    self.source = source
    self.options = options
    follower = PriceFollower(
      source: source, mostChanges: Self.mostChanges, mostWaiting: Self.mostWaiting, batchSize: Self.batchSize)
    age = metrics.gauge(
      "vitrine_price_snapshot_age_seconds", help: "The age of the prices in memory; -1 before they are read.")
    products = metrics.gauge("vitrine_price_snapshot_products", help: "Products whose prices are in memory.")
    misses = metrics.counter(
      "vitrine_price_snapshot_misses_total",
      help: "Times that the prices in memory were too old, and the database was asked.")
    age.set(-1)
  }

  /// The price rows of these products' variants; nil where they may be older than they may be shown.
  func prices(of ids: [ProductID]) -> CurrentPrices.Prices? {
    let found = state.withLock { state -> CurrentPrices.Prices? in
      guard let seenAt = state.seenAt, .now - seenAt <= options.mostAge else { return nil }
      var prices = CurrentPrices.Prices(minimumCapacity: ids.count)
      for id in ids { prices[id] = state.table.prices(of: id) }
      return prices
    }
    if found == nil { misses.increment() }
    return found
  }

  /// Follows the database until it is cancelled.
  public func run(logger: Logger) async {
    var isFailing = false
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        try await step()
        if isFailing { logger.info("prices in memory follow the database again") }
        isFailing = false
      } catch is CancellationError {
        return
      } catch {
        if !isFailing {
          logger.warning("prices in memory are not followed", metadata: ["reason": .string("\(error)")])
        }
        isFailing = true
      }
      report()
      // At most half of the time is spent looking. Cancelled: the loop ends.
      try? await Task.sleep(for: max(options.pause, .now - start))
    }
  }

  private func report() {
    let (seenAt, count) = state.withLock { ($0.seenAt, $0.table.productCount) }
    age.set(seenAt.map { (.now - $0) / .seconds(1) } ?? -1)
    products.set(Double(count))
  }

  /// Takes up all changes until now; the first time, and after a long silence, reads everything.
  public func step() async throws {
    let lookedAt = state.withLock { $0.lookedAt }
    if lookedAt.map({ .now - $0 > options.mostSilence }) ?? true {
      let table = try await follower.load()
      state.withLock { $0 = State(table: table) }
    }
    while true {
      let start = ContinuousClock.now
      let changes = try await follower.changes()
      state.withLock { state in
        state.lookedAt = start
        if !changes.ids.isEmpty { state.table.put(changes.prices, of: changes.ids) }
        if changes.isEnd { state.seenAt = start }
      }
      // More than one look takes may wait for an open transaction: the prices in memory grow old then.
      if changes.isEnd || changes.ids.isEmpty { return }
    }
  }
}

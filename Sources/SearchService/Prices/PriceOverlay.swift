public import Catalog
public import Ports
public import Pricing
public import Telemetry
import Threading

/// All prices in memory, which follow the database by its outbox, so that a shopper's request asks for none.
///
/// The age of the prices is the time since the beginning of the last look that saw every committed change. `quotes` gives
/// nothing for prices that are older than `maxAge`, or not read yet: the indexed price stands in, and the answer says so.
public final class PriceOverlay: Sendable {
  public struct Options: Sendable {
    /// Older prices are not shown.
    public var maxAge = Duration.seconds(1)
    /// Between two looks.
    public var pause = Duration.milliseconds(50)
    /// The outbox keeps each entry for ten seconds at least (`IndexSync`): after a longer silence all prices are read
    /// again.
    public var maxSilence = Duration.seconds(5)

    public init() {}
  }

  /// The quotes of products, by product and variant. A variant without a price has none.
  public typealias Quotes = [ProductID: [VariantID: Quote]]

  private struct State {
    var table = PriceTable()
    /// The beginning of the last look that saw every change; nil: none yet.
    var seenAt: ContinuousClock.Instant?
    /// The beginning of the last look.
    var lookedAt: ContinuousClock.Instant?
  }

  private let options: Options
  private let state = Guarded(State())
  private let follower: PriceFollower
  private let age: Gauge
  private let variantPrices: Gauge
  private let bytes: Gauge
  private let changes: Counter
  private let misses: Counter

  public init(source: any PriceSource, options: Options = Options(), metrics: MetricsRegistry) {
    self.options = options
    follower = PriceFollower(source: source)
    age = metrics.gauge("vitrine_prices_age_seconds", help: "The age of the prices in memory; -1 before they are read.")
    variantPrices = metrics.gauge("vitrine_prices_rows", help: "Price rows in memory.")
    bytes = metrics.gauge("vitrine_prices_bytes", help: "Memory of the prices, about.")
    changes = metrics.counter("vitrine_prices_changes_total", help: "Products whose prices were read again.")
    misses = metrics.counter(
      "vitrine_prices_too_old_total",
      help: "Times that prices in memory were too old to be shown, so that indexed ones stood in.")
    age.set(-1)
  }

  /// The price of one piece of each variant of the products; nil where prices may be older than they may be shown.
  public func quotes(of ids: [ProductID], lists: [PriceListCode] = [.retail], at time: Timestamp) -> Quotes? {
    let extract = state.withLock { state -> PriceTable.Extract? in
      guard let seenAt = state.seenAt, .now - seenAt <= options.maxAge else { return nil }
      return state.table.extract(of: ids)
    }
    guard let extract else {
      misses.increment()
      return nil
    }
    var quotes = Quotes(minimumCapacity: ids.count)
    for (place, id) in ids.enumerated() {
      var ofVariants: [VariantID: Quote] = [:]
      extract.forEachVariant(at: place) { variant, prices in
        ofVariants[variant] = quote(prices, lists: lists, at: time)
      }
      quotes[id] = ofVariants
    }
    return quotes
  }

  /// Follows the database until cancelled.
  public func run(logger: Logger) async {
    // At most half of the time is spent looking.
    await following(
      "prices in memory do not follow the database", to: logger, restingFor: { max(options.pause, $0) }
    ) {
      defer { report() }
      try await follow()
    }
  }

  private func report() {
    let (seenAt, rows, size) = state.withLock { ($0.seenAt, $0.table.rowCount, $0.table.byteCount) }
    age.set(seenAt.map { (.now - $0) / .seconds(1) } ?? -1)
    variantPrices.set(Double(rows))
    bytes.set(Double(size))
  }

  /// Takes up all changes until now; the first time, and after a long silence, reads everything. One task at a time
  /// calls it.
  public func follow() async throws {
    let lookedAt = state.withLock { $0.lookedAt }
    if lookedAt.map({ .now - $0 > options.maxSilence }) ?? true {
      let table = try await follower.load()
      // Old prices are shown until the first look behind them, as long as they may be.
      state.withLock { state in
        state.table = table
        state.lookedAt = nil
      }
    }
    while true {
      let start = ContinuousClock.now
      let found = try await follower.look()
      state.withLock { state in
        if !found.ids.isEmpty { state.table.put(found.prices, of: found.ids) }
        state.lookedAt = start
        if found.isEnd { state.seenAt = start }
      }
      changes.increment(by: found.ids.count)
      compact()
      // More changes than a look takes may wait for an open transaction: the prices grow old then.
      if found.isEnd || found.ids.isEmpty { return }
      // The outbox may have lost changes during a look that took so long: the next call reads everything again.
      if .now - start > options.maxSilence { return }
    }
  }

  /// Builds the table without unused rows beside the one that quotes are read from. Only `follow` changes the table,
  /// so nothing is lost between the copy and the exchange.
  private func compact() {
    let sparse = state.withLock { state -> PriceTable? in state.table.isSparse ? state.table : nil }
    guard var table = sparse else { return }
    table.compact()
    let compacted = table
    state.withLock { $0.table = compacted }
  }
}

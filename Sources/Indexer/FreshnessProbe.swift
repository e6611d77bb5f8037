import Catalog
import Ports
import SearchDSL
import Telemetry
import Threading

/// Measures freshness as a shopper would: takes a change that was just written, and searches until it is found.
///
/// Sync offers every change; the probe takes one in each `interval`, so that measuring costs only a few searches.
final class FreshnessProbe: Sendable {
  struct Change: Sendable {
    var product: ProductID
    var documentVersion: Int64
    var changedAt: Timestamp

    /// The last searchable product with a change in `entries`; nil if there is none.
    init?(newestOf products: [ProductSnapshot], _ entries: [OutboxEntry]) {
      guard let product = products.last(where: \.isSearchable),
        let changedAt = entries.last(where: { $0.product == product.id })?.committedAt
      else { return nil }
      self.product = product.id
      documentVersion = product.documentVersion
      self.changedAt = changedAt
    }
  }

  private static let pollPause = Duration.milliseconds(20)
  /// If a change is not found within this time, the audit will find the reason.
  private static let patience = Duration.seconds(60)
  private static let searchDeadline = Duration.seconds(5)

  private let offered = Guarded<Change?>(nil)
  let engine: any SearchEngine
  let clock: any WallClock
  let interval: Duration
  let metrics: IndexSyncMetrics

  init(engine: any SearchEngine, clock: any WallClock, interval: Duration, metrics: IndexSyncMetrics) {
    self.engine = engine
    self.clock = clock
    self.interval = interval
    self.metrics = metrics
  }

  /// Offers a change that was just written.
  func offer(_ change: Change) { offered.withLock { $0 = change } }

  /// Runs until cancelled, searching through the alias like shoppers.
  func run(alias: String) async throws {
    while true {
      guard
        let change = offered.withLock({ change in
          defer { change = nil }
          return change
        })
      else {
        try await Task.sleep(for: Self.pollPause)
        continue
      }
      try await measure(change, alias: alias)
      try await Task.sleep(for: interval)
      // Drop changes offered meanwhile: they are old by now, and the probe would measure its own delay.
      offered.withLock { $0 = nil }
    }
  }

  private func measure(_ change: Change, alias: String) async throws {
    let query = Query.bool(
      BoolQuery(filter: [
        .ids([change.product.description]),
        .range(RangeQuery(field: "document_version", lower: .inclusive(.int(change.documentVersion)))),
      ]))
    let giveUp = ContinuousClock.now + Self.patience
    while ContinuousClock.now < giveUp {
      let found = try? await engine.count(query, in: alias, deadline: .now + Self.searchDeadline)
      if let found, found > 0 {
        let seconds = clock.now().microsecondsSinceEpoch.subtracting(
          saturating: change.changedAt.microsecondsSinceEpoch)
        return metrics.freshness.observe(Double(max(0, seconds)) / 1e6)
      }
      try await Task.sleep(for: Self.pollPause)
    }
  }
}

public import Telemetry

/// The metrics that sync reports.
public struct IndexSyncMetrics: Sendable {
  let documents: Counter
  let outdated: Counter
  let deadLetters: Counter
  let retries: Counter
  let failures: Counter
  let fannedOut: Counter
  let driftFound: Counter
  let driftRepaired: Counter
  let isWriter: Gauge
  let lagSeconds: Gauge
  let lagEntries: Gauge
  /// The time from commit to searchable, in seconds.
  let freshness: Histogram

  public init(registry: MetricsRegistry) {
    documents = registry.counter(
      "vitrine_index_documents_total", help: "Documents written to or removed from the index in use.")
    outdated = registry.counter("vitrine_index_outdated_total", help: "Writes that met a newer version in the index.")
    deadLetters = registry.counter("vitrine_index_dead_letters_total", help: "Documents that the engine refused.")
    retries = registry.counter("vitrine_index_retries_total", help: "Bulk requests sent again.")
    failures = registry.counter(
      "vitrine_index_failures_total", help: "Times that sync had to start over from its cursor.")
    fannedOut = registry.counter(
      "vitrine_index_fan_out_total", help: "Products handed on from changes that touch many.")
    driftFound = registry.counter(
      "vitrine_index_drift_found_total", help: "Documents that the audit found missing, stale or extra.")
    driftRepaired = registry.counter(
      "vitrine_index_drift_repaired_total", help: "Documents that the audit put right.")
    isWriter = registry.gauge(
      "vitrine_index_is_writer", help: "1 where this process holds the lease and writes, 0 where it stands by.")
    lagSeconds = registry.gauge("vitrine_index_lag_seconds", help: "Age of the oldest change that is not yet written.")
    lagEntries = registry.gauge(
      "vitrine_index_lag_entries", help: "Changes that are not yet written, counted up to 100,000.")
    freshness = registry.histogram(
      "vitrine_index_freshness_seconds", help: "Time from a change to a search that finds it, by probe.",
      bounds: Histogram.durationBounds)
  }
}

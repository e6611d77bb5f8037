public import Telemetry

/// What sync tells of itself.
public struct IndexSyncMetrics: Sendable {
  let documents: Counter
  let outdated: Counter
  let deadLetters: Counter
  let retries: Counter
  let failures: Counter
  /// Commit to searchable, in seconds.
  let freshness: Histogram

  public init(registry: MetricsRegistry) {
    documents = registry.counter(
      "vitrine_index_documents_total", help: "Documents written to or removed from the index in use.")
    outdated = registry.counter("vitrine_index_outdated_total", help: "Writes that met a newer version in the index.")
    deadLetters = registry.counter("vitrine_index_dead_letters_total", help: "Documents that the engine refused.")
    retries = registry.counter("vitrine_index_retries_total", help: "Bulk requests sent again.")
    failures = registry.counter(
      "vitrine_index_failures_total", help: "Times that sync had to start over from its cursor.")
    freshness = registry.histogram(
      "vitrine_index_freshness_seconds", help: "Time from a change's transaction to its being searchable.",
      bounds: Histogram.durationBounds)
  }
}

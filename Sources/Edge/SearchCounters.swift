public import SearchService
public import Telemetry

/// Counts searches and how they ended, wherever they were asked for: in the API or on a page.
public struct SearchCounters: Sendable {
  private let searches: Counter
  private let corrected: Counter
  private let relaxed: Counter
  private let empty: Counter

  public init(metrics: MetricsRegistry) {
    searches = metrics.counter("vitrine_searches_total", help: "Searches answered.")
    corrected = metrics.counter(
      "vitrine_searches_corrected_total", help: "Searches that found something only after their spelling was corrected."
    )
    relaxed = metrics.counter(
      "vitrine_searches_relaxed_total", help: "Searches whose words were relaxed to find anything.")
    empty = metrics.counter("vitrine_searches_empty_total", help: "Searches that found nothing.")
  }

  public func count(_ page: SearchPage) {
    searches.increment()
    if page.correctedText != nil { corrected.increment() }
    if page.relaxedTo != nil { relaxed.increment() }
    if page.total.value == 0 { empty.increment() }
  }
}

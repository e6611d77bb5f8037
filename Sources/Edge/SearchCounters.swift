public import SearchService
public import Telemetry

/// Counts searches and how they ended, wherever they were asked for: in the API or on a page.
public struct SearchCounters: Sendable {
  private let searches: Counter
  private let corrected: Counter
  private let relaxed: Counter
  private let empty: Counter
  private let degraded: [Degradation: Counter]

  public init(metrics: MetricsRegistry) {
    searches = metrics.counter("vitrine_searches_total", help: "Searches answered.")
    corrected = metrics.counter(
      "vitrine_searches_corrected_total", help: "Searches that found something only after their spelling was corrected."
    )
    relaxed = metrics.counter(
      "vitrine_searches_relaxed_total", help: "Searches whose words were relaxed to find anything.")
    empty = metrics.counter("vitrine_searches_empty_total", help: "Searches that found nothing.")
    var degraded: [Degradation: Counter] = [:]
    for part in Degradation.Part.allCases {
      for reason in Degradation.Reason.allCases {
        degraded[Degradation(part, reason)] = metrics.counter(
          "vitrine_searches_degraded_total", help: "Searches answered without a part, by the part and the reason.",
          labels: [("part", part.rawValue), ("reason", reason.rawValue)])
      }
    }
    self.degraded = degraded
  }

  public func count(_ page: SearchPage) {
    searches.increment()
    if page.correctedText != nil { corrected.increment() }
    if page.relaxedTo != nil { relaxed.increment() }
    if page.total.value == 0 { empty.increment() }
    for degradation in page.degraded { degraded[degradation]?.increment() }
  }
}

import Catalog
import Ports
import Telemetry

/// The workers' figures: runs by outcome, durations, runs under way, and the last success.
struct JobMetrics: Sendable {
  private let registry: MetricsRegistry

  /// Every job is shown from the start, so that an alert can tell a job that never ran.
  init(_ registry: MetricsRegistry, jobs: [JobName]) {
    self.registry = registry
    for job in jobs {
      running(job).set(0)
      _ = (runs(job, .succeeded), duration(job), lastSuccess(job))
    }
  }

  func started(_ job: JobName) { running(job).add(1) }

  func ended(_ job: JobName, _ outcome: JobRunState, after duration: Duration, at moment: Timestamp) {
    running(job).add(-1)
    runs(job, outcome).increment()
    self.duration(job).observe(duration)
    guard outcome == .succeeded else { return }
    lastSuccess(job).set(Double(moment.microsecondsSinceEpoch) / 1e6)
  }

  private func duration(_ job: JobName) -> Histogram {
    registry.histogram(
      "vitrine_job_duration_seconds", help: "How long runs of jobs took.", labels: Self.label(job))
  }

  private func lastSuccess(_ job: JobName) -> Gauge {
    registry.gauge(
      "vitrine_job_last_success_timestamp_seconds",
      help: "When the job last succeeded in this process; 0: not yet.", labels: Self.label(job))
  }

  private func running(_ job: JobName) -> Gauge {
    registry.gauge("vitrine_job_running", help: "Runs of the job under way in this process.", labels: Self.label(job))
  }

  private func runs(_ job: JobName, _ outcome: JobRunState) -> Counter {
    registry.counter(
      "vitrine_job_runs_total", help: "Runs of the job in this process by outcome.",
      labels: Self.label(job) + [("outcome", outcome.rawValue)])
  }

  private static func label(_ job: JobName) -> [MetricsRegistry.Label] { [("job", job.text)] }
}

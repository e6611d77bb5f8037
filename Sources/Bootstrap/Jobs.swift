import Configuration
package import Ports
import PostgresStore
import Recommendations
import Telemetry
import Web
package import Workers

extension Capability {
  /// The staff's page on jobs. The workers themselves are a service of `up` and of `work`.
  @Sendable static func jobs(_ shop: Shop) -> Capability {
    Capability(
      "jobs",
      routes: { routes in
        JobsPage(store: PostgresJobs(shop.pool), shopName: shop.settings.shop.name).register(on: &routes)
      })
  }
}

extension Shop {
  /// Every job of the shop. To add one: a function here that gives it, and its place in the list.
  package func jobs() throws -> [Job] { [try recommenderTraining(), try behaviourTending(), demoHistory()] }

  /// The name under which an import of orders or events starts the jobs after it.
  package static let historyImport: JobName = "import-history"

  package var jobStore: any JobStore { PostgresJobs(pool) }

  /// A worker of the shop's jobs.
  package func worker(_ command: String) throws -> Worker {
    var options = Worker.Options()
    options.parallel = settings.jobs.parallel
    return try Worker(
      jobs: jobs(), store: jobStore, clock: clock, holder: Shop.holder(of: command), logger: logger, metrics: metrics,
      options: options)
  }

  /// The worker as a service, to stand before the HTTP server's.
  package func service(of worker: Worker) -> ServiceConfiguration {
    ServiceConfiguration(name: "worker", service: WorkerService(worker: worker))
  }

  /// The job that loads the demo's shoppers; `up` asks for it where it fills an empty catalog.
  package static let demoHistoryLoading: JobName = "load-demo-history"

  private func demoHistory() -> Job {
    let shoppers = DemoShoppers(pool: pool)
    return Job(Self.demoHistoryLoading) { context in try await shoppers.load(context) }
  }

  /// Takes up events whose product has come, and forgets what is older than it is kept.
  private func behaviourTending() throws -> Job {
    let behaviour = behaviour
    // No retries: the next time is near.
    return Job("tend-behaviour", schedule: try JobSchedule("*/5 * * * *"), pauses: []) { _ in
      ["taken_up": Double(try await behaviour.tend())]
    }
  }

  /// Learns the recommender anew at night, and after a history was loaded.
  private func recommenderTraining() throws -> Job {
    let (settings, recommender) = (settings, recommender)
    return Job(
      "train-recommender",
      schedule: try JobSchedule(settings.recommendations.trainingSchedule, timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(4 * 3600)
    ) { context in
      let report = try await recommender.train { try context.note(0, $0) }
      // A refusal is an outcome: the same deeds would be refused again.
      guard report.verdict.isPassed else {
        try context.note(1, of: 1, "the gate refused the new model: \(report.verdict.findings)")
        return report.entry.metrics.merging(["is_refused": 1]) { $1 }
      }
      return report.entry.metrics
    }
  }
}

/// Runs due jobs until the process is told to stop.
struct WorkerService: Service {
  let worker: Worker

  func run() async throws { await untilShutdown { await worker.run() } }
}

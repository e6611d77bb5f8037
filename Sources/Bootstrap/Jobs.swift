import Configuration
import Console
package import Ports
import PostgresStore
import Telemetry
package import Workers

extension Capability {
  /// The staff's page on jobs. The workers themselves are a service of `up` and of `work`.
  @Sendable static func jobs(_ shop: Shop) -> Capability {
    Capability(
      "jobs",
      routes: { routes in
        JobsPage(store: PostgresJobs(shop.pool), shopName: shop.settings.shop.name, clock: shop.clock).register(
          on: &routes)
      })
  }
}

extension Shop {
  /// Every job of the shop: those of its capabilities.
  package func jobs() throws -> [Job] { try capabilities.flatMap { try $0.jobs() } }

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
}

/// Runs due jobs until the process is told to stop.
struct WorkerService: Service {
  let worker: Worker

  func run() async throws { await untilShutdown { await worker.run() } }
}

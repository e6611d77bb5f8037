import Configuration
import SearchService
import StorefrontAPI
import Telemetry

extension Capability {
  /// The log of searches and clicks, and the staff's reports on it.
  @Sendable static func queryLog(_ shop: Shop) -> Capability {
    Capability(
      "query log",
      services: {
        guard let log = shop.searchLog else { return [] }
        return [ServiceConfiguration(name: "query log", service: SearchLogService(log: log, logger: shop.logger))]
      },
      routes: { routes in
        EventsAPI(log: shop.searchLog).register(on: &routes)
        AdminAPI(log: shop.searchLog).register(on: &routes)
      })
  }
}

extension SearchLog.Options {
  init(_ settings: Settings.QueryLog) {
    self.init()
    searchDays = settings.searchDays
    countDays = settings.countDays
  }
}

/// Carries searches and clicks to the database until the shop is told to stop.
struct SearchLogService: Service {
  let log: SearchLog
  let logger: Logger

  func run() async throws { await untilShutdown { await log.run(logger: logger) } }
}

import Configuration
import Console
import SearchService
import StorefrontAPI
import Telemetry

extension Capability {
  /// The counts of searches and of the clicks on their results, and the staff's reports on them.
  @Sendable static func queryLog(_ shop: Shop) -> Capability {
    Capability(
      "query log",
      services: {
        guard let log = shop.searchLog else { return [] }
        return [ServiceConfiguration(name: "query log", service: SearchLogService(log: log, logger: shop.logger))]
      },
      routes: { routes in
        AdminAPI(log: shop.searchLog).register(on: &routes)
        SearchesPage(log: shop.searchLog, shopName: shop.settings.shop.name).register(on: &routes)
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

/// Counts searches and clicks until the shop is told to stop.
struct SearchLogService: Service {
  let log: SearchLog
  let logger: Logger

  func run() async throws { await untilShutdown { await log.run(logger: logger) } }
}

import Catalog
import Configuration
import Console
import Ports
import PostgresStore
package import Reporting
import StorefrontAPI
import Workers

extension Capability {
  /// The catalogue of metrics, dashboards and reports.
  @Sendable static func reporting(_ shop: Shop) -> Capability {
    let (reporting, writer) = (shop.reporting, shop.reportWriter)
    return Capability(
      "reporting",
      jobs: { try shop.reportingJobs(reporting) },
      routes: { routes in
        let name = shop.settings.shop.name
        AnalyticsAPI(reporting: reporting, writer: writer).register(on: &routes)
        DashboardPage(reporting: reporting, shopName: name).register(on: &routes)
        ReportPages(writer: writer, reporting: reporting, shopName: name).register(on: &routes)
      })
  }
}

extension Shop {
  package var reporting: Reporting {
    let currency = Currency(code: settings.shop.currency) ?? .gbp
    return Reporting(
      store: PostgresMetrics(pool, currency: currency), clock: clock, currency: currency,
      timeZone: settings.jobs.timeZone)
  }

  package var reportWriter: ReportWriter {
    ReportWriter(
      reporting: reporting, forecasts: PostgresForecasts(pool), purchasing: PostgresPurchasing(pool))
  }

  /// The last days often, and the whole history at night and after it was imported.
  fileprivate func reportingJobs(_ reporting: Reporting) throws -> [Job] {
    let zone = settings.jobs.timeZone
    return [
      // No retries: the next time is near.
      Job("count-trade", schedule: try JobSchedule("*/15 * * * *", timeZone: zone), pauses: []) { _ in
        try await reporting.count(wholeHistory: false)
        return [:]
      },
      Job(
        "count-all-trade", schedule: try JobSchedule("10 2 * * *", timeZone: zone),
        after: [Self.historyImport, Self.demoHistoryLoading]
      ) { _ in
        try await reporting.count(wholeHistory: true)
        return [:]
      },
    ]
  }
}

import Catalog
import Configuration
import Console
package import CustomerInsight
import Ports
import PostgresStore
import StorefrontAPI
import Workers

extension Capability {
  /// Segments, value and churn of customers, and lists for campaigns.
  @Sendable static func customers(_ shop: Shop) -> Capability {
    let insight = shop.customerInsight
    return Capability(
      "customers",
      jobs: { [try shop.customerCounting(insight)] },
      routes: { routes in
        CustomersAPI(insight: insight).register(on: &routes)
        CustomersPage(insight: insight, shopName: shop.settings.shop.name).register(on: &routes)
      })
  }
}

extension Shop {
  package var customerInsight: CustomerInsight {
    CustomerInsight(
      store: PostgresStandings(pool), clock: clock, currency: Currency(code: settings.shop.currency) ?? .gbp,
      codeVersion: codeVersion)
  }

  fileprivate func customerCounting(_ insight: CustomerInsight) throws -> Job {
    Job(
      "customers", schedule: try JobSchedule("20 4 * * *", timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(2 * 3600)
    ) { context in
      try await insight.count { try context.note($0, of: $1, $2) }
    }
  }
}

import Catalog
import Configuration
import Console
package import Ports
import PostgresStore
package import Replenishment
import StorefrontAPI
import Workers

extension Capability {
  /// Forecasts, the plan of what to order, orders to suppliers, and the buyer's pages.
  @Sendable static func replenishment(_ shop: Shop) -> Capability {
    let replenishment = shop.replenishment
    return Capability(
      "replenishment",
      jobs: { try shop.replenishmentJobs(replenishment) },
      routes: { routes in
        let name = shop.settings.shop.name
        ReplenishmentAPI(replenishment: replenishment).register(on: &routes)
        StockPage(replenishment: replenishment, shopName: name).register(on: &routes)
        ProposalPage(replenishment: replenishment, shopName: name).register(on: &routes)
        PurchaseOrderPages(replenishment: replenishment, shopName: name).register(on: &routes)
        SuppliersPage(replenishment: replenishment, shopName: name).register(on: &routes)
      })
  }
}

extension Shop {
  package static let forecasting: JobName = "forecast"
  package static let planning: JobName = "replenishment"

  package var replenishment: Replenishment {
    var options = Replenishment.Options()
    options.horizon = settings.replenishment.horizonDays
    options.historyDays = settings.replenishment.historyDays
    options.maxCoverDays = settings.replenishment.maxCoverDays
    let currency = Currency(code: settings.shop.currency) ?? .gbp
    return Replenishment(
      sales: PostgresSales(pool, currency: currency), forecasts: PostgresForecasts(pool),
      store: PostgresPurchasing(pool), clock: clock, currency: currency, codeVersion: codeVersion, options: options)
  }

  fileprivate func replenishmentJobs(_ replenishment: Replenishment) throws -> [Job] {
    let forecast = Job(
      Self.forecasting,
      schedule: try JobSchedule(settings.replenishment.forecastSchedule, timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(4 * 3600)
    ) { context in
      try await replenishment.makeForecast { try context.note($0, of: $1, $2) }
    }
    let plan = Job(Self.planning, after: [Self.forecasting], timeout: .seconds(3600)) { context in
      try await replenishment.makePlan { try context.note($0, of: $1, $2) }
    }
    return [forecast, plan]
  }
}

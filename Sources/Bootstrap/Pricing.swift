import Configuration
import Console
import Ports
import PostgresStore
package import PriceDesk
import SearchService
import StorefrontAPI
import Telemetry
import Workers

extension Capability {
  /// Prices: those in memory, which every answer shows, and the desk at which new ones are proposed and published.
  @Sendable static func pricing(_ shop: Shop) -> Capability {
    Capability(
      "pricing",
      services: {
        [ServiceConfiguration(name: "prices", service: PriceFollowing(prices: shop.prices, logger: shop.logger))]
      },
      jobs: { [try shop.priceProposing()] },
      routes: { routes in
        let (desk, name) = (shop.priceDesk, shop.settings.shop.name)
        PricingAPI(desk: desk).register(on: &routes)
        PricePages(desk: desk, shopName: name, clock: shop.clock).register(on: &routes)
        PricePublicationPages(desk: desk, shopName: name).register(on: &routes)
        PriceRulesPage(desk: desk, shopName: name).register(on: &routes)
      })
  }
}

/// Keeps the prices in memory up to date until the shop is told to stop.
struct PriceFollowing: Service {
  let prices: PriceOverlay
  let logger: Logger

  func run() async throws { await untilShutdown { await prices.run(logger: logger) } }
}

extension PriceOverlay.Options {
  init(_ settings: Settings.Pricing) {
    self.init()
    maxAge = .milliseconds(settings.maxAgeMilliseconds)
  }
}

extension Shop {
  package var priceDesk: PriceDesk {
    PriceDesk(store: PostgresPriceDesk(pool), clock: clock, currency: service.currency)
  }

  /// Proposes prices from the sales: each night, and after a history came.
  fileprivate func priceProposing() throws -> Job {
    let desk = priceDesk
    return Job(
      "pricing", schedule: try JobSchedule(settings.pricing.proposalSchedule, timeZone: settings.jobs.timeZone),
      after: [Self.historyImport, Self.demoHistoryLoading], timeout: .seconds(3_600)
    ) { context in
      let run = try await desk.propose { try context.note(0, $0) }
      var figures = Dictionary(
        uniqueKeysWithValues: ProposalKind.allCases.map { kind in
          ("proposals_\(kind.rawValue)", Double(run.counts[kind] ?? 0))
        })
      figures["products"] = Double(run.products)
      figures["proposals_left_out"] = Double(run.leftOut)
      return figures
    }
  }

  /// Longest wait for the prices at a start: a small shop's first answers have them, and a large shop opens before.
  private static let pricesPatience = Duration.seconds(2)

  /// Reads the prices before the first shopper comes.
  package func takeUpPrices() async {
    do {
      try await withDeadline(Self.pricesPatience, of: "the reading of all prices") { [prices] in
        try await prices.follow()
      }
    } catch {
      logger.warning("the shop opens with the indexed prices", metadata: ["reason": .string("\(error)")])
    }
  }
}

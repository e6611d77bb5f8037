import Configuration
import Ports
import SearchService
import Telemetry

extension Capability {
  /// Prices: those in memory, which every answer shows.
  @Sendable static func pricing(_ shop: Shop) -> Capability {
    Capability(
      "pricing",
      services: {
        [ServiceConfiguration(name: "prices", service: PriceFollowing(prices: shop.prices, logger: shop.logger))]
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

package import Behaviour
package import Configuration
package import Edge
import HTTPServer
package import Ports
package import PostgresClient
package import PostgresStore
package import RedisStore
import StorefrontAPI
package import Telemetry

extension Capability {
  /// The shop's memory of its shoppers: the one way in for events, and each person's own records.
  @Sendable static func behaviour(_ shop: Shop) -> Capability {
    Capability(
      "behaviour",
      services: {
        [
          ServiceConfiguration(name: "events", service: EventService(behaviour: shop.behaviour, logger: shop.logger)),
          ServiceConfiguration(
            name: "behaviour", service: TendingService(behaviour: shop.behaviour, logger: shop.logger)),
        ]
      },
      routes: { routes in
        BehaviourAPI(
          behaviour: shop.behaviour, visitors: shop.visitors, conduct: shop.conduct, clock: shop.clock
        ).register(on: &routes)
      })
  }
}

extension Shop {
  package static func behaviour(
    _ settings: Settings, pool: PostgresPool, redis: RedisClient?, catalog: PostgresCatalog, clock: any WallClock,
    metrics: MetricsRegistry
  ) -> Behaviour {
    var options = Behaviour.Options()
    options.retention = BehaviourRetention(
      browsingDays: settings.behaviour.browsingDays, orderDays: settings.behaviour.orderDays,
      shownDays: settings.behaviour.shownDays)
    return Behaviour(
      store: PostgresBehaviour(pool), cache: redis.map(RedisBehaviour.init), catalog: catalog, clock: clock,
      options: options, metrics: metrics)
  }

  /// Loads the demo's history while the shop is open.
  package func demoShoppers(pool: PostgresPool) -> ServiceConfiguration {
    ServiceConfiguration(
      name: "demo history",
      service: DemoShoppers(store: PostgresBehaviour(pool), jobs: jobStore, clock: clock, logger: logger))
  }
}

/// Stores events until the shop is told to stop.
struct EventService: Service {
  let behaviour: Behaviour
  let logger: Logger

  func run() async throws { await untilShutdown { await behaviour.run(logger: logger) } }
}

/// Forgets what is old until the shop is told to stop.
struct TendingService: Service {
  let behaviour: Behaviour
  let logger: Logger

  func run() async throws { await untilShutdown { await behaviour.keepTending(logger: logger) } }
}

extension SenderConduct.Options {
  package init(_ settings: Settings.Behaviour) {
    self.init()
    mostOfVisitor = .init(
      perSecond: Double(settings.visitorEventsPerSecond), burst: Double(settings.visitorEventsPerSecond * 40))
  }
}

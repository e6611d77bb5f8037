import Behaviour
import Configuration
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import StorefrontAPI
import Telemetry

/// The wiring of what the shop remembers of its shoppers.
extension Shop {
  static func behaviour(
    _ settings: Settings, pool: PostgresPool, redis: RedisClient?, catalog: PostgresCatalog, clock: SystemClock,
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
  func demoShoppers(pool: PostgresPool) -> ServiceConfiguration {
    ServiceConfiguration(
      name: "demo history", service: DemoShoppers(store: PostgresBehaviour(pool), clock: clock, logger: logger))
  }

  /// The intake ends after the server, whose last answers wait for it.
  func behaviourServices() -> [ServiceConfiguration] {
    [
      ServiceConfiguration(name: "events", service: EventService(behaviour: behaviour, logger: logger)),
      ServiceConfiguration(name: "behaviour", service: TendingService(behaviour: behaviour, logger: logger)),
    ]
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
  init(_ settings: Settings.Behaviour) {
    self.init()
    mostOfVisitor = .init(
      perSecond: Double(settings.visitorEventsPerSecond), burst: Double(settings.visitorEventsPerSecond * 40))
  }
}

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
import Workers

extension Capability {
  /// The shop's memory of its shoppers: the one way in for events, and each person's own records.
  @Sendable static func behaviour(_ shop: Shop) -> Capability {
    Capability(
      "behaviour",
      services: {
        [ServiceConfiguration(name: "events", service: EventService(behaviour: shop.behaviour, logger: shop.logger))]
      },
      jobs: { [try shop.behaviourTending(), shop.demoHistory()] },
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
    options.retention = BehaviourRetention(settings.behaviour)
    return Behaviour(
      store: PostgresBehaviour(
        pool, asideRoom: AsideRoom(), trendingShoppers: settings.behaviour.trendingShoppers),
      cache: redis.map { RedisBehaviour($0, trendingShoppers: settings.behaviour.trendingShoppers) }, catalog: catalog,
      clock: clock, options: options, metrics: metrics)
  }
}

extension Shop {
  /// The job that loads the demo's shoppers; `up` asks for it where it fills an empty catalog.
  package static let demoHistoryLoading: JobName = "load-demo-history"

  fileprivate func demoHistory() -> Job {
    let shoppers = DemoShoppers(pool: pool)
    let replenishment = replenishment
    return Job(Self.demoHistoryLoading) { context in
      let figures = try await shoppers.load(context)
      try await DemoSuppliers.load(into: replenishment)
      return figures
    }
  }

  /// Takes up events whose product has come, and forgets what is older than it is kept.
  fileprivate func behaviourTending() throws -> Job {
    let behaviour = behaviour
    // No retries: the next time is near.
    let schedule = try JobSchedule("*/5 * * * *", timeZone: settings.jobs.timeZone)
    return Job("tend-behaviour", schedule: schedule, pauses: []) { _ in
      ["taken_up": Double(try await behaviour.tend())]
    }
  }
}

/// Stores events until the shop is told to stop.
struct EventService: Service {
  let behaviour: Behaviour
  let logger: Logger

  func run() async throws { await untilShutdown { await behaviour.run(logger: logger) } }
}

extension BehaviourRetention {
  package init(_ settings: Settings.Behaviour) {
    self.init(
      browsingDays: settings.browsingDays, orderDays: settings.orderDays, shownDays: settings.shownDays)
  }
}

extension SenderConduct.Options {
  package init(_ settings: Settings.Behaviour) {
    self.init()
    maxOfVisitor = .init(
      perSecond: Double(settings.visitorEventsPerSecond), burst: Double(settings.visitorEventsPerSecond * 40))
  }
}

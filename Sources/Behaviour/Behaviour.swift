import Catalog
public import Ports
public import Telemetry
import Threading

/// The shop's memory of its shoppers: takes events in, answers what a shopper did lately and what goes together, and
/// forgets in time.
///
/// Postgres holds all of it. The cache (Redis) only saves asking: whatever it does not have, or cannot answer in time,
/// comes from Postgres.
public struct Behaviour: Sendable {
  public struct Options: Sendable {
    public var intake = EventIntake.Options()
    public var retention = BehaviourRetention()
    /// Between two rounds of forgetting and of taking up events that waited for their product.
    public var tendingPause = Duration.seconds(60)

    public init() {}
  }

  /// Interactions of a shopper that are at hand.
  public static let mostRecent = 100
  /// Companions of a product, and trending products, that are at hand.
  public static let mostCompanions = 100

  public let intake: EventIntake
  let store: any EventStore
  let history: any BehaviourHistory
  let people: any PersonalData
  let cache: (any BehaviourCache)?
  let facts: TasteFactsReader
  let clock: any WallClock
  public let options: Options
  let fallbacks: Counter

  public init(
    store: any EventStore & BehaviourHistory & PersonalData, cache: (any BehaviourCache)?, catalog: any CatalogReader,
    clock: any WallClock, options: Options = Options(), metrics: MetricsRegistry
  ) {
    self.store = store
    history = store
    people = store
    self.cache = cache
    self.clock = clock
    self.options = options
    facts = TasteFactsReader(catalog: catalog)
    let fallbacks = metrics.counter(
      "vitrine_behaviour_cache_fallbacks_total",
      help: "Times that the cache of shoppers' behaviour did not answer, and Postgres did.")
    self.fallbacks = fallbacks
    intake = EventIntake(store: store, options: options.intake, metrics: metrics) { interactions in
      do {
        try await cache?.note(interactions, now: clock.now())
      } catch {
        fallbacks.increment()  // The cache's lists of these shoppers are out of date until they expire.
      }
    }
  }

  /// Stores events until it is cancelled, and what is waiting then.
  public func run(logger: Logger) async { await intake.run(logger: logger) }

  /// Takes up events whose product has come, and forgets what is old.
  public func tend() async throws {
    _ = try await store.takeUpAside()
    try await store.forget(now: clock.now(), retention: options.retention)
  }

  /// Tends until it is cancelled.
  public func keepTending(logger: Logger) async {
    while !Task.isCancelled {
      do { try await tend() } catch is CancellationError {} catch {
        logger.warning("behaviour was not tended", metadata: ["reason": .string("\(error)")])
      }
      try? await Task.sleep(for: options.tendingPause)
    }
  }

  public func join(_ visitor: VisitorID, to customer: CustomerCode) async throws {
    let before = try await history.shopper(of: .visitor(visitor))
    try await people.join(visitor, to: customer)
    let own = try await history.pseudonym(of: .visitor(visitor))
    let after = try await history.shopper(of: .visitor(visitor))
    do {
      try await cache?.forget(Array(Set([own, before, after])), erasesSearches: false)
    } catch {
      fallbacks.increment()  // The cache's lists of these shoppers are out of date until they expire.
    }
  }

  public func export(_ person: Person, _ line: @Sendable ([UInt8]) async throws -> Void) async throws {
    try await people.export(person, line)
  }

  /// Deletes every record of a person here and in the cache.
  public func erase(_ person: Person) async throws -> [PersonalRecords] {
    let erased = try await people.erase(person)
    // The cache's own error goes on: an erasure that did not reach it must be repeated.
    try await cache?.forget(erased.shoppers, erasesSearches: true)
    return erased.records
  }
}

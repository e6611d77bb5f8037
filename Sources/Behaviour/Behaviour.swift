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

    public init() {}
  }

  /// Interactions of a shopper that are at hand.
  public static let maxRecent = 100
  /// Companions of a product, and trending products, that are at hand.
  public static let maxCompanions = 100

  public let intake: EventIntake
  let store: any EventStore
  package let history: any BehaviourHistory
  let people: any PersonalData
  let cache: (any BehaviourCache)?
  let facts: TasteFactsReader
  let clock: any WallClock
  public let options: Options
  let fallbacks: Counter
  let stale: StaleCache

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
    let stale = StaleCache()
    self.stale = stale
    intake = EventIntake(store: store, options: options.intake, metrics: metrics) { interactions in
      guard let cache else { return }
      if await stale.isMended(in: cache), (try? await cache.note(interactions, now: clock.now())) != nil { return }
      // Nothing is lost by the error: the lists of these shoppers are dropped before the cache is asked again.
      stale.add(StaleLists(interactions))
      fallbacks.increment()
    }
  }

  /// Stores events until it is cancelled, and what is waiting then.
  public func run(logger: Logger) async { await intake.run(logger: logger) }

  /// Takes up events whose product has come, and forgets what is old.
  /// Returns how many events were taken up.
  public func tend() async throws -> Int {
    let taken = try await store.takeUpAside()
    if !taken.shoppers.isEmpty {
      var lists = StaleLists()
      lists.shoppers = Set(taken.shoppers)
      await drop(lists)
    }
    try await store.forget(now: clock.now(), retention: options.retention)
    return taken.count
  }

  /// Joins a browser to the customer who signs in on it.
  ///
  /// The deeds of the visitor until now, searches too, become the customer's, and so do later ones, until another customer
  /// signs in on the same browser. That one gets none of them: they stand under the first customer's pseudonym. The flow of
  /// accounts calls this after it has checked the sign-in, and gives the browser a new visitor's cookie at the sign-out, so
  /// that the next person at a shared computer is a stranger. Repeatable.
  public func join(_ visitor: VisitorID, to customer: CustomerCode) async throws {
    let own = try await history.pseudonym(of: .visitor(visitor))
    let before = try await history.shopper(of: .visitor(visitor))
    let after = try await history.shopper(of: .customer(customer))
    // The searches of the customer before must not be suggested to the next one. Where the cache is away nothing is joined,
    // and the sign-in can be repeated.
    if before != own, before != after { try await cache?.forget([own], erasesSearches: true) }
    try await people.join(visitor, to: customer)
    var lists = StaleLists()
    lists.shoppers = [own, before, after]
    await drop(lists)
  }

  /// Drops lists of the cache, now or before it is asked again.
  private func drop(_ lists: StaleLists) async {
    guard let cache else { return }
    stale.add(lists)
    _ = await stale.isMended(in: cache)
  }

  public func export(_ person: Person, _ line: @Sendable ([UInt8]) async throws -> Void) async throws {
    try await people.export(person, line)
  }

  /// Deletes every record of a person here and in the cache.
  public func erase(_ person: Person) async throws -> [PersonalRecords] {
    let shoppers = try await people.pseudonyms(of: person)
    // Before the store, which knows the customer's visitors no longer afterwards: where the cache is away nothing is erased,
    // and the erasure can be repeated.
    try await cache?.forget(shoppers, erasesSearches: true)
    let records = try await people.erase(person, now: clock.now())
    try await cache?.forget(shoppers, erasesSearches: true)  // Also entries that were read and kept meanwhile.
    return records
  }
}

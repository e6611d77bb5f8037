// The lists at hand of shoppers and products, with a real Postgres and a real Redis:
// 1. After any order of deeds and questions, the cached answers equal those of Postgres alone (random, seed printed).
// 2. Emptying or stopping Redis changes no answer; a sign-in is seen at once. Whatever is done to Redis while deeds come in
//    (SIGSTOP, SIGCONT, all keys deleted, a kill), afterwards every answer is that of Postgres, with the deadline that shops
//    have (random, seed printed).
// 3. A list that was read before a deed, a forgetting or a loss of all keys is not kept after it. A note that arrives after
//    its list was dropped changes nothing.
// 4. A profile's shares are those of the decayed interest in the shopper's products; what is dismissed has none.
// 5. Trending weights halve in a day, in Redis as in Postgres; deeds of nobody count in neither. A product that one visitor
//    looks at all the time does not rise until others look at it too.
// 6. A customer who signs in at a browser gets its visitor's deeds and searches, and nothing of the customer before.
import Behaviour
import Catalog
import Glibc
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import Telemetry
import TestSupport
import Testing
import Threading

/// A clock that a test moves.
private final class MovingClock: WallClock {
  private let time: Guarded<Timestamp>
  init(_ start: Timestamp) { time = Guarded(start) }
  func now() -> Timestamp { time.withLock { $0 } }
  func advance(minutes: Int) {
    time.withLock { $0.microsecondsSinceEpoch += Int64(minutes) * 60_000_000 }
  }
}

@Suite(.serialized) struct ShopperMemoryTests {
  private struct Parts {
    let shop: EventStoreTests.Shop
    let server: LocalRedis
    let redis: RedisClient
    let clock = MovingClock(EventStoreTests.now)
    let behaviour: Behaviour
    let plain: Behaviour

    /// `deadline` of a call of Redis; nil: that of shops.
    init(deadline: Duration? = .seconds(30)) async throws {
      shop = try await EventStoreTests.Shop()
      server = try await LocalRedis.startTemporary()
      var settings = server.settings
      if let deadline { settings.deadline = deadline }
      redis = try RedisClient(settings)
      behaviour = Behaviour(
        store: shop.store, cache: RedisBehaviour(redis), catalog: PostgresCatalog(shop.pool), clock: clock,
        metrics: MetricsRegistry())
      plain = Behaviour(
        store: shop.store, cache: nil, catalog: PostgresCatalog(shop.pool), clock: clock, metrics: MetricsRegistry())
    }
  }

  /// Runs `body` while events are stored.
  private func storing(_ behaviour: Behaviour, _ body: () async throws -> Void) async throws {
    let loop = Task { await behaviour.run(logger: Logger(label: "test", sink: NullSink())) }
    do { try await body() } catch {
      loop.cancel()
      throw error
    }
    loop.cancel()
    await loop.value
  }

  private func expectSame(_ parts: Parts, _ shopper: ShopperID) async throws {
    let (cached, plain) = (
      try await parts.behaviour.recent(of: shopper, limit: 100), try await parts.plain.recent(of: shopper, limit: 100)
    )
    #expect(cached.map(\.at) == plain.map(\.at) && Set(cached) == Set(plain))
    let (profile, fresh) = (
      try await parts.behaviour.profile(of: shopper), try await parts.plain.profile(of: shopper)
    )
    #expect(abs(profile.evidence - fresh.evidence) <= 0.02 * max(1, fresh.evidence))
  }

  @Test("1, 2: as Postgres has it", .timeLimit(.minutes(5)))
  func asPostgres() async throws {
    let parts = try await Parts()
    let seed = UInt64.random(in: .min ... .max)
    print("ShopperMemoryTests.asPostgres seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let visitors = (0..<3).map { _ in VisitorID.random() }
    try await storing(parts.behaviour) {
      for step in 0..<120 {
        let visitor = visitors.randomElement(using: &random)!
        let shopper = try await parts.behaviour.shopper(of: .visitor(visitor))
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6:
          let events = (0..<Int.random(in: 1...40, using: &random)).map { _ in
            var event = EventStoreTests.event(
              InteractionKind.allCases.randomElement(using: &random)!,
              parts.shop.products.randomElement(using: &random)!, by: .person(.visitor(visitor)),
              minutesAgo: .random(in: 0..<5_000, using: &random))
            event.at.microsecondsSinceEpoch -= Self.ownMoment()
            return event
          }
          _ = try await parts.behaviour.intake.submit(events)
          let newest = events.map(\.at).max()!
          try await until("step \(step) is at hand") {
            try await parts.behaviour.recent(of: shopper, limit: 100).map(\.at)
              == parts.plain.recent(of: shopper, limit: 100).map(\.at)
          }
          #expect(newest <= EventStoreTests.now)
        case 6: parts.clock.advance(minutes: 1)
        case 7 where step.isMultiple(of: 3): try await parts.redis.flushAll()
        default: try await expectSame(parts, shopper)
        }
      }
      for visitor in visitors { try await expectSame(parts, try await parts.plain.shopper(of: .visitor(visitor))) }
      try await parts.behaviour.join(visitors[0], to: EventStoreTests.anna)
      let joined = try await parts.behaviour.shopper(of: .visitor(visitors[0]))
      #expect(try await joined == parts.plain.shopper(of: .customer(EventStoreTests.anna)))
      try await expectSame(parts, joined)
      await parts.server.stop()
      for visitor in visitors { try await expectSame(parts, try await parts.plain.shopper(of: .visitor(visitor))) }
      _ = try await parts.behaviour.intake.submit([EventStoreTests.event(.view, parts.shop.products[0])])
    }
  }

  private static let moments = Guarded<Int64>(0)

  /// Milliseconds that no other event has, in microseconds, so that the last hundred are the same ones everywhere.
  private static func ownMoment() -> Int64 {
    moments.withLock { moment in
      moment += 1
      return moment * 1_000
    }
  }

  /// Sends deeds of each visitor and reads their lists, as pages do, until `isOver`.
  private func load(_ parts: Parts, _ visitors: [VisitorID], until isOver: Guarded<Bool>) async throws {
    try await withThrowingTaskGroup { group in
      for visitor in visitors {
        group.addTask {
          while !isOver.withLock({ $0 }), !Task.isCancelled {
            let product = parts.shop.products.randomElement()!
            let kind = [InteractionKind.view, .addToCart, .purchase].randomElement()!
            var event = EventStoreTests.event(kind, product, by: .person(.visitor(visitor)), minutesAgo: 5_000)
            event.at.microsecondsSinceEpoch += Self.ownMoment()
            _ = try await parts.behaviour.intake.submit([event])
            let shopper = try await parts.behaviour.shopper(of: .visitor(visitor))
            _ = try await parts.behaviour.recent(of: shopper, limit: 100)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// The lists of all visitors, with and without Redis, sorted: deeds of one moment are in no order.
  private func lists(_ behaviour: Behaviour, _ visitors: [VisitorID]) async throws -> [[String]] {
    var lists: [[String]] = []
    for visitor in visitors {
      let shopper = try await behaviour.shopper(of: .visitor(visitor))
      lists.append(try await behaviour.recent(of: shopper, limit: 100).map { "\($0)" }.sorted())
    }
    return lists
  }

  @Test("2: Redis is stopped and emptied under load", .timeLimit(.minutes(5)))
  func faults() async throws {
    let parts = try await Parts(deadline: nil)
    let seed = UInt64.random(in: .min ... .max)
    print("ShopperMemoryTests.faults seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let visitors = (0..<6).map { _ in VisitorID.random() }
    try await storing(parts.behaviour) {
      for round in 0..<6 {
        let isOver = Guarded(false)
        async let sent: Void = load(parts, visitors, until: isOver)
        let process = try #require(parts.server.processID)
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...80, using: &random)))
        switch round % 3 {
        case 0:
          kill(process, SIGSTOP)
          // Longer than a call's deadline: notes fail, and wait in the socket.
          try await Task.sleep(for: .milliseconds(Int.random(in: 300...600, using: &random)))
          kill(process, SIGCONT)
        case 1:
          for _ in 0..<10 {
            // A late reply does not fail the test: Redis does it all the same.
            try? await parts.redis.flushAll()
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...10, using: &random)))
          }
        default:
          kill(process, SIGKILL)
          try await parts.server.startAgain()
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...80, using: &random)))
        isOver.withLock { $0 = true }
        try await sent
        try await until("Redis answers") { (try? await parts.redis.ping()) != nil }
        let durable = try await lists(parts.plain, visitors)
        // Twice: the first reading may fill what the second finds.
        for _ in 0..<2 { #expect(try await lists(parts.behaviour, visitors) == durable, "round \(round)") }
      }
    }
    await parts.server.stop()
  }

  @Test("3: a note that comes late", .timeLimit(.minutes(5)))
  func lateNote() async throws {
    let parts = try await Parts(deadline: nil)
    let cache = RedisBehaviour(parts.redis)
    let deed = Interaction(
      shopper: ShopperID(rawValue: 7), product: ProductID(rawValue: 1), kind: .view, weight: 1, at: EventStoreTests.now)
    guard case .absent(let version) = try await cache.recent(of: deed.shopper) else { Issue.record("there"); return }
    try await cache.keep([], of: deed.shopper, version: version)
    let process = try #require(parts.server.processID)
    kill(process, SIGSTOP)
    await #expect(throws: RedisError.self) { try await cache.note([deed], now: EventStoreTests.now) }
    kill(process, SIGCONT)
    // Whether the note ran or not, it counts once.
    try await until("Redis takes the drop") { (try? await cache.drop(StaleLists([deed]))) != nil }
    guard case .absent(let later) = try await cache.recent(of: deed.shopper) else { Issue.record("kept"); return }
    try await cache.keep([deed], of: deed.shopper, version: later)
    guard case .present(let list) = try await cache.recent(of: deed.shopper) else { Issue.record("absent"); return }
    #expect(list == [deed])
    // After more than can be told apart, nothing is left.
    var all = StaleLists()
    all.isEverything = true
    try await cache.drop(all)
    let left = try await parts.redis.keys()
    #expect(left.allSatisfy { $0.hasPrefix("vitrine:fence:") }, "\(left)")
    await parts.server.stop()
  }

  @Test("6: two customers at one browser", .timeLimit(.minutes(5)))
  func sharedBrowser() async throws {
    let parts = try await Parts()
    let visitor = VisitorID.random()
    let bert = CustomerCode("bert@example.com")!
    let p = parts.shop.products
    let searches = RedisRecentSearches(parts.redis) { try await parts.shop.store.pseudonym(of: .visitor($0)) }
    func recent(_ person: Person) async throws -> [ProductID] {
      let shopper = try await parts.behaviour.shopper(of: person)
      return try await parts.behaviour.recent(of: shopper, limit: 100).map(\.product).sorted()
    }
    func look(at product: ProductID) async throws {
      let event = EventStoreTests.event(.view, product, by: .person(.visitor(visitor)))
      _ = try await parts.behaviour.intake.submit([event])
    }
    try await storing(parts.behaviour) {
      try await look(at: p[0])
      try await searches.record("gift for bert", by: visitor)
      try await parts.behaviour.join(visitor, to: EventStoreTests.anna)
      try await look(at: p[1])
      try await until("it is Anna's") { try await recent(.visitor(visitor)) == [p[0], p[1]] }
      #expect(try await searches.searches(of: visitor) == ["gift for bert"])
      try await parts.behaviour.join(visitor, to: bert)
      #expect(try await recent(.visitor(visitor)) == [])
      #expect(try await searches.searches(of: visitor) == [])
      try await look(at: p[2])
      try await until("it is Bert's") { try await recent(.customer(bert)) == [p[2]] }
      #expect(try await recent(.customer(EventStoreTests.anna)) == [p[0], p[1]])
      // The cookie alone reaches neither.
      let lines = Guarded(0)
      try await parts.behaviour.export(.visitor(visitor)) { _ in lines.withLock { $0 += 1 } }
      #expect(lines.withLock { $0 } == 0)
      _ = try await parts.behaviour.erase(.visitor(visitor))
      #expect(try await recent(.customer(EventStoreTests.anna)) == [p[0], p[1]])
    }
    await parts.server.stop()
  }

  @Test("3: nothing older", .timeLimit(.minutes(5)))
  func nothingOlder() async throws {
    let parts = try await Parts()
    let cache = RedisBehaviour(parts.redis)
    let shopper = ShopperID(rawValue: 7)
    func deed(_ minutesAgo: Int) -> Interaction {
      Interaction(
        shopper: shopper, product: ProductID(rawValue: 1), kind: .view, weight: 1,
        at: EventStoreTests.time(minutesAgo: minutesAgo))
    }
    guard case .absent(let version) = try await cache.recent(of: shopper) else { Issue.record("present"); return }
    try await cache.note([deed(1)], now: EventStoreTests.now)
    try await cache.keep([deed(5)], of: shopper, version: version)
    guard case .absent(let later) = try await cache.recent(of: shopper) else { Issue.record("kept"); return }
    try await cache.keep([deed(5), deed(1)], of: shopper, version: later)
    try await cache.note([deed(0)], now: EventStoreTests.now)
    guard case .present(let list) = try await cache.recent(of: shopper) else { Issue.record("absent"); return }
    #expect(Set(list) == [deed(5), deed(1), deed(0)])
    let other = ShopperID(rawValue: 8)
    guard case .absent(let mark) = try await cache.recent(of: other) else { Issue.record("present"); return }
    try await cache.keep([], of: other, version: mark)
    guard case .present([]) = try await cache.recent(of: other) else { Issue.record("empty"); return }
    let losses: [() async throws -> Void] = [
      { try await cache.forget([other], erasesSearches: true) }, { try await parts.redis.flushAll() },
    ]
    for lose in losses {
      try await lose()
      guard case .absent(let before) = try await cache.recent(of: other) else { Issue.record("there"); return }
      try await lose()
      try await cache.keep([deed(5)], of: other, version: before)
      guard case .absent = try await cache.recent(of: other) else { Issue.record("kept after a loss"); return }
    }
    await parts.server.stop()
  }

  @Test("4: tastes")
  func tastes() {
    func deed(_ product: Int64, _ kind: InteractionKind, daysAgo: Int = 0) -> Interaction {
      Interaction(
        shopper: ShopperID(rawValue: 1), product: ProductID(rawValue: product), kind: kind, weight: kind.weight,
        at: EventStoreTests.time(minutesAgo: daysAgo * 1_440))
    }
    let facts: [ProductID: TasteFacts] = [
      ProductID(rawValue: 1): TasteFacts(
        categories: [CategoryID(1), CategoryID(10)], brand: BrandID(5), priceMinorUnits: 100),
      ProductID(rawValue: 2): TasteFacts(categories: [CategoryID(1)], brand: BrandID(6), priceMinorUnits: 10_000),
      ProductID(rawValue: 3): TasteFacts(categories: [CategoryID(2)], brand: BrandID(7), priceMinorUnits: 1),
    ]
    // A purchase (5) of a half-life ago counts 2.5, with a fresh view 3.5; two views 2; a dismissed product nothing.
    let profile = ShopperTastes.profile(
      of: [
        deed(1, .purchase, daysAgo: 14), deed(1, .view), deed(2, .view), deed(2, .click), deed(3, .view),
        deed(3, .dismiss),
      ], facts: facts, now: EventStoreTests.now)
    #expect(abs(profile.evidence - 5.5) < 1e-9)
    #expect(abs(profile.categories[CategoryID(1)]! - 1) < 1e-9 && profile.categories[CategoryID(2)] == nil)
    #expect(abs(profile.categories[CategoryID(10)]! - 3.5 / 5.5) < 1e-9)
    #expect(abs(profile.brands[BrandID(6)]! - 2 / 5.5) < 1e-9 && profile.brands[BrandID(7)] == nil)
    // 100^(3.5/5.5) · 10,000^(2/5.5) = 100^(7.5/5.5)
    #expect(abs(profile.priceLevelMinorUnits! - 533.67) < 0.01)
    #expect(ShopperTastes.profile(of: [], facts: facts, now: EventStoreTests.now) == ShopperProfile())
  }

  @Test("5: trending", .timeLimit(.minutes(5)))
  func trending() async throws {
    let parts = try await Parts()
    let p = parts.shop.products
    try await storing(parts.behaviour) {
      let person = EventActor.person(.visitor(.random()))
      _ = try await parts.behaviour.intake.submit([
        EventStoreTests.event(.purchase, p[0], by: person), EventStoreTests.event(.purchase, p[2]),
        EventStoreTests.event(.view, p[1], by: person, minutesAgo: 1_440),
      ])
      _ = try await parts.behaviour.trending(limit: 5)
      _ = try await parts.behaviour.intake.submit([EventStoreTests.event(.purchase, p[3])])
      _ = try await parts.behaviour.intake.submit([EventStoreTests.event(.addToCart, p[1], by: person)])
      try await until("the cart is counted") { try await parts.behaviour.trending(limit: 5)[1].weight > 3 }
      parts.clock.advance(minutes: 1_440)
      for behaviour in [parts.behaviour, parts.plain] {
        let list = try await behaviour.trending(limit: 5)
        #expect(list.map(\.product) == [p[0], p[1]])
        #expect(abs(list[0].weight - 2.5) < 1e-6 && abs(list[1].weight - 1.75) < 1e-6, "\(list)")
      }
    }
    await parts.server.stop()
  }

  @Test("5: one visitor makes no trend", .timeLimit(.minutes(5)))
  func trendOfOne() async throws {
    let parts = try await Parts()
    let p = parts.shop.products
    let behaviour = Behaviour(
      store: PostgresBehaviour(parts.shop.pool, trendingShoppers: 3),
      cache: RedisBehaviour(parts.redis, trendingShoppers: 3), catalog: PostgresCatalog(parts.shop.pool),
      clock: parts.clock, metrics: MetricsRegistry())
    func see(_ product: ProductID, _ person: EventActor, times: Int = 1) async throws {
      _ = try await behaviour.intake.submit((0..<times).map { _ in EventStoreTests.event(.view, product, by: person) })
    }
    let people = (0..<3).map { _ in EventActor.person(.visitor(.random())) }
    try await storing(behaviour) {
      for person in people { try await see(p[0], person) }
      #expect(try await behaviour.trending(limit: 5).map(\.product) == [p[0]])
      // Now Redis keeps the list.
      try await see(p[1], people[0], times: 200)
      try await see(p[1], people[1])
      #expect(try await behaviour.trending(limit: 5).map(\.product) == [p[0]])
      try await see(p[1], people[2])
      let list = try await behaviour.trending(limit: 5)
      #expect(Set(list.map(\.product)) == [p[0], p[1]])
      for product in list { #expect(abs(product.weight - 3) < 1e-6, "\(list)") }
    }
    await parts.server.stop()
  }
}

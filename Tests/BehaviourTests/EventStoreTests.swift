// Events in a real Postgres:
// 1. An event is stored once, by its number, on whatever day of the near ones it is sent again; late and unordered ones
//    are stored as they are.
// 2. An event about an unknown product waits aside, and is stored once the catalog has the product. There is room for so
//    many of one person, of nobody and of all; the next is refused with the reason.
// 3. Without consent nothing but the sums by day, kind and product is kept.
// 4. A shopper's recent deeds are the newest of the store, and after the sign-in the visitor's are the customer's
//    (random history, seed printed).
// 5. Erasure deletes every record of the person and of the visitors joined to it, and no other's; the deeds stay in the
//    sums. The export before it holds as many records as were erased. Events of the erased from before that come later are
//    counted in the sums alone, in whatever process they waited; later deeds are stored.
// 6. Each kind is kept for its days, and then its partitions are dropped, also under a process that had seen them.
// 7. No table holds a visitor's number, a customer's code or an order's number.
// 9. A click without a number of its own is one click of each person, however often it comes.
// 8. What goes together is what the same shoppers viewed within the hour, and what one order holds.
import Behaviour
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import Threading

@Suite struct EventStoreTests {
  static let now = Timestamp("2026-11-23T12:00:00Z")!
  static let anna = CustomerCode("anna@example.com")!

  struct Shop {
    let pool: PostgresPool
    let store: PostgresBehaviour
    let products: [ProductID]

    init(products count: Int = 8, pool own: PostgresPool? = nil) async throws {
      if let own { pool = own } else { pool = PostgresPool(try await TestPostgres.shared.makeDatabase()) }
      store = PostgresBehaviour(pool)
      products = try await pool.query(
        """
        WITH product AS (
          INSERT INTO catalog.product (source, code, title, lifecycle)
          SELECT 'test', 'P' || n, 'Product ' || n, 'listed' FROM generate_series(1, \(count)) AS n RETURNING id, code
        ), variant AS (INSERT INTO catalog.variant (product_id, sku) SELECT id, 'SKU-' || code FROM product)
        SELECT id FROM product ORDER BY id
        """
      ).map { try $0.decode(at: 0) }
    }

    func count(_ table: String, where condition: String = "true") async throws -> Int {
      try await pool.query(
        "SELECT count(*) FROM behaviour.\(unsafeRaw: table) WHERE \(unsafeRaw: condition)")[0].decode(at: 0)
    }
  }

  static func time(minutesAgo: Int) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch - Int64(minutesAgo) * 60_000_000)
  }

  static func event(
    _ kind: InteractionKind, _ product: ProductID, by actor: EventActor = .nobody, minutesAgo: Int = 0,
    order: String? = nil
  ) -> ShopEvent {
    var deed = ProductDeed(kind, .id(product), order: order)
    if kind == .rating { deed.stars = 4 }
    return ShopEvent(
      id: .random(), at: time(minutesAgo: minutesAgo), actor: actor, network: [10, 0, 0], content: .deed(deed))
  }

  @Test("1: once", .timeLimit(.minutes(5)))
  func once() async throws {
    let shop = try await Shop()
    var events = [
      Self.event(.view, shop.products[0], minutesAgo: 9_000), Self.event(.purchase, shop.products[1], order: "A"),
      Self.event(.rating, shop.products[1]), Self.event(.view, shop.products[0], minutesAgo: 3),
    ]
    #expect(try await shop.store.write(events).outcomes == [.stored, .stored, .stored, .stored])
    #expect(try await shop.store.write(events).outcomes == [.repeated, .repeated, .repeated, .repeated])
    for index in events.indices { events[index].at = Self.time(minutesAgo: 1_440) }
    #expect(try await shop.store.write(events.reversed()).outcomes == [.repeated, .repeated, .repeated, .repeated])
    let twice = Self.event(.click, shop.products[2])
    #expect(try await shop.store.write([twice, twice]).outcomes == [.stored, .repeated])
    #expect(try await shop.count("event") == 5)
  }

  @Test("2: aside", .timeLimit(.minutes(5)))
  func aside() async throws {
    let shop = try await Shop()
    var early = Self.event(.purchase, ProductID(rawValue: 1), by: .person(.customer(Self.anna)), order: "A")
    early.content = .deed(ProductDeed(.purchase, .sku("SKU-LATER"), quantity: 3, order: "A"))
    let never = Self.event(.view, ProductID(rawValue: 987_654_321))
    var known = early
    known.id = .random()
    known.content = .deed(ProductDeed(.view, .sku("SKU-P3")))
    #expect(try await shop.store.write([early, never, known]).outcomes == [.aside, .aside, .stored])
    #expect(try await shop.store.write([early]).outcomes == [.repeated])
    #expect(try await shop.store.takeUpAside() == TakenUp())
    try await shop.pool.execute(
      """
      WITH product AS (
        INSERT INTO catalog.product (source, code, title, lifecycle) VALUES ('test', 'L', 'Later', 'listed') RETURNING id
      ) INSERT INTO catalog.variant (product_id, sku) SELECT id, 'SKU-LATER' FROM product
      """)
    let taken = try await shop.store.takeUpAside()
    #expect(taken.count == 1)
    #expect(taken.shoppers == [try await shop.store.shopper(of: .customer(Self.anna))])
    #expect(try await shop.count("event", where: "kind = 'purchase' AND quantity = 3") == 1)
    #expect(try await shop.count("event_aside") == 1)
    #expect(try await shop.store.write([early]).outcomes == [.repeated])
  }

  @Test("2: room aside", .timeLimit(.minutes(5)))
  func asideRoom() async throws {
    let shop = try await Shop()
    let store = PostgresBehaviour(shop.pool, asideRoom: AsideRoom(ofAll: 10, ofPerson: 3, ofNobody: 5))
    func unknown(_ count: Int, by actor: EventActor) async throws -> [String] {
      let events = (0..<count).map { _ in Self.event(.view, ProductID(rawValue: 987_654_321), by: actor) }
      return try await store.write(events).outcomes.map { outcome in
        if case .unusable = outcome { "refused" } else { "\(outcome)" }
      }
    }
    let people = (0..<4).map { _ in EventActor.person(.visitor(.random())) }
    #expect(try await unknown(4, by: people[0]) == ["aside", "aside", "aside", "refused"])
    #expect(try await unknown(1, by: people[0]) == ["refused"])
    #expect(try await unknown(4, by: .nobody) == ["aside", "aside", "aside", "aside"])
    #expect(try await unknown(2, by: .nobody) == ["aside", "refused"])
    #expect(try await unknown(3, by: people[1]) == ["aside", "aside", "refused"], "of all")
    #expect(try await store.write([Self.event(.view, shop.products[0], by: people[0])]).outcomes == [.stored])
    #expect(try await shop.count("event_aside") == 10)
  }

  @Test("5: erased, and late", .timeLimit(.minutes(5)))
  func lateEvents() async throws {
    let shop = try await Shop()
    let visitor = VisitorID.random()
    let (browser, customer) = (EventActor.person(.visitor(visitor)), EventActor.person(.customer(Self.anna)))
    let p = shop.products
    _ = try await shop.store.write([Self.event(.view, p[0], by: browser), Self.event(.purchase, p[0], by: customer)])
    try await shop.store.join(visitor, to: Self.anna)
    let shopper = try await shop.store.shopper(of: .customer(Self.anna))
    _ = try await shop.store.erase(.customer(Self.anna), now: Self.time(minutesAgo: 10))
    // Another process's, which had them waiting.
    let other = PostgresBehaviour(shop.pool)
    let late = [
      Self.event(.view, p[1], by: browser, minutesAgo: 10), Self.event(.purchase, p[1], by: customer, minutesAgo: 99),
      ShopEvent(
        id: .random(), at: Self.time(minutesAgo: 11), actor: browser,
        content: .shown(ShownList(list: .random(), placement: "home", products: p))),
    ]
    #expect(try await other.write(late).outcomes == [.counted, .counted, .counted])
    #expect(try await shop.count("event") == 0)
    #expect(try await shop.count("impression") == 0)
    #expect(try await shop.count("anonymous_day", where: "product_id = \(p[1]) AND deeds = 1") == 2)
    // The browser goes on, as a stranger.
    let (next, stranger) = (Self.event(.view, p[2], by: browser, minutesAgo: 9), Self.event(.view, p[2]))
    #expect(try await other.write([next, stranger]).outcomes == [.stored, .stored])
    #expect(try await shop.store.recent(of: shopper, limit: 9) == [])
    #expect(try await !shop.everything().contains(String(shopper.rawValue)))
    try await shop.store.forget(now: Self.now, retention: BehaviourRetention())
    #expect(try await shop.count("erasure") == 2)
    let later = Timestamp(microsecondsSinceEpoch: Self.now.microsecondsSinceEpoch + 10 * 86_400_000_000)
    try await shop.store.forget(now: later, retention: BehaviourRetention())
    #expect(try await shop.count("erasure") == 0)
  }

  @Test("9: one click", .timeLimit(.minutes(5)))
  func oneClick() async throws {
    let shop = try await Shop()
    let list = ListID.random()
    func click(_ actor: EventActor, _ product: ProductID) -> ShopEvent {
      ShopEvent(
        id: .click(of: .id(product), in: list), at: Self.now, actor: actor,
        content: .deed(ProductDeed(.click, .id(product), list: list)), isNumberedByContent: true)
    }
    let people = (0..<2).map { _ in EventActor.person(.visitor(.random())) }
    let p = shop.products
    let events = [click(people[0], p[0]), click(people[1], p[0]), click(people[0], p[1]), click(.nobody, p[0])]
    #expect(try await shop.store.write(events).outcomes == [.stored, .stored, .stored, .stored])
    #expect(try await shop.store.write(events).outcomes == [.repeated, .repeated, .repeated, .repeated])
    #expect(try await shop.count("event") == 4)
  }

  @Test("3: without consent", .timeLimit(.minutes(5)))
  func withoutConsent() async throws {
    let shop = try await Shop()
    let events = [0, 0, 1].map { Self.event(.view, shop.products[$0], by: .withoutConsent) }
    #expect(try await shop.store.write(events).outcomes == [.counted, .counted, .counted])
    for table in ["event", "event_aside", "impression", "search"] { #expect(try await shop.count(table) == 0) }
    #expect(try await shop.count("anonymous_day", where: "deeds = 2 AND product_id = \(shop.products[0])") == 1)
    #expect(try await shop.count("anonymous_day", where: "deeds = 1 AND product_id = \(shop.products[1])") == 1)
    // However often they are sent, also within one batch, they count once.
    #expect(try await shop.store.write(events + events).outcomes == Array(repeating: .repeated, count: 6))
    #expect(try await shop.count("anonymous_day", where: "deeds > 2") == 0)
    let again = Self.event(.view, shop.products[1], by: .withoutConsent)
    #expect(try await shop.store.write([again, again, again]).outcomes == [.counted, .repeated, .repeated])
    #expect(try await shop.count("anonymous_day", where: "deeds = 2") == 2)
  }

  @Test("1: a full day", .timeLimit(.minutes(5)))
  func fullDay() async throws {
    let shop = try await Shop()
    _ = try await shop.store.write([Self.event(.view, shop.products[0])])
    try await shop.pool.execute(
      """
      INSERT INTO behaviour.event (kept, day, id, occurred_at, kind, product_id, quantity, sender)
      SELECT 1, \(Self.now.day)::date, gen_random_uuid(), \(Self.now), 'view', \(shop.products[0]), 1, 'shopper'
      FROM generate_series(1, 200000)
      """)
    func figures() async throws -> (inserted: Int64, read: Int64) {
      let row = try await shop.pool.query(
        """
        SELECT sum(n_tup_ins)::bigint, (sum(seq_tup_read) + sum(coalesce(idx_tup_fetch, 0)))::bigint
          + (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname LIKE 'event_browsing_2%')
        FROM pg_stat_user_tables WHERE relname LIKE 'event_browsing_2%'
        """)[0]
      return (try row.decode(at: 0), try row.decode(at: 1))
    }
    try await until("the rows are counted") { try await figures().inserted == 200_001 }
    let before = try await figures().read
    // An event is looked up by its number: the day's other events are not read.
    let events = (0..<100).map { _ in Self.event(.view, shop.products[1]) }
    #expect(try await shop.store.write(events).outcomes == Array(repeating: .stored, count: 100))
    #expect(try await shop.store.write(events).outcomes == Array(repeating: .repeated, count: 100))
    try await until("the events are counted") { try await figures().inserted == 200_101 }
    let read = try await figures().read - before
    #expect(read < 5_000, "\(read) rows were read")
  }

  @Test("6: a waiting event without a time", .timeLimit(.minutes(5)))
  func withoutTime() async throws {
    let shop = try await Shop()
    let sku = ProductReference.sku("later")
    let waiting = ShopEvent(id: .random(), at: Self.now, actor: .nobody, content: .deed(ProductDeed(.view, sku)))
    #expect(try await shop.store.write([waiting]).outcomes == [.aside])
    // Such a row is refused now; here it is one from before.
    try await shop.pool.execute("ALTER TABLE behaviour.event_aside DROP CONSTRAINT event_aside_times")
    try await shop.pool.execute(
      """
      INSERT INTO behaviour.event_aside (id, occurred_at, kind, sku, quantity, sender)
      VALUES (gen_random_uuid(), 'infinity', 'view', 'later', 1, 'shopper')
      """)
    try await shop.pool.execute(
      "INSERT INTO catalog.variant (product_id, sku) VALUES (\(shop.products[0]), 'later')")
    #expect(try await shop.store.takeUpAside().count == 1)
    #expect(try await shop.count("event_aside") == 0)
    #expect(try await shop.count("event") == 1)
  }

  @Test("4, 5, 7: one person's", .timeLimit(.minutes(5)))
  func person() async throws {
    let shop = try await Shop()
    let seed = UInt64.random(in: .min ... .max)
    print("EventStoreTests.person seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let visitors = (0..<4).map { _ in VisitorID.random() }
    var events: [ShopEvent] = []
    for _ in 0..<400 {
      let person = Int.random(in: 0..<5, using: &random)
      let actor = EventActor.person(person < 4 ? .visitor(visitors[person]) : .customer(Self.anna))
      let kind = InteractionKind.allCases.randomElement(using: &random)!
      events.append(
        Self.event(
          kind, shop.products.randomElement(using: &random)!, by: actor,
          minutesAgo: .random(in: 0..<100_000, using: &random), order: kind == .purchase ? "order-4711" : nil))
    }
    _ = try await shop.store.write(events)
    _ = try await shop.store.write([
      ShopEvent(
        id: .random(), at: Self.now, actor: .person(.visitor(visitors[0])),
        content: .shown(ShownList(list: .random(), placement: "home", products: shop.products)))
    ])
    try await shop.store.join(visitors[0], to: Self.anna)
    let later = Self.event(.view, shop.products[0], by: .person(.visitor(visitors[0])))
    _ = try await shop.store.write([later])
    func times(of people: [EventActor]) -> [Timestamp] {
      (events + [later]).filter { people.contains($0.actor) }.map(\.at).sorted(by: >)
    }
    let annas: [EventActor] = [.person(.customer(Self.anna)), .person(.visitor(visitors[0]))]
    let shopper = try await shop.store.shopper(of: .visitor(visitors[0]))
    #expect(try await shop.store.shopper(of: .customer(Self.anna)) == shopper)
    #expect(try await shop.store.recent(of: shopper, limit: 50).map(\.at) == Array(times(of: annas).prefix(50)))
    let other = try await shop.store.shopper(of: .visitor(visitors[1]))
    let others = times(of: [.person(.visitor(visitors[1]))])
    #expect(try await shop.store.recent(of: other, limit: 1_000).map(\.at) == others)

    let dump = try await shop.everything()
    for secret in visitors.map(\.text) + ["anna@example.com", "order-4711"] { #expect(!dump.contains(secret)) }

    let exported = Guarded(0)
    try await shop.store.export(.customer(Self.anna)) { _ in exported.withLock { $0 += 1 } }
    let erased = try await shop.store.erase(.customer(Self.anna), now: Self.now)
    #expect(erased.reduce(0) { $0 + $1.count } == times(of: annas).count + 1)
    #expect(exported.withLock { $0 } == times(of: annas).count + 1)
    #expect(try await shop.store.recent(of: shopper, limit: 10) == [])
    #expect(try await shop.count("identity") == 0)
    #expect(try await shop.count("impression") == 0)
    #expect(try await shop.store.recent(of: other, limit: 1_000).map(\.at) == others)
    let sums: Int64 = try await shop.pool.query("SELECT sum(deeds)::bigint FROM behaviour.anonymous_day")[0].decode(
      at: 0)
    #expect(Int(sums) == times(of: annas).count)
  }

  @Test("6: days", .timeLimit(.minutes(5)))
  func days() async throws {
    let shop = try await Shop()
    let day = 1_440
    for age in [0, 9, 10, 11, 400] {
      _ = try await shop.store.write([
        Self.event(.view, shop.products[0], minutesAgo: age * day),
        Self.event(.purchase, shop.products[0], minutesAgo: age * day),
        ShopEvent(
          id: .random(), at: Self.time(minutesAgo: age * day), actor: .nobody,
          content: .shown(ShownList(list: .random(), placement: "home", products: shop.products))),
      ])
    }
    try await shop.store.forget(
      now: Self.now, retention: BehaviourRetention(browsingDays: 10, orderDays: 100, shownDays: 1))
    #expect(try await shop.count("event", where: "kind = 'view'") == 2)
    #expect(try await shop.count("event", where: "kind = 'purchase'") == 4)
    #expect(try await shop.count("impression") == 1)
    // A dropped day can be written again, also by a process that had seen it and does not know.
    let other = PostgresBehaviour(shop.pool)
    for _ in 0..<2 {
      let late = Self.event(.view, shop.products[0], minutesAgo: 11 * day)
      #expect(try await other.write([late]).outcomes == [.stored])
      try await shop.store.forget(
        now: Self.now, retention: BehaviourRetention(browsingDays: 10, orderDays: 100, shownDays: 1))
    }
    #expect(
      try await shop.store.write([Self.event(.view, shop.products[0], minutesAgo: 11 * day)]).outcomes == [.stored])
  }

  @Test("8: together", .timeLimit(.minutes(5)))
  func together() async throws {
    let shop = try await Shop()
    let p = shop.products
    let people = (0..<3).map { _ in EventActor.person(.visitor(.random())) }
    var events = [
      Self.event(.view, p[0], by: people[0], minutesAgo: 100), Self.event(.view, p[1], by: people[0], minutesAgo: 90),
      Self.event(.view, p[2], by: people[0], minutesAgo: 20),
      Self.event(.view, p[0], by: people[1], minutesAgo: 50), Self.event(.click, p[1], by: people[1], minutesAgo: 40),
      Self.event(.view, p[3], by: people[1], minutesAgo: 45), Self.event(.view, p[3], by: people[2], minutesAgo: 45),
      Self.event(.purchase, p[4], by: people[2], order: "A"), Self.event(.purchase, p[5], by: people[2], order: "A"),
      Self.event(.purchase, p[6], by: people[2], order: "B"), Self.event(.purchase, p[5], by: people[0], order: "C"),
      Self.event(.purchase, p[4], by: people[0], order: "C"), Self.event(.purchase, p[6], order: "D"),
      Self.event(.purchase, p[6], order: "E"),
    ]
    var robot = Self.event(.purchase, p[7], by: people[2], order: "A")
    robot.sender = .robot
    events.append(robot)
    _ = try await shop.store.write(events)
    #expect(
      try await shop.store.viewed(with: p[0], limit: 10)
        == [WeightedProduct(product: p[1], weight: 2), WeightedProduct(product: p[3], weight: 1)])
    #expect(try await shop.store.bought(with: p[4], limit: 10).map(\.product) == [p[5]])
    #expect(try await shop.store.bought(with: p[5], limit: 10) == [WeightedProduct(product: p[4], weight: 2)])
    let trending = try await shop.store.trending(now: Self.now, limit: 3)
    #expect(Set(trending.prefix(2).map(\.product)) == [p[4], p[5]] && abs(trending[0].weight - 10) < 1e-9)
    // A single visitor cannot make a trend, and the same deed again within an hour adds nothing.
    let several = PostgresBehaviour(shop.pool, trendingShoppers: 2)
    _ = try await several.write((0..<50).map { _ in Self.event(.view, p[4], by: people[2], minutesAgo: 1) })
    let rising = try await several.trending(now: Self.now, limit: 10)
    #expect(Set(rising.map(\.product)) == [p[0], p[1], p[3], p[4], p[5]])
    #expect(abs((rising.first { $0.product == p[4] }?.weight ?? 0) - 11) < 0.01)
  }
}

extension EventStoreTests.Shop {
  /// Every row of every table that is the shop's own, as text.
  func everything() async throws -> String {
    var text = ""
    for row in try await pool.query(
      """
      SELECT schemaname || '.' || tablename FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
      """)
    {
      let table: String = try row.decode(at: 0)
      for line in try await pool.query("SELECT row_to_json(t)::text FROM \(unsafeRaw: table) AS t") {
        text += try line.decode(String.self, at: 0) + "\n"
      }
    }
    return text
  }
}

// On a real database:
// 1. Proposals come from the sales: the known elasticity lies in the interval, the gain of margin is positive, and the rail
//    that bound the price is named. A product whose price never varied is refused with the reason. Held products keep theirs.
// 2. Nothing of a person goes in: the same sales by other people give the same proposals.
// 3. Publishing writes the variants' retail prices, keeps their distances, leaves other lists alone, and notes the product
//    for the index; a struck-out price that is no longer above the price goes. It is numbered and audited.
// 4. All or none: a proposal that is no longer open, or whose price changed since, leaves every price as it was.
// 5. A slip is refused with its reason: a hundredth, below the cost, beyond the change a day, no reason given, the kill
//    switch, and a change too soon after another.
// 6. Taken back, prices are those of before, also struck-out ones; where one changed since, none is. Published rows cannot
//    be changed.
// 7. Two people who publish one proposal at once: one succeeds, the other is told.
// 8. Rules have numbers; two people who change them at once are told; values out of range are refused.
// 9. Recommend-only publishes nothing; automatic publishes what lies within the band, once.
// 10. A run that is cut off leaves the open proposals of before.
// 11. A week after a publication its sales are told beside those that were predicted, and the growth beside that of held
//     products.
// 12. A publication under rules that are no longer in force is refused, and no proposal is named; the kill switch is set
//     while others publish rules.
// 13. Automatic leaves out what cannot be published, publishes the rest, and counts what it left out.
import Catalog
import Ports
import PostgresClient
import PostgresStore
import Pricing
import TestSupport
import Testing

@testable import PriceDesk

@Suite(.serialized) struct PriceDeskTests {
  private func refusal(_ work: () async throws -> some Any) async throws -> String? {
    do {
      _ = try await work()
      return nil
    } catch let refusal as PriceDesk.Refusal {
      return "\(refusal)"
    }
  }

  /// A shop with proposals, and the open ones that are about a new price.
  private func opened(_ elasticities: [Double?]) async throws -> (DeskShop, [KeptProposal]) {
    let shop = try await DeskShop(elasticities)
    try await shop.withoutHoldout()
    _ = try await shop.desk.propose()
    return (shop, try await shop.desk.proposals().sorted { $0.product < $1.product })
  }

  @Test("1: proposals from sales", .timeLimit(.minutes(5)))
  func proposing() async throws {
    let (shop, open) = try await opened([-2.5, -1.5, nil])
    #expect(open.count == 2)
    for (kept, known) in zip(open, [-2.5, -1.5]) {
      let proposal = kept.proposal
      let elasticity = try #require(proposal.elasticity)
      #expect(elasticity.interval.contains(known), "\(elasticity) for \(known)")
      #expect(proposal.currentPrice == DeskShop.price && proposal.price == 1_100, "the optimum lies above the rails")
      #expect(proposal.bound.contains { [.changeADay, .observedRange].contains($0.rail) })
      #expect(proposal.gain > 0 && proposal.curve.count > 10 && !proposal.evidence.isEmpty)
      let (now, then) = (try #require(proposal.now), try #require(proposal.then))
      #expect(then.units.value < now.units.value && then.units.low < then.units.high)
    }
    let refused = try await shop.desk.proposals(.refused)
    #expect(refused.map(\.product) == [shop.products[2]])
    guard case .refused(let reason)? = refused.first?.proposal.decision else {
      Issue.record("it was not refused")
      return
    }
    #expect(reason.contains("hardly varied"))
    #expect(try await shop.desk.counts() == [.change: 2, .refused: 1])
    // Half of many products are held out, and always the same ones.
    let current = try await shop.desk.rules()
    var rules = current.rules
    rules.holdout = try #require(Share(partsPerMillion: 500_000))
    let products = (1...40).map { number in
      DeskProduct(
        id: ProductID(rawValue: Int64(number)), code: "C-\(number)", title: "", brand: "b", category: "c", price: 1_000,
        cost: 700)
    }
    let end = try #require(CalendarDay("2026-12-01"))
    let sales = products.flatMap { product in
      (0..<120).map { day -> DailySales in
        let price = [900.0, 1_000, 1_100][day / 10 % 3]
        let units = [90.0, 70, 55][day / 10 % 3]
        return DailySales(
          product: product.id, day: end.advanced(by: day - 120), units: units, revenue: units * price)
      }
    }
    func held() -> [ProductID] {
      PriceDesk.proposals(of: products, sales: sales, until: end, rules, .gbp, at: end.start).compactMap {
        if case .keep(let reason) = $0.proposal.decision, reason.hasPrefix("held out") { $0.product } else { nil }
      }
    }
    #expect((5...35).contains(held().count) && held() == held())
  }

  @Test("2: nothing of a person", .timeLimit(.minutes(5)))
  func nobody() async throws {
    let (shop, open) = try await opened([-2.5, -1.5])
    try await shop.pool.execute("UPDATE behaviour.event SET shopper = 7 - shopper * 3")
    _ = try await shop.desk.propose()
    let again = try await shop.desk.proposals().sorted { $0.product < $1.product }
    #expect(again.map(\.proposal) == open.map(\.proposal) && again.map(\.id) != open.map(\.id))
    #expect(try await shop.desk.proposals(state: .superseded).count == 2)
  }

  @Test("3: publishing", .timeLimit(.minutes(5)))
  func publishing() async throws {
    let (shop, open) = try await opened([-2.5, -1.5])
    try await shop.pool.execute("DELETE FROM indexing.outbox")
    let number = try await shop.desk.publish(open.map(\.id), reason: "spring  prices", by: "ann")
    #expect(number == 1)
    for product in shop.products { #expect(try await shop.prices(product) == [1_100, 1_650, 900, 1_400]) }
    let was = try await shop.pool.query("SELECT was_minor_units FROM pricing.price WHERE was_minor_units IS NOT NULL")
    #expect(was.isEmpty, "1,050 is no longer above 1,100")
    let noted = try await shop.pool.query("SELECT DISTINCT product_id FROM indexing.outbox ORDER BY product_id")
    #expect(try noted.map { try $0.decode(ProductID.self, at: 0) } == shop.products)
    let kept = try await shop.desk.proposal(open[0].id)
    #expect(kept.state == .published && kept.decidedBy == "ann" && kept.publication == 1)
    let publication = try #require(try await shop.desk.publications().first)
    #expect(publication.prices == 4 && publication.author == "ann" && publication.reason == "spring prices")
    let audit = try await shop.pool.query(
      "SELECT subject || ': ' || detail FROM accounts.audit WHERE action = 'published prices'")
    #expect(try audit.map { try $0.decode(String.self, at: 0) } == ["publication 1: 4 prices: spring prices"])
  }

  @Test("4: all or none", .timeLimit(.minutes(5)))
  func allOrNone() async throws {
    let (shop, open) = try await opened([-2.5, -1.5, -2.0])
    try await shop.desk.reject([open[2].id], reason: "too dear", by: "ann")
    let closed = try await refusal { try await shop.desk.publish(open.map(\.id), reason: "all", by: "ann") }
    #expect(closed?.contains("no longer open") == true)
    try await shop.pool.execute(
      """
      UPDATE pricing.price SET amount_minor_units = 1001
      WHERE amount_minor_units = 1000 AND variant_id IN (SELECT id FROM catalog.variant WHERE product_id = \(shop.products[1]))
      """)
    let moved = try await refusal { try await shop.desk.publish(open.prefix(2).map(\.id), reason: "two", by: "ann") }
    #expect(moved?.contains("no longer £10.00") == true, "\(moved ?? "")")
    #expect(try await shop.prices(shop.products[0]) == [1_000, 1_500, 900, 1_400])
    #expect(try await shop.desk.publications().isEmpty)
    #expect(try await shop.desk.proposal(open[0].id).state == .open)
    let missing = try await refusal { try await shop.desk.publish([999_999], reason: "none", by: "ann") }
    #expect(missing?.contains("there is no proposal") == true)
  }

  @Test("5: slips", .timeLimit(.minutes(5)))
  func slips() async throws {
    let (shop, open) = try await opened([-2.5])
    let id = open[0].id
    func publish(_ minorUnits: Int64, _ reason: String = "a typed price") async throws -> String? {
      let price = Money(minorUnits: minorUnits, currency: .gbp)
      return try await refusal { try await shop.desk.publish(id, at: price, reason: reason, by: "ann") }
    }
    #expect(try await publish(10)?.contains("decimal point") == true)
    #expect(try await publish(10_000)?.contains("decimal point") == true)
    #expect(try await publish(699)?.contains("below the cost") == true)
    #expect(try await publish(1_101)?.contains("max change a day") == true)
    #expect(try await publish(0)?.contains("not a price") == true)
    #expect(try await publish(-5)?.contains("not a price") == true)
    #expect(try await publish(.max)?.contains("not a price") == true)
    #expect(try await publish(1_050, "  ")?.contains("say why") == true)
    let euros = Money(minorUnits: 1_050, currency: .eur)
    #expect(try await refusal { try await shop.desk.publish(id, at: euros, reason: "euros", by: "ann") } != nil)
    try await shop.desk.setStopped(true, reason: "an incident", by: "ann")
    #expect(try await publish(1_050)?.contains("kill switch") == true)
    try await shop.desk.setStopped(false, reason: "it is over", by: "ann")
    #expect(try await shop.prices(shop.products[0]) == [1_000, 1_500, 900, 1_400])
    #expect(try await publish(1_050) == nil)
    #expect(try await shop.prices(shop.products[0]) == [1_050, 1_575, 900, 1_400])
    // The next proposal comes an hour later, and must wait for a day.
    shop.clock.advance(hours: 1)
    _ = try await shop.desk.propose()
    let soon = try await shop.desk.proposals(.refused)
    guard case .refused(let reason)? = soon.first?.proposal.decision else {
      Issue.record("it was not refused")
      return
    }
    #expect(reason.contains("less than 24 hours ago"))
  }

  @Test("6: taking back", .timeLimit(.minutes(5)))
  func takingBack() async throws {
    let (shop, open) = try await opened([-2.5, -1.5])
    _ = try await shop.desk.publish(open.map(\.id), reason: "up", by: "ann")
    #expect(try await shop.desk.rollBack(1, reason: "a mistake", by: "bob") == 2)
    for product in shop.products { #expect(try await shop.prices(product) == [1_000, 1_500, 900, 1_400]) }
    let was: [Int64] = try await shop.pool.query(
      "SELECT was_minor_units FROM pricing.price WHERE was_minor_units IS NOT NULL"
    ).map { try $0.decode(at: 0) }
    #expect(was == [1_050, 1_050])
    #expect(try await shop.desk.proposal(open[0].id).state == .rolledBack)
    #expect(try await shop.desk.publications().map(\.restoredFrom) == [1, nil])
    let again = try await refusal { try await shop.desk.rollBack(1, reason: "twice", by: "bob") }
    #expect(again?.contains("another price since") == true)
    #expect(try await refusal { try await shop.desk.rollBack(77, reason: "none", by: "bob") } != nil)
    for table in ["pricing.publication", "pricing.published_price", "pricing.desk_rules"] {
      await #expect(throws: PostgresError.self) {
        _ = try await shop.pool.execute("DELETE FROM \(unsafeRaw: table)")
      }
    }
  }

  @Test("7: two at once", .timeLimit(.minutes(5)))
  func twoAtOnce() async throws {
    let (shop, open) = try await opened([-2.5])
    let outcomes = try await withThrowingTaskGroup(of: String?.self) { group in
      for name in ["ann", "bob"] {
        group.addTask { try await refusal { try await shop.desk.publish([open[0].id], reason: "now", by: name) } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == nil } == 1, "\(outcomes)")
    #expect(try await shop.desk.publications().count == 1)
    #expect(try await shop.prices(shop.products[0]) == [1_100, 1_650, 900, 1_400])
  }

  @Test("8: rules", .timeLimit(.minutes(5)))
  func rules() async throws {
    let shop = try await DeskShop([])
    #expect(try await shop.desk.rules().number == 0)
    var rules = PriceDeskRules()
    rules.maxChangeADay = try #require(Share(partsPerMillion: 50_000))
    #expect(try await shop.desk.publish(rules, after: 0, reason: "calmer", by: "ann") == 1)
    #expect(try await shop.desk.rules().rules == rules)
    #expect(try await refusal { try await shop.desk.publish(rules, after: 0, reason: "late", by: "bob") } != nil)
    for json in [
      #"{"max_change_day_percent":"60"}"#, #"{"max_change_day_percent":"30"}"#, #"{"holdout_percent":"-1"}"#,
      #"{"mode":"magic"}"#, #"{"least_hours_between_changes":0}"#, #"{"typo":1}"#, #"[]"#,
    ] {
      #expect(throws: PriceFileError.self, "\(json)") { try PriceDeskRules(json: JSONText.value(json)) }
    }
    #expect(try PriceDeskRules(json: rules.json) == rules)
  }

  @Test("9: automatic within the band", .timeLimit(.minutes(5)))
  func automatic() async throws {
    let (shop, open) = try await opened([-2.5, -1.5])
    #expect(open.count == 2)
    #expect(try await shop.desk.publications().isEmpty)
    let current = try await shop.desk.rules()
    var rules = current.rules
    rules.mode = .automatic
    _ = try await shop.desk.publish(rules, after: current.number, reason: "trusted", by: "ann")
    #expect(try await shop.desk.propose().published == nil, "10 % is beyond the band of 3 %")
    rules.automaticBand = try #require(Share(partsPerMillion: 120_000))
    _ = try await shop.desk.publish(rules, after: current.number + 1, reason: "wider", by: "ann")
    let run = try await shop.desk.propose()
    #expect(run.published == 1)
    for product in shop.products { #expect(try await shop.prices(product) == [1_100, 1_650, 900, 1_400]) }
    #expect(try await shop.desk.propose().published == nil, "it changed less than a day ago")
  }

  @Test("12: rules that moved", .timeLimit(.minutes(5)))
  func movedRules() async throws {
    let (shop, open) = try await opened([-2.5])
    let current = try await shop.desk.rules()
    let decision = PriceDecision(proposal: open[0].id, price: open[0].proposal.price)
    let store = PostgresPriceDesk(shop.pool)
    func publish(under number: Int64) async throws -> PricePublishing {
      try await store.publish(
        [decision], under: number, currency: .gbp, reason: "a test",
        audit: AuditEntry(at: shop.clock.now(), actor: "ann", action: "published prices", subject: "", detail: ""))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.desk.setStopped(true, reason: "an incident", by: "ann") }
      group.addTask {
        // A refusal is as good as a success here: only the switch must not be refused.
        _ = try? await shop.desk.publish(current.rules, after: current.number, reason: "other rules", by: "bob")
      }
      try await group.waitForAll()
    }
    let stopped = try await shop.desk.rules()
    #expect(stopped.rules.isStopped && stopped.number > current.number)
    guard case .refused(_, let named) = try await publish(under: current.number) else {
      Issue.record("it was published")
      return
    }
    #expect(named.isEmpty)
    #expect(try await shop.prices(shop.products[0]) == [1_000, 1_500, 900, 1_400])
    #expect(try await publish(under: stopped.number) == .published(1))
  }

  @Test("13: automatic leaves out", .timeLimit(.minutes(5)))
  func leavingOut() async throws {
    let shop = try await DeskShop([-2.5, -1.5])
    try await shop.withoutHoldout()
    let current = try await shop.desk.rules()
    var rules = current.rules
    rules.mode = .automatic
    rules.automaticBand = try #require(Share(partsPerMillion: 120_000))
    _ = try await shop.desk.publish(rules, after: current.number, reason: "trusted", by: "ann")
    // A variant whose cost is above every price that it could get.
    try await shop.pool.execute(
      """
      UPDATE pricing.cost SET amount_minor_units = 5000 WHERE variant_id =
        (SELECT id FROM catalog.variant WHERE product_id = \(shop.products[1]) ORDER BY position DESC, id DESC LIMIT 1)
      """)
    let run = try await shop.desk.propose()
    #expect(run.published == 1 && run.leftOut == 1)
    #expect(try await shop.prices(shop.products[0]) == [1_100, 1_650, 900, 1_400])
    #expect(try await shop.prices(shop.products[1]) == [1_000, 1_500, 900, 1_400])
  }

  @Test("11: predicted and actual", .timeLimit(.minutes(5)))
  func effects() async throws {
    let shop = try await DeskShop(Array(repeating: -2.5, count: 12))
    let current = try await shop.desk.rules()
    var rules = current.rules
    rules.holdout = try #require(Share(partsPerMillion: 500_000))
    _ = try await shop.desk.publish(rules, after: current.number, reason: "half are held", by: "ann")
    _ = try await shop.desk.propose()
    let open = try await shop.desk.proposals()
    #expect((2...10).contains(open.count))
    _ = try await shop.desk.publish(open.map(\.id), reason: "up", by: "ann")
    #expect(try await shop.desk.effects().effects.isEmpty, "it is too early")
    // Three weeks with 200 pieces a day at 11.00 of what was changed, and 300 at 10.00 of the others.
    try await shop.pool.execute(
      """
      INSERT INTO behaviour.event (kept, day, id, occurred_at, kind, product_id, quantity, unit_minor_units, currency, sender)
      SELECT 2, day, md5('later ' || product.id || day)::uuid, day + interval '12 hours', 'purchase', product.id,
        CASE WHEN changed THEN 200 ELSE 300 END, CASE WHEN changed THEN 1100 ELSE 1000 END, 'GBP', 'shopper'
      FROM (SELECT id, id = ANY (\(open.map(\.product))) AS changed FROM catalog.product) AS product,
        (SELECT date '2026-12-02' + step AS day FROM generate_series(0, 19) AS step) AS days
      """)
    shop.clock.advance(hours: 20 * 24)
    let found = try await shop.desk.effects()
    #expect(found.effects.count == open.count)
    for effect in found.effects {
      #expect(effect.days == 19 && effect.unitsAfter == 200 && effect.marginAfter == 200 * 400)
    }
    let measured = try #require(found.measured)
    #expect(measured.interval.contains(measured.actual) && measured.predicted > 0)
    let predicted = open.map(\.proposal.gain).reduce(0, +) / Double(open.count)
    #expect(abs(measured.predicted - predicted) < 1e-6 * predicted)
  }

  @Test("10: a run that is cut off", .timeLimit(.minutes(5)))
  func cutOff() async throws {
    let (shop, open) = try await opened([-2.5, -1.5])
    // The insertion fails after the old proposals were put aside.
    try await shop.pool.execute(
      """
      CREATE FUNCTION pricing.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'cut off'; END $$
      """)
    try await shop.pool.execute(
      "CREATE TRIGGER fail BEFORE INSERT ON pricing.proposal FOR EACH ROW EXECUTE FUNCTION pricing.fail()")
    await #expect(throws: PostgresError.self) { try await shop.desk.propose() }
    #expect(try await shop.desk.proposals().map(\.id).sorted() == open.map(\.id).sorted())
    try await shop.pool.execute("DROP TRIGGER fail ON pricing.proposal")
    _ = try await shop.desk.propose()
    #expect(try await shop.desk.counts() == [.change: 2])
  }
}

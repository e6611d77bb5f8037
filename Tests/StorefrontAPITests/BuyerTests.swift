// A buyer's night and morning on a real database, through the jobs, the API and the console's pages:
// 1. The forecast reads orders; a cancellation takes demand back, a later return does not; the run has its provenance, and
//    the same history gives the same forecast and plan again.
// 2. A proposal's units cover the demand ahead; a buyer changes them in whole packs, orders once, and receives the goods:
//    the movements are append-only, and each balance is the sum before and of its movements.
// 3. A day of 1,000,000 units, a variant without a cost, and units below zero, in broken packs or too many are refused with
//    a reason, and nothing is ordered.
// 4. The pages show the work list, the reason, the plot with its table, and what would be by other terms.
// 5. A proposal that a buyer changed stays through the next plan until it is reset.
// 6. People who are forgotten leave the forecast's sums as they were.
// 7. An order by a page from before the last plan is refused, though nobody changed the proposal.
import Accounts
import Behaviour
import Catalog
import Forecasting
import JSON
import Ports
import PostgresClient
import PostgresStore
import Replenishment
import StorefrontAPI
import TestSupport
import Testing

@testable import Bootstrap

@Suite(.serialized) struct BuyerTests {
  private static let password = "correct horse battery"
  private static let lastDay = CalendarDay("2026-11-22")!
  private static let days = 150

  private static func record(_ number: Int, cost: Int64?, stock: Int64) -> ProductRecord {
    ProductRecord(
      code: "B\(number)", title: "Lamp \(number)", brand: "Kindle & Co", categories: [["Home", "Lamps"]],
      variants: ["red", "blue"].map { colour in
        .init(
          sku: SKU("B\(number)-\(colour)"), prices: [Price(amount: Money(minorUnits: 2_000, currency: .gbp))],
          cost: cost.map { Money(minorUnits: $0, currency: .gbp) }, stock: ["main": stock])
      })
  }

  /// Product n sells about n units a day to shopper n, twice as many on Saturdays, with a draw that its day fixes.
  private static func sale(_ number: Int, on day: Int, units: Int? = nil, kind: InteractionKind = .purchase)
    -> ShopEvent
  {
    let date = lastDay.advanced(by: day - days + 1)
    let isSaturday = (date.daysSinceEpoch + 3) % 7 == 5
    return ShopEvent(
      id: EventID(of: "buyer \(number) \(day) \(kind.rawValue)"),
      at: Timestamp(microsecondsSinceEpoch: date.start.microsecondsSinceEpoch + 36_000_000_000),
      actor: .person(.customer(CustomerCode("buyer-\(number)")!)),
      content: .deed(
        ProductDeed(
          kind, .sku("B\(number)-red"),
          quantity: units ?? (isSaturday ? 2 * number : number) + Int(StableHash.of("\(number) \(day)") % 3),
          price: Money(minorUnits: 2_000, currency: .gbp), order: "o-\(number)-\(day)")))
  }

  private struct Stand {
    let shop: TestShop
    var replenishment: Replenishment { shop.shop.replenishment }
    var pool: PostgresPool { shop.pool }

    func night() async throws -> [String: Double] {
      _ = try await replenishment.makeForecast { _, _, _ in }
      return try await replenishment.makePlan { _, _, _ in }
    }

    func id(_ number: Int) async throws -> ProductID {
      try await pool.query("SELECT id FROM catalog.product WHERE code = \("B\(number)")")[0].decode(at: 0)
    }
  }

  /// Six products; product 5 has no cost.
  private func stand(_ more: [ShopEvent] = []) async throws -> Stand {
    let shop = try await TestShop(
      (1...6).map { Self.record($0, cost: $0 == 5 ? nil : 900, stock: 10) }, isIndexed: false)
    let events = (1...6).flatMap { number in (0..<Self.days).map { Self.sale(number, on: $0) } }
    _ = try await PostgresBehaviour(shop.pool).write(events + more)
    let stand = Stand(shop: shop)
    try await stand.replenishment.save(
      try SupplierEntry(
        code: "MILL", name: "The <Mill>", leadTimeDays: 14, leadTimeDeviationDays: 2, reviewDays: 7,
        minimumOrder: Money(minorUnits: 10_000_000, currency: .gbp), packSize: 4, minimumUnits: 0,
        brands: ["Kindle & Co"]), by: "test")
    _ = try await stand.shop.shop.accounts.add(name: "bea", password: Self.password, roles: [.buyer], by: "test")
    return stand
  }

  @Test("1: the forecast and its provenance", .timeLimit(.minutes(5)))
  func forecast() async throws {
    // A return on the same day by the same person is a cancellation; one two days later is none.
    let stand = try await stand([
      Self.sale(3, on: 40, kind: .returned), Self.sale(3, on: 50).returned(days: 2),
    ])
    let three = try await stand.id(3)
    let sold = try await PostgresSales(stand.pool, currency: .gbp).sold(
      three, from: Self.lastDay.advanced(by: 1 - Self.days), through: Self.lastDay)
    #expect(sold.count == Self.days - 1 && !sold.contains { $0.day == Self.lastDay.advanced(by: 41 - Self.days) })
    #expect(sold.contains { $0.day == Self.lastDay.advanced(by: 51 - Self.days) && $0.units >= 3 })
    #expect(sold.allSatisfy { $0.unitMinorUnits == 2_000 })
    let figures = try await stand.replenishment.makeForecast { _, _, _ in }
    #expect(figures["products"] == 6 && figures["is_refused"] == 0, "\(figures)")
    let run = try #require(try await stand.replenishment.passedRun())
    #expect(run.dataThrough == Self.lastDay && run.seed == 1 && !run.dataDigest.isEmpty && run.refusal == nil)
    let ensemble = try #require(run.figures.first { $0.group == "all" && $0.model == "ensemble" })
    #expect(ensemble.figures.windows > 0)
    _ = try await stand.replenishment.makePlan { _, _, _ in }
    let first = try await stand.replenishment.plan(in: .urgency, limit: 100)
    // Killed after it was stored and run again: the same.
    _ = try await stand.night()
    let again = try #require(try await stand.replenishment.passedRun())
    #expect(again.dataDigest == run.dataDigest && again.figures == run.figures && again.number > run.number)
    #expect(try await stand.replenishment.plan(in: .urgency, limit: 100) == first)
    let six = try #require(try await stand.replenishment.forecasts(limit: 10)?.forecasts.last?.forecast)
    // 6 a day and 12 on Saturdays, and one more: 55 a week.
    #expect(abs(six.mean.prefix(7).reduce(0, +) - 55) < 9, "\(six.mean.prefix(7))")
  }

  @Test("2: from a proposal to stock", .timeLimit(.minutes(5)))
  func order() async throws {
    let stand = try await stand()
    let figures = try await stand.night()
    #expect(figures["proposals"] == 1 && (figures["lines"] ?? 0) >= 3, "\(figures)")
    let six = try await stand.id(6)
    let proposal = try #require(try await stand.replenishment.proposals().first)
    #expect(proposal.note?.contains("below the supplier's minimum of £100,000.00") == true)
    let supplier = proposal.supplier.id
    let line = try #require(try await stand.replenishment.proposal(of: supplier).lines.first { $0.product == six })
    // Three weeks of 55 less the 20 there are, and something for uncertainty, in packs of 4.
    #expect(line.units >= 140 && line.units < 280 && line.units.isMultiple(of: 4), "\(line)")
    #expect(line.reason.contains("21 days until the next order can arrive"))
    let browser = StaffBrowser(stand.shop.client)
    _ = try await browser.signIn("bea", Self.password)
    let page = "/console/proposals/\(supplier)"
    let shown = try await browser.get(page)
    #expect(shown.status == 200 && shown.text.contains("Order from The &lt;Mill&gt;"), "\(shown.status)")
    let saved = try await browser.send(page, from: page, [("revision", "1"), ("units-\(six)", "100")])
    #expect(saved.status == 303)
    // Another buyer's page is older by now.
    let late = try await browser.send(page + "/order", from: page, [("revision", "1")])
    #expect(late.status == 409 && late.text.contains("Somebody changed it meanwhile"))
    let ordered = try await browser.send(page + "/order", from: page, [("revision", "2")])
    #expect(ordered.status == 303, "\(ordered.status) \(ordered.text.prefix(300))")
    #expect(try await stand.replenishment.orders().count == 1)
    let order = try await stand.replenishment.order(try #require(try await stand.replenishment.orders().first).number)
    #expect(order.orderedBy == "bea" && order.expectedOn == CalendarDay("2026-12-07"))
    let lines = order.lines.filter { $0.product == six }
    #expect(lines.map(\.units) == [52, 48] || lines.map(\.units) == [48, 52], "\(lines.map(\.units))")
    #expect(order.totalMinorUnits == order.lines.reduce(0) { $0 + Int64($1.units) * 900 })
    let orderPath = "/console/orders/\(order.number)"
    let csv = try await browser.get(orderPath + "/csv")
    #expect(csv.text.split(separator: "\r\n").count == order.lines.count + 1 && csv.text.contains("MILL"))
    #expect(try await browser.get(orderPath + "/print").text.contains("Purchase order \(order.number)"))
    // A part comes, then the rest; more than is missing cannot come.
    let sku = lines[0].sku
    let part = try await browser.send(
      orderPath + "/receipts", from: orderPath, [("revision", "1"), ("warehouse", "main"), ("units-\(sku)", "40")])
    #expect(part.status == 303)
    let twice = try await browser.send(
      orderPath + "/receipts", from: orderPath, [("revision", "1"), ("warehouse", "main"), ("units-\(sku)", "1")])
    #expect(twice.status == 409)
    let most = try await browser.send(
      orderPath + "/receipts", from: orderPath, [("revision", "2"), ("warehouse", "main"), ("units-\(sku)", "9999")])
    #expect(most.status == 400 && most.text.contains("nothing was received"))
    let missing = try await stand.replenishment.order(order.number).lines.filter { $0.missingUnits > 0 }
    let rest = missing.map { ("units-\($0.sku)", String($0.missingUnits)) }
    let whole = try await browser.send(
      orderPath + "/receipts", from: orderPath, [("revision", "2"), ("warehouse", "main")] + rest)
    #expect(whole.status == 303, "\(whole.status) \(whole.text.prefix(300))")
    #expect(try await stand.replenishment.order(order.number).state == .received)
    let balances = try await stand.pool.query(
      """
      SELECT on_hand, (SELECT coalesce(sum(units), 0) + 10 FROM inventory.stock_entry AS entry
        WHERE entry.variant_id = stock.variant_id)::int8 AS sum,
        (SELECT on_hand_after FROM inventory.stock_entry AS entry WHERE entry.variant_id = stock.variant_id
        ORDER BY id DESC LIMIT 1) AS last FROM inventory.stock
      """)
    for row in balances {
      let onHand: Int64 = try row.decode("on_hand")
      #expect(try row.decode("sum", as: Int64.self) == onHand)
      #expect(try row.decode("last", as: Int64?.self) ?? onHand == onHand)
    }
    await #expect(throws: PostgresError.self) { try await stand.pool.execute("DELETE FROM inventory.stock_entry") }
    let audit = try await stand.shop.shop.accounts.audit(limit: 10).filter { $0.actor == "bea" }.map(\.action)
    #expect(Set(audit).isSuperset(of: ["changed proposal", "ordered", "received goods"]))
  }

  @Test("3: mistakes order nothing", .timeLimit(.minutes(5)))
  func mistakes() async throws {
    let stand = try await stand([Self.sale(4, on: 30, units: 1_000_000).numbered("slip")])
    _ = try await stand.night()
    let refused = try await stand.replenishment.plan(in: .refused, limit: 10)
    let (four, five, six) = (try await stand.id(4), try await stand.id(5), try await stand.id(6))
    let slip = try #require(refused.first { $0.product == four })
    #expect(
      slip.refusal?.contains("were sold on \(Self.lastDay.advanced(by: 31 - Self.days)), more than 100000") == true
        && slip.units == 0, "\(slip)")
    #expect(refused.first { $0.product == five }?.refusal == "a variant has no cost in GBP: enter it")
    let supplier = try #require(try await stand.replenishment.proposals().first).supplier.id
    let before = try await stand.replenishment.proposal(of: supplier)
    #expect(!before.lines.contains { [four, five].contains($0.product) })
    for units in [-4, 3, 100_004, 1_000_000] {
      await #expect(throws: Replenishment.Refusal.self, "\(units)") {
        try await stand.replenishment.edit(supplier, revision: 1, units: [six: units], by: "test")
      }
    }
    await #expect(throws: Replenishment.Refusal.self) {
      try await stand.replenishment.edit(supplier, revision: 1, units: [five: 4], by: "test")
    }
    #expect(try await stand.replenishment.proposal(of: supplier).lines == before.lines)
    // The cost went between plan and order.
    try await stand.pool.execute("DELETE FROM pricing.cost")
    await #expect(throws: Replenishment.Refusal.self) {
      _ = try await stand.replenishment.approve(supplier, revision: 1, by: "test")
    }
    #expect(try await stand.replenishment.orders().isEmpty)
    let headers = "Authorization: Bearer \(TestShop.adminToken)\r\nContent-Type: application/json\r\n"
    let body = "{\"revision\":1,\"units\":{\"\(six)\":-4}}"
    let answer = try await stand.shop.client.get(
      "/v1/replenishment/proposals/\(supplier)", method: "PUT", headers: headers, body: body)
    #expect(answer.status == 400 && answer.text.contains("no whole number from 0 on"))
  }

  @Test("4: pages", .timeLimit(.minutes(5)))
  func pages() async throws {
    let stand = try await stand()
    let browser = StaffBrowser(stand.shop.client)
    _ = try await browser.signIn("bea", Self.password)
    #expect(try await browser.get("/console/stock").text.contains("There is no forecast yet"))
    _ = try await stand.night()
    let list = try await browser.get("/console/stock").text
    #expect(list.contains("Lamp 6") && list.contains("Backtest: scaled error") && list.contains("The &lt;Mill&gt;"))
    #expect(try await browser.get("/console/stock?order=refused").text.contains("a variant has no cost"))
    let six = try await stand.id(6)
    let product = try await browser.get("/console/stock/\(six)").text
    #expect(product.contains("<svg class=\"plot\"") && product.contains("The forecast as a table"))
    #expect(product.contains("Why so many?") && product.contains("value=\"14\""))
    let longer = try await stand.replenishment.outlook(of: six, serviceLevel: 0.99, leadTimeDays: 60)
    let usual = try await stand.replenishment.outlook(of: six)
    #expect(longer.answer.units > usual.answer.units && usual.answer.units > 0)
    let tried = try await browser.get("/console/stock/\(six)?service=99&lead=60").text
    #expect(tried.contains("<strong>\(longer.answer.units) units"))
    let wrong = try await browser.get("/console/stock/\(six)?service=200&lead=60")
    #expect(wrong.status == 400 && wrong.text.contains("from 50 to 99.9 percent"))
    #expect(try await browser.get("/console/stock/999999").status == 404)
    let suppliers = try await browser.send(
      "/console/suppliers", from: "/console/suppliers",
      [
        ("code", "NEW"), ("name", "New"), ("lead", "9"), ("deviation", "1"), ("review", "7"), ("minimum", "12.50"),
        ("pack", "2"), ("units", "0"), ("brands", "No such brand"),
      ])
    #expect(suppliers.status == 400 && suppliers.text.contains("no brand &#39;No such brand&#39;"))
    #expect(try await stand.replenishment.suppliers().count == 1)
    let validator = SchemaValidator(document: OpenAPIDocument.value)
    let headers = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    for (target, path) in [
      ("/v1/forecasts", "/v1/forecasts"), ("/v1/forecasts/\(six)?service_level=0.99", "/v1/forecasts/{id}"),
      ("/v1/replenishment/plan?order=money", "/v1/replenishment/plan"),
      ("/v1/replenishment/proposals", "/v1/replenishment/proposals"),
      ("/v1/replenishment/suppliers", "/v1/replenishment/suppliers"),
    ] {
      let answer = try await stand.shop.client.get(target, headers: headers)
      #expect(answer.status == 200, "\(target)")
      let schema = try #require(OpenAPIDocument.schema(of: path))
      #expect(validator.problems(try JSONValue(parsing: answer.body), schema).isEmpty, "\(target)")
    }
  }

  @Test("5: a buyer's changes stay", .timeLimit(.minutes(5)))
  func changes() async throws {
    let stand = try await stand()
    _ = try await stand.night()
    let six = try await stand.id(6)
    let supplier = try #require(try await stand.replenishment.proposals().first).supplier.id
    let own = try #require(try await stand.replenishment.planRow(six))
    try await stand.replenishment.edit(supplier, revision: 1, units: [six: 8], by: "bea")
    let figures = try await stand.replenishment.makePlan { _, _, _ in }
    #expect(figures["proposals_kept_of_buyers"] == 1)
    #expect(try await stand.replenishment.planRow(six)?.units == 8)
    try await stand.replenishment.reset(supplier, revision: 2, by: "bea")
    #expect(try await stand.replenishment.planRow(six)?.units == own.units)
    let after = try await stand.replenishment.makePlan { _, _, _ in }
    #expect(after["proposals_kept_of_buyers"] == 0)
  }

  @Test("6: the forgotten", .timeLimit(.minutes(5)))
  func forgotten() async throws {
    let stand = try await stand()
    let one = try await stand.id(1)
    let sales = PostgresSales(stand.pool, currency: .gbp)
    func sum() async throws -> Int {
      try await sales.sold(one, from: Self.lastDay.advanced(by: -200), through: Self.lastDay).count
    }
    let before = try await sum()
    _ = try await stand.shop.behaviour.erase(.customer(CustomerCode("buyer-1")!))
    #expect(try await sum() == before)
  }
}

extension BuyerTests {
  @Test("7: a page from before the plan", .timeLimit(.minutes(5)))
  func earlierPage() async throws {
    let stand = try await stand()
    _ = try await stand.night()
    let seen = try #require(try await stand.replenishment.proposals().first)
    let browser = StaffBrowser(stand.shop.client)
    _ = try await browser.signIn("bea", Self.password)
    let page = "/console/proposals/\(seen.supplier.id)"
    #expect(try await browser.get(page).status == 200)
    _ = try await stand.replenishment.makePlan { _, _, _ in }
    let late = try await browser.send(page + "/order", from: page, [("revision", String(seen.revision))])
    #expect(late.status == 409 && late.text.contains("Somebody changed it meanwhile"), "\(late.status)")
    #expect(try await stand.replenishment.orders().isEmpty)
    let again = try #require(try await stand.replenishment.proposals().first)
    #expect(again.revision > seen.revision)
    let ordered = try await browser.send(page + "/order", from: page, [("revision", String(again.revision))])
    #expect(ordered.status == 303, "\(ordered.status)")
  }
}

extension ShopEvent {
  fileprivate func returned(days: Int) -> ShopEvent {
    var event = numbered("returned later")
    event.actor = .person(.customer(CustomerCode("somebody")!))
    event.at = Timestamp(microsecondsSinceEpoch: at.microsecondsSinceEpoch + Int64(days) * 86_400_000_000)
    if case .deed(var deed) = event.content {
      deed.kind = .returned
      event.content = .deed(deed)
    }
    return event
  }

  fileprivate func numbered(_ text: String) -> ShopEvent {
    var event = self
    event.id = EventID(of: text)
    return event
  }
}

extension Replenishment {
  fileprivate func planRow(_ product: ProductID) async throws -> PlanRow? {
    try await plan(in: .money, limit: 1_000).first { $0.product == product }
  }
}

/// The API's description.
private enum OpenAPIDocument {
  static var value: JSONValue { OpenAPI.document }

  static func schema(of path: String) -> JSONValue? {
    OpenAPI.document["paths"]?[path]?["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
  }
}

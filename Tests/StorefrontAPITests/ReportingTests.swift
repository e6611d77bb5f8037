// The shop's figures on random histories with returns, cancellations, two currencies and three time zones:
// 1. Every metric of the catalogue equals a plain SQL query over the events themselves that was written apart from it, of the
//    period and of the one before; a metric without such a query here fails the test.
// 2. Counting again changes nothing; counting the last days after late events gives what counting all gives.
// 3. A figure's parts by day, category and product add up to it where it is a sum; the CSV, the API and the page have it.
// 4. The five reports have sentences for a shop with and without orders, each with how sure it is; ROI names its
//    counterfactual.
// 5. A question that has no answer is refused with what can be asked.
import Accounts
import Catalog
import JSON
import Ports
import PostgresClient
import PostgresStore
import Reporting
import StorefrontAPI
import TestSupport
import Testing

@testable import Bootstrap

@Suite(.serialized) struct ReportingTests {
  private static let today = CalendarDay("2026-11-23")!
  private static let period = ReportPeriod(first: today.advanced(by: -20), last: today.advanced(by: -1))!

  private struct Clock: WallClock {
    func now() -> Timestamp { Timestamp("2026-11-23T12:00:00Z")! }
  }

  private static func records() -> [ProductRecord] {
    (1...8).map { number in
      let cost: Money? = number == 8 ? nil : Money(minorUnits: Int64(300 * number), currency: .gbp)
      return ProductRecord(
        code: "R\(number)", title: "Thing \(number)", brand: "Brand",
        categories: [["All", number < 5 ? "Odd" : "Even"]],
        variants: [
          .init(
            sku: SKU("R\(number)"), prices: [Price(amount: Money(minorUnits: Int64(1_000 * number), currency: .gbp))],
            cost: cost, stock: ["main": Int64(number % 3 == 0 ? 0 : 5 * number)])
        ])
    }
  }

  private static func events(_ seed: UInt64, days: ClosedRange<Int>, count: Int) -> [ShopEvent] {
    var draws = SplitMix(state: seed)
    return (0..<count).flatMap { number -> [ShopEvent] in
      let day = today.advanced(by: -Int(draws.below(days.upperBound - days.lowerBound + 1)) - days.lowerBound)
      let person = draws.below(12)
      let product = draws.below(8) + 1
      let second = draws.below(86_400)
      func event(_ kind: InteractionKind, _ name: String, later: Int = 0, _ change: (inout ProductDeed) -> Void)
        -> ShopEvent
      {
        var deed = ProductDeed(kind, .sku("R\(product)"))
        change(&deed)
        let micros = day.start.microsecondsSinceEpoch + Int64(second + later) * 1_000_000
        return ShopEvent(
          id: EventID(of: "reporting \(seed) \(number) \(name)"), at: Timestamp(microsecondsSinceEpoch: micros),
          actor: person == 11 ? .nobody : .person(.customer(CustomerCode("person-\(person)")!)), content: .deed(deed))
      }
      let money = Money(
        minorUnits: Int64(1_000 * product - draws.below(200)), currency: draws.below(5) == 0 ? .eur : .gbp)
      let units = 1 + draws.below(3)
      let isNumbered = draws.below(6) > 0
      var events: [ShopEvent] = []
      let placement = ["search", "home", "product"][draws.below(3)]
      if draws.below(3) > 0 {
        events.append(
          event(.click, "click", later: -draws.below(100_000)) { deed in
            deed.list = ListID(rawValue: Int64(number + 1))
            deed.placement = placement
            deed.position = 1
          })
      }
      if draws.below(2) > 0 { events.append(event(.addToCart, "cart", later: -30) { _ in }) }
      if draws.below(4) == 0 { return events + [event(.view, "view") { _ in }] }
      events.append(
        event(.purchase, "purchase") { deed in
          deed.quantity = units
          deed.price = money
          deed.order = isNumbered ? "order \(seed) \(number)" : nil
        })
      // A cancellation at once, or a return later.
      if draws.below(5) == 0 {
        events.append(
          event(.returned, "return", later: draws.below(2) * (200_000 + draws.below(400_000))) { deed in
            deed.quantity = units
            deed.price = money
            deed.order = isNumbered ? "order \(seed) \(number)" : nil
          })
      }
      return events.filter { $0.at.day < today }
    }
  }

  private func shop(_ seed: UInt64) async throws -> TestShop {
    let shop = try await TestShop(Self.records(), isIndexed: false)
    _ = try await PostgresBehaviour(shop.pool).write(Self.events(seed, days: 1...60, count: 400))
    try await shop.pool.execute(
      """
      INSERT INTO behaviour.search_day (day, query, searches, visitors, found_nothing, relaxed, corrected, clicked,
        reciprocal_ranks)
      SELECT '2026-10-01'::date + n, 'q' || n % 7, 10 + n % 5, 5, n % 4, 0, 0, n % 6, 1 FROM generate_series(0, 52) AS n
      """)
    return shop
  }

  private func reporting(_ shop: TestShop, _ zone: String) -> Reporting {
    Reporting(
      store: PostgresMetrics(shop.pool, currency: .gbp), clock: Clock(), currency: .gbp, timeZone: zone)
  }

  // MARK: The other way to the same figures

  /// One SELECT for each metric, over the events as they are.
  private static func plain(_ zone: String, _ period: ReportPeriod) -> [String: String] {
    let local = "(occurred_at AT TIME ZONE '\(zone)')"
    func within(_ moment: String) -> String {
      "\(moment) >= '\(period.first)'::date AND \(moment) < '\(period.last.advanced(by: 1))'::date"
    }
    let trade = "sender = 'shopper' AND currency = 'GBP' AND \(within(local))"
    func sum(_ what: String, _ kind: String) -> String {
      "(SELECT coalesce(sum(\(what)), 0) FROM behaviour.event WHERE kind = '\(kind)' AND \(trade))"
    }
    let (gross, back) = (sum("quantity * unit_minor_units", "purchase"), sum("quantity * unit_minor_units", "return"))
    let orders =
      "(SELECT count(DISTINCT coalesce(basket::text, id::text)) FROM behaviour.event WHERE kind = 'purchase' AND \(trade))"
    func costed(_ value: String) -> String {
      """
      (SELECT sum(CASE kind WHEN 'purchase' THEN 1 ELSE -1 END * quantity * (\(value))) FROM behaviour.event
        JOIN catalog.variant USING (product_id) JOIN pricing.cost ON variant_id = variant.id
        WHERE kind IN ('purchase', 'return') AND cost.currency = 'GBP' AND \(trade.replacing("currency =", with: "event.currency =")))
      """
    }
    let margin = costed("unit_minor_units - amount_minor_units")
    func clicked(_ condition: String) -> String {
      """
      (SELECT coalesce(sum(quantity * unit_minor_units), 0) FROM (
        SELECT *, (SELECT (array_agg(c.placement ORDER BY c.occurred_at DESC, c.id DESC))[1] FROM behaviour.event AS c
          WHERE c.kind = 'click' AND c.shopper = p.shopper AND c.product_id = p.product_id AND c.placement IS NOT NULL
            AND c.occurred_at <= p.occurred_at AND c.occurred_at >= p.occurred_at - interval '1 day') AS last_click
        FROM behaviour.event AS p WHERE kind = 'purchase' AND \(trade)) AS bought WHERE last_click \(condition))
      """
    }
    func visits(_ condition: String) -> String {
      """
      (SELECT count(DISTINCT (\(local)::date, shopper)) FROM behaviour.event WHERE shopper IS NOT NULL
        AND sender = 'shopper' AND kind NOT IN ('return', 'rating', 'dismiss') AND \(condition) AND \(within(local)))
      """
    }
    func searches(_ what: String) -> String {
      "(SELECT sum(\(what)) FROM behaviour.search_day WHERE day BETWEEN '\(period.first)' AND '\(period.last)')"
    }
    let returning = """
      (SELECT avg((first < day)::int) FROM (
        SELECT DISTINCT shopper, coalesce(basket::text, id::text), \(local)::date AS day FROM behaviour.event
        WHERE kind = 'purchase' AND shopper IS NOT NULL AND \(trade)) AS ordered
      JOIN (SELECT shopper, min(\(local)::date) AS first FROM behaviour.event WHERE kind = 'purchase' GROUP BY 1) AS firsts
        USING (shopper))
      """
    let last28 = ReportPeriod(first: period.last.advanced(by: -27), last: period.last)!
    let month =
      "sender = 'shopper' AND currency = 'GBP' AND \(local) >= '\(last28.first)'::date AND \(local) < '\(last28.last.advanced(by: 1))'::date"
    let sold = "(SELECT sum(quantity) FROM behaviour.event WHERE kind = 'purchase' AND \(month))"
    let onHand = "(SELECT sum(on_hand) FROM inventory.stock)"
    let value = "(SELECT sum(on_hand * amount_minor_units) FROM inventory.stock JOIN pricing.cost USING (variant_id))"
    let monthMargin = margin.replacing(
      "\(within(local))",
      with: "\(local) >= '\(last28.first)'::date AND \(local) < '\(last28.last.advanced(by: 1))'::date")
    return [
      "gross_sales": gross, "returns": back, "net_sales": "\(gross) - \(back)",
      "units_sold": sum("quantity", "purchase"), "return_rate": "\(back)::float8 / \(gross)", "gross_margin": margin,
      "margin_rate": "\(margin)::float8 / \(costed("unit_minor_units"))", "search_sales": clicked("= 'search'"),
      "recommended_sales": clicked("<> 'search'"), "orders": orders, "order_value": "\(gross)::float8 / \(orders)",
      "returning_rate": returning, "visits": visits("true"),
      "cart_rate": "\(visits("kind = 'add_to_cart'"))::float8 / \(visits("true"))",
      "conversion": "\(visits("kind = 'purchase'"))::float8 / \(visits("true"))", "searches": searches("searches"),
      "zero_result_rate": "\(searches("found_nothing"))::float8 / \(searches("searches"))",
      "search_click_rate": "\(searches("clicked"))::float8 / \(searches("searches"))", "stock_value": value,
      "stockout_rate":
        "(SELECT avg((units = 0)::int) FROM (SELECT sum(on_hand) AS units FROM inventory.stock GROUP BY variant_id) AS s)",
      "stock_cover": "\(onHand)::float8 * 28 / \(sold)", "sell_through": "\(sold)::float8 / (\(sold) + \(onHand))",
      "gmroi": "\(monthMargin)::float8 * 13 / \(value)",
    ]
  }

  private func check(_ shop: TestShop, _ reporting: Reporting, _ zone: String, _ period: ReportPeriod) async throws {
    let plain = Self.plain(zone, period)
    #expect(Set(plain.keys) == Set(reporting.metrics.map(\.code)))
    let tiles = try await reporting.tiles(reporting.metrics.map(\.code), in: period)
    for tile in tiles {
      let statement = try #require(plain[tile.metric.code])
      let expected: Double? = try await shop.pool.query(SQL(unsafeRaw: "SELECT (\(statement))::float8"))[0]
        .decode(at: 0)
      let (value, wanted) = (try #require(tile.value, "\(tile.metric.code)"), try #require(expected))
      #expect(abs(value - wanted) <= 1e-9 * max(1, abs(wanted)), "\(zone) \(tile.metric.code)")
    }
  }

  // MARK: Tests

  @Test("1, 2: tiles and plain SQL", .timeLimit(.minutes(5)), arguments: [UInt64(7), 8])
  func tiles(seed: UInt64) async throws {
    let shop = try await shop(seed)
    for zone in ["UTC", "Europe/London", "Pacific/Auckland"] {
      let reporting = reporting(shop, zone)
      try await reporting.count(wholeHistory: true)
      try await check(shop, reporting, zone, Self.period)
      let previous = try #require(Self.period.previous)
      let before = try await reporting.tiles(["net_sales", "conversion"], in: previous).map(\.value)
      #expect(try await reporting.tiles(["net_sales", "conversion"], in: Self.period).map(\.previous) == before)
    }
    // Late events of the last days.
    let reporting = reporting(shop, "Pacific/Auckland")
    _ = try await PostgresBehaviour(shop.pool).write(Self.events(seed + 100, days: 1...5, count: 60))
    try await reporting.count(wholeHistory: false)
    try await check(shop, reporting, "Pacific/Auckland", Self.period)
    func rows() async throws -> [String] {
      try await shop.pool.query(
        "SELECT t::text FROM analytics.trade_product_day AS t UNION ALL SELECT t::text FROM analytics.trade_day AS t UNION ALL SELECT t::text FROM analytics.visit_day AS t ORDER BY 1"
      ).map { try $0.decode(at: 0) }
    }
    let once = try await rows()
    try await reporting.count(wholeHistory: false)
    #expect(try await rows() == once)
    try await reporting.count(wholeHistory: true)
    #expect(try await rows() == once && once.count > 50)
  }

  @Test("3, 5: parts, files, pages, refusals", .timeLimit(.minutes(5)))
  func parts() async throws {
    let shop = try await shop(9)
    let headers = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    let reporting = shop.shop.reporting
    #expect(try await reporting.countedAt() == nil)
    try await reporting.count(wholeHistory: true)
    for code in ["net_sales", "units_sold", "gross_margin"] {
      let whole = try #require(try await reporting.tiles([code], in: Self.period).first?.value)
      for dimension in Metric.Dimension.allCases {
        let parts = try await reporting.parts(of: code, by: dimension, in: Self.period)
        #expect(abs(parts.compactMap(\.value).reduce(0, +) - whole) < 1e-6, "\(code) by \(dimension)")
        if dimension == .day { #expect(parts.count == Self.period.days) }
      }
    }
    let query = "from=\(Self.period.first)&to=\(Self.period.last)"
    let products = try await reporting.parts(of: "net_sales", by: .product, in: Self.period)
    let csv = try await shop.client.get(
      "/v1/analytics/metrics/net_sales?by=product&format=csv&\(query)", headers: headers)
    #expect(csv.text == MetricFile.text(try reporting.metric("net_sales"), .product, products) && products.count > 5)
    let validator = SchemaValidator(document: OpenAPI.document)
    for (target, path) in [
      ("/v1/analytics/metrics", "/v1/analytics/metrics"),
      ("/v1/analytics/metrics/conversion?by=day&\(query)", "/v1/analytics/metrics/{code}"),
      ("/v1/analytics/reports/inventory?\(query)", "/v1/analytics/reports/{name}"),
    ] {
      let answer = try await shop.client.get(target, headers: headers)
      #expect(answer.status == 200, "\(target): \(answer.text.prefix(200))")
      let schema = try #require(
        OpenAPI.document["paths"]?[path]?["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"])
      #expect(validator.problems(try JSONValue(parsing: answer.body), schema).isEmpty, "\(target)")
    }
    for (target, status, words) in [
      ("metrics/profit", 404, "there is no metric"), ("metrics/orders?by=product", 400, "can be taken apart by day"),
      ("metrics/orders?from=2026-11-02&to=2026-11-01", 400, "from is not after to"),
      ("metrics/orders?by=day&limit=0", 400, "limit is from 1"), ("reports/gossip", 404, "no such report"),
    ] {
      let answer = try await shop.client.get("/v1/analytics/\(target)", headers: headers)
      #expect(answer.status == status && answer.text.contains(words), "\(target): \(answer.text.prefix(300))")
    }
    _ = try await shop.shop.accounts.add(name: "dora", password: "correct horse battery", roles: [.analyst], by: "test")
    let browser = StaffBrowser(shop.client)
    _ = try await browser.signIn("dora", "correct horse battery")
    let page = try await browser.get("/console/dashboard").text
    let month = try #require(reporting.last(days: 28))
    let net = try #require(try await reporting.tiles(["net_sales"], in: month).first)
    #expect(page.contains(FigureWords(currency: .gbp).text(net.value, .money)) && page.contains("<svg class=\"plot\""))
    #expect(page.contains("Gross sales − returns"))
    let drill = try await browser.get("/console/dashboard/net_sales?days=28&by=product").text
    #expect(drill.contains("Thing ") && drill.contains("CSV"))
    #expect(try await browser.get("/console/dashboard/net_sales/csv?days=28&by=day").status == 200)
    #expect(try await browser.get("/console/reports").text.contains("Growth strategy"))
  }

  @Test("4: reports", .timeLimit(.minutes(5)))
  func reports() async throws {
    let shop = try await shop(11)
    let empty = try await TestShop(Self.records(), isIndexed: false)
    for stand in [shop, empty] {
      try await stand.shop.reporting.count(wholeHistory: true)
      for kind in ShopReport.Kind.allCases {
        let report = try await stand.shop.reportWriter.report(kind, in: Self.period)
        let sentences = report.sections.flatMap(\.sentences)
        #expect(!sentences.isEmpty && report.sections.allSatisfy { !$0.title.isEmpty })
        #expect(sentences.allSatisfy { !$0.text.contains("nan") && !$0.text.contains("inf ") && $0.text.count > 8 })
      }
    }
    let roi = try await shop.shop.reportWriter.report(.roi, in: Self.period).sections.flatMap(\.sentences)
    #expect(roi.contains { $0.certainty == .assumed && $0.text.hasPrefix("Counterfactual: without search") })
  }
}

/// SplitMix64, so that the histories are the same in every run.
private struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}

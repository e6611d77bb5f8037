// Experiments over the real server, on a real Postgres:
// 1. A visitor's searches go by the arm that the visitor's number gives: the engine's order in one, the rules of a version in
//    the other; a stranger and a browser that asks to be left alone see what is in force. Pages behind a cursor go on so,
//    also after the experiment was stopped.
// 2. The arms that were seen are stored once a visitor, and the store's sums are those of a count in Swift: several arms,
//    deeds before and after, other currencies, robots, the cut of large orders.
// 3. A page that mixes two rankings has each product once, and its clicks give each side its wins.
// 4. Staff's way by forms and by the API: describe, start, ramp up, read, stop; refusals say what to do; roles.
// 5. A person's exposures are in the export, become the customer's at the sign-in, and are erased.
import Accounts
import Behaviour
import Catalog
import ExperimentDesk
import Experiments
import HTTPServer
import JSON
import Merchandising
import Numbers
import Ports
import PostgresClient
import PostgresStore
import StorefrontAPI
import TestSupport
import Testing

@testable import Bootstrap

@Suite(.serialized) struct ExperimentTests {
  private static func lamp(_ number: Int) -> ProductRecord {
    ProductRecord(
      code: "X\(number)", title: "Desk lamp \(number)", brand: number.isMultiple(of: 2) ? "Evenlight" : "Oddlight",
      categories: [["Home", "Lamps"]],
      variants: [
        .init(
          sku: SKU("X\(number)-1"),
          prices: [Price(amount: Money(minorUnits: Int64(1000 + number), currency: .gbp))], stock: ["main": 1])
      ], popularity: Double(100 - number))
  }

  private struct Stand {
    let shop: TestShop
    var desk: ExperimentDesk { shop.shop.experimentDesk }

    init() async throws {
      shop = try await TestShop((1...12).map(ExperimentTests.lamp))
      try await shop.shop.merchandising.follow()
    }

    /// Describes, starts and takes up an experiment.
    func run(_ plan: ExperimentPlan) async throws {
      try await desk.create(plan, by: "test")
      try await desk.start(plan.name, by: "test")
      try await shop.shop.experiments.follow()
    }

    /// A visitor of an arm.
    func visitor(_ arm: Int, of plan: ExperimentPlan) -> VisitorID {
      while true {
        let visitor = VisitorID.random()
        if plan.assignment.arm(of: visitor.text) == arm { return visitor }
      }
    }

    func publish(_ rules: String) async throws -> Int64 {
      let desk = shop.shop.merchandising
      let draft = try await desk.draft(try await desk.addDraft(named: "test", by: "test"))
      var texts = draft.texts
      texts[.rules] = rules
      let revision = try await desk.save(texts, of: draft, by: "test")
      return try await desk.publish(draft.id, revision: revision, reason: "test", by: "test", isApprover: true)
    }

    func page(_ query: String, _ headers: String = "") async throws -> JSONValue {
      let answer = try await shop.client.get("/v1/search?\(query)", headers: headers)
      #expect(answer.status == 200, "\(query): \(answer.text)")
      return try JSONValue(parsing: answer.body)
    }
  }

  private func ids(_ page: JSONValue) -> [String] { page["products"]?.array?.compactMap { $0["id"]?.string } ?? [] }

  private func plan(
    _ name: String, _ control: ArmValue, _ treatment: ArmValue, kind: ExperimentPlan.Kind = .arms,
    layer: String = "search", metric: ExperimentMetric = .conversion
  ) throws -> ExperimentPlan {
    try ExperimentPlan(
      name: name, question: "Which is better?", kind: kind,
      arms: [.init(name: "control", value: control), .init(name: "treatment", value: treatment)], layer: layer,
      metric: metric)
  }

  @Test("1: arms", .timeLimit(.minutes(5)))
  func arms() async throws {
    let stand = try await Stand()
    let first = try await stand.publish("exact: nothing\n  redirect: /nothing")
    let plain = ids(try await stand.page("q=lamp&page_size=12"))
    let last = try #require(plain.last)
    let pinned = try await stand.publish("exact: lamp\n  pin 1: \(last)")
    // The version before is in force again: the pin is an arm's alone.
    _ = try await stand.shop.shop.merchandising.rollBack(to: first, reason: "test", by: "test")
    let plan = try plan("pins", ArmValue(rules: first), ArmValue(rules: pinned))
    try await stand.run(plan)
    let (control, treatment) = (stand.visitor(0, of: plan), stand.visitor(1, of: plan))
    for headers in ["", TestShop.cookie(control), TestShop.cookie(treatment) + "DNT: 1\r\n"] {
      #expect(ids(try await stand.page("q=lamp&page_size=12", headers)) == plain, "\(headers)")
    }
    let own = ids(try await stand.page("q=lamp&page_size=12", TestShop.cookie(treatment)))
    #expect(own.first == last && Set(own) == Set(plain))
    let page = try await stand.page("q=lamp&page_size=5", TestShop.cookie(treatment))
    try await stand.desk.stop("pins", conclusion: "seen", by: "test")
    var (pages, cursor) = (ids(page), page["next_cursor"]?.string)
    while let text = cursor {
      let next = try await stand.page("cursor=\(StaffBrowser.encoded(text))", TestShop.cookie(treatment))
      pages += ids(next)
      cursor = next["next_cursor"]?.string
    }
    #expect(pages == own, "the cursor holds the arm's values")
    try await stand.shop.shop.experiments.follow()
    #expect(ids(try await stand.page("q=lamp&page_size=12", TestShop.cookie(treatment))) == plain, "it is over")

    let order = try self.plan("order", ArmValue(ranking: .off), ArmValue(ranking: .handSet))
    try await stand.run(order)
    for (arm, model) in [(0, nil), (1, "hand-1")] {
      let answer = try await stand.page("q=lamp&why=true", TestShop.cookie(stand.visitor(arm, of: order)))
      #expect(answer["why"]?["ranking"]?["model"]?.string == model)
    }
    try await stand.shop.behaviour.intake.settle()
    let rows = try await stand.shop.pool.query(
      "SELECT experiment, arm::int, searches FROM behaviour.exposure ORDER BY 1, 2")
    let seen = try rows.map { row -> String in
      "\(try row.decode(String.self, at: 0)) \(try row.decode(Int.self, at: 1)) \(try row.decode(Int32.self, at: 2))"
    }
    #expect(seen == ["order 0 1", "order 1 1", "pins 0 1", "pins 1 2"])
  }

  // MARK: Sums

  private struct Shopper {
    var visitor: VisitorID
    var arms: [Int]
    var clicksBefore = 0
    var clicks = 0
    var spentBefore: [Int64] = []
    var spent: [Int64] = []
  }

  @Test("2: exposures and sums", .timeLimit(.minutes(5)))
  func sums() async throws {
    let stand = try await Stand()
    let plan = try plan("sums", ArmValue(), ArmValue(ranking: .off), metric: .revenue)
    try await stand.desk.create(plan, by: "test")
    try await stand.desk.start("sums", by: "test")
    let start = stand.shop.shop.clock.now()
    func time(_ minutes: Int) -> Timestamp {
      Timestamp(microsecondsSinceEpoch: start.microsecondsSinceEpoch + Int64(minutes) * 60_000_000)
    }
    let product = try #require(ids(try await stand.page("q=lamp")).first.flatMap { ProductID($0) })
    var random = SplitMix64(seed: 5)
    var (shoppers, events) = ([Shopper](), [ShopEvent]())
    for number in 0..<300 {
      var shopper = Shopper(visitor: .random(), arms: number % 100 == 7 ? [0, 1] : [random.below(2)])
      let actor = EventActor.person(.visitor(shopper.visitor))
      func add(_ minutes: Int, _ content: ShopEvent.Content, _ sender: EventSender = .shopper) {
        events.append(ShopEvent(id: .random(), at: time(minutes), actor: actor, sender: sender, content: content))
      }
      for (place, arm) in shopper.arms.enumerated() {
        let exposure = ArmExposure(arms: [.init(experiment: "sums", arm: arm)], milliseconds: Double(10 + number % 5))
        for repetition in 0..<2 { add(60 + 10 * place + repetition, .exposure(exposure)) }
      }
      func click() -> ProductDeed {
        ProductDeed(.click, .id(product), list: .random(), position: 1, placement: "search")
      }
      func purchase(_ pence: Int64, _ currency: Currency = .gbp) -> ProductDeed {
        ProductDeed(
          .purchase, .id(product), quantity: 2, price: Money(minorUnits: pence, currency: currency),
          order: "\(random.next())")
      }
      for _ in 0..<random.below(3) {
        shopper.clicksBefore += 1
        add(-600, .deed(click()))
      }
      for _ in 0..<random.below(2) {
        shopper.clicks += 1
        add(90, .deed(click()))
      }
      for _ in 0..<random.below(2) {
        let pence = Int64(100 + random.below(900))
        shopper.spentBefore.append(2 * pence)
        add(-1_440, .deed(purchase(pence)))
      }
      for _ in 0..<random.below(3) {
        let pence = number == 11 ? 50_000_000 : Int64(100 + random.below(900))
        shopper.spent.append(2 * pence)
        add(120, .deed(purchase(pence)))
      }
      // None of these counts.
      add(-60 * 24 * 40, .deed(purchase(900)))
      add(130, .deed(ProductDeed(.click, .id(product), list: .random(), position: 1, placement: "home/viewed")))
      if number.isMultiple(of: 3) {
        add(131, .deed(purchase(77_777)), .robot)
        add(60 * 24 * 30, .deed(purchase(88_888)))
      }
      shoppers.append(shopper)
    }
    for place in stride(from: 0, to: events.count, by: 500) {
      let outcomes = try await stand.shop.behaviour.intake.submit(Array(events[place..<min(place + 500, events.count)]))
      #expect(outcomes.allSatisfy { $0 == .stored })
    }
    let stored = try await stand.desk.experiment("sums")
    let until = Timestamp(microsecondsSinceEpoch: start.microsecondsSinceEpoch + 24 * 3_600 * 1_000_000)
    let found = try await PostgresExperiments(stand.shop.pool).outcomes(of: stored, until: until, currency: .gbp)
    #expect(found.inSeveral == shoppers.count { $0.arms.count > 1 })
    let single = shoppers.filter { $0.arms.count == 1 }
    let bound = try #require(Winsorizing(percentile: 0.99, of: single.map { Double($0.spent.reduce(0, +)) }))
    let before = try #require(Winsorizing(percentile: 0.99, of: single.map { Double($0.spentBefore.reduce(0, +)) }))
    for arm in 0..<2 {
      let own = single.filter { $0.arms == [arm] }
      #expect(found.arms[arm].visitors == own.count)
      var expected: [ExperimentMetric: AdjustedStatistics] = [:]
      for shopper in own {
        expected[.clickThrough, default: .init()].add(
          outcome: shopper.clicks > 0 ? 1 : 0, before: shopper.clicksBefore > 0 ? 1 : 0)
        expected[.conversion, default: .init()].add(
          outcome: shopper.spent.isEmpty ? 0 : 1, before: shopper.spentBefore.isEmpty ? 0 : 1)
        expected[.revenue, default: .init()].add(
          outcome: bound(Double(shopper.spent.reduce(0, +))), before: before(Double(shopper.spentBefore.reduce(0, +))))
      }
      for (metric, figures) in expected {
        let own = try #require(found.arms[arm].metrics[metric])
        #expect(own.outcome.count == figures.outcome.count, "\(metric)")
        for (left, right) in [
          (own.outcome.sum, figures.outcome.sum), (own.outcome.sumOfSquares, figures.outcome.sumOfSquares),
          (own.before.sum, figures.before.sum), (own.sumOfProducts, figures.sumOfProducts),
        ] {
          #expect(abs(left - right) <= 1e-9 * max(1, abs(right)), "\(metric) of arm \(arm): \(left), not \(right)")
        }
      }
      let latency = try #require(found.arms[arm].metrics[.latency])
      #expect((10...14).contains(latency.outcome.mean))
    }
  }

  @Test("3: two rankings mixed", .timeLimit(.minutes(5)))
  func interleaving() async throws {
    let stand = try await Stand()
    let plan = try plan("mixed", ArmValue(ranking: .off), ArmValue(ranking: .handSet), kind: .interleaving)
    try await stand.run(plan)
    let visitor = VisitorID.random()
    let page = try await stand.page("q=lamp&page_size=12", TestShop.cookie(visitor))
    let shown = ids(page)
    #expect(shown.count == 12 && Set(shown).count == 12)
    #expect(ids(try await stand.page("q=lamp&page_size=12", TestShop.cookie(visitor))) == shown, "the same coins")
    try await stand.shop.behaviour.intake.settle()
    let list = try #require(page["search_id"]?.string.flatMap { ListID($0) })
    let sides: [Bool?] = try await stand.shop.pool.query(
      "SELECT is_treatments FROM behaviour.search_interleaving WHERE search_id = \(list.rawValue)")[0].decode(at: 0)
    #expect(sides.count == 12 && sides.count { $0 == true } == 6 && sides.count { $0 == false } == 6)
    for (place, side) in sides.enumerated() where side == true {
      let product = try #require(ProductID(shown[place]))
      let click = ProductDeed(.click, .id(product), list: list, position: place + 1, placement: "search")
      _ = try await stand.shop.behaviour.intake.submit([
        ShopEvent(
          id: .random(), at: stand.shop.shop.clock.now(), actor: .person(.visitor(visitor)), content: .deed(click))
      ])
      break
    }
    let stored = try await stand.desk.experiment("mixed")
    let until = Timestamp(microsecondsSinceEpoch: stand.shop.shop.clock.now().microsecondsSinceEpoch + 1_000_000)
    let found = try await PostgresExperiments(stand.shop.pool).outcomes(of: stored, until: until, currency: .gbp)
    #expect(found.interleaving == InterleavingResult(wins: 1, losses: 0, ties: 1))
    #expect(ExperimentReport(plan, found).comparisons.isEmpty)
  }

  // MARK: Staff

  @Test("4: the way by the API", .timeLimit(.minutes(5)))
  func api() async throws {
    let stand = try await Stand()
    let token = "Authorization: Bearer \(TestShop.adminToken)\r\nContent-Type: application/json\r\n"
    func send(_ method: String, _ path: String, _ body: String = "") async throws -> HTTPClient.Answer {
      try await stand.shop.client.get("/v1/experiments\(path)", method: method, headers: token, body: body)
    }
    let description = """
      {"name": "first", "question": "Is the order better?", "metric": "conversion", "exposed_percent": 20,
       "arms": [{"name": "control"}, {"name": "engine", "ranking": "off"}]}
      """
    let created = try await send("POST", "", description)
    #expect(created.status == 201, "\(created.text)")
    let validator = SchemaValidator(document: OpenAPI.document)
    func check(_ answer: HTTPClient.Answer, _ schema: String) throws {
      let problems = validator.problems(
        try JSONValue(parsing: answer.body), ["$ref": .string("#/components/schemas/\(schema)")])
      #expect(answer.status < 300 && problems.isEmpty, "\(answer.text) \(problems.prefix(3))")
    }
    try check(created, "Experiment")
    #expect(try await send("POST", "", description).status == 409)
    for (wrong, reason) in [
      (description.replacing("\"off\"", with: "\"model:99\""), "there is no ranking 99"),
      (description.replacing("\"ranking\": \"off\"", with: "\"rules\": 99"), "no version 99"),
      (description.replacing("\"off\"", with: "\"best\""), "ranking is off, hand-set or model:NUMBER"),
      (description.replacing("conversion", with: "luck"), "does not support"),
      (description.replacing("20", with: "120"), "exposed_percent is from 0 to 100"), ("[]", "object"),
    ] {
      let answer = try await send("POST", "", wrong.replacing("first", with: "other"))
      #expect(answer.status == 400 && answer.text.contains(reason), "\(answer.text)")
    }
    #expect(try await send("GET", "/first/reading").status == 409, "it has not started")
    try check(try await send("POST", "/first/start"), "Experiment")
    #expect(try await send("POST", "/first/start").status == 409)
    _ = try await send("POST", "", description.replacing("first", with: "second"))
    let clash = try await send("POST", "/second/start")
    #expect(clash.status == 409 && clash.text.contains("first runs and changes the same searches"), "\(clash.text)")
    #expect(try await send("POST", "/first/ramp", "{\"percent\": 10}").status == 409)
    try check(try await send("POST", "/first/ramp", "{\"percent\": 50}"), "Experiment")
    try check(try await send("GET", "/first/reading"), "ExperimentReading")
    try check(try await send("GET", ""), "Experiments")
    #expect(try await send("POST", "/first/stop", "{\"conclusion\": \"\"}").status == 400)
    try check(try await send("POST", "/first/stop", "{\"conclusion\": \"enough\"}"), "Experiment")
    try check(try await send("GET", "/first/reading"), "ExperimentReading")
    #expect(try await send("DELETE", "/first").status == 409, "what was seen is kept")
    #expect(try await send("DELETE", "/second").status == 204)
    #expect(try await send("GET", "/second").status == 404)
    #expect(try await stand.shop.client.get("/v1/experiments").status == 401)
    let actions = try await stand.shop.shop.accounts.audit(limit: 20).map(\.action)
    for action in ["described experiment", "started experiment", "ramped experiment", "stopped experiment"] {
      #expect(actions.contains(action), "\(action)")
    }
  }

  @Test("4: the way by forms", .timeLimit(.minutes(5)))
  func forms() async throws {
    let stand = try await Stand()
    let accounts = stand.shop.shop.accounts
    for (name, role) in [("mia", Role.merchandiser), ("ana", .analyst), ("bob", .buyer)] {
      _ = try await accounts.add(name: name, password: "a-long-password-of-\(name)", roles: [role], by: "test")
    }
    let browser = StaffBrowser(stand.shop.client)
    #expect(try await browser.signIn("mia", "a-long-password-of-mia").status == 303)
    let path = "/console/experiments"
    let wrong = try await browser.send(
      path, from: path, [("name", "pages"), ("question", "Why?"), ("arm1", "control"), ("arm2", "treatment")])
    #expect(wrong.status == 400 && wrong.text.contains("nothing to compare"), "\(wrong.text.prefix(400))")
    let created = try await browser.send(
      path, from: path,
      [
        ("name", "pages"), ("question", "Is <b>this</b> better?"), ("arm1", "control"), ("arm2", "treatment"),
        ("ranking2", "off"), ("metric", "click_through"), ("percent", "50"), ("planned", "100"),
      ])
    #expect(created.status == 303 && created.headers["Location"] == path + "/pages", "\(created.text.prefix(400))")
    #expect(try await browser.send(path + "/pages/start", from: path + "/pages", []).status == 303)
    let page = try await browser.get(path + "/pages")
    #expect(page.status == 200 && page.text.contains("Nobody has seen an arm yet"), "\(page.text)")
    #expect(page.text.contains("Is &lt;b&gt;this&lt;/b&gt; better?"))
    let less = try await browser.send(path + "/pages/ramp", from: path + "/pages", [("percent", "10")])
    #expect(less.status == 409 && less.text.contains("fewer would lose visitors"))
    #expect(try await browser.send(path + "/pages/ramp", from: path + "/pages", [("percent", "100")]).status == 303)
    #expect(try await browser.post(path + "/pages/stop", [("conclusion", "x")]).status == 403, "a form has its token")
    let reader = StaffBrowser(stand.shop.client, from: "198.51.100.78")
    _ = try await reader.signIn("ana", "a-long-password-of-ana")
    #expect(try await reader.get(path + "/pages").status == 200)
    #expect(try await reader.send(path + "/pages/stop", from: path + "/pages", [("conclusion", "x")]).status == 403)
    let other = StaffBrowser(stand.shop.client, from: "198.51.100.79")
    _ = try await other.signIn("bob", "a-long-password-of-bob")
    #expect(try await other.get(path).status == 403)
    let stopped = try await browser.send(
      path + "/pages/stop", from: path + "/pages", [("conclusion", "enough was seen")])
    #expect(stopped.status == 303)
    #expect(try await browser.get(path + "/pages").text.contains("Stopped: enough was seen"))
  }

  @Test("5: export, sign-in, erasure", .timeLimit(.minutes(5)))
  func people() async throws {
    let stand = try await Stand()
    let plan = try plan("people", ArmValue(), ArmValue(ranking: .off))
    try await stand.run(plan)
    let (first, second) = (stand.visitor(0, of: plan), stand.visitor(0, of: plan))
    for visitor in [first, second, first] { _ = try await stand.page("q=lamp", TestShop.cookie(visitor)) }
    try await stand.shop.behaviour.intake.settle()
    let store = PostgresBehaviour(stand.shop.pool)
    let customer = try #require(CustomerCode("anna@example.com"))
    try await store.join(first, to: customer)
    try await store.join(second, to: customer)
    // A page that comes later is the customer's as well.
    _ = try await stand.page("q=desk", TestShop.cookie(second))
    try await stand.shop.behaviour.intake.settle()
    let own = try await store.shopper(of: .customer(customer)).rawValue
    let row = try await stand.shop.pool.query("SELECT shopper, searches FROM behaviour.exposure")
    #expect(row.count == 1)
    #expect(try row[0].decode(Int64.self, at: 0) == own && row[0].decode(Int32.self, at: 1) == 4)
    let lines = Lines()
    try await store.export(.customer(customer)) { line in await lines.add(try JSONValue(parsing: line)) }
    let exported = await lines.all
    let exposure = try #require(exported.first { $0["record"]?.string == "exposure" })
    #expect(exposure["experiment"]?.string == "people" && exposure["shopper"] == nil)
    let searches = exported.filter { $0["record"]?.string == "search" }
    #expect(searches.count == 4 && searches.allSatisfy { $0["ranking_values"]?["base64"]?.string?.isEmpty == false })
    _ = try await store.erase(.customer(customer), now: stand.shop.shop.clock.now())
    for table in ["exposure", "search", "search_features"] {
      let count: Int = try await stand.shop.pool.query(
        "SELECT count(*) FROM behaviour.\(unsafeRaw: table)")[0].decode(at: 0)
      #expect(count == 0, "\(table)")
    }
  }

  private actor Lines {
    private(set) var all: [JSONValue] = []
    func add(_ line: JSONValue) { all.append(line) }
  }
}

// Recommendations over the real server, on a real Postgres and a real Redis:
// 1. Each placement answers as its schema says; parameters out of bounds, and unknown ones, are told; `why=true` takes
//    scores apart.
// 2. A view of a product moves that visitor's next answer and home page, and nobody else's; a browser that asks to be left
//    alone is a stranger.
// 3. Home, product, category and empty-result pages have rows with pictures; reasons do not repeat the heading; no text breaks out.
// 4. A product that was added is recommended after one look, one that sold out is not.
// 5. The page of jobs is for staff, and shows runs.
// 6. Only staff see which rules hold; nobody else can compute them from the answer. A wrong token is refused.
// 7. A model that the gate refuses is an outcome of the job, not a failure that is tried again; the model before is served on.
//    No model's file has a shopper's pseudonym.
import Behaviour
import Catalog
import Edge
import Foundation
import HTTPServer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Recommendations
import RedisStore
import Seeding
import StorefrontAPI
import TestSupport
import Testing
import Workers

@testable import Bootstrap

@Suite(.serialized) struct RecommendationsTests {
  private static let shop = Task {
    let redis = try await LocalRedis.startTemporary()
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog") + [TestShop.hostile],
      redis: try RedisClient(redis.settings))
    try await shop.shop.recommender.refresh()
    return shop
  }

  private func ids(_ answer: JSONValue, _ kind: String) -> [String] {
    let row = answer["rows"]?.array?.first { $0["kind"]?.string == kind }
    return row?["products"]?.array?.compactMap { $0["id"]?.string } ?? []
  }

  private func product(_ shop: TestShop, _ query: String) async throws -> String {
    let found = try await shop.json("/v1/search?q=\(query)")
    return try #require(found["products"]?.array?.first?["id"]?.string)
  }

  @Test("1: answers are as described", .timeLimit(.minutes(5)))
  func answers() async throws {
    let shop = try await Self.shop.value
    let id = try await product(shop, "dress")
    let validator = SchemaValidator(document: OpenAPI.document)
    for parameters in [
      "placement=home", "placement=product&product=\(id)&limit=3&why=true", "placement=cart&cart=\(id)",
      "placement=category&category=dresses", "placement=no_results", "placement=account",
      "placement=home&kinds=trending,new_for_you", "placement=product&product=99999999",
    ] {
      let answer = try await shop.json("/v1/recommendations?\(parameters)")
      let problems = validator.problems(answer, ["$ref": "#/components/schemas/Recommendations"])
      #expect(problems.isEmpty, "\(parameters): \(problems.prefix(3))")
      for row in answer["rows"]?.array ?? [] {
        for product in row["products"]?.array ?? [] {
          #expect(product["reason"]?["text"]?.string?.isEmpty == false && product["product"]?["title"] != nil)
        }
      }
    }
    let similar = try await shop.json("/v1/recommendations?placement=product&product=\(id)&limit=3&why=true")
    #expect(ids(similar, "similar").count == 3)
    let why = similar["rows"]?.array?.first { $0["kind"]?.string == "similar" }?["products"]?.array?[0]["why"]
    let parts = why?["parts"]?.array?.compactMap { $0["part"]?.string ?? $0["name"]?.string } ?? []
    #expect(parts.count >= 3 && Set(parts).count == parts.count, "\(parts)")
    for (parameters, named) in [
      ("", "placement"), ("placement=attic", "placement"), ("placement=home&limit=51", "limit"),
      ("placement=home&product=x", "product"), ("placement=home&cart=1,,2", "cart"),
      ("placement=home&kinds=all", "kinds"), ("placement=home&colour=red", "colour"),
    ] {
      let answer = try await shop.client.get("/v1/recommendations?\(parameters)")
      #expect(answer.status == 400 && answer.text.contains(named), "\(parameters): \(answer.text)")
    }
    #expect(try await shop.client.get("/v1/recommendations?placement=category&category=nothing").status == 404)
  }

  @Test("6: rules are the shop's", .timeLimit(.minutes(5)))
  func rules() async throws {
    let shop = try await Self.shop.value
    func parts(_ headers: String) async throws -> [(score: Double, base: Double, penalty: Double, rules: Int)] {
      let answer = try await shop.client.get("/v1/recommendations?placement=home&limit=50&why=true", headers: headers)
      #expect(answer.status == 200, "\(answer.text)")
      let rows = try JSONValue(parsing: answer.body)["rows"]?.array ?? []
      return rows.flatMap { $0["products"]?.array ?? [] }.compactMap { product in
        guard let why = product["why"] else { return nil }
        return (
          product["score"]?.double ?? 0, why["base"]?.double ?? 0, why["diversity_penalty"]?.double ?? 0,
          why["rules"]?.array?.count ?? 0
        )
      }
    }
    let staff = try await parts("Authorization: Bearer \(TestShop.adminToken)\r\n")
    #expect(staff.contains { $0.rules > 0 }, "a rule holds for some product")
    for shown in try await parts("") {
      #expect(shown.rules == 0)
      #expect(abs(shown.base - shown.score) < 1e-6, "nothing is left to divide by")
    }
    let wrong = try await shop.client.get(
      "/v1/recommendations?placement=home&why=true", headers: "Authorization: Bearer wrong\r\n")
    #expect(wrong.status == 401)
  }

  @Test("7: a refusal is an outcome", .timeLimit(.minutes(5)))
  func refusal() async throws {
    let folder = "/tmp/vitrine-refusal-\(UInt32.random(in: 0...UInt32.max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }  // Only the machine's own room is lost.
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"),
      settings: ["recommendations.modelFolder": folder])
    let ids = try await shop.pool.query("SELECT id FROM catalog.product ORDER BY id LIMIT 40").map {
      try $0.decode(ProductID.self, at: 0)
    }
    let now = Timestamp("2026-11-23T11:00:00Z")!
    let visitors = (0..<20).map { _ in VisitorID.random() }
    let events = visitors.flatMap { visitor in
      (0..<8).map { day in
        ShopEvent(
          id: .random(),
          at: Timestamp(microsecondsSinceEpoch: now.microsecondsSinceEpoch - Int64(day) * 86_400_000_000),
          actor: .person(.visitor(visitor)), content: .deed(ProductDeed(.view, .id(ids.randomElement()!))))
      }
    }
    _ = try await PostgresBehaviour(shop.pool).write(events)
    let worker = try shop.shop.worker("test")
    let jobs = PostgresJobs(shop.pool)
    try await worker.register()
    let running = Task { await worker.run() }
    func train(_ count: Int) async throws -> JobRun {
      _ = try await jobs.requestRun(of: "train-recommender", now: shop.shop.clock.now())
      try await until("run \(count) ended") {
        try await jobs.runs(of: "train-recommender", limit: 9).count { $0.state != .running } == count
      }
      return try await jobs.runs(of: "train-recommender", limit: 1)[0]
    }
    let first = try await train(1)
    #expect(first.state == .succeeded && first.figures["is_refused"] == nil, "\(first)")
    let served = try await shop.shop.recommender.desk.serving()?.entry.number
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!files.isEmpty)
    for file in files {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
      for visitor in visitors {
        let number = try await shop.behaviour.shopper(of: .visitor(visitor)).rawValue
        let bytes = withUnsafeBytes(of: number.littleEndian) { Data($0) }
        for trace in [Data(visitor.text.utf8), Data("\(number)".utf8), bytes, Data(bytes.reversed())] {
          #expect(data.range(of: trace) == nil, "\(file)")
        }
      }
    }
    // A history that was lost.
    try await shop.pool.execute("DELETE FROM behaviour.event")
    let second = try await train(2)
    #expect(second.state == .succeeded && second.figures["is_refused"] == 1, "\(second)")
    #expect(second.progress.note.contains("refused"))
    #expect(try await jobs.statuses().first { $0.entry.name == "train-recommender" }?.retryAt == nil)
    #expect(try await shop.shop.recommender.desk.serving()?.entry.number == served && served != nil)
    running.cancel()
    await running.value
  }

  @Test("2: a view moves the next answer", .timeLimit(.minutes(5)))
  func view() async throws {
    let shop = try await Self.shop.value
    let cookie = TestShop.cookie()
    let (dress, laptop) = (try await product(shop, "dress"), try await product(shop, "laptop"))
    func home(_ headers: String) async throws -> JSONValue {
      try JSONValue(
        parsing: try await shop.client.get("/v1/recommendations?placement=home", headers: headers).body)
    }
    #expect(ids(try await home(cookie), "because_you_viewed").isEmpty)
    var answers: [[String]] = []
    // The tests' clock stands still: of deeds at one moment, the product of the greater id is the newer one.
    for viewed in [dress, laptop].sorted(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) {
      #expect(try await shop.client.get("/products/\(viewed)", headers: cookie).status == 200)
      var answer: JSONValue = [:]
      try await until("the view moves the answer") {
        answer = try await home(cookie)
        return ids(answer, "recently_viewed").first == viewed
      }
      let row = answer["rows"]?.array?.first { $0["kind"]?.string == "because_you_viewed" }
      #expect(row?["products"]?.array?.first?["reason"]?["product_id"]?.string == viewed)
      answers.append(ids(answer, "for_you"))
    }
    #expect(answers[0] != answers[1])
    let page = try await shop.client.get("/", headers: cookie)
    #expect(page.text.contains("Because you viewed") && page.headers["Cache-Control"] == "private, no-cache")
    for headers in [TestShop.cookie(), "", cookie + "Sec-GPC: 1\r\n"] {
      #expect(ids(try await home(headers), "recently_viewed").isEmpty)
    }
  }

  @Test("3: rows on pages", .timeLimit(.minutes(5)))
  func pages() async throws {
    let shop = try await Self.shop.value
    let id = try await product(shop, "dress")
    for (path, title) in [
      ("/", "Popular now"), ("/products/\(id)", "Similar products"), ("/c/dresses", "Trending now"),
      ("/search?q=qwertzuiopasdf", "Popular now"),
    ] {
      let page = try await shop.client.get(path)
      #expect(page.text.contains("<h2>\(title)</h2>"), "\(path)")
      #expect(page.text.contains("<ul class=\"grid strip") && !page.text.contains(TestShop.attack), "\(path)")
      // A reason that the heading says already is not said again on each card.
      #expect(!page.text.contains(">Popular</p>"), "\(path)")
    }
    let hostile = try await product(shop, "zebra")
    let cookie = TestShop.cookie()
    _ = try await shop.client.get("/products/\(hostile)", headers: cookie)
    var home = ""
    try await until("the view moves the page") {
      home = try await shop.client.get("/", headers: cookie).text
      return home.contains("Because you viewed Zebra")
    }
    #expect(!home.contains(TestShop.attack))
    // A row's link notes a click of the row as it was shown, without a script.
    let link = try #require(home.firstMatch(of: #/href="(/products/[^"]*placement=home/for_you)"/#)?.1)
    let target = String(link).replacing("&amp;", with: "&")
    let list = try #require(target.firstMatch(of: #/list=([0-9a-f]{16})/#)?.1)
    _ = try await shop.client.get(target, headers: cookie)
    try await until("the list and its click are kept") {
      try await shop.pool.query(
        """
        SELECT 1 FROM behaviour.event JOIN behaviour.impression USING (list)
        WHERE kind = 'click' AND event.placement = 'home/for_you' AND impression.placement = 'home/for_you'
          AND list = \(Int64(bitPattern: UInt64(list, radix: 16) ?? 0))
        """
      ).count == 1
    }
  }

  @Test("4: new and sold-out products", .timeLimit(.minutes(5)))
  func newProducts() async throws {
    let shop = try await TestShop((1...20).map { Self.kettle($0) })
    let recommender = shop.shop.recommender
    try await recommender.refresh()
    let first = try await product(shop, "kettle")
    func similar() async throws -> [String] {
      ids(try await shop.json("/v1/recommendations?placement=product&product=\(first)&limit=50"), "similar")
    }
    let before = try await similar()
    // Others of the twenty stand in other rows.
    #expect(before.count >= 6 && Set(before).count == before.count, "\(before)")
    _ = try await shop.catalog.upsert([Self.kettle(21)], source: "test")
    let new: Int64 = try await shop.pool.query("SELECT id FROM catalog.product WHERE code = 'K-21'")[0].decode(at: 0)
    try await recommender.refresh()
    _ = try await shop.shop.indexFull(shop.shop.fullIndexOptions)
    #expect(try await similar().contains(String(new)))
    try await shop.pool.execute(
      "UPDATE inventory.stock SET on_hand = 0 FROM catalog.variant WHERE variant.id = variant_id AND product_id = \(new)"
    )
    try await recommender.refresh()
    #expect(try await !similar().contains(String(new)))
  }

  private static func kettle(_ number: Int) -> ProductRecord {
    ProductRecord(
      code: "K-\(number)", title: "Kettle \(number)", brand: "Brand \(number)", categories: [["Home", "Kettles"]],
      variants: [
        .init(
          sku: SKU("K-\(number)"), prices: [Price(amount: Money(minorUnits: 100 + Int64(number), currency: .gbp))],
          stock: ["main": 5])
      ])
  }

  @Test("5: jobs for staff", .timeLimit(.minutes(5)))
  func jobs() async throws {
    let shop = try await Self.shop.value
    #expect(try await shop.client.get("/console/jobs").status == 303)
    try await shop.shop.worker("test").register()
    let now = Timestamp("2026-11-30T12:00:00Z")!
    let store = shop.shop.jobStore
    _ = try await store.requestRun(of: "train-recommender", now: now)
    let offer = JobOffer(name: "train-recommender", nextAt: now, maxAttempts: 1)
    let run = try #require(try await store.claim([offer], holder: "test", lease: .seconds(60), now: now))
    _ = try await store.finish(
      run: run.id, JobEnd(state: .failed, reason: TestShop.attack), now: now)
    let page = try await shop.client.get(
      "/console/jobs", headers: "Authorization: Bearer \(TestShop.adminToken)\r\n")
    #expect(page.status == 200 && page.text.contains("train-recommender") && page.text.contains("failed"))
    #expect(!page.text.contains(TestShop.attack) && page.headers["Cache-Control"] == "no-store")
  }
}

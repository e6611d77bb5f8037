// Recommendations over the real server, on a real Postgres and a real Redis:
// 1. Each placement answers as its schema says; parameters out of bounds, and unknown ones, are told; `why=true` takes
//    scores apart.
// 2. A view of a product moves that visitor's next answer and home page, and nobody else's; a browser that asks to be left
//    alone is a stranger.
// 3. Home, product, category and empty-result pages have rows with pictures; reasons do not repeat the heading; no text breaks out.
// 4. A product that was added is recommended after one look, one that sold out is not.
// 5. The page of jobs is for staff, and shows runs.
import Catalog
import Edge
import HTTPServer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
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
    #expect(why?["parts"]?.array?.count == 3)
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
    #expect(before.count == 19)
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
    #expect(try await shop.client.get("/admin/jobs").status == 401)
    try await shop.shop.worker("test").register()
    let now = Timestamp("2026-11-30T12:00:00Z")!
    let store = shop.shop.jobStore
    _ = try await store.requestRun(of: "train-recommender", now: now)
    let offer = JobOffer(name: "train-recommender", nextAt: now, mostAttempts: 1)
    let run = try #require(try await store.claim([offer], holder: "test", lease: .seconds(60), now: now))
    _ = try await store.finish(
      run: run.id, JobEnd(state: .failed, reason: TestShop.attack), now: now)
    let page = try await shop.client.get(
      "/admin/jobs", headers: "Authorization: Bearer \(TestShop.adminToken)\r\n")
    #expect(page.status == 200 && page.text.contains("train-recommender") && page.text.contains("failed"))
    #expect(!page.text.contains(TestShop.attack) && page.headers["Cache-Control"] == "no-store")
  }
}

// Over every route of the shop, with a real Redis and a real Postgres behind it:
// 1. A browser that asks to be left alone (Sec-GPC, DNT) gets no cookie, with one of its own or without, and nothing is kept
//    of what it does: Redis and the log stay as they are.
// 2. Nothing is kept in Redis of whoever sends no cookie.
import Behaviour
import Edge
import HTTPServer
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import RedisStore
import SearchService
import Seeding
import TestSupport
import Testing

@Suite(.serialized) struct PrivacyTests {
  /// Routes with their parameters filled in; a route that is added is walked too.
  private func targets(of shop: TestShop) async throws -> [(method: HTTPMethod, target: String)] {
    let product = try #require(try await shop.json("/v1/search?q=dress")["products"]?[0]?["id"]?.string)
    return shop.routes.entries.map { route in
      var path = route.pattern
      for (name, value) in [
        ("{id}", product), ("{slug}", route.pattern.contains("/b") ? "velloria" : "dresses"), ("{code}", "brand"),
        ("{name}", "x.svg"),
      ] { path = path.replacing(name, with: value) }
      return (route.method, path + "?q=dress")
    }
  }

  @Test("1, 2: every route", .timeLimit(.minutes(5)))
  func everyRoute() async throws {
    let redis = try await LocalRedis.startTemporary()
    var settings = redis.settings
    settings.deadline = .seconds(60)
    let client = try RedisClient(settings)
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"), redis: client)
    let targets = try await targets(of: shop)
    #expect(targets.count > 20)
    func logged() async throws -> Int {
      try await shop.behaviour.intake.settle()
      return try await shop.pool.query("SELECT count(*) FROM behaviour.search")[0].decode(at: 0)
    }
    // Sums of products, of which Redis keeps copies, name nobody.
    func personalKeys() async throws -> [String] {
      try await client.keys().filter { !$0.hasPrefix("vitrine:trending:") && !$0.contains("-with:") }
    }
    let before = try await logged()
    for wish in ["Sec-GPC: 1\r\n", "DNT: 1\r\n"] {
      for cookie in ["", TestShop.cookie()] {
        for (method, target) in targets {
          let type = method == .post ? "Content-Type: application/json\r\n" : ""
          let event = "{\"type\":\"click\",\"search_id\":\"0123456789abcdef\",\"product_id\":\"1\"}"
          let answer = try await shop.client.get(
            target, method: method.rawValue, headers: wish + cookie + type,
            body: method == .post ? "{\"events\":[\(event)]}" : "")
          #expect(answer.status < 500, "\(target)")
          // Staff's sign-in needs its form's own cookie, which names nobody.
          let given = answer.headers["Set-Cookie"]
          let isStaffForm = target.hasPrefix("/console") && given?.hasPrefix("staff_form=") == true
          #expect(given == nil || isStaffForm, "\(method.rawValue) \(target)")
        }
      }
    }
    #expect(try await personalKeys() == [])
    #expect(try await logged() == before)
    for (method, target) in targets where method == .get { _ = try await shop.client.get(target) }
    #expect(try await personalKeys() == [], "nobody sent a cookie")
    for (method, target) in targets where method == .get {
      _ = try await shop.client.get(target, headers: TestShop.cookie())
    }
    #expect(try await !personalKeys().isEmpty, "the walk does meet what is kept")
    await client.close()
    await redis.stop()
  }
}

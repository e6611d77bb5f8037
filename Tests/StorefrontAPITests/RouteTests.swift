// Over the routes that the shop has as it is wired:
// 1. Each route lets in the roles of the table below, and no other; the table holds every route.
// 2. A request without a session or a token is refused by each route that is not everyone's, and by no other: a program gets
//    problem+json, a page leads to the page to sign in.
// 3. An address that does not exist is a page to a browser and problem+json to a program; a slash too many leads a browser to
//    the page, with its query, and never to another host.
// 4. Searches are counted wherever they are asked for, with how they ended.
// 5. A sender who asks too much gets 429 with Retry-After, another sender is served, and neither a fresh cookie nor another
//    network of the same IPv6 prefix is a way around.
import Catalog
import HTTPServer
import JSON
import Ports
import TestSupport
import Testing

@testable import Edge

@Suite struct RouteTests {
  private static let everyone =
    "visitor customer merchandiser approver buyer pricing_manager analyst support admin service"
  private static let reporting = "merchandiser approver analyst admin"
  private static let rules = "merchandiser approver admin"
  private static let pricing = "pricing_manager admin"
  private static let buying = "buyer admin"
  private static let figures = "analyst admin"
  private static let forecasts = "buyer analyst admin"
  private static let staff = "merchandiser approver buyer pricing_manager analyst support admin"

  private static let table: [String: String] = [
    "GET /": everyone, "GET /search": everyone, "GET /c/{slug}": everyone, "GET /b/{slug}": everyone,
    "GET /facets/{code}": everyone, "GET /products/{id}": everyone,
    "GET /v1/search": everyone, "GET /v1/suggest": everyone, "GET /v1/products/{id}": everyone,
    "GET /v1/categories": everyone, "GET /v1/categories/{slug}": everyone, "GET /v1/brands/{slug}": everyone,
    "GET /v1/facets/{code}/values": everyone, "POST /v1/events": everyone,
    "GET /v1/admin/search/analytics": reporting, "GET /livez": everyone, "GET /readyz": everyone,
    "GET /metrics": everyone, "GET /openapi.json": everyone, "GET /assets/shop.css": everyone,
    "GET /assets/console.css": everyone, "GET /assets/console.js": everyone,
    "GET /assets/shop.js": everyone, "GET /assets/icon.svg": everyone, "GET /assets/shop.webmanifest": everyone,
    "GET /v1/recommendations": everyone,
    "GET /history": everyone, "POST /history/delete": everyone,
    "GET /v1/me/history": everyone, "DELETE /v1/me/history": everyone,
    "POST /v1/sign-ins": "admin service",
    "GET /favicon.ico": everyone, "GET /robots.txt": everyone, "GET /pictures/{name}": everyone,
    "GET /console/sign-in": everyone, "POST /console/sign-in": everyone, "POST /console/sign-out": staff,
    "POST /console/end-sessions": staff, "GET /console": staff, "GET /console/jobs": staff,
    "GET /console/searches": reporting, "GET /console/audit": "approver analyst admin",
    "GET /console/zero-results": reporting, "POST /console/zero-results": rules,
    "GET /console/preview": rules, "POST /console/preview": rules, "POST /console/preview/rule": rules,
    "POST /console/preview/try": rules, "GET /console/calendar": rules, "POST /console/rules/{id}/settle": rules,
    "POST /console/rules/{id}/unschedule": rules, "POST /v1/merchandising/drafts/{id}/settle": rules,
    "POST /v1/merchandising/drafts/{id}/unschedule": rules,
    "GET /console/rules": rules, "POST /console/rules": rules, "GET /console/rules/{id}": rules,
    "POST /console/rules/{id}": rules, "POST /console/rules/{id}/synonyms": rules,
    "POST /console/rules/{id}/merge": rules, "POST /console/rules/{id}/publish": rules,
    "POST /console/rules/{id}/delete": rules, "GET /console/versions": rules,
    "GET /console/versions/{number}": rules, "POST /console/versions/{number}/restore": rules,
    "GET /v1/merchandising/versions": rules, "GET /v1/merchandising/versions/{number}": rules,
    "POST /v1/merchandising/rollback": rules, "GET /v1/merchandising/drafts": rules,
    "POST /v1/merchandising/drafts": rules, "GET /v1/merchandising/drafts/{id}": rules,
    "PUT /v1/merchandising/drafts/{id}": rules, "DELETE /v1/merchandising/drafts/{id}": rules,
    "POST /v1/merchandising/drafts/{id}/merge": rules, "POST /v1/merchandising/drafts/{id}/publish": rules,
    "GET /v1/merchandising/drafts/{id}/preview": rules, "GET /v1/merchandising/drafts/{id}/impact": rules,
    "GET /v1/merchandising/audit": "approver analyst admin",
    "GET /v1/pricing/proposals": pricing, "GET /v1/pricing/proposals/{id}": pricing,
    "POST /v1/pricing/rejections": pricing, "GET /v1/pricing/publications": pricing,
    "POST /v1/pricing/publications": pricing, "POST /v1/pricing/publications/{number}/rollback": pricing,
    "GET /v1/pricing/effects": pricing, "GET /v1/pricing/rules": pricing, "PUT /v1/pricing/rules": pricing,
    "GET /console/prices": pricing, "POST /console/prices": pricing, "GET /console/prices/{id}": pricing,
    "POST /console/prices/{id}": pricing, "GET /console/price-publications": pricing,
    "POST /console/price-publications/{number}/restore": pricing, "GET /console/price-rules": pricing,
    "POST /console/price-rules": pricing, "POST /console/price-rules/stop": pricing,
    "DELETE /v1/experiments/{name}": rules,
    "GET /console/customers": figures,
    "GET /console/customers/{name}": figures,
    "GET /console/customers/{name}/csv": figures,
    "GET /console/dashboard": figures,
    "GET /console/dashboard/{code}": figures,
    "GET /console/dashboard/{code}/csv": figures,
    "GET /console/experiments": reporting,
    "GET /console/experiments/{name}": reporting,
    "GET /console/orders": buying,
    "GET /console/orders/{number}": buying,
    "GET /console/orders/{number}/csv": buying,
    "GET /console/orders/{number}/print": buying,
    "GET /console/proposals/{number}": buying,
    "GET /console/reports": figures,
    "GET /console/reports/{name}": figures,
    "GET /console/stock": buying,
    "GET /console/stock/{id}": buying,
    "GET /console/suppliers": buying,
    "GET /v1/analytics/metrics": figures,
    "GET /v1/analytics/metrics/{code}": figures,
    "GET /v1/analytics/reports/{name}": figures,
    "GET /v1/customers/segments": figures,
    "GET /v1/customers/segments/{name}": figures,
    "GET /v1/experiments": reporting,
    "GET /v1/experiments/{name}": reporting,
    "GET /v1/experiments/{name}/reading": reporting,
    "GET /v1/forecasts": forecasts,
    "GET /v1/forecasts/{id}": forecasts,
    "GET /v1/replenishment/orders": buying,
    "GET /v1/replenishment/orders/{number}": buying,
    "GET /v1/replenishment/plan": buying,
    "GET /v1/replenishment/proposals": buying,
    "GET /v1/replenishment/proposals/{id}": buying,
    "GET /v1/replenishment/suppliers": buying,
    "POST /console/experiments": rules,
    "POST /console/experiments/{name}/delete": rules,
    "POST /console/experiments/{name}/ramp": rules,
    "POST /console/experiments/{name}/start": rules,
    "POST /console/experiments/{name}/stop": rules,
    "POST /console/orders/{number}/cancel": buying,
    "POST /console/orders/{number}/receipts": buying,
    "POST /console/proposals/{number}": buying,
    "POST /console/proposals/{number}/order": buying,
    "POST /console/proposals/{number}/reset": buying,
    "POST /console/suppliers": buying,
    "POST /v1/experiments": rules,
    "POST /v1/experiments/{name}/ramp": rules,
    "POST /v1/experiments/{name}/start": rules,
    "POST /v1/experiments/{name}/stop": rules,
    "POST /v1/replenishment/orders/{number}/receipts": buying,
    "POST /v1/replenishment/proposals/{id}/order": buying,
    "POST /v1/replenishment/suppliers": buying,
    "PUT /v1/replenishment/proposals/{id}": buying,
  ]

  @Test("1: route by role", .timeLimit(.minutes(5)))
  func roles() async throws {
    let shop = try await TestShop.shared.value
    var found: [String: String] = [:]
    for entry in shop.routes.entries {
      let roles = Role.allCases.filter { entry.route.access.allows($0) }.map(\.rawValue).joined(separator: " ")
      found["\(entry.method.rawValue) \(entry.pattern)"] = roles
    }
    for (route, roles) in found.sorted(by: { $0.key < $1.key }) { print("\(route): \(roles)") }
    for (route, roles) in found { #expect(Self.table[route] == roles, "\(route)") }
    #expect(Set(found.keys) == Set(Self.table.keys))
  }

  @Test("2: without a token", .timeLimit(.minutes(5)))
  func withoutToken() async throws {
    let shop = try await TestShop.shared.value
    // A person's own records ask for the person's cookie, whatever the route's roles.
    for entry in shop.routes.entries where entry.pattern != "/v1/me/history" {
      var target = entry.pattern
      for name in ["{slug}", "{id}", "{code}", "{name}", "{number}"] { target = target.replacing(name, with: "x") }
      let answer = try await shop.client.get(target, method: entry.method.rawValue, body: "")
      let isLedToSignIn = answer.headers["Location"]?.hasPrefix("/console/sign-in") ?? false
      let isRefused = answer.status == 401 || answer.status == 303 && isLedToSignIn
      #expect(isRefused == !entry.route.access.allows(.visitor), "\(target): \(answer.status)")
      if isRefused {
        #expect(isLedToSignIn == entry.route.isPage, "\(target)")
        #expect(entry.route.isPage || answer.headers["Content-Type"] == "application/problem+json", "\(target)")
      }
    }
  }

  @Test("3: addresses that do not exist", .timeLimit(.minutes(5)))
  func missing() async throws {
    let shop = try await TestShop.shared.value
    let browser = "Accept: text/html,application/xhtml+xml\r\n"
    let page = try await shop.client.get("/nosuch", headers: browser)
    #expect(page.status == 404 && page.headers["Content-Type"] == "text/html; charset=utf-8")
    #expect(page.text.contains("<h1>Not found</h1>") && page.text.contains("Test &amp; Shop"))
    for (target, headers) in [("/nosuch", ""), ("/nosuch", "Accept: application/json\r\n"), ("/v1/nosuch", browser)] {
      let answer = try await shop.client.get(target, headers: headers)
      #expect(answer.status == 404 && answer.headers["Content-Type"] == "application/problem+json", "\(target)")
    }
    for (target, address) in [
      ("/search/", "/search"), ("/search/?q=red+dress&page=2", "/search?q=red+dress&page=2"),
      ("/c/dresses/", "/c/dresses"), ("/c/a%2Fb/", "/c/a%2Fb"),
    ] {
      let answer = try await shop.client.get(target, headers: browser)
      #expect(answer.status == 308 && answer.headers["Location"] == address, "\(target)")
    }
    for target in ["//evil.example/", "/nosuch/", "/v1/search/", "/search//", "//", "/c//"] {
      let answer = try await shop.client.get(target, headers: browser)
      #expect(answer.status == 404 && answer.headers["Location"] == nil, "\(target)")
    }
    let post = try await shop.client.get("/search", method: "POST", headers: browser + "Content-Length: 0\r\n")
    #expect(post.status == 405 && post.headers["Content-Type"] == "application/problem+json")
  }

  @Test("4: counted searches", .timeLimit(.minutes(5)))
  func counters() async throws {
    let dress = ProductRecord(
      code: "D", title: "Red dress", categories: [["Fashion", "Dresses"]],
      variants: [
        .init(sku: SKU("D-1"), prices: [Price(amount: Money(minorUnits: 999, currency: .gbp))], stock: ["main": 1])
      ])
    let shop = try await TestShop([dress, TestShop.hostile])
    func figures() async throws -> [String: Int] {
      var figures: [String: Int] = [:]
      for line in try await shop.client.text("/metrics").split(separator: "\n") where line.hasPrefix("vitrine_search") {
        let parts = line.split(separator: " ")
        figures[String(parts[0])] = Int(parts[1])
      }
      return figures
    }
    let expected = [
      "vitrine_searches_total": 4, "vitrine_searches_corrected_total": 1, "vitrine_searches_relaxed_total": 1,
      "vitrine_searches_empty_total": 1,
    ]
    for start in ["/v1/search", "/search"] {
      let before = try await figures()
      for query in ["red+dress", "red+drss", "red+dress+unicorn", "qqqqqq"] {
        #expect(try await shop.client.get("\(start)?q=\(query)").status == 200)
      }
      let after = try await figures()
      for (name, count) in expected {
        #expect(after[name, default: 0] - before[name, default: 0] == count, "\(start) \(name)")
      }
    }
    let before = try await figures()
    _ = try await shop.client.get("/c/dresses")
    _ = try await shop.client.get("/search?page=0")
    #expect(try await figures()["vitrine_searches_total"] == before["vitrine_searches_total", default: 0] + 1)
  }

  @Test("5: too many requests", .timeLimit(.minutes(5)))
  func tooMany() async throws {
    let shop = try await TestShop(
      [TestShop.hostile], settings: ["http.searchesPerSecond": "1", "http.visitorSearchesPerSecond": "1"])
    func answers(_ target: String, from address: String, cookie: () -> String) async throws -> HTTPClient.Answer {
      // A token comes back each second, which a busy machine may take for a request.
      for _ in 0..<200 {
        let answer = try await shop.client.get(target, headers: "X-Forwarded-For: \(address)\r\n" + cookie())
        if answer.status == 429 { return answer }
      }
      throw HTTPClient.Failure(description: "\(target) is never refused")
    }
    let refused = try await answers("/v1/suggest?q=z", from: "198.51.100.1") { "" }
    #expect((Int(refused.headers["Retry-After"] ?? "") ?? 0) >= 1)
    #expect(refused.headers["Content-Type"] == "application/problem+json")
    let fresh = try await answers("/v1/suggest?q=z", from: "198.51.100.2") { TestShop.cookie() }
    #expect(fresh.status == 429)
    let page = try await answers("/search?q=z", from: "198.51.100.3") { "" }
    #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
    #expect(try await shop.client.get("/v1/suggest?q=z", headers: "X-Forwarded-For: 198.51.100.4\r\n").status == 200)
    #expect(try await shop.client.get("/livez", headers: "X-Forwarded-For: 198.51.100.1\r\n").status == 200)
    let refusals = try await shop.client.text("/metrics").split(separator: "\n").first {
      $0.hasPrefix("vitrine_rate_limited_total ")
    }
    #expect(refusals?.hasSuffix(" 0") == false)
  }

  @Test("5: networks of one IPv6 prefix")
  func networks() throws {
    let buckets = SenderBuckets(TokenBuckets.Rate(perSecond: 1, burst: 2), now: { 1 })
    func take(_ address: String) throws -> Double? {
      try buckets.take(of: HTTPRequest(target: "/", remoteAddress: address))
    }
    // Each request comes from a /64 of its own within one /48.
    let waits = try (0..<100).map { try take("2001:db8:7:\(String($0, radix: 16))::1") }
    #expect(waits.prefix(32).allSatisfy { $0 == nil } && waits.dropFirst(32).allSatisfy { $0 != nil })
    #expect(try take("2001:db8:8::1") == nil)
    #expect(try (0..<3).map { _ in try take("2001:db8:9::1") == nil } == [true, true, false])
    // The neighbours of an IPv4 address are strangers, and an address that cannot be read is a sender too.
    #expect(try (0..<100).allSatisfy { try take("203.0.113.\($0)") == nil })
    #expect(try (0..<3).map { _ in try take("unknown") == nil } == [true, true, false])
  }
}

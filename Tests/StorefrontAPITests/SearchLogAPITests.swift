// The query log over the real server, on a real Postgres:
// 1. An answer to words has an id and one to none has not; a click told by it is in the report with its place; so is what
//    found nothing, and what was searched on the page.
// 2. Events that are not as described are told so by a pointer, each on its own.
// 3. The report, as JSON and as a page, is for staff and for programs with a token; the page shows no
//    text unescaped; days and limits out of bounds are a 400.
// 4. Nothing is logged of a browser that asks to be left alone, neither searches nor clicks; a browser without a
//    cookie gets one, and is logged hashed from its first search on; a cookie that the shop did not sign is replaced; a crawler
//    gets none.
// 5. Queries that three visitors of three networks had are suggested from their first letter: not those of three visitors
//    of one network, of made-up visitors, of words that the catalog does not have, or with operators.
// 6. Guesses of an API token become 429, from that address alone; nobody without a token is counted.
import Behaviour
import Edge
import HTTPServer
import JSON
import Ports
import PostgresClient
import SearchService
import Seeding
import Signing
import StorefrontAPI
import TestSupport
import Testing

@Suite(.serialized) struct SearchLogAPITests {
  private static let shop = Task {
    try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog") + [TestShop.hostile])
  }

  private static let bearer = "Authorization: Bearer \(TestShop.adminToken)\r\n"

  private func tell(_ shop: TestShop, _ body: String, type: String = "application/json") async throws
    -> HTTPClient.Answer
  {
    try await shop.client.get(
      "/v1/events", method: "POST", headers: "Content-Type: \(type)\r\n", body: body)
  }

  private func report(_ shop: TestShop, _ parameters: String = "") async throws -> JSONValue {
    let answer = try await shop.client.get("/v1/admin/search/analytics\(parameters)", headers: Self.bearer)
    #expect(answer.status == 200 && answer.headers["Cache-Control"] == "no-store", "\(answer.text)")
    let report = try JSONValue(parsing: answer.body)
    let problems = SchemaValidator(document: OpenAPI.document).problems(
      report, ["$ref": "#/components/schemas/SearchReport"])
    #expect(problems.isEmpty, "\(problems.prefix(3))")
    return report
  }

  private func query(_ text: String, in list: String, of report: JSONValue) -> JSONValue? {
    report[list]?.array?.first { $0["query"]?.string == text }
  }

  @Test("1: from a search to the report", .timeLimit(.minutes(5)))
  func searchToReport() async throws {
    let shop = try await Self.shop.value
    #expect(try await shop.json("/v1/search")["search_id"] == nil)
    #expect(try await shop.json("/v1/categories/dresses")["search_id"] == nil)
    let page = try await shop.json("/v1/search?q=Desk+LAMP&page=2&page_size=1")
    let id = try #require(page["search_id"]?.string)
    let product = try #require(page["products"]?.array?.first?["id"]?.string)
    let event = "{\"type\":\"click\",\"search_id\":\"\(id)\",\"product_id\":\"\(product)\"}"
    let answer = try await tell(shop, "{\"events\":[\(event),\(event)]}")
    #expect(answer.status == 202 && answer.text.hasPrefix("{\"accepted\":2,"), "\(answer.text)")
    _ = try await shop.json("/v1/search?q=qqxxzz")
    _ = try await shop.json("/v1/search?q=me@example.com")
    let html = try await shop.client.get("/search?q=sofa")
    #expect(html.text.contains("<ul class=\"grid\" data-search=\"") && html.text.contains("data-product=\""))
    #expect(try await !shop.client.get("/c/dresses").text.contains("data-search"))

    let report = try await report(shop)
    let lamp = try #require(query("desk lamp", in: "popular", of: report))
    #expect(lamp["searches"]?.int == 1 && lamp["clicked"]?.int == 1 && lamp["mean_reciprocal_rank"]?.double == 0.5)
    #expect(query("sofa", in: "popular", of: report)?["clicked"]?.int == 0)
    #expect(query("[email]", in: "popular", of: report) != nil && !report.text.contains("example.com"))
    let nothing = try #require(query("qqxxzz", in: "unanswered", of: report))
    #expect((nothing["found_nothing"]?.int ?? 0) + (nothing["relaxed"]?.int ?? 0) == 1)
    #expect(report["by_day"]?.array?.count == 30 && report["by_day"]?.array?.last?["day"]?.string == "2026-11-23")
    #expect(try await self.report(shop, "?days=7&limit=1")["popular"]?.array?.count == 1)
  }

  @Test("2: wrong events", .timeLimit(.minutes(5)))
  func wrongEvents() async throws {
    let shop = try await Self.shop.value
    let right = "{\"type\":\"click\",\"search_id\":\"0123456789abcdef\",\"product_id\":\"1\"}"
    for (event, pointer) in [
      ("{}", "/type"), ("1", ""), (right.replacing("click", with: "glance"), "/type"),
      (right.replacing("0123", with: "012"), "/search_id"), (right.replacing("abcdef", with: "ABCDEF"), "/search_id"),
      (right.replacing("\"1\"", with: "1"), "/product_id"), (right.replacing("\"1\"", with: "\"x\""), "/product_id"),
    ] {
      let answer = try await tell(shop, "{\"events\":[\(event)]}")
      let problem = try JSONValue(parsing: answer.body)
      #expect(answer.status == 400 && problem["pointer"]?.string == "/events/0\(pointer)", "\(event): \(answer.text)")
      // A wrong event takes no other along.
      let mixed = try await tell(shop, "{\"events\":[\(right),\(event)]}")
      let told = try JSONValue(parsing: mixed.body)
      #expect(mixed.status == 202 && told["accepted"]?.int == 1, "\(mixed.text)")
      #expect(told["refused"]?[0]?["pointer"]?.string == "/events/1\(pointer)", "\(mixed.text)")
    }
    let many = "{\"events\":[\(Array(repeating: right, count: 1_001).joined(separator: ","))]}"
    for body in ["", "x", "[]", "{}", "{\"events\":{}}", "{\"events\":[]}", many] {
      #expect(try await tell(shop, body).status == 400, "\(body.prefix(40))")
    }
    #expect(try await tell(shop, "{\"events\":[\(right)]}", type: "text/plain").status == 400)
    #expect(try await tell(shop, String(repeating: " ", count: 1_100_000)).status == 413)
    #expect(try await shop.client.get("/v1/events").status == 405)
  }

  @Test("3: who may see", .timeLimit(.minutes(5)))
  func access() async throws {
    let shop = try await Self.shop.value
    _ = try await shop.json("/v1/search?q=%22%3E%3Cscript%3Ealert('x')%3C/script%3E")
    for (header, status) in [
      ("", 401), ("Authorization: Bearer wrong\r\n", 401), ("Authorization: Bearer \(TestShop.adminToken)x\r\n", 401),
      ("Authorization: Bearer\r\n", 401), ("Authorization: Basic ****\r\n", 401),
      ("Authorization: Digest \(TestShop.adminToken)\r\n", 401), (Self.bearer, 200),
      ("authorization: bearer \(TestShop.adminToken)\r\n", 200),
    ] {
      let answer = try await shop.client.get("/v1/admin/search/analytics", headers: header)
      #expect(answer.status == status, "\(header)")
      #expect((answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer ") ?? false) == (status == 401))
      // A browser is led to the page to sign in.
      let page = try await shop.client.get("/console/searches", headers: header)
      #expect(page.status == (status == 401 ? 303 : status), "\(header)")
    }
    let page = try await shop.client.get("/console/searches?days=7", headers: Self.bearer)
    #expect(page.text.contains("<h1>Searches</h1>") && page.text.contains("noindex"))
    #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>alert"))
    #expect(page.headers["Cache-Control"] == "no-store")
    #expect(try await shop.client.get("/console/searches?utm_source=x", headers: Self.bearer).status == 200)
    #expect(try await shop.client.get("/v1/admin/search/analytics?x=1", headers: Self.bearer).status == 400)
    for parameters in ["?days=0", "?days=366", "?days=x", "?limit=0", "?limit=1001"] {
      for target in ["/v1/admin/search/analytics", "/console/searches"] {
        #expect(try await shop.client.get(target + parameters, headers: Self.bearer).status == 400, "\(parameters)")
      }
    }
    await #expect(throws: (any Error).self) {
      try await StaffAccess(accounts: nil, signer: TokenSigner(key: [])).principal(
        of: .init(target: "/", headers: ["Authorization": "Bearer "]), for: .staff(.analyst))
    }
  }

  @Test("4: privacy", .timeLimit(.minutes(5)))
  func privacy() async throws {
    let shop = try await Self.shop.value
    func visitors(of query: String) async throws -> [Int64?] {
      try await shop.behaviour.intake.settle()
      return try await shop.pool.query("SELECT visitor FROM behaviour.search WHERE query = \(query)").map {
        try $0.decode(at: 0)
      }
    }
    let new = try await shop.client.get("/search?q=kettle")
    let cookie = try #require(new.headers["Set-Cookie"]?.split(separator: ";").first.map { "Cookie: \($0)\r\n" })
    #expect(new.headers["Cache-Control"] == "private, no-cache")
    let first = try await visitors(of: "kettle")
    #expect(first.count == 1 && first[0] != nil)
    #expect(try await shop.client.get("/search?q=toaster", headers: cookie).headers["Set-Cookie"] == nil)
    _ = try await shop.client.get("/v1/search?q=toaster", headers: cookie)
    let known = try await visitors(of: "toaster")
    #expect(known.count == 2 && known[0] == first[0] && known[0] == known[1])
    let page = try JSONValue(parsing: try await shop.client.get("/v1/search?q=lamp", headers: cookie).body)
    let click = "{\"type\":\"click\",\"search_id\":\"\(page["search_id"]?.string ?? "")\",\"product_id\":\"1\"}"
    for header in ["Sec-GPC: 1\r\n", "DNT: 1\r\n"] {
      #expect(try await shop.client.get("/search?q=blender", headers: header).headers["Set-Cookie"] == nil)
      let answer = try await shop.client.get("/v1/search?q=blender", headers: cookie + header)
      #expect(try JSONValue(parsing: answer.body)["search_id"] == nil)
      let told = try await shop.client.get(
        "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n" + header,
        body: "{\"events\":[\(click)]}")
      // Counted in sums, as nobody's.
      #expect(told.status == 202, "\(told.text)")
    }
    #expect(
      try await shop.pool.query("SELECT FROM behaviour.event WHERE shopper IS NOT NULL AND kind = 'click'").isEmpty)
    #expect(try await visitors(of: "blender") == [])
    let unsigned = "Cookie: visitor=\(String(repeating: "a", count: 32))\r\n"
    let replaced = try await shop.client.get("/search?q=whisk", headers: unsigned)
    #expect(replaced.headers["Set-Cookie"]?.hasPrefix("visitor=") == true)
    #expect(replaced.headers["Set-Cookie"]?.contains("Secure") == false)
    let behindTLS = try await shop.client.get("/search?q=whisk", headers: "X-Forwarded-Proto: https\r\n")
    #expect(behindTLS.headers["Set-Cookie"]?.hasSuffix("; Secure") == true)
    let strangers = try await visitors(of: "whisk")
    #expect(strangers.count == 2 && !strangers.contains(nil) && strangers[0] != strangers[1])
    let robot = try await shop.client.get("/search?q=strainer", headers: "User-Agent: Examplebot/2.1\r\n")
    #expect(robot.headers["Set-Cookie"] == nil)
    #expect(try await visitors(of: "strainer") == [nil])
  }

  @Test("5: popular queries", .timeLimit(.minutes(5)))
  func popular() async throws {
    let shop = try await Self.shop.value
    for digit in 1...3 {
      let sender = TestShop.cookie() + "X-Forwarded-For: 203.0.\(digit).9\r\n"
      for query in [
        "red+dress", "red+drss", "zzyyxxw", "red+-dress", "red+dress+evil.example", "%22red+dress%22", "red+dress+scam",
      ] {
        #expect(try await shop.client.get("/v1/search?q=\(query)", headers: sender).status == 200)
      }
      let sameNetwork = TestShop.cookie() + "X-Forwarded-For: 203.0.113.\(digit)\r\n"
      #expect(try await shop.client.get("/v1/search?q=red+shoes", headers: sameNetwork).status == 200)
      let unsigned =
        "Cookie: visitor=\(String(repeating: String(digit), count: 32))\r\nX-Forwarded-For: 203.0.\(digit).7\r\n"
      #expect(try await shop.client.get("/v1/search?q=rug", headers: unsigned).status == 200)
    }
    // The list itself, because suggestions also hold phrases of the catalog.
    let popular = shop.log.popular
    #expect(await popular.queries(startingWith: "r", limit: 100) == [])
    try await shop.behaviour.intake.settle()
    try await shop.log.tend()
    #expect(await popular.queries(startingWith: "r", limit: 100) == ["red dress"])
    #expect(try await shop.json("/v1/suggest?q=RED+d")["queries"]?[0]?.string == "red dress")
    #expect(try await shop.json("/v1/suggest?q=z")["queries"] == [])
  }

  @Test("6: guesses", .timeLimit(.minutes(5)))
  func guesses() async throws {
    let shop = try await Self.shop.value
    func status(_ authorization: String, from address: String) async throws -> (Int, String?) {
      let answer = try await shop.client.get(
        "/v1/admin/search/analytics", headers: "\(authorization)X-Forwarded-For: \(address)\r\n")
      return (answer.status, answer.headers["Retry-After"])
    }
    for _ in 0..<30 { #expect(try await status("", from: "198.51.100.1").0 == 401) }
    var answers: [Int] = []
    var right: (Int, String?) = (0, nil)
    // A token comes back in five seconds, which a busy machine may take for a try.
    while right.0 != 429, answers.count < 200 {
      answers.append(try await status("Authorization: Bearer guess\(answers.count)\r\n", from: "198.51.100.1").0)
      right = try await status(Self.bearer, from: "198.51.100.1")
    }
    #expect(answers.count >= 20 && answers.prefix(20).allSatisfy { $0 == 401 }, "\(answers.count)")
    #expect(right.0 == 429 && (Int(right.1 ?? "") ?? 0) >= 1)
    #expect(try await status(Self.bearer, from: "198.51.100.2").0 == 200)
  }
}

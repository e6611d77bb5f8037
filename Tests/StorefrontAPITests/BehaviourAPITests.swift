// Events over the real server, on a real Postgres and Redis:
// 1. Each kind is taken, alone or in a list, and stands in the database after the answer; a second sending is repeated.
// 2. What is wrong with an event is told by a pointer: numbers, times a year off, somebody else's id, texts too long.
// 3. A visitor reads the own records and erases them; a stranger is told why not. Afterwards no table and no key of Redis
//    has the visitor.
// 4. Pages tell of themselves without a script: a product that was read, lists that were shown; not when asked for ahead.
// 5. Without consent deeds are counted in sums; the visitor's profile knows nothing of them.
// 6. A robot's events and a flood's are marked and count in no profile; far too many become 429 with Retry-After. Of a
//    thousand visitors of one address those beyond what an office has are marked, each time that they come.
// 7. A deed changes what the shop knows of its shopper before its sender has the answer.
// 8. The retailer's system joins a visitor to a customer by the admin token and the cookie; from then on the visitor's deeds
//    are the customer's. Without the token, and by a cookie that this shop did not sign, it is refused.
import Behaviour
import Catalog
import HTTPServer
import JSON
import LocalServices
import Ports
import PostgresClient
import RedisStore
import SearchService
import Seeding
import TestSupport
import Testing

@Suite(.serialized) struct BehaviourAPITests {
  private struct Parts: Sendable {
    var shop: TestShop
    /// Ends with its last reference.
    var server: LocalRedis
    var redis: RedisClient
    var products: [String]
  }

  private static let parts = Task {
    let redis = try await LocalRedis.startTemporary()
    var settings = redis.settings
    settings.deadline = .seconds(60)
    let client = try RedisClient(settings)
    let shop = try await TestShop(
      try Seeding.handWrittenCatalog(directory: TestShop.root + "/Seeds/catalog"), redis: client)
    let products = try await shop.json("/v1/search?q=dress")["products"]?.array?.compactMap { $0["id"]?.string } ?? []
    return Parts(shop: shop, server: redis, redis: client, products: products)
  }

  private func send(
    _ parts: Parts, _ body: String, headers: String = "", status: Int = 202
  ) async throws -> JSONValue {
    let answer = try await parts.shop.client.get(
      "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n" + headers, body: body)
    #expect(answer.status == status, "\(body.prefix(200)): \(answer.text)")
    return try JSONValue(parsing: answer.body)
  }

  private func count(_ parts: Parts, _ table: String, _ condition: String = "true") async throws -> Int {
    try await parts.shop.pool.query(
      "SELECT count(*) FROM behaviour.\(unsafeRaw: table) WHERE \(unsafeRaw: condition)")[0].decode(at: 0)
  }

  @Test("1: kinds", .timeLimit(.minutes(5)))
  func kinds() async throws {
    let parts = try await Self.parts.value
    let product = parts.products[0]
    let events = [
      #"{"id":"ID","type":"view","product_id":"P","at":"2026-11-23T11:00:00Z","placement":"product"}"#,
      #"{"id":"ID","type":"click","product_id":"P","list_id":"0123456789abcdef","position":3}"#,
      #"{"id":"ID","type":"add_to_cart","product_id":"P","quantity":2,"price":{"amount_minor":1999,"currency":"GBP"}}"#,
      #"{"id":"ID","type":"remove_from_cart","product_id":"P"}"#,
      #"{"id":"ID","type":"purchase","product_id":"P","order":"A-1","quantity":1,"price":{"amount_minor":1999,"currency":"GBP"}}"#,
      #"{"id":"ID","type":"rating","product_id":"P","stars":4.5}"#, #"{"id":"ID","type":"dismiss","product_id":"P"}"#,
      #"{"id":"ID","type":"impression","placement":"home","ranked_by":"ease-1","products":["P"]}"#,
    ].map {
      $0.replacing("\"ID\"", with: "\"\(EventID.random())\"").replacing("\"P\"", with: "\"\(product)\"")
    }
    let cookie = TestShop.cookie()
    let before = try await count(parts, "event")
    let list = "{\"events\":[\(events.joined(separator: ","))]}"
    let first = try await send(parts, list, headers: cookie)
    #expect(first["accepted"]?.int == 8 && first["repeated"]?.int == 0 && first["refused"]?.array == [])
    #expect(try await count(parts, "event") == before + 7)
    #expect(try await count(parts, "impression", "ranked_by = 'ease-1' AND \(product) = ANY (products)") == 1)
    #expect(try await send(parts, list, headers: cookie)["repeated"]?.int == 8)
    for event in events { #expect(try await send(parts, event, headers: cookie)["repeated"]?.int == 1) }
    #expect(try await count(parts, "event") == before + 7)
    let search = #"{"type":"search","query":"Red Dress for me@example.com","total":3,"search_id":"00000000000000aa"}"#
    #expect(try await send(parts, search, headers: cookie)["accepted"]?.int == 1)
    #expect(
      try await count(parts, "search", "id = 170 AND query = 'red dress for [email]' AND visitor IS NOT NULL") == 1)
    let unknown = #"{"type":"view","sku":"NO-SUCH-SKU"}"#
    #expect(try await send(parts, unknown, headers: cookie)["unknown_products"]?.int == 1)
  }

  @Test("2: refused", .timeLimit(.minutes(5)))
  func refused() async throws {
    let parts = try await Self.parts.value
    let long = String(repeating: "x", count: 300)
    for (event, member) in [
      (#"{"type":"view"}"#, "/product_id"), (#"{"type":"view","product_id":"0"}"#, "/product_id"),
      (#"{"type":"view","product_id":"1","sku":"A"}"#, "/sku"), (#"{"type":"view","sku":"\#(long)"}"#, "/sku"),
      (#"{"type":"view","product_id":"1","id":"x"}"#, "/id"),
      (#"{"type":"view","product_id":"1","at":"2025-11-23T12:00:00Z"}"#, "/at"),
      (#"{"type":"view","product_id":"1","at":"2027-11-23T12:00:00Z"}"#, "/at"),
      (#"{"type":"view","product_id":"1","at":"yesterday"}"#, "/at"),
      (#"{"type":"view","product_id":"1","visitor_id":"\#(VisitorID.random())"}"#, "/visitor_id"),
      (#"{"type":"view","product_id":"1","customer":"anna"}"#, "/customer"),
      (#"{"type":"view","product_id":"1","quantity":0}"#, "/quantity"),
      (#"{"type":"view","product_id":"1","quantity":1e99}"#, "/quantity"),
      (#"{"type":"view","product_id":"1","price":{"amount_minor":-1,"currency":"GBP"}}"#, "/price"),
      (#"{"type":"view","product_id":"1","stars":3}"#, "/stars"),
      (#"{"type":"rating","product_id":"1","stars":6}"#, "/stars"), (#"{"type":"return","product_id":"1"}"#, "/type"),
      (#"{"type":"impression","products":["1"]}"#, "/placement"),
      (#"{"type":"impression","placement":"home","products":[]}"#, "/products"),
      (#"{"type":"impression","placement":"home","products":[1]}"#, "/products"),
      (#"{"type":"search","query":"x"}"#, "/total"), (#"{"type":"search","total":1}"#, "/query"),
      (#"{"type":"view","product_id":"1","placement":"a\u0000b"}"#, "/placement"),
      (#"{"events":[{"type":"view","product_id":"1"}]}"#, "/id"),
    ] {
      let problem = try await send(parts, event, status: 400)
      #expect(problem["pointer"]?.string == "/events/0\(member)", "\(event): \(problem.text)")
    }
  }

  @Test("3, 7: one's own", .timeLimit(.minutes(5)))
  func own() async throws {
    let parts = try await Self.parts.value
    let visitor = VisitorID.random()
    let cookie = TestShop.cookie(visitor)
    let behaviour = parts.shop.behaviour
    let shopper = try await behaviour.shopper(of: .visitor(visitor))
    for (number, product) in parts.products.prefix(3).enumerated() {
      #expect(try await behaviour.recent(of: shopper, limit: 9).count == number)
      _ = try await send(parts, "{\"type\":\"view\",\"product_id\":\"\(product)\"}", headers: cookie)
      #expect(try await behaviour.recent(of: shopper, limit: 9).count == number + 1)
    }
    let profile = try await behaviour.profile(of: shopper)
    #expect(abs(profile.evidence - 3) < 0.01 && !profile.categories.isEmpty && profile.priceLevelMinorUnits != nil)
    let read = try await parts.shop.client.get("/v1/me/history", headers: cookie)
    #expect(read.status == 200 && read.headers["Cache-Control"] == "private, no-store")
    #expect(try JSONValue(parsing: read.body)["records"]?.array?.count == 3)
    #expect(!read.text.contains("network") && !read.text.contains(String(shopper.rawValue)))
    let erased = try await parts.shop.client.get("/v1/me/history", method: "DELETE", headers: cookie)
    #expect(erased.status == 200 && erased.text == #"{"erased":{"view":3}}"#, "\(erased.text)")
    #expect(try await count(parts, "event", "shopper = \(shopper.rawValue)") == 0)
    #expect(try await behaviour.recent(of: shopper, limit: 9).isEmpty)
    #expect(try await behaviour.profile(of: shopper).evidence == 0)
    for method in ["GET", "DELETE"] {
      #expect(try await parts.shop.client.get("/v1/me/history", method: method).status == 401)
    }
  }

  @Test("3: nothing is left", .timeLimit(.minutes(5)))
  func erasure() async throws {
    let parts = try await Self.parts.value
    let (visitor, signedIn) = (VisitorID.random(), VisitorID.random())
    let customer = try #require(CustomerCode("erased-customer"))
    let behaviour = parts.shop.behaviour
    var traces: Set<String> = [visitor.text, signedIn.text, customer.text, "quokka lampshade"]
    for person in [Person.visitor(visitor), .visitor(signedIn), .customer(customer)] {
      traces.insert(String(try await behaviour.shopper(of: person).rawValue))
    }
    func live(_ visitor: VisitorID) async throws {
      let cookie = TestShop.cookie(visitor)
      for path in ["/search?q=quokka+lampshade", "/products/\(parts.products[0])", "/v1/suggest?q=quo", "/"] {
        #expect(try await parts.shop.client.get(path, headers: cookie).status < 500, "\(path)")
      }
      let event = "{\"type\":\"view\",\"product_id\":\"\(parts.products[1])\"}"
      _ = try await send(parts, event, headers: cookie)
      _ = try await send(parts, "{\"type\":\"view\",\"sku\":\"NOT-YET\"}", headers: cookie)
      _ = try await parts.shop.json("/v1/recommendations?placement=home")
      try await behaviour.intake.settle()
    }
    for visitor in [visitor, signedIn] { try await live(visitor) }
    try await behaviour.join(signedIn, to: customer)
    try await live(signedIn)
    try await parts.shop.log.tend()  // The day's counts have the words too.
    func found() async throws -> Set<String> {
      var everything = try await everyRow(of: parts.shop.pool)
      for key in try await parts.redis.keys() { everything += key + "\n" }
      everything += try await everyValue(parts.redis)
      return traces.filter { everything.contains($0) }
    }
    let sums = "SELECT coalesce(sum(deeds), 0)::bigint FROM behaviour.anonymous_day"
    let before: Int64 = try await parts.shop.pool.query("\(unsafeRaw: sums)")[0].decode(at: 0)
    #expect(try await found().count >= 3, "the search does find people")
    let answer = try await parts.shop.client.get(
      "/v1/me/history", method: "DELETE", headers: TestShop.cookie(visitor))
    #expect(answer.status == 200)
    _ = try await behaviour.erase(.customer(customer))
    #expect(try await found() == [])
    let after: Int64 = try await parts.shop.pool.query("\(unsafeRaw: sums)")[0].decode(at: 0)
    #expect(after >= before + 6, "the sums have the deeds")
  }

  /// Every row of every table, as text; bytes as hexadecimal digits.
  private func everyRow(of pool: PostgresPool) async throws -> String {
    var text = ""
    for row in try await pool.query(
      """
      SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
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

  /// Every value of Redis as text, by its kind.
  private func everyValue(_ redis: RedisClient) async throws -> String {
    var text = ""
    for key in try await redis.keys() {
      if let value = try? await redis.get(key) {
        text += String(decoding: value, as: UTF8.self) + "\n"
      } else {
        // A key that expired meanwhile, or a set with scores, which has products alone, is not a list.
        for value in (try? await redis.list(key, first: 1_000)) ?? [] {
          text += String(decoding: value, as: UTF8.self) + "\n"
        }
      }
    }
    return text
  }

  @Test("4: pages", .timeLimit(.minutes(5)))
  func pages() async throws {
    let parts = try await Self.parts.value
    let visitor = VisitorID.random()
    let cookie = TestShop.cookie(visitor)
    let shopper = try await parts.shop.behaviour.shopper(of: .visitor(visitor))
    let mine = "shopper = \(shopper.rawValue)"
    for ahead in ["Sec-Purpose: prefetch;prerender\r\n", "Purpose: prefetch\r\n"] {
      _ = try await parts.shop.client.get("/products/\(parts.products[1])", headers: cookie + ahead)
    }
    for path in ["/products/\(parts.products[0])", "/", "/c/dresses"] {
      #expect(try await parts.shop.client.get(path, headers: cookie).status == 200)
    }
    try await until("the pages' events are stored") {
      let views = try await count(parts, "event", mine)
      return try await count(parts, "impression", mine + " AND placement = 'listing'") == 1 && views == 1
    }
    #expect(try await count(parts, "event", mine + " AND kind = 'view' AND product_id = \(parts.products[0])") == 1)
  }

  @Test("5: without consent", .timeLimit(.minutes(5)))
  func withoutConsent() async throws {
    let parts = try await Self.parts.value
    let visitor = VisitorID.random()
    let cookie = TestShop.cookie(visitor)
    let product = parts.products[2]
    let shopper = try await parts.shop.behaviour.shopper(of: .visitor(visitor))
    let before = try await count(parts, "event")
    for wish in ["Sec-GPC: 1\r\n", "DNT: 1\r\n"] {
      let event = "{\"type\":\"dismiss\",\"product_id\":\"\(product)\"}"
      #expect(try await send(parts, event, headers: cookie + wish)["accepted"]?.int == 1)
    }
    #expect(try await count(parts, "event") == before)
    #expect(try await count(parts, "anonymous_day", "kind = 'dismiss' AND product_id = \(product) AND deeds = 2") == 1)
    #expect(try await parts.shop.behaviour.recent(of: shopper, limit: 9).isEmpty)
    let searches = try await count(parts, "search")
    for path in ["/v1/search?q=lamp", "/search?q=lamp"] {
      let answer = try await parts.shop.client.get(path, headers: cookie + "Sec-GPC: 1\r\n")
      #expect(answer.status == 200 && !answer.text.contains("search_id"))
    }
    try await until("searches are counted") {
      try await count(parts, "anonymous_day", "kind = 'search' AND product_id = 0 AND deeds >= 2") == 1
    }
    #expect(try await count(parts, "search") == searches)
  }

  @Test("8: sign-in", .timeLimit(.minutes(5)))
  func signIn() async throws {
    let parts = try await Self.parts.value
    let visitor = VisitorID.random()
    let (cookie, behaviour) = (TestShop.cookie(visitor), parts.shop.behaviour)
    let value = String(cookie.dropFirst("Cookie: visitor=".count).prefix { $0 != ";" && !$0.isNewline })
    let view = "{\"type\":\"view\",\"product_id\":\"\(parts.products[0])\"}"
    _ = try await send(parts, view, headers: cookie)
    let own = try await behaviour.shopper(of: .visitor(visitor))
    func join(_ body: String, _ token: String, status: Int) async throws {
      let answer = try await parts.shop.client.get(
        "/v1/sign-ins", method: "POST", headers: "Content-Type: application/json\r\n" + token, body: body)
      #expect(answer.status == status, "\(body): \(answer.text)")
    }
    let token = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    let body = "{\"customer\":\"C-8\",\"visitor_cookie\":\"\(value)\"}"
    try await join(body, "", status: 401)
    for wrong in [
      "{}", "[", "{\"customer\":\"\",\"visitor_cookie\":\"\(value)\"}", body.replacing(value, with: value + "0"),
    ] {
      try await join(wrong, token, status: 400)
    }
    #expect(try await behaviour.shopper(of: .visitor(visitor)) == own)
    for _ in 0..<2 { try await join(body, token, status: 204) }
    let customer = try await behaviour.shopper(of: .customer(try #require(CustomerCode("C-8"))))
    #expect(try await behaviour.shopper(of: .visitor(visitor)) == customer && customer != own)
    _ = try await send(parts, view, headers: cookie)
    #expect(try await behaviour.recent(of: customer, limit: 9).count == 2)
  }

  @Test("6: robots and floods", .timeLimit(.minutes(5)))
  func floods() async throws {
    let parts = try await Self.parts.value
    let event = "{\"type\":\"view\",\"product_id\":\"\(parts.products[0])\"}"
    let robot = VisitorID.random()
    _ = try await send(parts, event, headers: TestShop.cookie(robot) + "User-Agent: Examplebot/2.1\r\n")
    let of = try await parts.shop.behaviour.shopper(of: .visitor(robot))
    #expect(try await count(parts, "event", "shopper = \(of.rawValue) AND sender = 'robot'") == 1)
    #expect(try await parts.shop.behaviour.recent(of: of, limit: 9).isEmpty)
    let flood = VisitorID.random()
    func many() -> String {
      let events = (0..<400).map { _ in event.dropLast() + ",\"id\":\"\(EventID.random())\"}" }
      return "{\"events\":[\(events.joined(separator: ","))]}"
    }
    _ = try await send(parts, many(), headers: TestShop.cookie(flood))
    let flooding = try await parts.shop.behaviour.shopper(of: .visitor(flood))
    #expect(try await count(parts, "event", "shopper = \(flooding.rawValue) AND sender = 'flood'") == 400)
    var statuses: [Int] = []
    for _ in 0..<8 {
      let answer = try await parts.shop.client.get(
        "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n" + TestShop.cookie(flood),
        body: many())
      statuses.append(answer.status)
      if answer.status == 429 { #expect(Int(answer.headers["Retry-After"] ?? "") ?? 0 > 0) }
    }
    #expect(statuses.contains(429))
    _ = try await send(parts, event, headers: TestShop.cookie())
  }
}

// Staff over HTTP, on the shop as it is wired:
// 1. A browser that signs in gets a cookie that no script reads and no other site's form sends, over TLS alone where a proxy
//    speaks it; its pages are in no frame and in no cache. A session that was set before the sign-in is not the one after it.
// 2. A form without the session's own token changes nothing: none, a wrong one, another session's; sign-in too wants the token
//    and the cookie of its own form.
// 3. Each route lets in each role that the table here says and no other, with a real session of that role, and a
//    program's token; no other route asks for a role.
// 4. Guesses lock with 429 and Retry-After; the page says how long.
// 5. The page to come back to is one of the console; sign-out and "everywhere" end sessions.
import Accounts
import Bootstrap
import Catalog
import Edge
import HTTPServer
import Merchandising
import Ports
import TestSupport
import Testing

@Suite(.serialized) struct StaffTests {
  private static let password = "correct horse battery"
  private static let shop = Task { try await TestShop([TestShop.hostile]) }

  private func member(_ name: String, _ roles: Set<Role>, in shop: TestShop) async throws {
    _ = try await shop.shop.accounts.add(name: name, password: Self.password, roles: roles, by: "test")
  }

  @Test("1: the session's cookie", .timeLimit(.minutes(5)))
  func cookie() async throws {
    let shop = try await Self.shop.value
    try await member("cora", [.merchandiser], in: shop)
    let browser = StaffBrowser(shop.client)
    // A thief set this before: after the sign-in it must be worth nothing.
    browser.set("staff", "fixed-by-a-thief")
    let answer = try await browser.signIn("cora", Self.password)
    #expect(answer.status == 303 && answer.headers["Location"] == "/console")
    let token = try #require(browser.cookies["staff"])
    #expect(token != "fixed-by-a-thief" && token.utf8.count >= 43)
    let line = try #require(browser.lastCookies.first { $0.hasPrefix("staff=") })
    #expect(line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && !line.contains("Secure"))
    let page = try await browser.get("/console/rules")
    #expect(page.status == 200 && page.text.contains("<h1>Rules</h1>"))
    #expect(page.headers["X-Frame-Options"] == "DENY" && page.headers["Cache-Control"] == "no-store")
    #expect(page.headers["Content-Security-Policy"]?.contains("frame-ancestors 'none'") == true)
    let thief = StaffBrowser(shop.client)
    thief.set("staff", "fixed-by-a-thief")
    #expect(try await thief.get("/console/rules").status == 303)
    // Signed in again, the browser has another session, and the former one has ended.
    _ = try await browser.signIn("cora", Self.password)
    #expect(browser.cookies["staff"] != token)
    thief.set("staff", token)
    #expect(try await thief.get("/console/rules").status == 303)
    let secure = StaffBrowser(shop.client)
    let form = try await secure.get("/console/sign-in", "X-Forwarded-Proto: https\r\n").text
    _ = try await secure.post(
      "/console/sign-in",
      [("form_token", try StaffBrowser.formToken(form)), ("name", "cora"), ("password", Self.password)],
      "X-Forwarded-Proto: https\r\n")
    #expect(secure.lastCookies.contains { $0.hasPrefix("staff=") && $0.hasSuffix("; Secure") })
  }

  @Test("2: forms of other sites", .timeLimit(.minutes(5)))
  func forms() async throws {
    let shop = try await Self.shop.value
    try await member("fred", [.merchandiser], in: shop)
    let (browser, other) = (StaffBrowser(shop.client), StaffBrowser(shop.client))
    _ = try await browser.signIn("fred", Self.password)
    _ = try await other.signIn("fred", Self.password)
    let theirs = try StaffBrowser.formToken(try await other.get("/console/rules").text)
    for fields in [[], [("form_token", "")], [("form_token", "x")], [("form_token", theirs)]] {
      let answer = try await browser.post("/console/rules", fields + [("name", "stolen")])
      #expect(answer.status == 403, "\(fields)")
    }
    // A program's body that a foreign page may send brings no token either.
    let plain = try await browser.client.get(
      "/v1/merchandising/drafts", method: "POST",
      headers: "Cookie: staff=\(browser.cookies["staff"] ?? "")\r\nContent-Type: text/plain\r\n",
      body: "{\"name\":\"stolen\"}")
    #expect(plain.status == 403)
    #expect(try await shop.shop.merchandising.drafts().isEmpty)
    #expect(try await browser.send("/console/rules", from: "/console/rules", [("name", "mine")]).status == 303)
    #expect(try await shop.shop.merchandising.drafts().map(\.name) == ["mine"])
    let stranger = StaffBrowser(shop.client)
    let form = try await stranger.get("/console/sign-in").text
    let fields = [
      ("form_token", try StaffBrowser.formToken(form)), ("name", "fred"), ("password", Self.password),
    ]
    stranger.set("staff_form", nil)
    #expect(try await stranger.post("/console/sign-in", fields).status == 403)
    #expect(stranger.cookies["staff"] == nil)
  }

  /// The staff who may call a route, beside admins, written down apart from the routes: the first line that fits
  /// counts. nil: everyone may.
  private static let table: [(method: HTTPMethod?, start: String, roles: Set<Role>?)] = [
    (nil, "/console/sign-in", nil),
    (nil, "/console/preview", [.merchandiser, .approver]),
    (nil, "/console/rules", [.merchandiser, .approver]),
    (nil, "/console/versions", [.merchandiser, .approver]),
    (nil, "/console/calendar", [.merchandiser, .approver]),
    (.get, "/console/experiments", [.merchandiser, .approver, .analyst]),
    (nil, "/console/experiments", [.merchandiser, .approver]),
    (.get, "/v1/experiments", [.merchandiser, .approver, .analyst]),
    (nil, "/v1/experiments", [.merchandiser, .approver]),
    (.post, "/console/zero-results", [.merchandiser, .approver]),
    (.get, "/console/zero-results", [.merchandiser, .approver, .analyst]),
    (.get, "/console/searches", [.merchandiser, .approver, .analyst]),
    (.get, "/console/audit", [.approver, .analyst]),
    (nil, "/console/price", [.pricingManager]),
    (nil, "/console/stock", [.buyer]),
    (nil, "/console/proposals", [.buyer]),
    (nil, "/console/orders", [.buyer]),
    (nil, "/console/suppliers", [.buyer]),
    (.get, "/console/dashboard", [.analyst]),
    (.get, "/console/reports", [.analyst]),
    (.get, "/console/customers", [.analyst]),
    (.get, "/v1/customers", [.analyst]),
    (.get, "/v1/analytics", [.analyst]),
    (.get, "/v1/forecasts", [.buyer, .analyst]),
    (nil, "/v1/replenishment", [.buyer]),
    // The console itself, its jobs, and one's own sessions.
    (nil, "/console", [.merchandiser, .approver, .buyer, .pricingManager, .analyst, .support]),
    (nil, "/v1/admin/search/analytics", [.merchandiser, .approver, .analyst]),
    (nil, "/v1/admin", []),
    (.get, "/v1/merchandising/audit", [.approver, .analyst]),
    (nil, "/v1/merchandising", [.merchandiser, .approver]),
    (nil, "/v1/pricing", [.pricingManager]),
    // Programs, which are no staff.
    (nil, "/v1/sign-ins", []),
  ]

  private static func callers(of entry: Routes.Entry) -> Set<Role>? {
    table.first { line in
      (line.method == nil || line.method == entry.method) && entry.pattern.hasPrefix(line.start)
    }?.roles
  }

  @Test("3: routes by role", .timeLimit(.minutes(10)))
  func roles() async throws {
    let shop = try await Self.shop.value
    var checked = 0
    for entry in shop.routes.entries {
      let isOpen = Self.callers(of: entry) == nil
      #expect(entry.route.access.allows(.visitor) == isOpen, "\(entry.method) \(entry.pattern)")
      let isForPrograms = isOpen || entry.pattern == "/v1/sign-ins"
      #expect(entry.route.access.allows(.service) == isForPrograms, "\(entry.method) \(entry.pattern)")
    }
    for role in Role.staff {
      let name = "role-\(role.rawValue.replacing("_", with: "-"))"
      try await member(name, [role], in: shop)
      let browser = StaffBrowser(shop.client, from: "198.51.100.\(100 + checked % 50)")
      _ = try await browser.signIn(name, Self.password)
      let token = try await shop.shop.accounts.addToken(name: name, roles: [role], days: 1, by: "test")
      for entry in shop.routes.entries {
        guard let callers = Self.callers(of: entry) else { continue }
        if entry.route.name == "sign out" || entry.route.name == "end sessions" { continue }
        var target = entry.pattern
        for name in ["{id}", "{number}", "{code}", "{name}"] { target = target.replacing(name, with: "999999999") }
        let isAllowed = role == .admin || callers.contains(role)
        if entry.method == .get {
          let answer = try await browser.get(target)
          #expect((answer.status != 403) == isAllowed, "\(role) \(target): \(answer.status)")
        }
        let program = try await shop.client.get(
          target, method: entry.method.rawValue, headers: "Authorization: Bearer \(token)\r\n")
        #expect((program.status != 403) == isAllowed, "\(role) \(entry.method) \(target): \(program.status)")
        #expect(program.status < 500, "\(role) \(entry.method) \(target): \(program.status)")
        checked += 1
      }
    }
    #expect(checked > 200)
    let service = try await shop.shop.accounts.addToken(name: "erp", roles: [.service], days: 1, by: "test")
    let header = "Authorization: Bearer \(service)\r\n"
    #expect(try await shop.client.get("/v1/merchandising/drafts", headers: header).status == 403)
    #expect(try await shop.client.get("/v1/sign-ins", method: "POST", headers: header, body: "{}").status == 400)
  }

  @Test("4: guesses", .timeLimit(.minutes(5)))
  func guesses() async throws {
    let shop = try await Self.shop.value
    try await member("gina", [.analyst], in: shop)
    let browser = StaffBrowser(shop.client, from: "198.51.100.201")
    var statuses: [Int] = []
    for guess in 0..<8 { statuses.append(try await browser.signIn("gina", "guess number \(guess)").status) }
    #expect(statuses == [401, 401, 401, 401, 401, 429, 429, 429])
    let locked = try await browser.signIn("gina", Self.password)
    #expect(locked.status == 429 && (Int(locked.headers["Retry-After"] ?? "") ?? 0) >= 1)
    #expect(locked.text.contains("Too many tries failed") && browser.cookies["staff"] == nil)
  }

  @Test("5: back, and out", .timeLimit(.minutes(5)))
  func backAndOut() async throws {
    let shop = try await Self.shop.value
    try await member("hanna", [.admin], in: shop)
    let browser = StaffBrowser(shop.client)
    let led = try await browser.get("/console/versions")
    #expect(led.headers["Location"] == "/console/sign-in?to=/console/versions")
    for (to, back) in [
      ("/console/versions", "/console/versions"), ("//evil.example", "/console"), ("https://evil.example", "/console"),
      ("/console\\evil", "/console"), ("/search", "/console"), ("/consolex", "/console"),
    ] {
      let fields = [("name", "hanna"), ("password", Self.password), ("to", to)]
      let answer = try await browser.send("/console/sign-in", from: "/console/sign-in", fields)
      #expect(answer.headers["Location"] == back, "\(to)")
    }
    let other = StaffBrowser(shop.client)
    _ = try await other.signIn("hanna", Self.password)
    #expect(try await browser.send("/console/sign-out", from: "/console", []).status == 303)
    #expect(browser.cookies["staff"] == nil)
    #expect(try await other.get("/console").status == 200)
    _ = try await browser.signIn("hanna", Self.password)
    #expect(try await browser.send("/console/end-sessions", from: "/console", []).status == 303)
    #expect(try await other.get("/console").status == 303)
  }
}

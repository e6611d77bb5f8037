// Published rules in real searches, on the shop as it is wired:
// 1. A pin stands at its place, a hidden product is gone, a boost lifts, a filter leaves others out, a redirect leads away, and
//    words are replaced; the answer says which rules applied.
// 2. Pins obey the shopper's filters, stock and the order by price; the pages of a search with pins hold each product once and
//    miss none.
// 3. A cursor goes on by the rules of its first page, whatever was published since.
// 4. Searches during publications see one version each, whole, and none fails.
// 5. A merchandiser's way in the console, by forms alone: preview, pin, look at the draft, publish, take back; and the API's.
// 6. A pin of a product that is gone is reported, and so are filters that nothing meets and pages that do not exist.
// 7. The preview opens nobody else's draft by itself, says why each product stands there, and takes pins and hidings back.
// 8. Rules that are typed show their effect and are saved nowhere; saved, they take the place of those that were edited.
// 9. A merge in the console shows what both sides changed, and is published once each is settled by a button.
import Accounts
import Bootstrap
import Catalog
import HTTPServer
import JSON
import Merchandising
import Ports
import PostgresStore
import TestSupport
import Testing
import Understanding

@Suite(.serialized) struct RuleSearchTests {
  private static func product(_ number: Int, stock: Int64 = 1) -> ProductRecord {
    ProductRecord(
      code: "L\(number)", title: "Desk lamp \(number)", brand: number.isMultiple(of: 2) ? "Evenlight" : "Oddlight",
      categories: [["Home", "Lamps"]],
      variants: [
        .init(
          sku: SKU("L\(number)-1"),
          prices: [Price(amount: Money(minorUnits: Int64(1000 + number), currency: .gbp))], stock: ["main": stock])
      ], popularity: Double(100 - number))
  }

  private func lamps(_ count: Int = 12) async throws -> (TestShop, [String: String]) {
    let shop = try await TestShop((1...count).map { Self.product($0, stock: $0 == 5 ? 0 : 1) })
    try await shop.shop.merchandising.follow()
    var ids: [String: String] = [:]
    for product in try await shop.json("/v1/search?q=lamp&page_size=100")["products"]?.array ?? [] {
      ids[product["title"]?.string ?? ""] = product["id"]?.string
    }
    return (shop, ids)
  }

  private func publish(_ rules: String, synonyms: String? = nil, in shop: TestShop) async throws {
    let desk = shop.shop.merchandising
    let draft = try await desk.draft(try await desk.addDraft(named: "test", by: "test"))
    var texts = draft.texts
    texts[.rules] = rules
    if let synonyms { texts[.synonyms] = synonyms }
    let revision = try await desk.save(texts, of: draft, by: "test")
    _ = try await desk.publish(draft.id, revision: revision, reason: "test", by: "test", isApprover: true)
  }

  private func titles(_ shop: TestShop, _ query: String) async throws -> [String] {
    let answer = try await shop.json("/v1/search?\(query)")
    return answer["products"]?.array?.compactMap { $0["title"]?.string } ?? []
  }

  @Test("1: actions", .timeLimit(.minutes(5)))
  func actions() async throws {
    let (shop, ids) = try await lamps()
    let (first, third) = (try #require(ids["Desk lamp 9"]), try #require(ids["Desk lamp 10"]))
    let hidden = try #require(ids["Desk lamp 1"])
    try await publish(
      """
      exact: desk lamp
        pin 1: \(first)
        pin 3: \(third)
        hide: \(hidden)
      exact: odd lamp
        replace: odd => desk
        filter: brand:Oddlight
      exact: light lamp
        delete: light
        boost 50: brand:Evenlight
      exact: delivery
        redirect: /help/delivery
      """, in: shop)
    let found = try await titles(shop, "q=desk+lamp")
    #expect(
      found.count == 11 && found[0] == "Desk lamp 9" && found[2] == "Desk lamp 10" && !found.contains("Desk lamp 1"))
    #expect(try await titles(shop, "q=odd+lamp").allSatisfy { Int($0.split(separator: " ")[2])! % 2 == 1 })
    let lifted = try await titles(shop, "q=light+lamp")
    #expect(lifted.prefix(6).allSatisfy { Int($0.split(separator: " ")[2])! % 2 == 0 }, "\(lifted)")
    let why = try await shop.json("/v1/search?q=desk+lamp&why=true")
    #expect("\(why.text)".contains("exact: desk lamp"))
    let led = try await shop.client.get("/search?q=delivery")
    #expect(led.status == 303 && led.headers["Location"] == "/help/delivery")
    // Another query is not touched.
    #expect(try await titles(shop, "q=lamp").contains("Desk lamp 1"))
  }

  @Test("2: filters, stock, order and pages", .timeLimit(.minutes(5)))
  func pages() async throws {
    let (shop, ids) = try await lamps(30)
    try await publish(
      """
      exact: lamp
        pin 1: \(try #require(ids["Desk lamp 20"]))
        pin 2: \(try #require(ids["Desk lamp 5"]))
        pin 7: \(try #require(ids["Desk lamp 21"]))
      """, in: shop)
    let all = try await titles(shop, "q=lamp&page_size=100")
    #expect(all[0] == "Desk lamp 20" && all[6] == "Desk lamp 21" && all.count == 30 && Set(all).count == 30)
    #expect(all[1] != "Desk lamp 5", "it is out of stock")
    let odd = try await titles(shop, "q=lamp&filter=brand:Oddlight&page_size=100")
    #expect(!odd.contains("Desk lamp 20") && odd.contains("Desk lamp 21"))
    #expect(try await titles(shop, "q=lamp&sort=price_asc&page_size=5")[0] == "Desk lamp 1")
    for size in [1, 3, 4, 7, 13] {
      var (pages, cursor): ([String], String?) = ([], nil)
      repeat {
        let target = cursor.map { "cursor=\(StaffBrowser.encoded($0))" } ?? "q=lamp&page_size=\(size)"
        let answer = try await shop.json("/v1/search?\(target)")
        pages += answer["products"]?.array?.compactMap { $0["title"]?.string } ?? []
        cursor = answer["next_cursor"]?.string
      } while cursor != nil
      #expect(pages == all, "pages of \(size)")
      var numbered: [String] = []
      for page in 1...((30 + size - 1) / size) {
        numbered += try await titles(shop, "q=lamp&page_size=\(size)&page=\(page)")
      }
      #expect(numbered == all, "numbered pages of \(size)")
    }
  }

  @Test("2: a pin that sells out between two pages", .timeLimit(.minutes(5)))
  func soldOutPin() async throws {
    let (shop, ids) = try await lamps(30)
    let pinned = try #require(ids["Desk lamp 20"])
    try await publish("exact: lamp\n  pin 1: \(pinned)", in: shop)
    let expected = Set(try await titles(shop, "q=lamp&page_size=100"))
    for size in [3, 7] {
      var (shown, cursor): ([String], String?) = ([], nil)
      repeat {
        let target = cursor.map { "cursor=\(StaffBrowser.encoded($0))" } ?? "q=lamp&page_size=\(size)"
        let answer = try await shop.json("/v1/search?\(target)")
        shown += answer["products"]?.array?.compactMap { $0["title"]?.string } ?? []
        cursor = answer["next_cursor"]?.string
        if shown.count == size {
          #expect(shown[0] == "Desk lamp 20")
          var sold = Self.product(20, stock: 0)
          sold.title = "Desk lamp 20"
          _ = try await shop.catalog.upsert([sold], source: "test")
          _ = try await shop.shop.indexFull()
        }
      } while cursor != nil
      #expect(shown.count == 30 && Set(shown) == expected, "pages of \(size): \(shown)")
      _ = try await shop.catalog.upsert([Self.product(20)], source: "test")
      _ = try await shop.shop.indexFull()
    }
  }

  @Test("3: pages of one version", .timeLimit(.minutes(5)))
  func pinnedVersion() async throws {
    let (shop, ids) = try await lamps(30)
    let all = try await titles(shop, "q=lamp&page_size=100")
    let first = try await shop.json("/v1/search?q=lamp&page_size=10")
    let cursor = try #require(first["next_cursor"]?.string)
    try await publish(
      "exact: lamp\n  pin 1: \(try #require(ids["Desk lamp 20"]))\n  hide: \(ids[all[12]]!)\n", in: shop)
    let second = try await shop.json("/v1/search?cursor=\(StaffBrowser.encoded(cursor))")
    #expect(second["products"]?.array?.compactMap { $0["title"]?.string } == Array(all[10..<20]))
    #expect(try await titles(shop, "q=lamp")[0] == "Desk lamp 20")
  }

  @Test("4: no mixed versions", .timeLimit(.minutes(5)))
  func underLoad() async throws {
    let (shop, ids) = try await lamps()
    let (one, two) = (try #require(ids["Desk lamp 11"]), try #require(ids["Desk lamp 12"]))
    // A version pins a product by a rule for words that its synonyms bring in: half of one version would show it.
    func rules(_ id: String) -> String { "exact: lamp\n  pin 1: \(id)\n  hide: \(id == one ? two : one)\n" }
    try await publish(rules(one), in: shop)
    let load = Task {
      var orders: Set<[String]> = []
      var count = 0
      while !Task.isCancelled {
        let answer = try await shop.client.get("/v1/search?q=lamp&page_size=100")
        guard answer.status == 200 else { throw HTTPClient.Failure(description: "status \(answer.status)") }
        let products = try JSONValue(parsing: answer.body)["products"]?.array ?? []
        orders.insert(products.compactMap { $0["title"]?.string })
        count += 1
      }
      return (orders, count)
    }
    for round in 0..<40 { try await publish(rules(round.isMultiple(of: 2) ? two : one), in: shop) }
    load.cancel()
    let (orders, count) = try await load.value
    #expect(count > 10)
    for order in orders {
      let isWhole =
        order.first == "Desk lamp 11" && !order.contains("Desk lamp 12")
        || order.first == "Desk lamp 12" && !order.contains("Desk lamp 11")
      #expect(isWhole && order.count == 11, "\(order)")
    }
  }

  @Test("5: the console and the API", .timeLimit(.minutes(5)))
  func console() async throws {
    let (shop, ids) = try await lamps()
    let id = try #require(ids["Desk lamp 8"])
    _ = try await shop.shop.accounts.add(
      name: "mia", password: "correct horse battery", roles: [.merchandiser], by: "test")
    let browser = StaffBrowser(shop.client)
    _ = try await browser.signIn("mia", "correct horse battery")
    let preview = try await browser.get("/console/preview?q=desk+lamp").text
    #expect(preview.contains("Published, version 1: 12 products") && preview.contains("Pin first"))
    let pinned = try await browser.send(
      "/console/preview", from: "/console/preview",
      [("q", "desk lamp"), ("draft", ""), ("action", "pin"), ("product", id), ("place", "1")])
    let address = try #require(pinned.headers["Location"])
    let after = try await browser.get(address).text
    #expect(after.contains("pinned to place 1") && after.contains("Draft of mia"))
    // Shoppers see nothing of it yet.
    #expect(try await titles(shop, "q=desk+lamp")[0] != "Desk lamp 8")
    let draft = try #require(try await shop.shop.merchandising.drafts().first)
    let path = "/console/rules/\(draft.id)"
    let page = try await browser.get(path + "?impact=true").text
    #expect(page.contains("pin 1: \(id)") && page.contains("Queries tried"))
    let wrong = try await browser.send(
      path, from: path, [("revision", "\(draft.revision)"), ("rules", "exact: x y\npin")])
    #expect(wrong.status == 400 && wrong.text.contains("Rules, line 2"))
    // A page that was opened before another's change refuses to save over it, at a second try too.
    let stale = try await browser.send(path, from: path, [("revision", "1"), ("rules", "exact: x y\n  hide: 1\n")])
    #expect(stale.status == 400 && stale.text.contains("name=\"revision\" value=\"1\""))
    #expect(!stale.text.contains("name=\"revision\" value=\"\(draft.revision)\""))
    let refused = try await browser.send(path + "/publish", from: path, [("revision", "1"), ("reason", "first")])
    #expect(refused.status == 409)
    let published = try await browser.send(
      path + "/publish", from: path, [("revision", "\(draft.revision)"), ("reason", "lamp 8 sells")])
    #expect(published.headers["Location"] == "/console/versions?published=2")
    #expect(try await titles(shop, "q=desk+lamp")[0] == "Desk lamp 8")
    #expect(try await browser.get("/console/versions").text.contains("lamp 8 sells"))
    #expect(try await browser.get("/console/versions/1").text.contains("− exact: desk lamp"))
    let back = try await browser.send(
      "/console/versions/1/restore", from: "/console/versions/1", [("reason", "it did harm")])
    #expect(back.headers["Location"] == "/console/versions?published=3")
    #expect(try await titles(shop, "q=desk+lamp")[0] != "Desk lamp 8")

    let token = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    func call(_ method: String, _ path: String, _ body: String = "") async throws -> (Int, JSONValue) {
      let answer = try await shop.client.get("/v1/merchandising" + path, method: method, headers: token, body: body)
      return (answer.status, answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body))
    }
    let begun = try await call("POST", "/drafts", "{\"name\":\"by program\"}")
    let number = try #require(begun.1["id"]?.int)
    #expect(begun.0 == 201 && begun.1["base"]?.int == 3)
    let bad = try await call("PUT", "/drafts/\(number)", "{\"revision\":1,\"texts\":{\"synonyms\":\"a, b\\none\\n\"}}")
    #expect(bad.0 == 400 && bad.1["line"]?.int == 2 && bad.1["kind"]?.string == "synonyms")
    let saved = try await call(
      "PUT", "/drafts/\(number)", "{\"revision\":1,\"texts\":{\"rules\":\"exact: desk lamp\\n  hide: \(id)\\n\"}}")
    #expect(saved.0 == 200 && saved.1["revision"]?.int == 2)
    let compared = try await call("GET", "/drafts/\(number)/preview?q=desk+lamp")
    #expect(compared.1["total_before"]?.int == 12 && compared.1["total_after"]?.int == 11)
    #expect(try await call("GET", "/drafts/\(number)/impact?limit=10").0 == 200)
    #expect(try await call("POST", "/drafts/\(number)/publish", "{\"revision\":1,\"reason\":\"x\"}").0 == 409)
    #expect(
      try await call("POST", "/drafts/\(number)/publish", "{\"revision\":2,\"reason\":\"x\"}").1["published"]?.int == 4)
    #expect(try await call("GET", "/drafts/\(number)").0 == 404)
    #expect(try await call("POST", "/rollback", "{\"version\":3,\"reason\":\"x\"}").1["published"]?.int == 5)
    let audit = try await call("GET", "/audit?limit=1").1
    #expect(audit["entries"]?[0]?["actor"]?.string == "API token tests")
  }

  @Test("6: pins of what is gone", .timeLimit(.minutes(5)))
  func gone() async throws {
    let (shop, _) = try await lamps()
    let rules = try RuleTexts([.rules: "exact: lamp\n  pin 1: 424242\n"]).compiled(currency: .gbp)
    let gone = try await shop.shop.rulePreview.goneProducts(of: rules)
    #expect(gone.map(\.product.rawValue) == [424_242] && gone.map(\.rule) == ["exact: lamp"])
    #expect(try await shop.shop.rulePreview.goneProducts(of: QueryRules()).isEmpty)
    let sold = try #require(try await lampID(5, in: shop))
    let texts = RuleTexts([
      .rules: """
      exact: lamp
        pin 1: 424242
        pin 2: \(sold)
        boost 2: brand:evenlight
        boost 3: brand:Evenlight
        filter: shine:yes
        bury 2: category:424242
        filter: price:9000..
      exact: chair
        redirect: /c/chairs
      exact: light
        redirect: /c/lamps
      """
    ])
    let findings = try await shop.shop.rulePreview.findings(texts, try texts.compiled(currency: .gbp))
    #expect(findings.map(\.line) == [2, 3, 4, 6, 7, 8, 10], "\(findings)")
    #expect(findings[1].reason.contains("Desk lamp 5 is sold out"))
    #expect(findings[2].reason.contains("the shop writes brand:Evenlight"))
    #expect(findings[3].reason.contains("no attribute shine"))
  }

  private func lampID(_ number: Int, in shop: TestShop) async throws -> String? {
    try await shop.json("/v1/search?q=lamp&page_size=100")["products"]?.array?
      .first { $0["title"]?.string == "Desk lamp \(number)" }?["id"]?.string
  }

  private func signedIn(_ name: String, in shop: TestShop, _ roles: Set<Role> = [.merchandiser]) async throws
    -> StaffBrowser
  {
    _ = try await shop.shop.accounts.add(name: name, password: "correct horse battery", roles: roles, by: "test")
    let browser = StaffBrowser(shop.client)
    _ = try await browser.signIn(name, "correct horse battery")
    return browser
  }

  @Test("7: own draft, why, and undo", .timeLimit(.minutes(5)))
  func undo() async throws {
    let (shop, ids) = try await lamps()
    let id = try #require(ids["Desk lamp 8"])
    _ = try await shop.shop.merchandising.addDraft(named: "Draft of somebody", by: "somebody")
    let browser = try await signedIn("nora", in: shop)
    let path = "/console/preview"
    let first = try await browser.get("\(path)?q=desk+lamp").text
    #expect(!first.contains("selected>Draft of somebody") && first.contains("Your draft"))
    #expect(first.contains("Why is this here?") && first.contains("Has every word of the search"))
    for action in ["pin", "hide"] {
      let answer = try await browser.send(
        path, from: path, [("q", "desk lamp"), ("draft", ""), ("action", action), ("product", id), ("place", "1")])
      let page = try await browser.get(try #require(answer.headers["Location"])).text
      #expect(page.contains("Draft of nora") && page.contains(action == "pin" ? ">Unpin<" : ">Show again<"))
      #expect(action == "hide" || page.contains("Pinned to place 1 by the rule exact: desk lamp"))
      #expect(page.contains("Desk lamp 8 (L8)"))
    }
    let draft = try #require(try await shop.shop.merchandising.drafts().first { $0.name == "Draft of nora" })
    // Her own opens by itself.
    #expect(try await browser.get("\(path)?q=desk+lamp").text.contains(">Show again<"))
    let fields = [
      ("q", "desk lamp"), ("draft", "\(draft.id)"), ("action", "remove"), ("line", "2"), ("text", "hide: \(id)"),
    ]
    let undone = try await browser.send(path, from: path, fields)
    #expect(undone.status == 303)
    #expect(try await shop.shop.merchandising.draft(draft.id).texts[.rules].contains("hide") == false)
    let again = try await browser.send(path, from: path, fields)
    #expect(again.status == 400 && again.text.contains("no such line any more"))
  }

  @Test("8: typed rules", .timeLimit(.minutes(5)))
  func typed() async throws {
    let (shop, _) = try await lamps()
    let browser = try await signedIn("olga", in: shop)
    let path = "/console/preview"
    func typed(_ rule: String, to target: String, heads: String = "", draft: String = "") async throws
      -> HTTPClient.Answer
    {
      try await browser.send(
        target, from: path, [("q", "desk lamp"), ("draft", draft), ("heads", heads), ("rule", rule), ("revision", "1")])
    }
    let shown = try await typed("exact: desk lamp\r\n  pin 1: L8\r\n", to: path + "/try")
    #expect(shown.status == 200 && shown.text.contains("pinned to place 1") && !shown.text.contains("<html"))
    #expect(try await shop.shop.merchandising.drafts().isEmpty)
    let wrong = try await typed("exact: desk lamp\n  pin 1: L8\n  pin x: 9\n", to: path + "/try")
    #expect(wrong.text.contains("Rules, line 3") && wrong.text.contains("notice bad"))
    let saved = try await typed("exact: desk lamp\n  pin 1: L8\n", to: path + "/rule")
    #expect(saved.status == 303)
    let draft = try #require(try await shop.shop.merchandising.drafts().first)
    let other = try await browser.send(
      path + "/rule", from: path,
      [
        ("q", "desk lamp"), ("draft", "\(draft.id)"), ("heads", "exact: desk lamp"), ("revision", "\(draft.revision)"),
        ("rule", "phrase: lamp\n  pin 1: L9\n"),
      ])
    #expect(other.status == 303)
    let text = try await shop.shop.merchandising.draft(draft.id).texts[.rules]
    #expect(text.contains("phrase: lamp") && !text.contains("exact: desk lamp"))
    let stale = try await typed("exact: x\n  hide: L1\n", to: path + "/rule", draft: "\(draft.id)")
    #expect(stale.status == 400 && stale.text.contains("meanwhile") && stale.text.contains("hide: L1"))
  }

  @Test("9: conflicts", .timeLimit(.minutes(5)))
  func conflicts() async throws {
    let (shop, _) = try await lamps()
    let desk = shop.shop.merchandising
    let (first, second) = (try await desk.addDraft(named: "a", by: "x"), try await desk.addDraft(named: "b", by: "x"))
    try await desk.add("pin 1: L8", forQuery: "lamp", to: first, by: "x")
    try await desk.add("pin 1: L9", forQuery: "lamp", to: second, by: "x")
    _ = try await desk.publish(first, revision: 2, reason: "x", by: "x", isApprover: true)
    let browser = try await signedIn("petra", in: shop)
    let path = "/console/rules/\(second)"
    #expect(try await browser.send(path + "/merge", from: path, []).headers["Location"] == path + "?done=conflicts")
    let page = try await browser.get(path).text
    #expect(page.contains("Settle these before you publish") && page.contains("Keep the draft&#39;s"))
    #expect(page.contains("<span class=\"note\">Desk lamp 9</span>"))
    let revision = try await desk.draft(second).revision
    let early = try await browser.send(path + "/publish", from: path, [("revision", "\(revision)"), ("reason", "x")])
    #expect(early.status == 409 && early.text.contains("Both sides changed"))
    let fields = [("revision", "\(revision)"), ("kind", "rules"), ("name", "exact: lamp"), ("keep", "draft")]
    #expect(try await browser.send(path + "/settle", from: path, fields).headers["Location"] == path + "?done=settled")
    #expect(try await browser.send(path + "/settle", from: path, fields).status == 400)
    let token = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    let draft = try JSONValue(
      parsing: try await shop.client.get("/v1/merchandising/drafts/\(second)", headers: token).body)
    #expect(draft["conflicts"]?.array?.isEmpty == true, "\(draft)")
    // The rules that fill an empty shop have no finding either.
    #expect(draft["warnings"]?.array?.isEmpty == true, "\(draft["warnings"] ?? .null)")
    let published = try await browser.send(
      path + "/publish", from: path, [("revision", "\(revision + 1)"), ("reason", "nine is better")])
    #expect(published.status == 303)
    #expect(try await titles(shop, "q=lamp")[0] == "Desk lamp 9")
  }
}

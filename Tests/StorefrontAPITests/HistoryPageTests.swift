// 1. A visitor's page shows what the visitor viewed and searched for, and no other visitor's; a browser without a cookie is told
//    so. Nobody may keep the page.
// 2. The page's form deletes it, without JavaScript: what was remembered is gone, and the page says how many records.
// 3. A form of another visitor's page, or without a token, deletes nothing.
// 4. `/admin` leads staff to their first page; the pages for staff lead to one another.
// 5. Lists without products are not in the header, and a shop without categories has its brands there.
import Behaviour
import Catalog
import HTTPServer
import JSON
import Ports
import TestSupport
import Testing

@testable import Bootstrap

@Suite struct HistoryPageTests {
  private func token(in page: String) throws -> String {
    let start = try #require(page.firstRange(of: "name=\"token\" value=\"")).upperBound
    return String(page[start...].prefix { $0 != "\"" })
  }

  @Test("1, 2, 3: a visitor's own page", .timeLimit(.minutes(5)))
  func own() async throws {
    let shop = try await TestShop.shared.value
    let cookie = TestShop.cookie()
    let other = TestShop.cookie()
    let product = try #require(try await shop.json("/v1/search?q=dress")["products"]?[0])
    let (id, title) = (try #require(product["id"]?.string), try #require(product["title"]?.string))
    _ = try await shop.client.get("/products/\(id)", headers: cookie)
    _ = try await shop.client.get("/search?q=red+dress", headers: cookie)
    _ = try await shop.client.get("/products/\(id)", headers: other)
    try await shop.behaviour.intake.settle()

    let page = try await shop.client.get("/history", headers: cookie)
    #expect(page.status == 200 && page.headers["Cache-Control"] == "private, no-store")
    #expect(page.text.contains("1 view of a product, 1 search"))
    #expect(page.text.contains(title) && page.text.contains("href=\"/search?q=red+dress\""))
    let stranger = try await shop.client.get("/history")
    #expect(stranger.text.contains("sent no cookie") && !stranger.text.contains(title))

    let form = "Content-Type: application/x-www-form-urlencoded\r\n"
    let others = try token(in: try await shop.client.get("/history", headers: other).text)
    for body in ["", "token=", "token=\(others)", "token=%FF"] {
      let refused = try await shop.client.get("/history/delete", method: "POST", headers: cookie + form, body: body)
      #expect(refused.status == 403 || refused.status == 400, "\(body)")
    }
    #expect(try await shop.client.get("/history", headers: cookie).text.contains("1 view of a product"))

    let own = try token(in: page.text)
    let done = try await shop.client.get(
      "/history/delete", method: "POST", headers: cookie + form, body: "token=\(own)")
    #expect(done.status == 303)
    let location = try #require(done.headers["Location"])
    let after = try await shop.client.get(location, headers: cookie)
    #expect(after.text.contains("Deleted.") && after.text.contains("The shop remembers nothing of this browser."))
    #expect(try await shop.client.get("/history", headers: other).text.contains("1 view of a product"))
  }

  @Test("4: pages for staff", .timeLimit(.minutes(5)))
  func staff() async throws {
    let shop = try await TestShop.shared.value
    let staff = "Authorization: Bearer \(TestShop.adminToken)\r\n"
    let answer = try await shop.client.get("/console", headers: staff)
    #expect(answer.status == 303 && answer.headers["Location"] == "/console/jobs")
  }

  @Test("5: a bare catalog", .timeLimit(.minutes(5)))
  func bare() async throws {
    let records = (1...5).map { number in
      ProductRecord(
        code: "T\(number)", title: "Tyre \(number)", summary: "", brand: number < 4 ? "Rolla" : "Velo & Co",
        variants: [.init(sku: SKU("T\(number)"), prices: [Price(amount: Money(minorUnits: 999, currency: .gbp))])])
    }
    // The day of the import is that of the database's clock.
    let shop = try await TestShop(records, clock: SystemClock())
    let text = try await shop.client.text("/")
    let bar = try #require(text.firstRange(of: "<ul class=\"departments\">")).upperBound
    let links = String(text[bar...].prefix(upTo: try #require(text[bar...].firstRange(of: "</ul>")).lowerBound))
    #expect(links.contains("href=\"/b/rolla\"") && links.contains("Velo &amp; Co"))
    // Nothing is reduced, and everything came in today.
    #expect(links.contains("href=\"/c/new\"") && !links.contains("/c/deals"))
    #expect(text.contains("Tyre 1") && text.contains("<h2>Brands</h2>"))
  }
}

// 1. Nothing that comes from outside is shown unescaped: the query, filters, parameters' names, and a product's texts in
//    lists, facets, suggestions and on its page.
// 2. Every link of every page leads to a page: a crawl of about 150 from the front, without JavaScript; each page is
//    whole, has one main heading, and has no script, style or handler within it.
// 3. Pages carry a content security policy; assets an ETag, answered by 304.
// 4. Bad parameters and what is not there have a page that says so, with 400 and 404.
// 5. A corrected search says what is shown and links the search as it was typed, both escaped.
// 6. Chromium shows the same products from the search page as the server sent (skipped where there is no chromium).
import Glibc
import HTTPServer
import JSON
import StorefrontAPI
import TestSupport
import Testing
import Threading
import Web

@Suite struct PageTests {
  /// The mark that the attack would leave in a page that did not escape it.
  private static let marks = ["<script>alert", "\"><script", "x'onerror"]

  private func expectHarmless(_ page: HTTPClient.Answer, _ target: String) {
    for mark in Self.marks { #expect(!page.text.contains(mark), "\(target) shows \(mark)") }
    #expect(page.text.components(of: "<script").count == 1, "\(target) holds a script of its own")
  }

  @Test("1: escaping", .timeLimit(.minutes(5)))
  func escaping() async throws {
    let shop = try await TestShop.shared.value
    let attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    let id = try #require(try await shop.json("/v1/search?q=zebra")["products"]?[0]?["id"]?.string)
    let odd = try #require(
      try await shop.json("/v1/products/\(id)")["categories"]?[0]?[1]?["slug"]?.string)
    for target in [
      "/search?q=\(attack)", "/search?q=dress&filter=brand:\(attack)", "/search?filter=colour:\(attack)",
      "/search?\(attack)=1", "/search?sort=\(attack)", "/search?filter=\(attack):1", "/search?q=zebra", "/",
      "/products/\(id)", "/products/\(attack)", "/c/\(attack)", "/c/\(odd)",
      "/search?q=zebra&filter=mark:Value+\(attack)", "/search?q=x%27onerror=alert(1)%20dress", "/search?page=\(attack)",
      "/products/\(id)?variant=\(attack)", "/c/\(odd)?q=\(attack)&price_min=1",
    ] {
      let page = try await shop.client.get(target)
      #expect([200, 400, 404].contains(page.status), "\(target)")
      if page.headers["Content-Type"]?.hasPrefix("text/html") == true { expectHarmless(page, target) }
    }
    let results = try await shop.client.get("/search?q=zebra")
    #expect(results.text.contains("<mark>Zebra</mark> &quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
    #expect(results.text.contains("Test &amp; Shop"))
    // Scripts read JSON of its own type, which no browser takes for a page.
    for target in ["/v1/suggest?q=zebra", "/v1/search?q=zebra"] {
      let answer = try await shop.client.get(target)
      #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
      #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
    }
  }

  @Test("5: corrected searches", .timeLimit(.minutes(5)))
  func corrected() async throws {
    let shop = try await TestShop.shared.value
    let page = try await shop.client.get("/search?q=red+drss&sort=newest&page=1")
    #expect(page.text.contains("<h1>Results for “red dress”</h1>"))
    #expect(
      page.text.contains("Showing results for <strong>red dress</strong>. Search instead for <a rel=\"nofollow\""))
    let link = try #require(
      Self.attributes(["href"], in: page.text).first { $0.contains("exact=true") && $0.contains("q=red+drss") })
    let asTyped = try await shop.client.get(link)
    #expect(asTyped.text.contains("<h1>Results for “red drss”</h1>") && !asTyped.text.contains("Search instead"))
    // The words around a misspelt word stand in the corrected query as well.
    let attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for query in ["drss+\(attack)", "%22%3E%3Cscript%3Ealert()%3C/script%3Edrss", "%3Cscript%3Ealert(1)+drss+red"] {
      let hostile = try await shop.client.get("/search?q=\(query)")
      // A number that no product has keeps a correction from leading anywhere.
      #expect(hostile.text.contains("Showing results for") == !query.contains("(1)+"), "\(query)")
      expectHarmless(hostile, query)
    }
  }

  @Test("2: a crawl", .timeLimit(.minutes(10)))
  func crawl() async throws {
    let shop = try await TestShop.shared.value
    var waiting = [
      "/", "/search?q=dress", "/search?q=laptop&page_size=5", "/search?q=red+zebra+unicorn", "/search?q=red+drss",
    ]
    var seen = Set(waiting)
    var visited = 0
    var random = SeededGenerator(seed: 20_261_123)
    var kinds: [String: Int] = [:]
    func kind(_ target: String) -> String {
      String(target.split(separator: "?")[0].split(separator: "/").first ?? "front")
    }
    while !waiting.isEmpty, visited < 150 {
      // Unseen addresses first, then here and there.
      let place =
        waiting.firstIndex { kinds[kind($0)] == nil } ?? .random(in: waiting.indices, using: &random)
      let target = waiting.remove(at: place)
      visited += 1
      kinds[kind(target), default: 0] += 1
      let page = try await shop.client.get(target)
      #expect(page.status == 200, "\(target)")
      guard page.headers["Content-Type"]?.hasPrefix("text/html") == true else { continue }
      check(page.text, target)
      for link in Self.attributes(["href", "src", "action"], in: page.text) {
        #expect(link.hasPrefix("/") && !link.hasPrefix("//"), "\(target) links \(link)")
        // The hostile product has no picture.
        guard !link.hasPrefix("/pictures/\(TestShop.attack)") else { continue }
        let page = String(link.prefix { $0 != "#" })
        if seen.insert(page).inserted { waiting.append(page) }
      }
    }
    #expect(visited == 150)
    for kind in ["search", "products", "c", "b", "facets"] {
      #expect(kinds[kind] ?? 0 > 0, "no page of \(kind) was met")
    }
  }

  private func check(_ page: String, _ target: String) {
    #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"), "\(target)")
    #expect(page.components(of: "<h1>").count == 1, "\(target) has one main heading")
    #expect(page.components(of: "<title>").count == 1 && !page.contains(" style=\""), "\(target)")
    for handler in [" onclick=", " onload=", " onerror=", "javascript:"] {
      #expect(!page.contains(handler), "\(target)")
    }
    for tag in ["ul", "li", "a", "p", "section", "form", "nav", "main", "span", "article"] {
      let opened = page.components(of: "<\(tag)>").count + page.components(of: "<\(tag) ").count
      #expect(opened == page.components(of: "</\(tag)>").count, "\(target): <\(tag)> is not closed everywhere")
    }
  }

  /// The values of these attributes, unescaped; links within the page are left out.
  private static func attributes(_ names: [String], in page: String) -> [String] {
    names.flatMap { name in
      page.components(of: " \(name)=\"").map { start in
        let value = page[start.upperBound...].prefix { $0 != "\"" }
        return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(value)) {
          $0.replacing($1.0, with: $1.1)
        }
      }
    }.filter { !$0.hasPrefix("#") && !$0.isEmpty }
  }

  @Test("3: headers", .timeLimit(.minutes(5)))
  func headers() async throws {
    let shop = try await TestShop.shared.value
    for target in ["/", "/search?q=dress", "/search?page=0", "/nothing"] {
      let policy = try await shop.client.get(target).headers["Content-Security-Policy"]
      #expect(policy == Storefront.contentSecurityPolicy, "\(target)")
    }
    #expect(!Storefront.contentSecurityPolicy.contains("unsafe"))
    let page = try await shop.client.get("/")
    for asset in Self.attributes(["href", "src"], in: page.text) where asset.hasPrefix("/assets/") {
      let answer = try await shop.client.get(asset)
      let tag = try #require(answer.headers["ETag"])
      #expect(answer.status == 200 && answer.headers["Cache-Control"]?.contains("max-age") == true)
      #expect(try await shop.client.get(asset, headers: "If-None-Match: \(tag)\r\n").status == 304)
    }
    let manifest = try await shop.json("/assets/shop.webmanifest")
    #expect(manifest["name"] == "Test & Shop")
  }

  @Test("4: pages of what is wrong", .timeLimit(.minutes(5)))
  func problems() async throws {
    let shop = try await TestShop.shared.value
    for (target, status) in [
      ("/search?page=0", 400), ("/search?q=%FF", 400), ("/search?sort=x", 400), ("/products/0", 404),
      ("/products/x", 404), ("/c/none", 404), ("/search?page=400", 200),
    ] {
      let page = try await shop.client.get(target)
      #expect(page.status == status, "\(target)")
      #expect(page.headers["Content-Type"]?.hasPrefix("text/html") == true, "\(target)")
      check(page.text, target)
    }
  }

  private static let chromiums: [String] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  private static let chromium: String? = chromiums.first { access($0, X_OK) == 0 }

  @Test("6: in Chromium", .enabled(if: chromium != nil, "chromium is not installed"), .timeLimit(.minutes(5)))
  func browser() async throws {
    let shop = try await TestShop.shared.value
    let titles = try await shop.json("/v1/search?q=laptop")["products"]?.array?.compactMap { $0["title"]?.string } ?? []
    #expect(titles.count > 3)
    let port = shop.client.port
    let program = try #require(Self.chromium)
    let page = try await onOwnThread { () throws(HTTPClient.Failure) in
      // Its profile goes with it; /dev/shm is small in containers.
      let line = """
        folder=$(mktemp -d /tmp/vitrine-chromium-XXXXXX); timeout 120 \(program) --headless --no-sandbox --disable-gpu \
        --disable-dev-shm-usage --user-data-dir="$folder" --dump-dom 'http://127.0.0.1:\(port)/search?q=laptop' \
        2>/dev/null; rm -rf "$folder"
        """
      guard let pipe = popen(line, "r") else { throw HTTPClient.Failure(description: "chromium did not start") }
      defer { pclose(pipe) }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
      return String(decoding: bytes, as: UTF8.self)
    }
    let plain = page.replacing("<mark>", with: "").replacing("</mark>", with: "")
    for title in titles { #expect(plain.contains(title.replacing("&", with: "&amp;")), "\(title)") }
  }
}

extension String {
  /// Where `part` stands, each time.
  fileprivate func components(of part: String) -> [Range<String.Index>] { ranges(of: part) }
}

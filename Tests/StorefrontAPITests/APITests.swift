// Over the real server:
// 1. Each route answers; ids are strings, money is in minor units; what is asked for is in the answer.
// 2. Whatever comes in badly is a 400 problem that names the parameter, never a 500.
// 3. Unknown paths and products are 404, other methods 405; HEAD has no body.
// 4. Without Postgres the shop stays ready and searches, degraded; without an index it is not ready, and says 503.
// 5. Every error of the flows has its problem.
// 6. A corrected search says what was typed and what was searched; exact=true searches as typed.
import Catalog
import Edge
import HTTPServer
import JSON
import Ports
import PostgresClient
import SearchDSL
import SearchService
import StorefrontAPI
import TestSupport
import Testing

@Suite struct APITests {
  @Test("1: routes", .timeLimit(.minutes(5)))
  func routes() async throws {
    let shop = try await TestShop.shared.value
    let search = try await shop.json("/v1/search?q=red+dress&page_size=3")
    #expect(search["query"] == "red dress" && search["page_size"] == 3 && search["products"]?.array?.count == 3)
    let card = try #require(search["products"]?[0])
    #expect(card["title"]?.string?.contains("Red") == true && card["price"]?["currency"] == "GBP")
    let id = try #require(card["id"]?.string)
    let product = try await shop.json("/v1/products/\(id)")
    #expect(product["id"] == card["id"] && product["title"] == card["title"])
    #expect(product["price"]?["minor_units"] == card["price"]?["minor_units"], "one price in list and page")
    #expect(try await shop.json("/v1/suggest?q=dre")["products"]?.array?.isEmpty == false)
    #expect(try await shop.json("/v1/categories")["categories"]?.array?.count == 3)
    #expect(try await shop.client.get("/livez").text == "ok\n")
    #expect(
      try await shop.json("/readyz") == [
        "ready": true, "checks": ["search": "ok", "postgres": "ok", "freshness": "ok", "warm_up": "ok"],
      ])
    let metrics = try await shop.client.get("/metrics")
    #expect(metrics.status == 200 && metrics.text.contains("vitrine_searches_total"))
    #expect(metrics.headers["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
  }

  @Test("6: spelling", .timeLimit(.minutes(5)))
  func spelling() async throws {
    let shop = try await TestShop.shared.value
    let corrected = try await shop.json("/v1/search?q=red+drss")
    #expect(corrected["query"] == "red drss" && corrected["original_query"] == "red drss")
    #expect(corrected["corrected_query"] == "red dress" && corrected["relaxed_to"] == nil)
    let right = try await shop.json("/v1/search?q=red+dress")
    #expect(corrected["total"] == right["total"] && corrected["products"]?[0]?["id"] == right["products"]?[0]?["id"])
    #expect(right["corrected_query"] == nil && right["original_query"] == nil)
    let exact = try await shop.json("/v1/search?q=red+drss&exact=true")
    #expect(exact["corrected_query"] == nil && exact["relaxed_to"] == "most_words")
    #expect(try await shop.client.get("/metrics").text.contains("vitrine_searches_corrected_total"))
  }

  @Test("2: what comes in badly", .timeLimit(.minutes(5)))
  func badInput() async throws {
    let shop = try await TestShop.shared.value
    let long = String(repeating: "x", count: 10_000)
    let filters = (0..<400).map { "filter=colour:value\($0)" }.joined(separator: "&")
    var cases: [(query: String, parameter: String)] = [
      ("q=\(long)", "q"), ("q=%FF", "q"), ("q=%", "q"), ("q=a%00b", "q"), ("q=%zz", "q"), ("q=%C3%28", "q"),
      ("q=%ED%A0%80", "q"),
      (filters, "filter"), ("page=1000000000", "page"), ("page=-1", "page"), ("page=%00", "page"),
      ("page=99999999999999999999999", "page"), ("page_size=101", "page_size"), ("exact=1", "exact"),
      ("price_min=-1", "price_min"),
      ("price_max=1e9", "price_max"), ("sort=best", "sort"), ("colour=red", "colour"), ("filter=%FF:x", "filter"),
      ("filter=nonsense", "filter"), ("filter=price:9..1", "price"), ("%FF=1", "%FF"),
    ]
    cases += [("filter=category:x", "filter"), ("filter=rating:9", "filter"), ("x%0D%0Ay=1", "x\r\ny")]
    for (query, parameter) in cases {
      let answer = try await shop.client.get("/v1/search?\(query)")
      #expect(answer.status == 400, "\(query.prefix(60))")
      #expect(answer.headers["Content-Type"] == "application/problem+json", "\(query.prefix(60))")
      let problem = try JSONValue(parsing: answer.body)
      #expect(problem["parameter"]?.string == parameter, "\(query.prefix(60)): \(problem.text)")
      // The same on the page: a page that says what is wrong. What it does not know it goes on without.
      let page = try await shop.client.get("/search?\(query)")
      let status = SearchInput.takes(parameter: parameter) || parameter == "price" ? 400 : 200
      #expect(
        page.status == status && page.headers["Content-Type"]?.hasPrefix("text/html") == true, "\(query.prefix(60))")
    }
    for query in ["q=%FF", "q=%00", "q=\(long)", "x=1"] {
      #expect(try await shop.client.get("/v1/suggest?\(query)").status == 400)
    }
    for target in [
      "/v1/search?q=%E2%80%8B", "/v1/search?q=%22%27%3C%3E%5C", "/v1/search?&&&", "/v1/search?q", "/v1/search?q=a&q=b",
      "/v1/search?filter=colour:%5C%7C=", "/v1/search?q=*?~%28",
    ] {
      #expect(try await shop.client.get(target).status == 200, "\(target)")
    }
  }

  @Test("3: 404, 405, HEAD", .timeLimit(.minutes(5)))
  func others() async throws {
    let shop = try await TestShop.shared.value
    for target in [
      "/v1/nothing", "/v1", "/v1/products/0", "/v1/products/999999999", "/v1/products/x", "/v1/products/-1",
      "/v1/products/99999999999999999999", "/v1/products/1%2F2", "/v1/search/", "//v1/search",
    ] {
      let answer = try await shop.client.get(target)
      #expect(answer.status == 404, "\(target)")
      #expect(answer.headers["Content-Type"] == "application/problem+json", "\(target)")
    }
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
      let answer = try await shop.client.get("/v1/search", method: method, headers: "Content-Length: 0\r\n")
      #expect(answer.status == 405 && answer.headers["Allow"]?.contains("GET") == true)
    }
    let head = try await shop.client.get("/v1/search?q=dress", method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty)
  }

  @Test("4: without Postgres, without an index", .timeLimit(.minutes(5)))
  func down() async throws {
    let shop = try await TestShop([TestShop.hostile], followsPrices: true)
    #expect(try await shop.client.get("/v1/search?q=zebra").status == 200)
    await shop.pool.close()
    #expect(
      try await shop.json("/readyz") == [
        "ready": true, "checks": ["search": "ok", "postgres": "down", "freshness": "stale", "warm_up": "ok"],
      ])
    try await until("prices are too old") { try await shop.json("/v1/search?q=zebra")["degraded"] == ["prices"] }
    let page = try await shop.json("/v1/search?q=zebra")
    #expect(page["products"]?.array?.count == 1)
    #expect(try await shop.client.get("/search?q=zebra").status == 200)
    #expect(try await shop.client.get("/").status == 200)

    let bare = try await TestShop([TestShop.hostile], isIndexed: false)
    let ready = try await bare.client.get("/readyz")
    #expect(ready.status == 503 && ready.text.contains("\"search\":\"down\""))
    for target in ["/v1/search", "/v1/suggest?q=x", "/search", "/"] {
      let answer = try await bare.client.get(target)
      #expect(answer.status == 503 && answer.headers["Retry-After"] == "2", "\(target)")
    }
    #expect(try await bare.client.get("/v1/categories").status == 200)
    await bare.pool.close()
    let fresh = try await TestShop([TestShop.hostile], isIndexed: false)
    await fresh.pool.close()
    #expect(try await fresh.client.get("/v1/categories").status == 503)
  }

  @Test("5: errors and problems")
  func problems() {
    let cases: [(any Error, String?)] = [
      (InvalidInput(parameter: "q", reason: "x"), "invalid-parameter"),
      (DependencyUnavailable(dependency: "Postgres", reason: "secret"), "database-unavailable"),
      (SearchEngineError.unavailable(reason: "secret"), "search-unavailable"),
      (SearchEngineError.deadlineExceeded, "search-unavailable"),
      (SearchEngineError.indexNotFound("secret"), "search-unavailable"),
      (SearchEngineError.malformedAnswer(reason: "secret"), "search-unavailable"),
      (SearchEngineError.refused(status: 429, type: "secret", reason: "secret", index: nil), "search-unavailable"),
      (SearchEngineError.refused(status: 400, type: "secret", reason: "secret", index: nil), nil),
      (CancellationError(), nil),
    ]
    for (error, code) in cases {
      let problem = Problem(flowError: error)
      #expect(problem?.code == code, "\(error)")
      #expect(problem?.detail.contains("secret") != true)
    }
  }
}

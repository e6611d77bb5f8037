// Over the real server:
// 1. More than 30 conditions, of whatever kinds together, are refused before any work, and so are conditions on attributes
//    that the shop does not have; a page goes on without the latter.
// 2. Pages ignore parameters that they do not know, readable or not, and leave them out of their links; the API refuses them.
// 3. The dearest legal searches have answers below the stated size, as JSON and as pages.
// 4. A product of 20,000 pictures is shown with the first of them.
import Catalog
import HTTPServer
import JSON
import PostgresClient
import TestSupport
import Testing

@Suite struct ConditionTests {
  /// As docs/explain/http.md says.
  private static let largestAnswer = 4_000_000

  @Test("1: how many, and which", .timeLimit(.minutes(5)))
  func limits() async throws {
    let shop = try await TestShop.shared.value
    let kinds: [(Int) -> String] = [
      { "min:c\($0)=1" }, { "max:c\($0)=1" }, { "filter=colour:v\($0)" }, { "filter=c\($0):x" }, { _ in "price_min=1" },
      { "ignore=colour:v\($0)" }, { "filter=c\($0):1..2" },
    ]
    for (index, kind) in kinds.enumerated() {
      let query = (0..<31).map(kind).joined(separator: "&")
      for path in ["/v1/search", "/search", "/c/fashion", "/v1/facets/brand/values", "/facets/brand"] {
        #expect(try await shop.client.get("\(path)?\(query)").status == 400, "\(path) \(index)")
      }
    }
    let mixed = (0..<31).map { kinds[$0 % kinds.count]($0) }.joined(separator: "&")
    let problem = try JSONValue(parsing: try await shop.client.get("/v1/search?\(mixed)").body)
    #expect(problem["detail"]?.string?.contains("30") == true, "\(problem.text)")

    for query in ["min:nosuch=1", "max:nosuch=1", "filter=nosuch:x", "filter=nosuch:1..2"] {
      for path in ["/v1/search", "/v1/categories/fashion", "/v1/facets/brand/values"] {
        let answer = try await shop.client.get("\(path)?\(query)")
        #expect(answer.status == 400 && answer.text.contains("nosuch"), "\(path) \(query) \(answer.text)")
      }
      for path in ["/search", "/c/fashion", "/facets/brand"] {
        let page = try await shop.client.get("\(path)?q=dress&\(query)")
        #expect(page.status == 200 && !page.text.contains("nosuch"), "\(path) \(query)")
      }
    }
  }

  @Test("2: parameters that a page does not know", .timeLimit(.minutes(5)))
  func unknownParameters() async throws {
    let shop = try await TestShop.shared.value
    let product = try #require(try await shop.json("/v1/search?q=dress")["products"]?[0]?["id"]?.string)
    for unknown in [
      "utm_source=n", "fbclid=abc", "gclid=%zz", "%FF=%", "x", "utm_campaign=a%00b", "page%5Fsize%5B%5D=1",
    ] {
      for path in [
        "/search?q=dress&", "/search?", "/c/fashion?", "/b/velloria?", "/facets/brand?", "/products/\(product)?", "/?",
      ] {
        let page = try await shop.client.get(path + unknown)
        let plain = try await shop.client.get(String(path.dropLast()))
        #expect(page.status == 200, "\(path)\(unknown)")
        #expect(!page.text.contains("utm_source") && !page.text.contains("clid"), "\(path)\(unknown)")
        #expect(page.body.count == plain.body.count || path.contains("q=dress"), "\(path)\(unknown)")
      }
      // A name without a value is as good as absent.
      let status = unknown == "x" ? 200 : 400
      #expect(try await shop.client.get("/v1/search?q=dress&\(unknown)").status == status, "\(unknown)")
    }
    let cursor = try #require(try await shop.json("/v1/search?page_size=1")["next_cursor"]?.string)
    #expect(try await shop.client.get("/search?cursor=\(cursor)&utm_source=n").status == 200)
  }

  @Test("4: many pictures", .timeLimit(.minutes(5)))
  func manyPictures() async throws {
    var product = TestShop.hostile
    product.pictureURLs = (0..<CatalogLimits.pictures).map { "/pictures/\($0).svg" }
    let shop = try await TestShop([product])
    let id = try #require(try await shop.json("/v1/search")["products"]?[0]?["id"]?.string)
    #expect(try await shop.json("/v1/products/\(id)")["pictures"]?.array?.count == 100)
    // A database from before the limit may hold more.
    try await shop.pool.execute("ALTER TABLE catalog.product_picture DROP CONSTRAINT product_picture_count_limit")
    try await shop.pool.execute(
      """
      INSERT INTO catalog.product_picture (product_id, position, url)
      SELECT id, place, '/pictures/more-' || place || '.svg'
      FROM catalog.product, generate_series(1000, 20999) AS place
      """)
    #expect(try await shop.json("/v1/products/\(id)")["pictures"]?.array?.count == 100)
    let page = try await shop.client.get("/products/\(id)")
    #expect(page.status == 200 && page.body.count < 100_000)
  }

  @Test("3: how large", .timeLimit(.minutes(5)))
  func sizes() async throws {
    let shop = try await TestShop.shared.value
    let facets = try #require(try await shop.json("/v1/search?q=dress")["facets"]?.array)
    let codes = facets.compactMap { $0["code"]?.string }.filter {
      !["category", "brand", "price", "rating", "stock"].contains($0)
    }
    #expect(codes.count > 3)
    let long = String(repeating: "%F0%9F%A6%93", count: 29)
    var dearest = ["q=\(String(repeating: "dress+", count: 49))", "page_size=100"]
    for number in 0..<30 { dearest.append("filter=\(codes[number % codes.count]):\(number)\(long)") }
    let plain = codes.prefix(8).map { "min:\($0)=0&max:\($0)=1e9" }.joined(separator: "&")
    for query in [
      dearest.joined(separator: "&"), plain + "&page_size=100", "page_size=100&why=true&highlight=true&q=red+dress",
    ] {
      for path in ["/v1/search", "/search", "/c/fashion", "/facets/brand"] {
        let answer = try await shop.client.get(
          "\(path)?\(query)".replacing(path == "/facets/brand" ? "&page_size=100" : "\n", with: ""))
        #expect(answer.status == 200, "\(path) \(query.prefix(80)) \(answer.text.prefix(200))")
        #expect(answer.body.count < Self.largestAnswer, "\(path): \(answer.body.count) bytes")
      }
    }
  }
}

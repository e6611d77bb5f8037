// Lists over the real server:
// 1. `/v1/categories/{slug}` and `/v1/brands/{slug}` answer searches within them, and say which list it is; the tree names
//    the virtual categories.
// 2. `next_cursor` leads through all products, each once, and stands in no answer of the last page.
// 3. `highlight=true` marks the words found, as parts of text that together are the text; the page marks them escaped.
// 4. A card names the variant that is meant, its address and its choices, in the API and on the page.
// 5. `/v1/facets/{code}/values` counts as the facet of the search does; the page of it links back to the search.
// 6. A suggestion of a mistyped beginning says what was meant.
import HTTPServer
import JSON
import StorefrontAPI
import TestSupport
import Testing

@Suite struct BrowseTests {
  private func ids(_ answer: JSONValue) -> [String] {
    (answer["products"]?.array ?? []).compactMap { $0["id"]?.string }
  }

  @Test("1: lists", .timeLimit(.minutes(5)))
  func lists() async throws {
    let shop = try await TestShop.shared.value
    let dresses = try await shop.json("/v1/categories/dresses")
    #expect(dresses["listing"] == ["kind": "category", "slug": "dresses", "name": "Dresses"])
    #expect(ids(dresses).count > 5 && dresses["sort"] == "relevance")
    let deals = try await shop.json("/v1/categories/deals?page_size=100")
    #expect(deals["listing"]?["kind"] == "virtual" && deals["sort"] == "discount")
    #expect(deals["products"]?.array?.allSatisfy { $0["price"]?["was_minor_units"]?.int != nil } == true)
    let brand = try await shop.json("/v1/brands/aurelis?page_size=100")
    #expect(brand["listing"]?["name"] == "Aurelis" && ids(brand).count > 2)
    #expect(brand["products"]?.array?.allSatisfy { $0["brand"] == "Aurelis" } == true)
    let tree = try await shop.json("/v1/categories")
    #expect(tree["virtual"]?.array?.compactMap { $0["slug"]?.string } == ["new", "bestsellers", "deals"])
    for path in ["/v1/categories/nothing", "/v1/brands/nobody", "/c/nothing", "/b/nobody"] {
      #expect(try await shop.client.get(path).status == 404, "\(path)")
    }
    for (path, heading) in [("/c/deals", "Deals"), ("/b/aurelis", "Aurelis"), ("/c/dresses", "Dresses")] {
      #expect(try await shop.client.get(path).text.contains("<h1>\(heading)</h1>"), "\(path)")
    }
  }

  @Test("2: cursors", .timeLimit(.minutes(5)))
  func cursors() async throws {
    let shop = try await TestShop.shared.value
    var answer = try await shop.json("/v1/brands/velloria?page_size=4&sort=price_asc")
    let total = try #require(answer["total"]?["value"]?.int)
    var found = ids(answer)
    while let cursor = answer["next_cursor"]?.string {
      answer = try await shop.json("/v1/brands/velloria?cursor=\(cursor)")
      found += ids(answer)
    }
    #expect(found.count == Int(total) && Set(found).count == found.count && total > 4)
    let first = try #require(try await shop.json("/v1/search?q=dress&page_size=3")["next_cursor"]?.string)
    for target in [
      "/v1/search?cursor=\(first.dropLast())", "/v1/brands/velloria?cursor=\(first)", "/v1/search?cursor=\(first)&q=x",
    ] {
      let problem = try await shop.client.get(target)
      #expect(problem.status == 400, "\(target)")
      #expect(try JSONValue(parsing: problem.body)["parameter"] == "cursor", "\(target)")
    }
    let page = try await shop.client.get("/search?cursor=\(first)")
    #expect(page.status == 200 && page.text.contains("Back to the first page"))
  }

  @Test("3: highlighting", .timeLimit(.minutes(5)))
  func highlighting() async throws {
    let shop = try await TestShop.shared.value
    let answer = try await shop.json("/v1/search?q=red+dresses&highlight=true")
    var marked = 0
    for product in answer["products"]?.array ?? [] {
      guard let parts = product["highlight"]?["title"]?.array else { continue }
      #expect(parts.compactMap { $0["text"]?.string }.joined() == product["title"]?.string)
      for part in parts where part["is_found"] == true {
        #expect(["red", "dress", "dresses"].contains(part["text"]?.string?.lowercased() ?? ""))
        marked += 1
      }
    }
    #expect(marked > 4)
    #expect(try await shop.json("/v1/search?q=red+dresses")["products"]?[0]?["highlight"] == nil)
    let hostile = try await shop.client.get("/search?q=zebra+script")
    #expect(hostile.text.contains("<mark>Zebra</mark>") && !hostile.text.contains("<script>alert"))
    #expect(try await shop.client.get("/search?q=red+dress").text.contains("<mark>Dress</mark>"))
  }

  @Test("4: variants", .timeLimit(.minutes(5)))
  func variants() async throws {
    let shop = try await TestShop.shared.value
    let answer = try await shop.json("/v1/search?q=dress&filter=colour:Red&page_size=100")
    let meant = (answer["products"]?.array ?? []).filter { $0["variant"] != nil }
    #expect(meant.count > 2)
    let page = try await shop.client.get("/search?q=dress&filter=colour:Red&page_size=100").text
    for card in meant {
      let variant = try #require(card["variant"])
      #expect(variant["options"]?.array?.contains { $0["code"] == "colour" && $0["value"] == "Red" } == true)
      let url = try #require(card["url"]?.string)
      #expect(url.hasSuffix("?variant=\(variant["id"]?.string ?? "")") && page.contains("<a href=\"\(url)\">"))
      let product = try await shop.json("/v1/products/\(card["id"]?.string ?? "")")
      let own = product["variants"]?.array?.first { $0["id"] == variant["id"] }
      #expect(own?["price"] == card["price"] && own?["picture"] == card["picture"])
      let colours = card["choices"]?.array?.first { $0["code"] == "colour" }?["values"]?.array
      #expect((colours?.count ?? 0) > 1 && colours?.allSatisfy { $0["hex"] != nil } == true)
    }
  }

  @Test("5: facets' values", .timeLimit(.minutes(5)))
  func facetValues() async throws {
    let shop = try await TestShop.shared.value
    let query = "filter=stock:yes&filter=colour:Red"
    let search = try await shop.json("/v1/categories/dresses?\(query)")
    let facet = try #require(search["facets"]?.array?.first { $0["code"] == "colour" })
    let values = try await shop.json("/v1/facets/colour/values?listing=category/dresses&\(query)")
    let all = try #require(values["facet"]?["values"]?.array)
    #expect(all.count >= facet["values"]?.array?.count ?? .max)
    for value in facet["values"]?.array ?? [] { #expect(all.contains(value), "\(value.text)") }
    let found = try await shop.json("/v1/facets/brand/values?prefix=au")
    #expect(found["facet"]?["values"]?.array?.contains { $0["value"] == "Aurelis" } == true)
    for listing in ["x", "category/nothing", "brand/", "shelf/dresses"] {
      let problem = try await shop.client.get("/v1/facets/brand/values?listing=\(listing)")
      #expect(problem.status == 400, "\(listing)")
      #expect(try JSONValue(parsing: problem.body)["parameter"] == "listing", "\(listing)")
    }
    let page = try await shop.client.get("/facets/brand?q=laptop&prefix=au")
    #expect(page.text.contains("href=\"/search?q=laptop&amp;filter=brand:Aurelis\""))
    #expect(try await shop.client.get("/facets/nothing").status == 404)
  }

  @Test("6: mistyped", .timeLimit(.minutes(5)))
  func mistyped() async throws {
    let shop = try await TestShop.shared.value
    let answer = try await shop.json("/v1/suggest?q=red+drss")
    #expect(answer["corrections"]?[0] == "red dress" && answer["products"]?.array?.isEmpty == false)
    #expect(answer["recent"] == [] && answer["queries"] == [])
  }
}

// 1. A page behind the last that numbers reach, and other addresses that are not good, speak to a shopper: no field and no
//    parameter of the API.
// 2. The form of orders leads to the same products as the API's order, filters and words kept.
// 3. From the page's start a link leads to the results, before everything else.
// 4. A row of the front has the first products of its list.
// 5. A search without results offers neither orders nor filters; departments are there.
// 6. The product page shows the picture and the variant that its address names.
// 7. Full matches are told from partial ones as the products' words say.
import JSON
import TestSupport
import Testing

@Suite struct ShopperPageTests {
  @Test("1: addresses that are not good", .timeLimit(.minutes(5)))
  func problems() async throws {
    let shop = try await TestShop.shared.value
    for target in [
      "/search?page=9999", "/search?q=dress&page=0", "/search?cursor=abc", "/search?q=%FF", "/c/dresses?page=9999",
    ] {
      let page = try await shop.client.get(target)
      #expect(page.status == 400, "\(target)")
      #expect(page.text.contains("<h1>We cannot show this page</h1>"), "\(target)")
      for word in ["next_cursor", "parameter", "`"] { #expect(!page.text.contains(word), "\(target) says \(word)") }
    }
  }

  private func ids(in page: String) -> [String] {
    page.split(separator: " data-product=\"", omittingEmptySubsequences: false).dropFirst().map {
      String($0.prefix { $0 != "\"" })
    }
  }

  @Test("2: orders", .timeLimit(.minutes(5)))
  func orders() async throws {
    let shop = try await TestShop.shared.value
    let page = try await shop.client.get("/c/dresses?filter=colour:Red").text
    #expect(page.contains("<form class=\"sorting\" action=\"/c/dresses\">"))
    #expect(page.contains("<input type=\"hidden\" name=\"filter\" value=\"colour:Red\">"))
    let sorted = try await shop.client.get("/c/dresses?filter=colour:Red&sort=price_desc").text
    let expected = try await shop.json("/v1/categories/dresses?filter=colour:Red&sort=price_desc")["products"]?.array
    #expect(ids(in: sorted) == expected?.compactMap { $0["id"]?.string } && ids(in: sorted).count > 2)
  }

  @Test("3: to the results", .timeLimit(.minutes(5)))
  func skipping() async throws {
    let shop = try await TestShop.shared.value
    let page = try await shop.client.get("/search?q=dress").text
    let body = try #require(page.firstRange(of: "<body>"))
    #expect(
      page[body.upperBound...].firstRange(of: "<a ")?.lowerBound
        == page.firstRange(of: "<a class=\"skip\" href=\"#results\"")?.lowerBound)
    #expect(page.contains(" id=\"results\""))
    #expect(try await !shop.client.get("/").text.contains("#results"))
  }

  @Test("4: the front", .timeLimit(.minutes(5)))
  func front() async throws {
    let shop = try await TestShop.shared.value
    let front = try await shop.client.get("/").text
    let sections = front.split(separator: "<section class=\"row\">", omittingEmptySubsequences: false).dropFirst()
    #expect(sections.count == 3)
    // A product that stands in a list is left out of the next ones.
    var shown = Set<String>()
    for section in sections {
      let path = try #require(
        section.split(separator: "<a href=\"", omittingEmptySubsequences: false).dropFirst().first?.prefix {
          $0 != "\""
        })
      let products = try await shop.json("/v1/categories/\(path.dropFirst(3))?page_size=24")["products"]?.array ?? []
      let others = products.compactMap { $0["id"]?.string }.filter { !shown.contains($0) }
      let expected = Array(others.prefix(others.count < 8 ? 4 : 8))
      #expect(ids(in: String(section)) == expected, "\(path)")
      shown.formUnion(expected)
    }
  }

  @Test("5: nothing found", .timeLimit(.minutes(5)))
  func nothing() async throws {
    let shop = try await TestShop.shared.value
    let page = try await shop.client.get("/search?q=xqzvwkj").text
    #expect(page.contains("<h1>No results for “xqzvwkj”</h1>") && page.contains("/c/fashion"))
    #expect(!page.contains("id=\"sort\"") && !page.contains("<aside"))
  }

  @Test("6: a product's pictures", .timeLimit(.minutes(5)))
  func pictures() async throws {
    let shop = try await TestShop.shared.value
    let card = try #require(
      try await shop.json("/v1/search?q=dress&filter=colour:Red")["products"]?.array?.first { $0["variant"] != nil })
    let url = try #require(card["url"]?.string)
    let page = try await shop.client.get(url).text
    #expect(page.ranges(of: "class=\"picture\"").count >= 1 && page.contains("<h2>Colour: <span>Red</span></h2>"))
    let picture = try #require(card["picture"]?.string)
    #expect(page.contains("<span class=\"picture\"><img src=\"\(picture)\""))
  }

  @Test("7: full and partial matches", .timeLimit(.minutes(5)))
  func matches() async throws {
    let shop = try await TestShop.shared.value
    var parted = 0
    for query in [
      "zebra option", "velvet dress", "linen dress", "denim jacket", "leather sofa", "wool coat", "silk shirt",
    ] {
      let target = "/search?q=\(query.replacing(" ", with: "+"))"
      let page = try await shop.client.get(target).text
      guard let partial = page.firstRange(of: "<h2 class=\"part\">Partial matches</h2>") else { continue }
      parted += 1
      let answer = try await shop.json("/v1\(target)")
      #expect(answer["relaxed_to"] == "every_word_first", "\(query)")
      let full = ids(in: String(page[..<partial.lowerBound]))
      #expect(!full.isEmpty && full.count < 5, "\(query)")
      #expect(
        full + ids(in: String(page[partial.upperBound...]))
          == answer["products"]?.array?.compactMap { $0["id"]?.string })
    }
    #expect(parted > 0)
  }
}

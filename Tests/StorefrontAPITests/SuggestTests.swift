// `GET /v1/suggest` over the real server:
// 1. From the first letter on it answers products, categories and brands; ids are strings; each product and category
//    that it names has its page.
// 2. Words may come in any order, and be encoded in any way that means the same.
// 3. Nonsense, and no text at all, is an answer with three empty lists.
// 4. A text of 300 characters is taken, one more is a 400 problem that names `q`, and so is what is not UTF-8; a
//    parameter that is not known is named; other methods are 405.
// 5. Whatever was typed comes back as it was understood, in JSON that parses, and no character of it acts.
import HTTPServer
import JSON
import StorefrontAPI
import TestSupport
import Testing

@Suite struct SuggestTests {
  private func isEmpty(_ answer: JSONValue) -> Bool {
    ["products", "categories", "brands"].allSatisfy { answer[$0]?.array?.isEmpty == true }
  }

  /// Every byte of the text encoded, letters too.
  private func encoded(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("1: what it answers", .timeLimit(.minutes(5)))
  func answers() async throws {
    let shop = try await TestShop.shared.value
    for text in ["d", "dr", "dre", "dres", "dress"] {
      let answer = try await shop.json("/v1/suggest?q=\(text)")
      #expect(answer["query"]?.string == text)
      let products = try #require(answer["products"]?.array)
      #expect((1...6).contains(products.count), "\(text)")
      for product in products {
        let id = try #require(product["id"]?.string)
        #expect(try await shop.json("/v1/products/\(id)")["title"] == product["title"])
        #expect(try await shop.client.get("/products/\(id)").status == 200)
      }
    }
    let answer = try await shop.json("/v1/suggest?q=dress")
    let categories = try #require(answer["categories"]?.array)
    #expect((1...3).contains(categories.count))
    for category in categories {
      #expect(category["id"]?.string != nil && category["count"]?.int ?? 0 > 0)
      let slug = try #require(category["slug"]?.string)
      #expect(try await shop.client.get("/c/\(slug)").status == 200, "\(slug)")
    }
    // Brands are suggested where their names begin as typed.
    let brands = try #require(try await shop.json("/v1/suggest?q=vel")["brands"]?.array)
    #expect((1...3).contains(brands.count) && brands.allSatisfy { $0["name"]?.string != nil })
  }

  @Test("2: words in any order", .timeLimit(.minutes(5)))
  func order() async throws {
    let shop = try await TestShop.shared.value
    let first = try await shop.json("/v1/suggest?q=red+dre")
    #expect(first["products"]?.array?.isEmpty == false)
    for query in ["dre+red", "dre%20red", "++red++dre+", "%72%65%64+dre", "RED+Dre", "red%09dre", "red+dre&"] {
      #expect(try await shop.json("/v1/suggest?q=\(query)")["products"] == first["products"], "\(query)")
    }
  }

  @Test("3: nothing", .timeLimit(.minutes(5)))
  func nothing() async throws {
    let shop = try await TestShop.shared.value
    for query in ["", "?", "?q", "?q=", "?q=+", "?q=%21", "?q=zzzzqqqq", "?q=dress+zzzzqqqq", "?q=%F0%9F%A7%A5"] {
      let answer = try await shop.client.get("/v1/suggest\(query)")
      let json = try JSONValue(parsing: answer.body)
      #expect(answer.status == 200 && isEmpty(json), "\(query): \(answer.text)")
    }
  }

  @Test("4: what is refused", .timeLimit(.minutes(5)))
  func refused() async throws {
    let shop = try await TestShop.shared.value
    let longest = String(repeating: "é", count: 300)
    #expect(try await shop.json("/v1/suggest?q=\(encoded(longest))")["query"]?.string == longest)
    for (query, parameter) in [
      ("q=\(encoded(longest))x", "q"), ("q=%FF", "q"), ("q=%C3", "q"), ("q=%", "q"), ("q=a%00b", "q"),
      ("q=dress&limit=9", "limit"), ("filter=colour:Red", "filter"), ("page=2&q=d", "page"),
    ] {
      let answer = try await shop.client.get("/v1/suggest?\(query)")
      #expect(
        answer.status == 400 && answer.headers["Content-Type"] == "application/problem+json", "\(query.prefix(40))")
      #expect(try JSONValue(parsing: answer.body)["parameter"]?.string == parameter, "\(query.prefix(40))")
    }
    let many = (0..<400).map { "q=\($0)" }.joined(separator: "&")
    #expect([200, 400].contains(try await shop.client.get("/v1/suggest?\(many)").status))
    for method in ["POST", "PUT", "DELETE"] {
      let answer = try await shop.client.get("/v1/suggest?q=d", method: method, headers: "Content-Length: 0\r\n")
      #expect(answer.status == 405 && answer.headers["Allow"]?.contains("GET") == true)
    }
    let head = try await shop.client.get("/v1/suggest?q=d", method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty)
  }

  @Test("5: escaping", .timeLimit(.minutes(5)))
  func escaping() async throws {
    let shop = try await TestShop.shared.value
    for text in [
      "\"", "\\", "\\\"}", "</noscript>", "{\"query\":1}", "'; DROP TABLE catalog.product; --", "a:b", "[1 TO 2]", "*",
      "dress AND", "e\u{301}xq", "日本", "🧥", "%", "&lt;",
    ] {
      let answer = try await shop.client.get("/v1/suggest?q=\(encoded(text))")
      #expect(answer.status == 200 && answer.headers["Content-Type"] == "application/json", "\(text)")
      let json = try JSONValue(parsing: answer.body)
      #expect(json["query"]?.string == text, "\(text): \(answer.text)")
      #expect(isEmpty(json), "\(text): \(answer.text)")
    }
    // Control and format characters, and line separators, are blanks.
    let blanks = try await shop.json("/v1/suggest?q=\(encoded("red\u{2028}\u{1}\u{200B}dre"))")
    #expect(blanks["query"] == "red dre")
    // A product's own texts come whole; who shows them escapes them (PageTests).
    let hostile = try await shop.json("/v1/suggest?q=zebra")
    #expect(hostile["products"]?[0]?["title"]?.string == "Zebra \(TestShop.attack)")
    let hostileBrand = try await shop.json("/v1/suggest?q=brand")
    #expect(hostileBrand["brands"]?[0]?["name"]?.string == "Brand \(TestShop.attack)")
  }
}

// Over the 300 demo products, Postgres and the embedded engine, and over 12,000 small ones:
// 1. Cursors lead through each order to the end: every product once, in the order of the numbered pages, whatever the
//    page's size; products without the value that is sorted by come last, equal ones in the order of their ids.
// 2. A cursor pins query, filters, order and size, and the list that it is of; a page behind one has no facets.
// 3. A cut, mistyped or foreign cursor, one of another key, and one beside other parameters, is refused and named (each
//    byte, seed printed); one of the key before holds.
// 4. Past 10,000 results a cursor goes on where numbered pages are refused.
// 5. A cursor that is signed, but says what no page gives (numbers at the ends of their types, other values, too many) is
//    refused and named, or leads to a page: it is never an error of the shop's, and never a rank that int4 cannot hold.
// 6. Knowledge that is built between two pages, and would order the products anew, changes no page behind a cursor.
import Catalog
import JSON
import Pricing
import SearchDSL
import SearchNode
import SearchService
import Signing
import TestSupport
import Testing

@Suite struct CursorTests {
  /// The products of all pages from the input's on.
  private func products(_ service: SearchService, from first: SearchInput) async throws -> [ProductCard] {
    var page = try await service.search(first)
    var products = page.products
    while let cursor = page.nextCursor {
      let input = try SearchInput(parameters: [("cursor", cursor)], listing: first.listing, signer: TestShop.signer)
      page = try await service.search(input)
      #expect(!page.products.isEmpty && page.facets.isEmpty)
      products += page.products
    }
    return products
  }

  @Test("1: to the end, in each order", .timeLimit(.minutes(10)), arguments: SearchSort.allCases)
  func everyOrder(_ sort: SearchSort) async throws {
    let shop = try await TestShop.seeded.value
    let numbered = try await shop.allCodes(SearchInput(sort: sort, pageSize: 100))
    for size in [7, 24, 100] {
      let codes = try await products(shop.service, from: SearchInput(sort: sort, pageSize: size)).map(\.code)
      #expect(codes == numbered, "\(sort), pages of \(size)")
    }
    #expect(Set(numbered).count == numbered.count && numbered.count > 250)
    let found = try await shop.allCodes(SearchInput(text: "dress", sort: sort, pageSize: 100))
    let cursors = try await products(shop.service, from: SearchInput(text: "dress", sort: sort, pageSize: 5)).map(
      \.code)
    #expect(cursors == found && found.count > 5)
  }

  @Test("2: what a cursor pins", .timeLimit(.minutes(5)))
  func pinned() async throws {
    let shop = try await TestShop.seeded.value
    let first = SearchInput(
      text: "dress", filters: [.attribute(code: "colour", values: ["Red", "Black"]), .inStock], sort: .priceDescending,
      pageSize: 4)
    let cursor = try #require(try await shop.service.search(first).nextCursor)
    let next = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
    #expect(next.text == first.text && next.filters == first.filters && next.sort == first.sort)
    #expect(next.pageSize == 4 && next.page == 2)
    var second = first
    second.page = 2
    let page = try await shop.service.search(next)
    #expect(page.products == (try await shop.service.search(second).products))
    #expect(page.total == (try await shop.service.search(first).total))
    let dresses = try #require(try await shop.service.listing(category: "dresses"))
    #expect(throws: InvalidInput.self) {
      try SearchInput(parameters: [("cursor", cursor)], listing: dresses, signer: TestShop.signer)
    }
    let listed = SearchInput(filters: [.category(try #require(dresses.category))], pageSize: 5, listing: dresses)
    let own = try #require(try await shop.service.search(listed).nextCursor)
    #expect(throws: InvalidInput.self) { try SearchInput(parameters: [("cursor", own)], signer: TestShop.signer) }
    #expect(
      try SearchInput(parameters: [("cursor", own)], listing: dresses, signer: TestShop.signer).filters
        == listed.filters)
    #expect(try await products(shop.service, from: listed).map(\.code) == (try await shop.allCodes(listed)))
  }

  @Test("3: damaged cursors", .timeLimit(.minutes(5)))
  func damaged() async throws {
    let shop = try await TestShop.seeded.value
    let cursor = try #require(try await shop.service.search(SearchInput(text: "dress", pageSize: 3)).nextCursor)
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededGenerator(seed: seed)
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var wrong = ["x", "", "=", "%", "🧥", cursor + "A", String(cursor.dropFirst()), cursor + cursor]
    wrong += (1..<cursor.count).map { String(cursor.prefix($0)) }
    for index in cursor.indices {
      var changed = cursor
      let other = letters.filter { $0 != cursor[index] }.randomElement(using: &random)!
      changed.replaceSubrange(index...index, with: String(other))
      wrong.append(changed)
    }
    for text in wrong where !text.isEmpty {
      let error = #expect(throws: InvalidInput.self, "\(text), seed \(seed)") {
        try SearchInput(parameters: [("cursor", text)], signer: TestShop.signer)
      }
      #expect(error?.parameter == "cursor")
    }
    let beside = #expect(throws: InvalidInput.self) {
      try SearchInput(parameters: [("cursor", cursor), ("q", "dress")], signer: TestShop.signer)
    }
    #expect(beside?.parameter == "cursor")
  }

  @Test("3: keys")
  func keys() async throws {
    let shop = try await TestShop.seeded.value
    let cursor = try #require(try await shop.service.search(SearchInput(text: "dress", pageSize: 3)).nextCursor)
    let (old, new) = (Array("the key of the tests".utf8), Array("another".utf8))
    let rotated = TokenSigner(key: new, formerKeys: [old])
    #expect(try SearchInput(parameters: [("cursor", cursor)], signer: rotated).text == "dress")
    for signer in [TokenSigner(key: new), nil] {
      #expect(throws: InvalidInput.self) { try SearchInput(parameters: [("cursor", cursor)], signer: signer) }
    }
    // A token of another purpose is not a cursor, whatever it says.
    let payload = try #require(TestShop.signer.verify(cursor, purpose: "page cursor"))
    #expect(throws: InvalidInput.self) {
      try SearchInput(
        parameters: [("cursor", TestShop.signer.sign(payload, purpose: "visitor"))], signer: TestShop.signer)
    }
  }

  @Test("5: signed nonsense", .timeLimit(.minutes(5)))
  func nonsense() async throws {
    let shop = try await TestShop.seeded.value
    let numbers = [
      "-9223372036854775808", "-1", "0", "24", "2147483647", "2147483648", "9223372036854775807", "1e308", "-1e308",
      "18446744073709551616", "0.5", "null", "true", "\"x\"", "\"\"", "[]", "{}",
    ]
    let values = numbers + ["\"\(String(repeating: "9", count: 400))\"", "\"now+1d\"", "\"2026-13-45\""]
    var refused = 0
    var answered = 0
    for sort in SearchSort.allCases {
      for value in values {
        for after in ["\(value),\(value)", value, "3,\(value)", "\(value),3,\(value)", ""] {
          for seen in [numbers.randomElement()!, "24"] {
            let content =
              #"{"l":"","p":[["q","dress"],["sort","\#(sort.rawValue)"],["page_size","3"]],"a":[\#(after)],"n":\#(seen)}"#
            let cursor = TestShop.signer.sign(Array(content.utf8), purpose: "page cursor")
            do {
              let input = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
              let page = try await shop.service.search(input)
              #expect(page.input.position.map { Int32(exactly: $0.seen + page.products.count + 1) } != .some(nil))
              answered += 1
            } catch let error as InvalidInput {
              #expect(error.parameter == "cursor", "\(content)")
              refused += 1
            }
          }
        }
      }
    }
    #expect(refused > 100 && answered > 10)
  }

  @Test("4: past 10,000", .timeLimit(.minutes(10)))
  func deep() async throws {
    let count = 12_000
    let shop = try await TestShop([])
    let node = SearchNode()
    let mapping = try JSONValue(parsing: TestShop.read(TestShop.root + "/IndexMappings/products.json"))
    try await node.createIndex("products", body: mapping, deadline: .now + .seconds(60))
    // Prices that many share, and none on each seventh.
    let operations = (1...count).map { id in
      let price = id % 7 == 0 ? "" : #","price":{"retail":\#(id % 50 * 100)}"#
      let source = #"{"product_id":\#(id),"title":"Pin","audience":["b2c"],"is_in_stock":true\#(price)}"#
      return BulkOperation(id: String(id), externalVersion: nil, action: .index(source: Array(source.utf8)))
    }
    _ = try await node.bulk(operations, to: "products", refresh: true, deadline: .now + .seconds(60))
    let service = shop.anotherService(engine: node)
    var page = try await service.search(SearchInput(text: "pin", sort: .priceAscending, pageSize: 100))
    var ids: [String] = []
    while true {
      ids += page.products.map(\.id.description)
      guard let cursor = page.nextCursor else { break }
      page = try await service.search(try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer))
    }
    let expected = (1...count).sorted { left, right in
      func key(_ id: Int) -> (Int, Int) { (id % 7 == 0 ? .max : id % 50, id) }
      return key(left) < key(right)
    }
    #expect(ids == expected.map(String.init))
    let past = #expect(throws: InvalidInput.self) {
      try SearchInput(parameters: [("page", "101"), ("page_size", "100")])
    }
    #expect(past?.reason.contains("next_cursor") == true)
  }

  @Test("6: knowledge built between two pages", .timeLimit(.minutes(10)))
  func knowledgeBetweenPages() async throws {
    let shop = try await ImportedShop([])
    let first = SearchInput(text: "red cotton dress", pageSize: 5)
    let before = try await products(shop.service, from: first).map(\.code)
    let page = try await shop.service.search(first)
    let cursor = try #require(page.nextCursor)
    // Dresses become common and cotton stays rare, so that the words weigh otherwise.
    let rows = (1...1_500).map { "d\($0),Dress number \($0),9.00,GBP,1\n" }.joined()
    _ = try await ImportedShop.importSheet(
      "sku,title,price,currency,stock\n" + rows, source: "dresses", into: shop.catalog)
    try await shop.knowledge.refresh()
    let rest = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
    let walked = page.products.map(\.code) + (try await products(shop.service, from: rest)).map(\.code)
    #expect(walked == before && before.count > 2 * first.pageSize)
    #expect(try await products(shop.service, from: first).map(\.code) != before, "the knowledge changes no order")
  }
}

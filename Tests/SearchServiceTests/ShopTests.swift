// Over a few products of its own, Postgres and the embedded engine:
// 1. Colour and size chosen together need one variant that has both; a chosen value stays with the count 0.
// 2. A shopper who is not a company does not see products for companies: not by search, suggestion or page.
// 3. What is out of stock stands behind its like. An SKU or a GTIN finds its product first, typed with or without dashes.
// 4. The price on the card is Postgres's, without a reindex, and what left the price filter is not shown.
// 5. Without Postgres, or with one that hangs: prices in memory serve, and where there are none the indexed price, `degraded`
//    says so; the page comes from the index; the tree is unavailable.
// 6. Without the search engine its error comes out. A search relaxes step by step, on every page, and says so.
import Catalog
import Ports
import PostgresClient
import Pricing
import SearchDSL
import SearchService
import TestSupport
import Testing
import Understanding

@Suite struct ShopTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)

  /// A product with the variants given as colour and size.
  private static func record(
    _ code: String, _ title: String, _ variants: [(colour: String, size: String)] = [("Red", "M")],
    price: Int64 = 2000, stock: Int64 = 5, audience: Audience = .everyone, gtin: String? = nil
  ) -> ProductRecord {
    ProductRecord(
      code: code, title: title, brand: "Velloria", categories: [["Fashion", "Dresses"]],
      variants: variants.enumerated().map { index, variant in
        .init(
          sku: SKU("\(code)-\(index + 1)"), gtin: index == 0 ? gtin : nil,
          options: [
            .init(colour, [.swatch(name: variant.colour, hex: variant.colour == "Red" ? "#ff0000" : "#0000ff")]),
            .init(size, [.text(variant.size)]),
          ], prices: [Price(amount: Money(minorUnits: price, currency: .gbp))], stock: ["main": stock])
      }, audience: audience)
  }

  private func codes(_ shop: TestShop, _ input: SearchInput) async throws -> [String] {
    try await shop.service.search(input).products.map(\.code)
  }

  @Test("1: options of one variant", .timeLimit(.minutes(5)))
  func oneVariant() async throws {
    let shop = try await TestShop([
      Self.record("A", "Crossed dress", [("Red", "S"), ("Blue", "M")]),
      Self.record("B", "Right dress", [("Red", "M"), ("Blue", "S")]),
      Self.record("C", "Blue dress", [("Blue", "L")]),
    ])
    func chosen(_ texts: [String]) throws -> SearchInput {
      try SearchInput(parameters: texts.map { ("filter", $0) })
    }
    #expect(try await codes(shop, try chosen(["colour:Red", "size:M"])) == ["B"])
    #expect(Set(try await codes(shop, try chosen(["colour:Red"]))) == ["A", "B"])
    #expect(Set(try await codes(shop, try chosen(["colour:Red", "size:M", "size:S"]))) == ["A", "B"])
    #expect(Set(try await codes(shop, try chosen(["colour:Red", "colour:Blue", "size:M"]))) == ["A", "B"])
    #expect(try await codes(shop, try chosen(["size:L", "colour:Red"])) == [])
    let page = try await shop.service.search(try chosen(["size:L", "colour:Red", "colour:Green"]))
    let colours = try #require(page.facets.first { $0.code == "colour" }).values
    #expect(
      colours.map { "\($0.value) \($0.count) \($0.isSelected)" } == ["Blue 1 false", "Red 0 true", "Green 0 true"])
    #expect(colours.map(\.hex) == ["#0000ff", "#ff0000", nil])
  }

  @Test("2: for companies only", .timeLimit(.minutes(5)))
  func audience() async throws {
    let shop = try await TestShop([
      Self.record("A", "Public dress"), Self.record("B", "Trade dress", audience: .companies),
      Self.record("C", "Private dress", audience: .shops),
    ])
    let company = ShopperContext(audience: .companies, priceLists: [.retail])
    let trade = try #require(try await shop.products().first { $0.code == "B" }).id
    #expect(Set(try await codes(shop, SearchInput(text: "dress"))) == ["A", "C"])
    #expect(Set(try await codes(shop, SearchInput(text: "dress", shopper: company))) == ["A", "B"])
    #expect(try await codes(shop, SearchInput(text: "B-1")) == [])
    #expect(try await shop.service.suggest("trade").products.isEmpty)
    #expect(try await shop.service.suggest("trade", shopper: company).products.map(\.id) == [trade])
    #expect(try await shop.service.product(trade) == nil)
    #expect(try await shop.service.product(trade, shopper: company)?.code == "B")
    await shop.pool.close()
    #expect(try await shop.service.product(trade) == nil)
    #expect(try await shop.service.product(trade, shopper: company)?.code == "B")
  }

  @Test("3: stock and codes", .timeLimit(.minutes(5)))
  func stockAndCodes() async throws {
    let shop = try await TestShop(
      [
        Self.record("GONE", "Velvet dress", stock: 0), Self.record("HERE", "Velvet dress"),
        Self.record("MZ-7KE512", "Solid drive", gtin: "4006381333931"),
      ] + (1...5).map { Self.record("T\($0)", "MZ 7KE512 4006381333931 dress 1 \($0)") })
    #expect(try await codes(shop, SearchInput(text: "velvet dress")).prefix(2) == ["HERE", "GONE"])
    for text in ["MZ-7KE512", "mz7ke512", "MZ 7KE512", "MZ-7KE512-1", "4006381333931"] {
      #expect(try await codes(shop, SearchInput(text: text)).first == "MZ-7KE512", "\(text)")
    }
    #expect(try await shop.service.suggest("mz7k").products.first?.title == "Solid drive")
    #expect(try await codes(shop, SearchInput(text: "!!!")) == [])
  }

  @Test("4: today's price", .timeLimit(.minutes(5)))
  func currentPrice() async throws {
    let shop = try await TestShop([
      Self.record("A", "Cheap dress", price: 1000), Self.record("B", "Dear dress", price: 9000),
    ])
    let input = try SearchInput(parameters: [("q", "dress"), ("price_max", "20")])
    #expect(try await codes(shop, input) == ["A"])
    try await shop.execute("UPDATE pricing.price SET amount_minor_units = 1234 WHERE amount_minor_units = 1000")
    try await shop.prices.follow()
    let card = try #require(try await shop.service.search(input).products.first)
    #expect(card.quote?.amount.minorUnits == 1234)
    #expect(try await shop.service.product(card.id)?.lowestQuote == card.quote)
    try await shop.execute("UPDATE pricing.price SET amount_minor_units = 2001 WHERE amount_minor_units = 1234")
    try await shop.prices.follow()
    #expect(try await codes(shop, input) == [])
    #expect(Set(try await codes(shop, SearchInput(text: "dress"))) == ["A", "B"])
  }

  @Test("5: without Postgres", .timeLimit(.minutes(5)))
  func withoutPostgres() async throws {
    let shop = try await TestShop([Self.record("A", "Only dress", price: 1000)])
    let id = try #require(try await shop.products().first).id
    try await shop.execute("UPDATE pricing.price SET amount_minor_units = 1234")
    try await shop.prices.follow()
    let unread = TestShop.service(engine: shop.node, catalog: shop.catalog, prices: TestShop.overlay(shop.pool))
    let fresh = TestShop.service(engine: shop.node, catalog: shop.catalog, prices: TestShop.overlay(shop.pool))
    _ = try await unread.search(SearchInput(text: "dress"))
    _ = try await shop.service.search(SearchInput(text: "dress"))
    await shop.pool.close()

    let remembered = try await shop.service.search(SearchInput(text: "dress"))
    #expect(remembered.degraded.isEmpty && remembered.products.map(\.quote?.amount.minorUnits) == [1234])
    let page = try await unread.search(SearchInput(text: "dress"))
    #expect(page.degraded.map(\.part) == [.prices])
    #expect(page.products.map(\.quote?.amount.minorUnits) == [1000])
    #expect(page.facets.contains { $0.code == "category" }, "the labels read before still serve")
    #expect(try await fresh.search(SearchInput(text: "dress")).degraded.map(\.part) == [.facets, .prices])
    let known = try #require(try await shop.service.product(id))
    #expect(known.degraded.map(\.part) == [.catalog] && known.lowestQuote?.amount.minorUnits == 1234)
    let product = try #require(try await unread.product(id))
    #expect(product.title == "Only dress" && product.degraded.map(\.part) == [.catalog, .prices])
    #expect(product.lowestQuote?.amount.minorUnits == 1000)
    #expect(try await shop.service.suggest("dr").products.count == 1)
    await #expect(throws: DependencyUnavailable.self) { _ = try await fresh.categories() }
  }

  @Test("5: Postgres that hangs", .timeLimit(.minutes(5)))
  func hangingPostgres() async throws {
    let shop = try await TestShop([Self.record("A", "Only dress", price: 1000)])
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    deadlines.page = .milliseconds(100)
    deadlines.labels = .seconds(60)
    let service = SearchService(
      engine: shop.node, index: "products", catalog: shop.catalog, clock: shop.clock, prices: shop.prices,
      deadlines: deadlines)
    let id = try #require(try await shop.products().first).id
    // The answers come while the lock is still held, or never.
    try await shop.pool.withTransaction { connection in
      try await connection.execute("LOCK TABLE pricing.price IN ACCESS EXCLUSIVE MODE")
      let page = try await service.search(SearchInput(text: "dress"))
      #expect(page.degraded.isEmpty && page.products.map(\.quote?.amount.minorUnits) == [1000])
      #expect(try await service.product(id)?.degraded.map(\.part) == [.catalog])
    }
    try await until { try await service.product(id)?.degraded.isEmpty == true }
  }

  @Test("6: without the engine", .timeLimit(.minutes(5)))
  func withoutEngine() async throws {
    let shop = try await TestShop([Self.record("A", "Only dress")])
    let id = try #require(try await shop.products().first).id
    for error in [SearchEngineError.unavailable(reason: "x"), .deadlineExceeded, .indexNotFound("products")] {
      let service = shop.anotherService(engine: DownEngine(error: error))
      await #expect(throws: error) { _ = try await service.search(SearchInput(text: "dress")) }
      await #expect(throws: error) { _ = try await service.suggest("dress") }
      #expect(try await service.product(id)?.code == "A", "the page comes from Postgres")
      #expect(try await service.categories().roots.count == 1)
    }
  }

  @Test("6: relaxing", .timeLimit(.minutes(5)))
  func relaxing() async throws {
    let shop = try await TestShop([
      Self.record("A", "Striped cotton summer dress"), Self.record("B", "Striped linen shirt"),
      Self.record("C", "Wool coat"),
    ])
    func search(_ text: String, _ change: (inout SearchInput) -> Void = { _ in }) async throws -> SearchPage {
      var input = SearchInput(text: text)
      change(&input)
      return try await shop.service.search(input)
    }
    // Two products have both words, for all are dresses: they stand first, and what has one of them below.
    let few = try await search("striped dress")
    #expect(few.relaxedTo == .everyWordFirst && few.products.map(\.code) == ["A", "B", "C"])
    #expect(try await search("striped").relaxedTo == nil)
    #expect(try await search("striped dress") { $0.sort = .newest }.total.value == 2)
    let most = try await search("striped cotton summer zebra")
    // Nothing was learnt here, so that no word is known to be unknown.
    #expect(most.relaxedTo == .anyWord && most.products.map(\.code) == ["A", "B"])
    let any = try await search("striped zebra unicorn")
    #expect(any.relaxedTo == .anyWord && Set(any.products.map(\.code)) == ["A", "B"])
    let none = try await search("zebra unicorn")
    #expect(none.relaxedTo == nil && none.total.value == 0)
    let second = try await search("striped zebra unicorn") {
      $0.filters = [.attribute(code: "colour", values: ["Red"])]
      $0.page = 2
      $0.pageSize = 1
    }
    #expect(second.relaxedTo == .anyWord && second.products.count == 1 && second.pageCount == 2)
  }
}

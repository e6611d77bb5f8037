// Over the demo products and a few of its own, Postgres and the embedded engine:
// 1. A category's slug lists its products; its first order is its own, else the nearest above's; `sort` goes before.
// 2. A brand's slug lists its products, brands whose names make one slug together; accents and signs do not matter.
// 3. A virtual category lists what its rule finds, in its order, with its facets first; a rule names categories by slug;
//    the shopper's filters narrow it and facets count within it. A rule that cannot be read says so.
// 4. New, bestsellers and deals are there from the first migration on, and are what they say.
// 5. The demo shop's own virtual categories are read, written twice without a trace, and find products; a second writing
//    changes what stands there.
// 6. The parameters of a listing's page read back as the same page.
import Catalog
import PostgresClient
import PostgresStore
import Pricing
import SearchService
import Seeding
import Testing

@Suite struct ListingTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .text, isFacet: true)
  private static let fit = AttributeDefinition(code: "fit", name: "Fit", type: .text, isFacet: true)

  private static func record(
    _ code: String, brand: String, colour value: String = "Red", fit cut: String = "Slim", price: Int64,
    category: [String] = ["Fashion", "Dresses"]
  ) -> ProductRecord {
    ProductRecord(
      code: code, title: "Thing \(code)", brand: brand, categories: [category],
      attributes: [.init(colour, [.text(value)]), .init(fit, [.text(cut)])],
      variants: [
        .init(
          sku: SKU("\(code)-1"), prices: [Price(amount: Money(minorUnits: price, currency: .gbp))],
          stock: ["main": 1])
      ])
  }

  private static let records = [
    record("A", brand: "Hübsch & Co", price: 3000), record("B", brand: "Hubsch-Co", colour: "Blue", price: 1000),
    record("C", brand: "Other", colour: "Blue", fit: "Wide", price: 2000),
    record("D", brand: "Other", price: 500, category: ["Home", "Lamps"]),
    record("E", brand: "!!!", colour: "Green", price: 700, category: ["Home", "Lamps"]),
  ]

  private func codes(_ shop: TestShop, _ listing: Listing, _ parameters: [(String, String)] = []) async throws
    -> [String]
  {
    let input = try SearchInput(parameters: parameters.map { (name: $0.0, value: $0.1) }, listing: listing)
    return try await shop.service.search(input).products.map(\.code)
  }

  @Test("1: categories", .timeLimit(.minutes(5)))
  func categories() async throws {
    let shop = try await TestShop(Self.records)
    try await shop.execute(
      """
      INSERT INTO merchandising.category_order (category_id, default_order)
      SELECT id, CASE slug WHEN 'fashion' THEN 'price_asc' ELSE 'price_desc' END FROM catalog.category
      WHERE slug IN ('fashion', 'lamps')
      """)
    let dresses = try #require(try await shop.service.listing(category: "dresses"))
    #expect(dresses.kind == .category && dresses.name == "Dresses" && dresses.defaultSort == .priceAscending)
    #expect(try await codes(shop, dresses) == ["B", "C", "A"])
    #expect(try await codes(shop, dresses, [("sort", "price_desc")]) == ["A", "C", "B"])
    #expect(try await codes(shop, dresses, [("filter", "colour:Blue")]) == ["B", "C"])
    #expect(try await codes(shop, dresses, [("q", "thing a")]) == ["A"])
    let lamps = try #require(try await shop.service.listing(category: "lamps"))
    #expect(lamps.defaultSort == .priceDescending)
    #expect(try await shop.service.listing(category: "home")?.defaultSort == .relevance)
    #expect(try await shop.service.listing(category: "nothing") == nil)
  }

  @Test("2: brands", .timeLimit(.minutes(5)))
  func brands() async throws {
    let shop = try await TestShop(Self.records)
    let brand = try #require(try await shop.service.listing(brand: "hubsch-co"))
    #expect(brand.kind == .brand)
    #expect(Set(try await codes(shop, brand)) == ["A", "B"])
    let other = try #require(try await shop.service.listing(brand: "other"))
    #expect(try await codes(shop, other, [("sort", "price_asc")]) == ["D", "C"])
    let page = try await shop.service.search(SearchInput(listing: other))
    #expect(!page.facets.contains { $0.code == "brand" } && page.facets.contains { $0.code == "colour" })
    for slug in ["nobody", "", "Hübsch & Co"] { #expect(try await shop.service.listing(brand: slug) == nil) }
    #expect(
      ["Larkspur & Lane", "Café №1", "小米", "!!!", "A+B"].map(Slug.brand) == [
        "larkspur-lane", "cafe-1", "小米", "", "a-b",
      ])
  }

  @Test("3: virtual categories", .timeLimit(.minutes(5)))
  func virtual() async throws {
    let shop = try await TestShop(Self.records)
    try await shop.execute(
      """
      INSERT INTO merchandising.virtual_category (slug, name, summary, filters, default_order, first_facets) VALUES
        ('blue', 'Blue things', 'All that is blue or green.',
         '{category:fashion,colour:Blue,colour:Green}', 'price_desc', '{fit}'),
        ('cheap', 'Cheap', '', '{price:..7}', 'price_asc', '{}'), ('broken', 'Broken', '', '{category:gone}', 'newest', '{}')
      """)
    let blue = try #require(try await shop.service.listing(category: "blue"))
    #expect(blue.kind == .virtual && blue.summary == "All that is blue or green.")
    #expect(try await codes(shop, blue) == ["C", "B"])
    #expect(try await codes(shop, blue, [("filter", "colour:Red")]) == [], "a filter narrows")
    #expect(try await codes(shop, blue, [("filter", "fit:Wide")]) == ["C"])
    let page = try await shop.service.search(SearchInput(listing: blue))
    #expect(page.facets.first { ["colour", "fit"].contains($0.code) }?.code == "fit")
    #expect(page.facets.first { $0.code == "category" }?.values.map(\.label) == ["Fashion", "Dresses"])
    #expect(page.facets.first { $0.code == "brand" }?.values.map(\.count) == [1, 1])
    let cheap = try #require(try await shop.service.listing(category: "cheap"))
    #expect(try await codes(shop, cheap) == ["D", "E"])
    #expect(await shop.service.virtualListings().map(\.slug) == ["blue", "cheap", "new", "bestsellers", "deals"])
    await #expect(throws: UnreadableRule.self) { _ = try await shop.service.listing(category: "broken") }
    await #expect(throws: PostgresError.self, "an order that there is not") {
      try await shop.execute(
        "INSERT INTO merchandising.virtual_category (slug, name, filters, default_order) VALUES ('x', 'X', '{a:b}', 'best')"
      )
    }
  }

  @Test("4: new, bestsellers, deals", .timeLimit(.minutes(5)))
  func first() async throws {
    let shop = try await TestShop.seeded.value
    #expect(await shop.service.virtualListings().map(\.slug) == ["new", "bestsellers", "deals"])
    let products = Dictionary(uniqueKeysWithValues: try await shop.products().map { ($0.code, $0) })
    func all(_ slug: String) async throws -> [ProductSnapshot] {
      let listing = try #require(try await shop.service.listing(category: slug))
      let input = SearchInput(sort: listing.defaultSort, pageSize: 100, listing: listing)
      return try await shop.allCodes(input).compactMap { products[$0] }
    }
    let deals = try await all("deals")
    let now = shop.clock.now()
    #expect(deals.count > 5 && deals.allSatisfy(\.hasStock))
    let cuts = deals.compactMap { lowestQuote($0.variants, at: now) }.map { quote in
      quote.wasAmount.map { ($0.minorUnits - quote.amount.minorUnits) * 100 / $0.minorUnits } ?? 0
    }
    #expect(cuts == cuts.sorted(by: >) && cuts.last ?? 0 > 0)
    let bestsellers = try await all("bestsellers")
    #expect(bestsellers.map(\.popularity) == bestsellers.map(\.popularity).sorted(by: >) && bestsellers.count > 100)
    let new = try await all("new")
    let days = new.compactMap { $0.releasedAt?.millisecondsSinceEpoch }
    #expect(days.count == new.count && days == days.sorted(by: >))
  }

  @Test("5: the demo shop's", .timeLimit(.minutes(5)))
  func demo() async throws {
    let directory = TestShop.root + "/Seeds/catalog"
    let shop = try await TestShop(try Seeding.handWrittenCatalog(directory: directory))
    let categories = try Seeding.virtualCategories(directory: directory)
    #expect(categories.count == 3)
    for _ in 1...2 { try await shop.catalog.put(categories, in: .gbp) }
    let rules = try await shop.catalog.browseRules(in: .gbp)
    #expect(rules.virtualCategories.map(\.slug) == ["new", "bestsellers", "deals"] + categories.map(\.slug))
    #expect(Array(rules.virtualCategories.suffix(3)) == categories)
    for category in categories {
      let listing = try #require(try await shop.service.listing(category: category.slug))
      let page = try await shop.service.search(SearchInput(sort: listing.defaultSort, listing: listing))
      #expect(page.products.count >= 5, "\(category.slug)")
    }
    var changed = categories[0]
    changed.name = "Parties"
    try await shop.catalog.put([changed], in: .gbp)
    #expect(try await shop.catalog.browseRules(in: .gbp).virtualCategories.map(\.name).contains("Parties"))
  }

  @Test("6: addresses", .timeLimit(.minutes(5)))
  func addresses() async throws {
    let shop = try await TestShop(Self.records)
    for slug in ["dresses", "deals"] {
      let listing = try #require(try await shop.service.listing(category: slug))
      for parameters in [
        [], [("sort", "price_asc"), ("page", "2")], [("sort", "relevance"), ("filter", "colour:Red")],
        [("filter", "released:30d"), ("filter", "weight:1.0..2.0"), ("q", "x")],
      ] {
        let input = try SearchInput(parameters: parameters.map { (name: $0.0, value: $0.1) }, listing: listing)
        let again = try SearchInput(parameters: input.parameters(currency: .gbp), listing: listing)
        #expect(again == input, "\(slug) \(parameters)")
      }
    }
  }
}

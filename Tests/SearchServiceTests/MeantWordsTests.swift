// 1. A recognised brand must be meant: a word of any title (`with`, `wireless`) does not filter, though a brand is called so; a
//    word that only the brand's titles have is one.
// 2. Two things that are asked for together come before what belongs to either: `washer and dryer` shows no pedestal first.
import Catalog
import Pricing
import SearchService
import Testing
import Understanding

@Suite struct MeantWordsTests {
  private static func records(_ products: [(title: String, brand: String?)]) -> [ProductRecord] {
    products.enumerated().map { index, product in
      ProductRecord(
        code: "MW\(index)", title: product.title, brand: product.brand, categories: [],
        variants: [
          .init(
            sku: SKU("MW\(index)-1"), options: [], prices: [Price(amount: Money(minorUnits: 1000, currency: .gbp))],
            stock: ["main": 5])
        ])
    }
  }

  /// Titles and brands, searched.
  private struct Finder: Sendable {
    let service: SearchService

    init(_ products: [(title: String, brand: String?)]) async throws {
      let shop = try await TestShop(MeantWordsTests.records(products))
      let knowledge = CatalogKnowledge(source: shop.catalog)
      try await knowledge.refresh()
      service = shop.anotherService(engine: shop.node, knowledge: knowledge)
    }

    init(titles: [String]) async throws { try await self.init(titles.map { ($0, nil) }) }

    func page(_ text: String) async throws -> SearchPage {
      try await service.search(SearchInput(text: text, pageSize: 50))
    }

    func titles(_ text: String) async throws -> [String] { try await page(text).products.map(\.title) }
  }

  private static let brands = Task {
    try await Finder(
      (1...3).map { ("Teapot \($0) cotton", "With") } + (1...3).map { ("Bluetooth speaker \($0) classic", "Wireless") }
        + (1...12).map { ("Wireless mouse \($0) with receiver", "Harrow") }
        + (1...12).map { ("Wireless keyboard \($0) with cable", "Finch") }
        + (1...9).map { ("Kestrel running shoe \($0)", "Kestrel") })
  }

  @Test(
    "1: a brand is meant or is none", .timeLimit(.minutes(5)),
    arguments: [
      ("keyboard with cable", nil, "Wireless keyboard"), ("wireless mouse", nil, "Wireless mouse"),
      ("mouse with receiver", nil, "Wireless mouse"), ("wireless keyboard with cable", nil, "Wireless keyboard"),
      ("kestrel shoe", "Kestrel", "Kestrel running shoe"), ("harrow mouse", "Harrow", "Wireless mouse"),
    ] as [(String, String?, String)])
  func meant(_ text: String, _ brand: String?, _ start: String) async throws {
    let page = try await Self.brands.value.page(text)
    let filters = page.plan.recognitions.filter { $0.kind == .brand && $0.isFilter }.map(\.label)
    #expect(filters == (brand.map { [$0] } ?? []), "\(text)")
    #expect(page.products.prefix(5).allSatisfy { $0.title.hasPrefix(start) }, "\(text): \(page.products.map(\.title))")
    #expect(!page.products.isEmpty)
  }

  @Test(
    "2: two things", .timeLimit(.minutes(5)),
    arguments: ["washer and dryer", "washers and dryers", "washer dryer", "washer & dryer"])
  func twoThings(_ text: String) async throws {
    let finder = try await Finder(
      titles: (1...8).map { "Laundry Pedestal \($0) for Washer and Dryer" }
        + (1...6).map { "Front Load Washer \($0)" } + (1...6).map { "Electric Dryer \($0)" }
        + (1...3).map { "Stacked Washer and Dryer \($0)" } + (1...5).map { "Washer Hose \($0)" }
        + (1...5).map { "Dryer Vent \($0)" })
    let titles = try await finder.titles(text)
    #expect(titles.count > 3 && titles.prefix(3).allSatisfy { $0.hasPrefix("Stacked") }, "\(titles.prefix(6))")
    #expect(!titles.prefix(3).contains { $0.contains("Pedestal") })
  }
}

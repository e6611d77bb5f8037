// Over small catalogs of titles alone, without brands, categories and attributes:
// 1. The order is one of evidence: a telling word that is missing costs more than a common one, and a product that lacks
//    one word is found though others have each.
// 2. Things come before parts and accessories, and the parts where a part is asked for.
// 3. The word itself comes before its inflections, and before what only has it to tell which.
// 4. Sorted by price, what has but a little of the words is not shown; by relevance it stands last.
// 5. A typed code comes before any text, alone and beside words.
// 6. The page says how much of the query its products have.
import Catalog
import Ports
import Pricing
import SearchService
import Testing
import Understanding

@Suite struct EvidenceTests {
  private static func record(_ index: Int, _ title: String) -> ProductRecord {
    ProductRecord(
      code: "MZX\(1000 + index)", title: title, categories: [],
      variants: [
        .init(
          sku: SKU("MZX\(1000 + index)-1"), options: [],
          prices: [Price(amount: Money(minorUnits: 1000 + Int64(index), currency: .gbp))], stock: ["main": 5])
      ])
  }

  /// Finds titles, best first.
  private struct Finder: Sendable {
    let service: SearchService

    init(_ titles: [String], rules: QueryRules = QueryRules()) async throws {
      let shop = try await TestShop(titles.enumerated().map { EvidenceTests.record($0, $1) })
      let knowledge = CatalogKnowledge(source: shop.catalog, rules: rules)
      try await knowledge.refresh()
      service = shop.anotherService(engine: shop.node, knowledge: knowledge)
    }

    func page(_ text: String, sort: SearchSort = .relevance) async throws -> SearchPage {
      try await service.search(SearchInput(text: text, sort: sort, pageSize: 50))
    }

    func titles(_ text: String, sort: SearchSort = .relevance) async throws -> [String] {
      try await page(text, sort: sort).products.map(\.title)
    }
  }

  /// The first products are all such, and there are so many.
  private func expectFirst(_ count: Int, of titles: [String], _ query: String, where isSuch: (String) -> Bool) {
    #expect(titles.count >= count && titles.prefix(count).allSatisfy(isSuch), "\(query): \(titles.prefix(count))")
  }

  private static let hardwareTitles = Array(
    (1...6).map { "Hampton \($0)-Light Brushed Nickel Semi-Flush Mount" }
      + (1...6).map { "Westing \($0)-Light White Flush Mount Ceiling Light" }
      + (1...6).map { "Ceiling Fan \($0) with Light Kit" }
      + (1...6).map { "Delta \($0)-Handle Kitchen Faucet in Chrome" }
      + (1...6).map { "Moen \($0)-Handle Bathroom Sink Faucet" }
      + (1...6).map { "Faucet Cartridge \($0) for Kitchen Sinks" }
      + (1...6).map { "Handle Screw \($0) for Bathroom Sink Faucets" } + (1...6).map { "Steel Kitchen Sink \($0)" }
      + (1...4).map { "LG Electronics \($0) cu. ft. Gas Range" } + (1...8).map { "Wood Stove \($0)" }
      + (1...5).map { "\($0 + 28) in. W Bath Vanity in White" } + (1...5).map { "31 in. Vanity Mirror \($0)" }
      + (1...5).map { "Lightning Cable \($0 + 2) ft." } + (1...9).map { "Extension Cable 6 ft. \($0)" })
  private static let hardware = Task { try await Finder(hardwareTitles) }

  @Test("1: evidence", .timeLimit(.minutes(5)))
  func evidence() async throws {
    let finder = try await Self.hardware.value
    let lights = try await finder.titles("semi flush ceiling lights")
    #expect(lights.prefix(12).contains { $0.contains("Semi-Flush") })
    expectFirst(12, of: lights, "semi flush ceiling lights") { $0.contains("Flush") }
    let cables = try await finder.titles("lightning cable 6 ft")
    #expect(cables.first == "Lightning Cable 6 ft.")
    expectFirst(5, of: cables, "lightning cable 6 ft") { $0.hasPrefix("Lightning") }
    #expect(try await finder.titles("31 bathroom vanity").first == "31 in. W Bath Vanity in White")
    let faucets = try await finder.titles("kitchen sink faucet")
    // "sink faucet" side by side tells more than "kitchen" does, since shares go by the root of the idf (relevance.md).
    withKnownIssue("kitchen faucets without the word sink stand behind bathroom sink faucets") {
      #expect(faucets.prefix(12).contains { $0.contains("Kitchen Faucet") }, "\(faucets.prefix(12))")
    }
    expectFirst(4, of: try await finder.titles("lg range"), "lg range") { $0.hasPrefix("LG") }
    // A stove is a range by the shop's rules.
    let ranges = try await Finder(Self.hardwareTitles, rules: ImportedShop.rules())
    for query in ["lg stoves", "lg stove", "lg cooker"] {
      expectFirst(4, of: try await ranges.titles(query), query) { $0.hasPrefix("LG") }
    }
    expectFirst(8, of: try await ranges.titles("wood stove"), "wood stove") { $0.hasPrefix("Wood Stove") }
  }

  @Test("2: things before what belongs to them", .timeLimit(.minutes(5)))
  func things() async throws {
    let finder = try await Finder(
      (1...6).map { "HP Pavilion \($0) Laptop" } + (1...9).map { "Leather Bag for HP Laptop \($0)" }
        + (1...9).map { "Laptop Battery \($0) for HP" } + (1...6).map { "Nikon D\($0) Digital Camera" }
        + (1...9).map { "Camera Case \($0) for Nikon" } + (1...9).map { "Battery \($0) for Nikon Camera" },
      rules: ImportedShop.rules())
    for (query, thing) in [
      ("laptop", "Pavilion"), ("hp laptop", "Pavilion"), ("camera", "Digital"), ("nikon camera", "Digital"),
      ("camera case", "Case"), ("laptop bag", "Bag"), ("laptop battery", "Laptop Battery"),
    ] {
      let titles = try await finder.titles(query)
      expectFirst(5, of: titles, query) { $0.contains(thing) }
    }
    let screws = try await Self.hardware.value.titles("sink faucet bathroom")
    expectFirst(5, of: screws, "sink faucet bathroom") { $0.hasPrefix("Moen") }
  }

  @Test("3: the word itself", .timeLimit(.minutes(5)))
  func words() async throws {
    let finder = try await Finder(
      (1...5).map { "Velvet dress \($0)" } + (1...5).map { "Salad bowl \($0), dressed" }
        + (1...5).map { "Dress watch \($0)" })
    let titles = try await finder.titles("dress")
    expectFirst(5, of: titles, "dress") { $0.hasPrefix("Velvet") }
    let whites = try await Finder(
      (1...6).map { "Women white sneakers \($0)" } + (1...4).map { "Women black shoes \($0)" }
        + (1...3).map { "Men white shoes \($0)" } + ["Women white shoes"]
    ).titles("women white shoes")
    #expect(whites.first == "Women white shoes" && whites.count == 14)
  }

  @Test("4: sorted", .timeLimit(.minutes(5)))
  func sorted() async throws {
    let finder = try await Finder(
      (1...9).map { "Red sofa cover \($0)" } + (1...6).map { "Maroon lipstick \($0)" }
        + (1...6).map { "Maroon lipstick gift box \($0)" })
    let sorted = try await finder.titles("maroon lipstick", sort: .priceAscending)
    #expect(sorted.count == 12 && sorted.allSatisfy { $0.contains("lipstick") })
    let page = try await finder.page("red lipstick", sort: .priceAscending)
    #expect(page.total.value == 0 && page.products.isEmpty, "no lipstick is red, and no sofa cover a lipstick")
    let byRelevance = try await finder.titles("maroon lipstick")
    expectFirst(6, of: byRelevance, "maroon lipstick") { $0.hasPrefix("Maroon lipstick ") && !$0.contains("box") }
  }

  @Test("5: codes", .timeLimit(.minutes(5)))
  func codes() async throws {
    let finder = try await Finder(
      (1...30).map { "Common thing \($0)" } + ["Zanzibar MZX1017 lamp", "Zanzibar zanzibar lamp"])
    #expect(try await finder.page("mzx 1017").products.first?.code == "MZX1017")
    #expect(try await finder.page("MZX1017-1 zanzibar lamp").products.first?.code == "MZX1017")
  }

  @Test("6: what the page says", .timeLimit(.minutes(5)))
  func said() async throws {
    let finder = try await Self.hardware.value
    #expect(try await finder.page("faucet").relaxedTo == nil)
    #expect(try await finder.page("bathroom sink faucet").relaxedTo == nil)
    let some = try await finder.page("lg sink")
    #expect(some.relaxedTo == .anyWord && some.plan.dropped.isEmpty)
    let unknown = try await finder.page("unicorn faucet", sort: .relevance)
    #expect(unknown.relaxedTo == .mostWords && unknown.plan.dropped == ["unicorn"])
    expectFirst(18, of: unknown.products.map(\.title), "unicorn faucet") { $0.contains("Faucet") }
  }
}

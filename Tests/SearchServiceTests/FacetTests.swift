// 1. A facet's use is its coverage times the entropy of what is shown and the rest as one (worked by hand).
// Over a few products of its own, Postgres and the embedded engine:
// 2. The facets that tell most stand first; what the category says goes before, the nearest category before those above.
// 3. Numbers of few values are listed, those of many are a range: bounds, and bars that hold each value once.
// 4. A price has steps and bars that agree; what is chosen stays in the answer.
// 5. The values of a facet: all of them beyond a page's, those with a word that begins so, under the other filters;
//    selected ones are marked, at 0 too; a code of no facet gives nothing.
// 6. Of a number the bounds and bars hold every value, however many values the results have.
// 7. Codes of tokens are numbered in the order in which they come, however alike they are.
import Catalog
import PostgresClient
import PostgresStore
import Pricing
import Testing

@testable import SearchService

@Suite struct FacetTests {
  @Test("1: the use of a facet")
  func use() {
    func value(_ counts: [Int], _ results: Int, shown: Int = 20) -> Double {
      FacetUse(counts: counts, results: results, shown: shown).value
    }
    #expect(value([10], 10) == 0 && value([], 10) == 0 && value([], 0) == 0)
    #expect(value([5, 5], 10) == 1)
    #expect(value([5, 5], 20) == 0.5)
    #expect(abs(value([2, 2, 2, 2], 8) - 2) < 1e-12)
    #expect(abs(value([6, 2], 8) - 0.8112781244591328) < 1e-12, "-(3/4)log2(3/4) - (1/4)log2(1/4)")
    // Two of 100 different values are shown: 1 %, 1 %, and the rest.
    #expect(abs(value(Array(repeating: 1, count: 100), 100, shown: 2) - 0.16144054254182067) < 1e-9)
    #expect(value([8, 8], 8) == 1, "a product with two values is covered once")
    #expect(!FacetUse(counts: [1, 1], results: 100, shown: 20).isEnough)
  }

  @Test("7: codes of tokens")
  func codes() {
    var codes = AttributeCodes()
    let tokens = ["a=1", "ab=1", "a=2", "b=", "=x", "none", "a=b=c", "ab=2", "ba=", "=", "b=ö"]
    let numbers = tokens.map { codes.number(of: $0) }
    #expect(numbers.map { $0?.number } == [0, 1, 0, 2, 3, nil, 0, 1, 4, 3, 2])
    #expect(numbers.map { $0?.length } == [1, 2, 1, 1, 0, nil, 1, 2, 2, 0, 1])
  }

  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .text, isFacet: true)
  private static let fit = AttributeDefinition(code: "fit", name: "Fit", type: .text, isFacet: true, position: 1)
  private static let weight = AttributeDefinition(
    code: "weight", name: "Weight", type: .number, unit: "kg", isFacet: true)
  private static let seats = AttributeDefinition(code: "seats", name: "Seats", type: .number, isFacet: true)

  /// Forty chairs: four colours evenly, two fits unevenly, forty weights, three numbers of seats.
  private static let chairs: [ProductRecord] = (0..<40).map { (index: Int) -> ProductRecord in
    let colours = ["Red", "Blue", "Vert Épinard", "Black"]
    let attributes: [ProductRecord.Attribute] = [
      .init(colour, [.text(colours[index % 4])]), .init(fit, [.text(index < 36 ? "Loose" : "Tight")]),
      .init(weight, [.number(Double(index) + 0.5)]), .init(seats, [.number(Double(1 + index % 3))]),
    ]
    return ProductRecord(
      code: "C\(index)", title: "Chair \(index)", brand: "Brand \(index % 30)", categories: [["Home", "Chairs"]],
      attributes: attributes,
      variants: [
        .init(
          sku: SKU("C\(index)-1"), prices: [Price(amount: Money(minorUnits: Int64(index) * 300, currency: .gbp))],
          stock: ["main": 1])
      ])
  }

  private func facets(_ shop: TestShop, _ parameters: [(String, String)] = []) async throws -> [Facet] {
    try await shop.service.search(try SearchInput(parameters: parameters.map { (name: $0.0, value: $0.1) })).facets
  }

  private func attributes(_ facets: [Facet]) -> [String] {
    facets.map(\.code).filter { ["colour", "fit", "weight", "seats"].contains($0) }
  }

  @Test("2: the order", .timeLimit(.minutes(5)))
  func order() async throws {
    let shop = try await TestShop(Self.chairs)
    #expect(attributes(try await facets(shop)) == ["weight", "colour", "seats", "fit"])
    let categories = try await shop.service.categories()
    let home = try #require(categories.roots.first)
    let chairs = try #require(categories.children(of: home.id).first)
    func say(_ category: CategoryID, _ code: String, _ position: Int) async throws {
      try await shop.execute(
        """
        INSERT INTO catalog.category_attribute (category_id, attribute_id, position)
        SELECT \(category), id, \(position) FROM catalog.attribute WHERE code = \(code)
        ON CONFLICT (category_id, attribute_id) DO UPDATE SET position = EXCLUDED.position
        """)
    }
    try await say(home.id, "fit", 5)
    try await say(home.id, "seats", 1)
    try await say(chairs.id, "fit", 0)
    let fresh = shop.anotherService(engine: shop.node)
    func order(_ category: CategoryID) async throws -> [String] {
      attributes(try await fresh.search(SearchInput(filters: [.category(category)])).facets)
    }
    #expect(try await order(chairs.id) == ["fit", "seats", "weight", "colour"])
    #expect(try await order(home.id) == ["seats", "fit", "weight", "colour"])
  }

  @Test("3: numbers", .timeLimit(.minutes(5)))
  func numbers() async throws {
    let shop = try await TestShop(Self.chairs)
    let all = try await facets(shop)
    let seats = try #require(all.first { $0.code == "seats" })
    #expect(seats.kind == .values && seats.spread == nil && seats.values.map(\.value) == ["1", "2", "3"])
    let weight = try #require(all.first { $0.code == "weight" })
    let spread = try #require(weight.spread)
    #expect(weight.kind == .ranges && weight.values.isEmpty && spread.lowest == 0.5 && spread.highest == 39.5)
    #expect(spread.bars.reduce(0) { $0 + $1.count } == 40 && spread.bars.count == 12)
    #expect(zip(spread.bars, spread.bars.dropFirst()).allSatisfy { $0.upper == $1.lower })
    for bar in spread.bars.dropLast() {
      #expect(bar.count == (0..<40).filter { Double($0) + 0.5 >= bar.lower && Double($0) + 0.5 < bar.upper }.count)
    }
    let chosen = try await facets(shop, [("min:weight", "10"), ("max:weight", "20")])
    let range = try #require(chosen.first { $0.code == "weight" }?.spread)
    #expect(range.chosenLower == 10 && range.chosenUpper == 20 && range.lowest == 0.5 && range.highest == 39.5)
    let one = try await facets(shop, [("filter", "weight:3.5")])
    #expect(one.first { $0.code == "weight" }?.values.map(\.value) == ["3.5"])
  }

  @Test("6: more numbers than one answer counts", .timeLimit(.minutes(5)), arguments: [15, 30])
  func manyNumbers(products: Int) async throws {
    let chairs = (0..<products).map { product in
      var chair = Self.chairs[product]
      chair.attributes.removeAll { $0.definition.code == "weight" }
      chair.attributes.append(.init(Self.weight, (0..<30).map { .number(Double(product * 30 + $0) + 99.5) }))
      return chair
    }
    let shop = try await TestShop(chairs)
    let spread = try #require(try await facets(shop).first { $0.code == "weight" }?.spread)
    // Among as frequent ones the least and the greatest come last by their texts, and are not counted.
    #expect(spread.lowest == 99.5 && spread.highest == 99.5 + Double(products * 30 - 1))
    #expect(spread.bars.reduce(0) { $0 + $1.count } == min(products * 30, Retrieval.maxNumbers))
    for number in [-1e9, -1.5, 0, 0.25, 3, 1e9] {
      #expect(FacetToken.number(of: FacetToken.number(code: "weight", number)) == number)
    }
    #expect(FacetToken.number(of: "weight") == nil && FacetToken.number(of: "weight=heavy") == nil)
  }

  @Test("4: prices", .timeLimit(.minutes(5)))
  func prices() async throws {
    let shop = try await TestShop(Self.chairs)
    for parameters in [[], [("price_min", "20"), ("price_max", "50")]] {
      let price = try #require(try await facets(shop, parameters).first { $0.code == "price" })
      let spread = try #require(price.spread)
      #expect(price.values.map(\.count) == [4, 3, 10, 17, 6], "under 10, 20, 50, 100, 200 pounds")
      #expect(spread.lowest == 0 && spread.highest == 11_700 && spread.bars.reduce(0) { $0 + $1.count } == 40)
      #expect(spread.chosenLower == (parameters.isEmpty ? nil : 2000))
    }
  }

  @Test("5: a facet's values", .timeLimit(.minutes(5)))
  func values() async throws {
    let shop = try await TestShop(Self.chairs)
    func values(_ code: String, _ parameters: [(String, String)] = []) async throws -> FacetValues? {
      try await shop.service.facetValues(
        FacetValuesInput(code: code, parameters: parameters.map { (name: $0.0, value: $0.1) }))
    }
    let brand = try #require(try await facets(shop).first { $0.code == "brand" })
    #expect(brand.values.count == 20 && brand.hasMore)
    let brands = try #require(try await values("brand"))
    #expect(brands.total == 30 && brands.facet.values.count == 30 && !brands.facet.hasMore)
    #expect(brands.facet.values.map(\.count).reduce(0, +) == 40)
    let limited = try #require(try await values("brand", [("limit", "7")]))
    #expect(limited.total == 30 && limited.facet.values.count == 7 && limited.facet.hasMore)
    for (prefix, found) in [
      ("red", ["Red"]), ("VERT", ["Vert Épinard"]), ("epi", ["Vert Épinard"]), ("Épi", ["Vert Épinard"]),
      ("b", ["Black", "Blue"]), ("ue", []), ("pinard", []), ("*", []),
    ] {
      #expect(
        try await values("colour", [("prefix", prefix)])?.facet.values.map(\.value).sorted() == found, "\(prefix)")
    }
    let filtered = try #require(
      try await values("colour", [("filter", "fit:Tight"), ("filter", "colour:Red"), ("filter", "colour:Pink")]))
    #expect(
      filtered.facet.values.map { "\($0.value) \($0.count) \($0.isSelected)" }.sorted() == [
        "Black 1 false", "Blue 1 false", "Pink 0 true", "Red 1 true", "Vert Épinard 1 false",
      ])
    let weights = try #require(try await values("weight"))
    #expect(
      weights.facet.values.map(\.value) == (0..<40).map { "\($0).5" } && weights.facet.values[0].label == "0.5 kg")
    #expect(try await values("nothing") == nil)
    #expect(throws: InvalidInput.self) { try FacetValuesInput(code: "colour", parameters: [("page", "2")]) }
  }
}

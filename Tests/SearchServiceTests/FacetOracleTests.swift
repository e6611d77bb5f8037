// Facets against a count by hand, in both directions, over random products and filters (the seed is printed):
// 1. The values of brands, categories, stars, stock, prices and attributes are exactly those that the products under the
//    other filters have, with their counts: one product is enough, and no product is none.
// 2. What is chosen stands in its facet, at 0 too.
import Catalog
import Pricing
import SearchService
import TestSupport
import Testing

@Suite struct FacetOracleTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .text, isFacet: true)

  /// A product as the oracle counts it.
  private struct Item {
    var brand: String
    var category: [String]
    var colour: String?
    var stars: Double?
    var isInStock: Bool
    var price: Int64
  }

  private enum Choice: CaseIterable {
    case none, brand, colour, stock, stars, category, colourOfNone

    var code: String? {
      switch self {
      case .none: nil
      case .brand: "brand"
      case .colour, .colourOfNone: "colour"
      case .stock: "stock"
      case .stars: "rating"
      case .category: "category"
      }
    }
  }

  private static func items(_ random: inout SeededGenerator) -> [Item] {
    var items = (0..<40).map { _ in
      Item(
        brand: ["Amber", "Birch", "Cedar"].randomElement(using: &random)!,
        category: [["Home", "Chairs"], ["Home", "Tables"], ["Garden", "Tables"]].randomElement(using: &random)!,
        colour: [nil, "Red", "Blue", "Green"].randomElement(using: &random)!,
        stars: [nil, 1, 1.5, 2, 2.5, 3].randomElement(using: &random)!,
        isInStock: Int.random(in: 0..<3, using: &random) > 0,
        price: [999, 1000, 1999, 2000, 4999, 5000, 7000].randomElement(using: &random)!)
    }
    // One product alone has each of these values.
    items[0].brand = "Single"
    items[1].category = ["Attic", "Chests"]
    items[2].stars = 4
    items[3].price = 250_000
    items[4].colour = "Unique"
    return items
  }

  private static func record(_ item: Item, _ number: Int) -> ProductRecord {
    ProductRecord(
      code: "F-\(number)", title: "Thing \(number)", brand: item.brand, categories: [item.category],
      attributes: item.colour.map { [.init(colour, [.text($0)])] } ?? [],
      variants: [
        .init(
          sku: SKU("F-\(number)"), prices: [Price(amount: Money(minorUnits: item.price, currency: .gbp))],
          stock: ["main": item.isInStock ? 1 : 0])
      ], ratingAverage: item.stars, ratingCount: item.stars == nil ? 0 : 5)
  }

  private static func counts<Value: Hashable>(_ values: [Value]) -> [Value: Int] {
    Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
  }

  @Test("1, 2: counted by hand", .timeLimit(.minutes(5)), arguments: [1, 2, 3] as [UInt64])
  func counted(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let items = Self.items(&random)
    let shop = try await TestShop(items.enumerated().map { Self.record($1, $0) })
    let tree = try await shop.service.categories()
    let home = try #require(tree.roots.first { $0.name == "Home" })
    for choice in Choice.allCases {
      let filter: SearchFilter? =
        switch choice {
        case .none: nil
        case .brand: .brand(["Birch"])
        case .colour: .attribute(code: "colour", values: ["Red"])
        case .colourOfNone: .attribute(code: "colour", values: ["Red", "Octarine"])
        case .stock: .inStock
        case .stars: .minimumRating(3)
        case .category: .category(home.id)
        }
      func isChosen(_ item: Item) -> Bool {
        switch choice {
        case .none: true
        case .brand: item.brand == "Birch"
        case .colour, .colourOfNone: item.colour == "Red"
        case .stock: item.isInStock
        case .stars: (item.stars ?? 0) >= 3
        case .category: item.category[0] == "Home"
        }
      }
      let page = try await shop.service.search(SearchInput(filters: filter.map { [$0] } ?? []))
      #expect(page.total.value == items.filter(isChosen).count, "seed \(seed), \(choice)")
      func under(_ code: String) -> [Item] { choice.code == code ? items : items.filter(isChosen) }
      func shown(_ code: String) -> [String: Int]? {
        page.facets.first { $0.code == code }.map {
          Dictionary(uniqueKeysWithValues: $0.values.map { ($0.label, $0.count) })
        }
      }
      func expect(_ code: String, _ expected: [String: Int]) {
        #expect(shown(code) == (expected.isEmpty ? nil : expected), "seed \(seed), \(choice): \(code)")
      }
      expect("brand", Self.counts(under("brand").map(\.brand)))
      var colours = Self.counts(under("colour").compactMap(\.colour))
      if choice == .colourOfNone { colours["Octarine"] = 0 }
      // An attribute is offered where it tells enough; what it then says is whole.
      if choice.code == "colour" || shown("colour") != nil { expect("colour", colours) }
      if choice == .none { #expect(shown("colour") != nil) }
      let inStock = under("stock").filter(\.isInStock).count
      expect("stock", inStock == 0 ? [:] : ["In stock": inStock])
      var stars: [String: Int] = [:]
      for least in [2, 3, 4] {
        let count = under("rating").filter { ($0.stars ?? 0) >= Double(least) }.count
        if count > 0 || choice == .stars && least == 3 { stars["\(least) stars and more"] = count }
      }
      expect("rating", stars)
      let all = under("category")
      if choice == .category {
        let leaves = all.filter { $0.category[0] == "Home" }.map { $0.category[1] }
        expect("category", Self.counts(leaves).merging(["Home": leaves.count]) { $0 + $1 })
      } else {
        expect("category", Self.counts(all.map { $0.category[0] }))
      }
      try expectPrices(page, under("price").map(\.price), "seed \(seed), \(choice)")
    }
  }

  /// Each step holds the prices within its ends, each price is in one step, and no step is empty.
  private func expectPrices(_ page: SearchPage, _ prices: [Int64], _ context: String) throws {
    let facet = try #require(page.facets.first { $0.code == "price" }, "\(context)")
    for step in facet.values {
      let parts = step.value.ranges(of: "..").first.map {
        (String(step.value[..<$0.lowerBound]), String(step.value[$0.upperBound...]))
      }
      let (low, high) = try #require(parts, "\(context): \(step.value)")
      let (lower, upper) = (Double(low).map { $0 * 100 } ?? 0, Double(high).map { $0 * 100 } ?? .infinity)
      let expected = prices.filter { Double($0) >= lower.rounded() && Double($0) <= upper.rounded() }.count
      #expect(step.count == expected && expected > 0, "\(context): \(step.value)")
    }
    #expect(facet.values.reduce(0) { $0 + $1.count } == prices.count, "\(context)")
    let spread = try #require(facet.spread)
    #expect(spread.lowest == prices.min().map(Double.init) && spread.highest == prices.max().map(Double.init))
    #expect(spread.bars.reduce(0) { $0 + $1.count } == prices.count, "\(context)")
  }
}

// 1. A query that names a product's colour and size shows the variant with both, wherever it stands among the others:
//    `red dress L` is not the first red one. Over random variants (the seed is printed).
// 2. A query and a filter together mean the variant that meets the filter and, of those, has the most of the words.
import Catalog
import Pricing
import SearchService
import TestSupport
import Testing

@Suite struct MeantVariantTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)

  private struct Pair: Hashable {
    var colour: String
    var size: String
  }

  private static func dress(_ pairs: [Pair]) -> ProductRecord {
    ProductRecord(
      code: "D", title: "Summer dress", categories: [["Fashion", "Dresses"]],
      variants: pairs.enumerated().map { index, pair in
        .init(
          sku: SKU("D-\(index + 1)"),
          options: [.init(colour, [.swatch(name: pair.colour, hex: "#ff0000")]), .init(size, [.text(pair.size)])],
          prices: [Price(amount: Money(minorUnits: Int64(1000 + index), currency: .gbp))], stock: ["main": 5])
      })
  }

  private func options(_ shop: TestShop, _ text: String, _ filters: [SearchFilter] = []) async throws -> Pair? {
    let card = try #require(try await shop.service.search(SearchInput(text: text, filters: filters)).products.first)
    let options = card.variant?.options.map(\.value) ?? []
    return options.count == 2 ? Pair(colour: options[0], size: options[1]) : nil
  }

  @Test("1, 2: the variant that has all of it", .timeLimit(.minutes(5)), arguments: [1, 2, 3, 4] as [UInt64])
  func best(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let all = ["Red", "Blue", "Green"].flatMap { colour in ["S", "M", "L"].map { Pair(colour: colour, size: $0) } }
    let pairs = Array(all.shuffled(using: &random).prefix(6))
    let shop = try await TestShop([Self.dress(pairs)])
    for pair in pairs {
      for text in ["\(pair.colour) dress \(pair.size)", "\(pair.size) \(pair.colour.uppercased()) summer dress"] {
        #expect(try await options(shop, text) == pair, "seed \(seed): \(text) of \(pairs)")
      }
      let colour = SearchFilter.attribute(code: "colour", values: [pair.colour])
      #expect(try await options(shop, "dress \(pair.size)", [colour]) == pair, "seed \(seed): \(pair) of \(pairs)")
      // The filter goes before the word: another colour in the query changes nothing.
      let other = try #require(["Red", "Blue", "Green"].first { $0 != pair.colour })
      let size = SearchFilter.attribute(code: "size", values: [pair.size])
      #expect(
        try await options(shop, "\(other) dress", [colour, size]) == pair, "seed \(seed): \(pair) of \(pairs)")
    }
  }
}

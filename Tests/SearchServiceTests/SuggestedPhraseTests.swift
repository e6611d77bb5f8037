// Over the demo's products, without any search before:
// 1. Phrases are suggested at once, each with a word that begins what was typed, and each finds something.
// 2. What stands first is the thing that is meant: a dress for `red d`; a band for `orchard watch b`.
// 3. A brand is suggested only where one of its words begins so. Each product has its price.
import Catalog
import Pricing
import SearchService
import Testing
import Understanding

@Suite struct SuggestedPhraseTests {
  private static let bands = """
    sku,title,brand,categories,price,currency,stock
    WB-1,Watch band for Orchard in white,Strapper,Accessories > Watch Bands,9.00,GBP,5
    WB-2,Watch band for Orchard with clasp,Strapper,Accessories > Watch Bands,11.00,GBP,5
    WB-3,Wall charger Orchard wireless white,Strapper,Accessories > Chargers,19.00,GBP,5
    WB-4,Orchard phone case with window,Strapper,Accessories > Phone Cases,19.00,GBP,5

    """

  private static let shop = Task { try await ImportedShop([bands]) }

  @Test(
    "1: phrases of a new shop", .timeLimit(.minutes(5)),
    arguments: ["d", "dre", "red d", "hea", "lap", "sof", "tra", "black tr", "watch b"])
  func phrases(_ typed: String) async throws {
    let shop = try await Self.shop.value
    let suggestions = try await shop.service.suggest(typed)
    #expect(!suggestions.queries.isEmpty)
    for phrase in suggestions.queries {
      #expect((" " + phrase).contains(" " + typed), "\(typed): \(phrase)")
      let found = try await shop.service.search(SearchInput(text: phrase))
      #expect(found.total.value > 0 && found.correctedText == nil && found.relaxedTo != .anyWord, "\(phrase)")
    }
  }

  @Test("2: things first", .timeLimit(.minutes(5)))
  func things() async throws {
    let shop = try await Self.shop.value
    for (typed, word) in [
      ("red d", "dress"), ("dre", "dress"), ("orchard w", "watch band"), ("black tr", "tr"), ("lap", "laptop"),
    ] {
      let titles = try await shop.service.suggest(typed).products.map { $0.title.lowercased() }
      #expect(titles.prefix(2).allSatisfy { $0.contains(word) }, "\(typed): \(titles)")
    }
  }

  @Test("3: brands and prices", .timeLimit(.minutes(5)))
  func brands() async throws {
    let shop = try await Self.shop.value
    for typed in ["dre", "d", "red d", "hea", "v", "vel", "strap"] {
      let suggestions = try await shop.service.suggest(typed)
      for brand in suggestions.brands {
        let words = brand.name.lowercased().split(separator: " ")
        #expect(typed.split(separator: " ").contains { part in words.contains { $0.hasPrefix(part) } }, "\(brand.name)")
      }
      #expect(suggestions.products.allSatisfy { $0.quote != nil })
    }
    #expect(try await shop.service.suggest("strap").brands.map(\.name) == ["Strapper"])
    let band = try await shop.service.suggest("orchard clasp").products
    #expect(band.first?.quote?.amount.minorUnits == 1100 && band.first?.isPriceFrom == false)
  }
}

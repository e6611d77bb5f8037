// Over Postgres and the embedded engine:
// 1. Any beginning of any words of a product's title and brand suggests it, from the first letter on; what is suggested
//    is what a plain reading of titles, brands and codes gives, at most six (random products, seed printed).
// 2. The order of the words changes nothing.
// 3. What no product holds suggests nothing, also beside a word that is held.
// 4. A product with the typed code comes first, then the more popular; capitals and accents make no difference.
// 5. Categories are the leaves that the products stand in, brands theirs, at most three each, the largest first, with
//    the number of all products that match; drafts and hidden products are in none of them.
import Catalog
import Pricing
import SearchService
import TestSupport
import Testing

@Suite struct SuggestionTests {
  private static func record(
    _ code: String, _ title: String, brand: String? = "Velloria", category: [String] = ["Fashion", "Dresses"],
    popularity: Double = 1, lifecycle: Lifecycle = .listed
  ) -> ProductRecord {
    ProductRecord(
      code: code, title: title, brand: brand, categories: [category],
      variants: [.init(sku: SKU("\(code)-1"), prices: [Price(amount: Money(minorUnits: 100, currency: .gbp))])],
      popularity: popularity, lifecycle: lifecycle)
  }

  private func titles(_ shop: TestShop, _ text: String) async throws -> [String] {
    try await shop.service.suggest(text).products.map(\.title)
  }

  /// The suggestions, read off the products.
  private struct Oracle {
    private let products: [(id: ProductID, words: Set<String>, codes: [String])]

    init(_ products: [ProductSnapshot]) {
      self.products = products.filter { $0.isSearchable && $0.audience.contains(.shops) }.map { product in
        let codes = [product.code] + product.variants.flatMap { [$0.sku.text, $0.gtin ?? ""] }
        return (product.id, Self.words("\(product.title) \(product.brandName ?? "")"), codes.map(Self.bare))
      }
    }

    /// An apostrophe between letters is of the word.
    static func words(_ text: String) -> Set<String> {
      Set(text.lowercased().split { !$0.isLetter && !$0.isNumber && !"'’.".contains($0) }.map(String.init))
    }

    private static func bare(_ code: String) -> String { code.lowercased().filter { $0.isLetter || $0.isNumber } }

    func matches(_ text: String) -> Set<ProductID> {
      let typed = text.lowercased().split(separator: " ")
      let code = Self.bare(text)
      return Set(
        products.filter { product in
          typed.allSatisfy { word in product.words.contains { $0.hasPrefix(word) } }
            || code.count >= 3 && product.codes.contains { $0.hasPrefix(code) }
        }.map(\.id))
    }
  }

  @Test("1, 2: beginnings of words, in any order", .timeLimit(.minutes(10)))
  func beginnings() async throws {
    let shop = try await TestShop.seeded.value
    let products = try await shop.products()
    let oracle = Oracle(products)
    let seed = UInt64.random(in: .min ... .max)
    print("SuggestionTests.beginnings seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<150 {
      let product = products.randomElement(using: &random)!
      // A word of other letters is another matter of folding (4).
      let words = Oracle.words("\(product.title) \(product.brandName ?? "")").sorted().filter {
        $0.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      }
      let typed = words.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)).map { word in
        String(word.prefix(Int.random(in: 1...word.count, using: &random)))
      }
      guard !typed.isEmpty else { continue }
      let text = typed.joined(separator: " ")
      let expected = oracle.matches(text)
      let suggested = try await shop.service.suggest(text).products.map(\.id)
      #expect(Set(suggested).count == min(6, expected.count), "\(text), seed \(seed)")
      #expect(Set(suggested).isSubset(of: expected), "\(text), seed \(seed)")
      let turned = try await shop.service.suggest(typed.reversed().joined(separator: " ")).products.map(\.id)
      #expect(turned == suggested || typed.count > 2, "\(text), seed \(seed)")
    }
  }

  @Test("1: the first letter of every product", .timeLimit(.minutes(5)))
  func firstLetters() async throws {
    let shop = try await TestShop([Self.record("A-1", "Quilted jacket"), Self.record("B-2", "Yellow umbrella")])
    for (text, title) in [
      ("q", "Quilted jacket"), ("Q", "Quilted jacket"), ("j", "Quilted jacket"), ("y", "Yellow umbrella"),
      ("u", "Yellow umbrella"), (" yel ", "Yellow umbrella"), ("um ye", "Yellow umbrella"),
      ("vell um", "Yellow umbrella"), ("umbrella velloria", "Yellow umbrella"), ("y-u", "Yellow umbrella"),
    ] {
      #expect(try await titles(shop, text) == [title], "\(text)")
    }
    #expect(Set(try await titles(shop, "v")) == ["Quilted jacket", "Yellow umbrella"])
  }

  @Test("3: nonsense", .timeLimit(.minutes(5)))
  func nonsense() async throws {
    let shop = try await TestShop([Self.record("A-1", "Quilted jacket"), Self.record("B-2", "Yellow umbrella")])
    for text in [
      "", " ", "\t\n", "!", "-", "*", "?", "\u{200B}", "🧥", "zzzz", "quilted zzzz", "zzzz quilted", "quilted umbrella",
      "uilted", "jackets", "\"", "\\", "quilted OR umbrella", "_all:q", "fashion", "dresses", "A1X",
    ] {
      let suggestions = try await shop.service.suggest(text)
      #expect(
        suggestions.products.isEmpty && suggestions.brands.isEmpty && suggestions.categories.isEmpty, "\(text)")
    }
    // The operators of some engines are only the end of a word here.
    for text in ["q*", "quil~", "(quilted)", "+quilted", "quilted?"] {
      #expect(try await titles(shop, text) == ["Quilted jacket"], "\(text)")
    }
  }

  @Test("4: the order", .timeLimit(.minutes(5)))
  func order() async throws {
    let shop = try await TestShop([
      Self.record("A", "Café table", popularity: 1), Self.record("B", "Cafe chair", popularity: 500),
      Self.record("CAFE-7", "Lamp", popularity: 0), Self.record("D", "CAFÉ stool", popularity: 20),
    ])
    for text in ["cafe", "CAFÉ", "café"] {
      #expect(try await titles(shop, text) == ["Lamp", "Cafe chair", "CAFÉ stool", "Café table"], "\(text)")
    }
    #expect(try await titles(shop, "cafe7") == ["Lamp"])
    #expect(try await titles(shop, "ca").contains("Lamp") == false, "two letters mean words")
  }

  @Test("5: categories, brands and limits", .timeLimit(.minutes(5)))
  func limits() async throws {
    var records: [ProductRecord] = []
    // Group n has n products, a category and a brand of its own.
    for group in 1...5 {
      for number in 1...group {
        records.append(
          Self.record(
            "G\(group)-\(number)", "Wool coat \(group) \(number)", brand: "Brand \(group)",
            category: ["Fashion", "Coats \(group)"]))
      }
    }
    for (number, lifecycle) in [Lifecycle.draft, .hidden, .discontinued].enumerated() {
      records.append(Self.record("H\(number)", "Wool coat, \(lifecycle)", lifecycle: lifecycle))
    }
    let shop = try await TestShop(records)
    let all = try await shop.service.suggest("wo co")
    #expect(all.products.count == 6)
    #expect(all.products.allSatisfy { !$0.title.contains(",") })
    #expect(all.categories.map(\.name) == ["Coats 5", "Coats 4", "Coats 3"])
    #expect(all.categories.map(\.count) == [5, 4, 3])
    #expect(all.brands.isEmpty, "no brand begins with wo or co")
    let brands = try await shop.service.suggest("wo bra").brands
    #expect(brands.map(\.name) == ["Brand 5", "Brand 4", "Brand 3"])
    #expect(brands.map(\.count) == [5, 4, 3])
    let one = try await shop.service.suggest("coat bra 2")
    #expect(Set(one.products.map(\.title)).isSuperset(of: ["Wool coat 2 1", "Wool coat 2 2"]))
    #expect(one.text == "coat bra 2")
    let longest = String(repeating: "coat ", count: 60)
    #expect(try await shop.service.suggest(longest).products.count == 6, "as many words as a query may have")
  }
}

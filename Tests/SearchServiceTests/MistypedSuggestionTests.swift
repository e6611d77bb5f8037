// Over Postgres and the embedded engine:
// 1. A beginning with one letter put in, left out, replaced or exchanged suggests what the right one would, and says what
//    was meant; a beginning of a known word is never changed; words before the last are corrected as in a search.
// 2. Of the demo catalog's titles, mistyped at random in the last word's beginning, nearly all lead to their product's
//    kind of words (random edits, seed printed).
// 3. A visitor's own searches stand first, the newest before; popular queries follow, without those; sources that fail or
//    hang cost nothing but their lists, and nothing is suggested that no source said.
// 4. A search that found what was asked is kept as it was corrected; one that was relaxed or found nothing is not.
import Catalog
import Ports
import Pricing
import SearchService
import TestSupport
import Testing
import Understanding

@Suite struct MistypedSuggestionTests {
  private static func record(_ code: String, _ title: String, popularity: Double = 1) -> ProductRecord {
    ProductRecord(
      code: code, title: title, brand: "Velloria", categories: [["Fashion", "Clothes"]],
      variants: [.init(sku: SKU("\(code)-1"), prices: [Price(amount: Money(minorUnits: 100, currency: .gbp))])],
      popularity: popularity)
  }

  private static let records = [
    record("A1", "Red dress"), record("B2", "Red umbrella"), record("C3", "Quilted jacket"),
    record("D4", "Dresser in oak"), record("E5", "Driller"),
  ]

  private func service(
    _ shop: TestShop, _ searches: SearchService.PastSearches = .init(), patience: Duration = .seconds(60)
  ) async throws -> SearchService {
    let knowledge = CatalogKnowledge(source: shop.catalog)
    try await knowledge.refresh()
    var deadlines = SearchService.Deadlines()
    deadlines.search = .seconds(60)
    deadlines.labels = .seconds(60)
    deadlines.searches = patience
    return SearchService(
      engine: shop.node, index: "products", catalog: shop.catalog, clock: shop.clock, knowledge: knowledge,
      searches: searches, prices: shop.prices, deadlines: deadlines)
  }

  @Test("1: one edit", .timeLimit(.minutes(5)))
  func oneEdit() async throws {
    let service = try await service(try await TestShop(Self.records))
    for (typed, correction, title) in [
      ("qulit", "quilted", "Quilted jacket"), ("quited jac", "quilted jac", "Quilted jacket"),
      ("umbrwl", "umbrella", "Red umbrella"), ("umbbre", "umbrella", "Red umbrella"),
      ("red umbtel", "red umbrella", "Red umbrella"), ("kacket", "jacket", "Quilted jacket"),
      ("umbrlla ", "umbrella", "Red umbrella"), ("QULITED", "quilted", "Quilted jacket"),
    ] {
      let suggestions = try await service.suggest(typed)
      #expect(suggestions.corrections.first == correction, "\(typed): \(suggestions.corrections)")
      #expect(suggestions.products.first?.title == title, "\(typed)")
      #expect(suggestions.text == QueryUnderstanding.printable(typed))
    }
    for typed in ["dres", "dress", "re", "umb", "qu", "red dress", "velloria"] {
      let suggestions = try await service.suggest(typed)
      #expect(suggestions.corrections.isEmpty && !suggestions.products.isEmpty, "\(typed)")
    }
    for typed in ["zz", "zzzzqqqq", "xyzzy plugh", "12345", "quilted umbrella"] {
      let suggestions = try await service.suggest(typed)
      #expect(suggestions.products.isEmpty && suggestions.corrections.isEmpty, "\(typed): \(suggestions.corrections)")
    }
  }

  @Test("2: random edits", .timeLimit(.minutes(10)))
  func randomEdits() async throws {
    let shop = try await TestShop.seeded.value
    let service = try await service(shop)
    let titles = try await shop.products().filter(\.isSearchable).map(\.title)
    let seed = UInt64.random(in: .min ... .max)
    print("MistypedSuggestionTests.randomEdits seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var (tried, found) = (0, 0)
    while tried < 2000 {
      let words = titles.randomElement(using: &random)!.lowercased().split(separator: " ").filter { word in
        word.utf8.count >= 6 && word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      }
      guard let word = words.randomElement(using: &random) else { continue }
      let start = Array(word.prefix(Int.random(in: 5...word.count, using: &random)))
      var typed = start
      let place = Int.random(in: 1..<typed.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: typed.remove(at: place)
      case 1: typed.insert("abcdefghijklmnopqrstuvwxyz".randomElement(using: &random)!, at: place)
      default: typed[place] = "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random)!
      }
      tried += 1
      let suggestions = try await service.suggest(String(typed))
      let near = suggestions.corrections + (suggestions.corrections.isEmpty ? [String(typed)] : [])
      if !suggestions.products.isEmpty, near.contains(where: { $0.hasPrefix(String(start.prefix(1))) }) { found += 1 }
    }
    #expect(found >= 1900, "of 2000, seed \(seed)")
  }

  @Test("3: searches of before", .timeLimit(.minutes(5)))
  func before() async throws {
    let shop = try await TestShop(Self.records)
    let visitor = VisitorID.random()
    let recent = ListedSearches(lists: [visitor: ["red shoes", "lamp", "Red dress", "blue red hat", "red sofa"]])
    let popular = ListedQueries(list: ["red dress", "red shoes", "red lamp", "rest"])
    let known = try await service(shop, .init(recent: recent, popular: popular))
    let suggestions = try await known.suggest("re", visitor: visitor)
    #expect(suggestions.recent == ["red shoes", "Red dress", "blue red hat"])
    #expect(suggestions.queries == ["red dress", "red lamp", "rest"])
    #expect(try await known.suggest("", visitor: visitor).recent == ["red shoes", "lamp", "Red dress"])
    #expect(try await known.suggest("re", visitor: .random()).recent.isEmpty)
    #expect(try await known.suggest("re").recent.isEmpty)
    let none = try await service(shop).suggest("re", visitor: visitor)
    #expect(none.recent.isEmpty && none.queries.isEmpty && !none.products.isEmpty)
    for failure in [Failing(hangs: false), Failing(hangs: true)] {
      let lamed = try await service(
        shop, .init(recent: failure, popular: failure), patience: .milliseconds(5)
      ).suggest("re", visitor: visitor)
      #expect(lamed.recent.isEmpty && lamed.queries.isEmpty && !lamed.products.isEmpty)
    }
  }

  @Test("4: what is kept", .timeLimit(.minutes(5)))
  func kept() async throws {
    let shop = try await TestShop(Self.records)
    let visitor = VisitorID.random()
    let recent = ListedSearches(lists: [:])
    let service = try await service(shop, .init(recent: recent))
    #expect(service.remembersVisitors)
    for text in ["red dress", "quited jacket", "red zebra unicorn", "nothing whatever", ""] {
      await service.remember(try await service.search(SearchInput(text: text)), of: visitor)
    }
    #expect(await recent.searches(of: visitor) == ["quilted jacket", "red dress"])
  }

  private actor ListedSearches: RecentSearches {
    private var lists: [VisitorID: [String]]
    init(lists: [VisitorID: [String]]) { self.lists = lists }
    func record(_ text: String, by visitor: VisitorID) { lists[visitor, default: []].insert(text, at: 0) }
    func searches(of visitor: VisitorID) -> [String] { lists[visitor] ?? [] }
  }

  private struct ListedQueries: PopularQueries {
    let list: [String]
    func queries(startingWith text: String, limit: Int) -> [String] { list.filter { $0.hasPrefix(text) } }
  }

  private struct Failing: RecentSearches, PopularQueries {
    let hangs: Bool
    private func fail() async throws -> [String] {
      if hangs { try await Task.sleep(for: .seconds(3600)) }
      throw DependencyUnavailable(dependency: "a test", reason: "it is down")
    }
    func record(_ text: String, by visitor: VisitorID) async throws { _ = try await fail() }
    func searches(of visitor: VisitorID) async throws -> [String] { try await fail() }
    func queries(startingWith text: String, limit: Int) async throws -> [String] { try await fail() }
  }
}

// Over the 300 demo products, Postgres and the embedded engine:
// 1. "red dress" finds red dresses, first.
// 2. Any filters find what a plain reading of the products says, over all pages and each product once; every count of
//    every facet is what choosing that value would find, its own filter left out (random filters, seed printed).
// 3. Sorting by price, newest and rating orders the products of the whole catalog.
// 4. Suggestions come from the first letter on and begin as was typed.
import Catalog
import Pricing
import SearchService
import TestSupport
import Testing

@Suite struct SeededSearchTests {
  @Test("1: red dresses", .timeLimit(.minutes(5)))
  func redDress() async throws {
    let shop = try await TestShop.seeded.value
    let page = try await shop.service.search(SearchInput(text: "red dress"))
    #expect(page.relaxedTo == nil && page.degraded.isEmpty && page.total.value >= 3)
    let byCode = Dictionary(uniqueKeysWithValues: try await shop.products().map { ($0.code, $0) })
    for card in page.products.prefix(3) {
      let product = try #require(byCode[card.code])
      #expect(product.categories.contains { $0.names.contains("Dresses") }, "\(card.title)")
      #expect(Oracle.values(of: "colour", in: product).contains("Red"), "\(card.title)")
    }
  }

  @Test("2: filters and facets as a plain reading has them", .timeLimit(.minutes(10)))
  func filters() async throws {
    let shop = try await TestShop.seeded.value
    let oracle = Oracle(products: try await shop.products(), now: shop.clock.now())
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var found = 0
    // The bare catalog, then what was once counted wrongly (a range of the facet's own attribute), then anything.
    let fixed: [[SearchFilter]] = [
      [], [.attributeRange(code: "memory", lower: 31, upper: 32), .minimumRating(4)],
    ]
    for round in 0..<40 {
      let filters = round < fixed.count ? fixed[round] : oracle.randomFilters(&random)
      let input = SearchInput(filters: filters, pageSize: [7, 24, 100].randomElement(using: &random)!)
      let expected = Set(oracle.matches(filters).map(\.code))
      let codes = try await shop.allCodes(input)
      #expect(Set(codes) == expected && codes.count == expected.count, "\(filters), seed \(seed)")
      found += expected.count
      let page = try await shop.service.search(input)
      #expect(page.total.value == expected.count && page.total.isExact)
      for facet in page.facets { try check(facet, filters, oracle, seed) }
      for case .attribute(let code, let values) in filters {
        let facet = page.facets.first { $0.code == code }
        #expect(Set(facet?.values.filter(\.isSelected).map(\.value) ?? []) == Set(values), "\(code), seed \(seed)")
      }
    }
    #expect(found > 400, "the random filters must find something, seed \(seed)")
  }

  private func check(_ facet: Facet, _ filters: [SearchFilter], _ oracle: Oracle, _ seed: UInt64) throws {
    let others = filters.filter { $0.facetCode != facet.code }
    for value in facet.values {
      let chosen = try SearchInput(parameters: [("filter", "\(facet.code):\(value.value)")]).filters
      // A price bucket's label is rounded to the minor unit below its end, and so is its filter.
      let count = oracle.matches(others + chosen).count
      #expect(value.count == count, "\(facet.code) \(value.value) under \(filters), seed \(seed)")
    }
    #expect(facet.kind == .categories || Set(facet.values.map(\.value)).count == facet.values.count)
  }

  @Test("3: sorting", .timeLimit(.minutes(5)))
  func sorting() async throws {
    let shop = try await TestShop.seeded.value
    let oracle = Oracle(products: try await shop.products(), now: shop.clock.now())
    let byCode = Dictionary(uniqueKeysWithValues: oracle.products.map { ($0.code, $0) })
    func values<Value>(_ sort: SearchSort, _ value: (ProductSnapshot) -> Value?) async throws -> [Value] {
      let codes = try await shop.allCodes(SearchInput(sort: sort, pageSize: 100))
      #expect(codes.count == oracle.matches([]).count)
      let all = codes.map { value(byCode[$0]!) }
      let known = all.prefix { $0 != nil }
      #expect(all.dropFirst(known.count).allSatisfy { $0 == nil }, "what has no value comes last: \(sort)")
      return known.map { $0! }
    }
    let ascending = try await values(.priceAscending) { oracle.price($0) }
    #expect(ascending == ascending.sorted() && ascending.count > 200)
    let descending = try await values(.priceDescending) { oracle.price($0) }
    #expect(descending == ascending.reversed())
    let ratings = try await values(.rating) { $0.ratingAverage }
    #expect(ratings == ratings.sorted(by: >) && ratings.count > 100)
    let days = try await values(.newest) { $0.releasedAt?.millisecondsSinceEpoch }
    #expect(days == days.sorted(by: >) && !days.isEmpty)
    let popularities = try await values(.bestselling) { $0.popularity }
    #expect(popularities == popularities.sorted(by: >))
  }

  @Test("4: suggestions", .timeLimit(.minutes(5)))
  func suggestions() async throws {
    let shop = try await TestShop.seeded.value
    for text in ["d", "dr", "dre", "dress", "red dr", "DRE"] {
      let suggestions = try await shop.service.suggest(text)
      #expect(!suggestions.products.isEmpty && suggestions.products.count <= 6, "\(text)")
      for product in suggestions.products {
        let last = text.lowercased().split(separator: " ").last!
        let brand = try await shop.service.product(product.id)?.brand ?? ""
        let words = "\(product.title) \(brand)".lowercased().split { !$0.isLetter && !$0.isNumber }
        #expect(words.contains { $0.hasPrefix(last) }, "\(text): \(product.title)")
      }
    }
    let dresses = try await shop.service.suggest("dress")
    #expect(dresses.categories.contains { $0.name == "Dresses" })
    for text in ["", "  ", "!", "-", "zzzzqqqq"] {
      let suggestions = try await shop.service.suggest(text)
      #expect(suggestions.products.isEmpty && suggestions.brands.isEmpty && suggestions.categories.isEmpty, "\(text)")
    }
  }
}

/// The meaning of the filters, read off the products themselves.
struct Oracle {
  let products: [ProductSnapshot]
  let now: Timestamp

  init(products: [ProductSnapshot], now: Timestamp) {
    self.products = products.filter { $0.isSearchable && $0.audience.contains(.shops) }
    self.now = now
  }

  func price(_ product: ProductSnapshot) -> Int64? {
    lowestQuote(product.variants, at: now)?.amount.minorUnits
  }

  func matches(_ filters: [SearchFilter]) -> [ProductSnapshot] { products.filter { matches(filters, $0) } }

  func matches(_ filters: [SearchFilter], _ product: ProductSnapshot) -> Bool {
    filters.allSatisfy { matches($0, product) } && hasVariant(filters, product)
  }

  /// The values of a facet's attribute, the product's own and its variants'.
  static func values(of code: String, in product: ProductSnapshot) -> Set<String> {
    let all = product.attributes + product.variants.flatMap(\.options)
    return Set(
      all.filter { $0.definition.code == code && $0.definition.isFacet }.flatMap(\.values).map(\.displayText))
  }

  private func matches(_ filter: SearchFilter, _ product: ProductSnapshot) -> Bool {
    switch filter {
    case .category(let id): product.categories.contains { $0.steps.contains { $0.id == id } }
    case .brand(let names): product.brandName.map(names.contains) ?? false
    case .price(let lower, let upper): price(product).map { $0 >= lower ?? 0 && $0 <= upper ?? .max } ?? false
    case .minimumRating(let stars): product.ratingAverage.map { $0 >= stars } ?? false
    case .inStock: product.hasStock
    case .reduced:
      lowestQuote(product.variants, at: now).map { quote in
        quote.wasAmount.map { ($0.minorUnits - quote.amount.minorUnits) * 100 / $0.minorUnits > 0 } ?? false
      } ?? false
    case .releasedWithin(let days):
      product.releasedAt.map { $0.millisecondsSinceEpoch >= now.millisecondsSinceEpoch - Int64(days) * 86_400_000 }
        ?? false
    case .attribute(let code, let values): !Self.values(of: code, in: product).isDisjoint(with: values)
    case .attributeRange(let code, let lower, let upper):
      (product.attributes + product.variants.flatMap(\.options)).filter { $0.definition.code == code }.contains {
        $0.values.contains {
          if case .number(let number) = $0 {
            number >= lower ?? -.infinity && number <= upper ?? .infinity
          } else {
            false
          }
        }
      }
    }
  }

  /// One variant must have all chosen options, and be in stock where the filters ask for stock.
  private func hasVariant(_ filters: [SearchFilter], _ product: ProductSnapshot) -> Bool {
    let optionCodes = Set(product.variants.flatMap { $0.options.map(\.definition.code) })
    var chosen: [String: [String]] = [:]
    for case .attribute(let code, let values) in filters where optionCodes.contains(code) { chosen[code] = values }
    let needsStock = filters.contains(.inStock)
    guard chosen.count >= 2 || (needsStock && !chosen.isEmpty) else { return true }
    return product.variants.contains { variant in
      (!needsStock || variant.availableQuantity > 0)
        && chosen.allSatisfy { code, values in
          variant.options.contains { $0.definition.code == code && values.contains($0.values.first?.displayText ?? "") }
        }
    }
  }

  /// A few filters that something of the catalog has.
  func randomFilters(_ random: inout SeededGenerator) -> [SearchFilter] {
    let product = products.randomElement(using: &random)!
    var filters: [SearchFilter] = []
    let attributes = product.attributes + product.variants.randomElement(using: &random)!.options
    for attribute in attributes.filter(\.definition.isFacet).shuffled(using: &random).prefix(
      Int.random(in: 0...3, using: &random))
    {
      let code = attribute.definition.code
      guard !filters.contains(where: { $0.facetCode == code }) else { continue }
      if case .number(let number) = attribute.values[0], Bool.random(using: &random) {
        filters.append(
          .attributeRange(code: code, lower: number - 1, upper: Bool.random(using: &random) ? nil : number))
      } else {
        let other = products.randomElement(using: &random)!
        let more = Self.values(of: code, in: other).sorted().prefix(1)
        let values = [attribute.values[0].displayText] + more.filter { $0 != attribute.values[0].displayText }
        filters.append(.attribute(code: code, values: values))
      }
    }
    if Int.random(in: 0...3, using: &random) == 0, let brand = product.brandName { filters.append(.brand([brand])) }
    if Int.random(in: 0...3, using: &random) == 0,
      let step = product.categories.first?.steps.randomElement(using: &random)
    {
      filters.append(.category(step.id))
    }
    if Int.random(in: 0...3, using: &random) == 0, let price = price(product) {
      filters.append(.price(lower: price - 500 < 0 ? nil : price - 500, upper: price + 2000))
    }
    if Int.random(in: 0...4, using: &random) == 0 { filters.append(.minimumRating(4)) }
    if Int.random(in: 0...4, using: &random) == 0 { filters.append(.inStock) }
    if Int.random(in: 0...6, using: &random) == 0 { filters.append(.reduced) }
    return filters.shuffled(using: &random)
  }
}

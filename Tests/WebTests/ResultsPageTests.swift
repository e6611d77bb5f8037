// 1. Facets that cannot narrow are left out: one value that all products have, a slider from a number to itself, any facet
//    of a single product. Chosen facets stay, so that they can be taken back.
// 2. The first six facets stand open, the others are folded; a chosen one is open wherever it stands.
// 3. Chips: prices have the currency's sign; values that differ in capitals alone are one chip that takes all of them back.
// 4. An order is chosen in a form that keeps the whole search; without results there are neither orders nor filters.
// 5. Full and partial matches have a heading each, where they stand one behind the other.
// 6. A card counts its choices; without a picture it shows the same drawing as every other.
// 7. A list without products has no word of spelling, and none of departments where there are none.
import Catalog
import Testing

@testable import SearchService
@testable import Understanding
@testable import Web

@Suite struct ResultsPageTests {
  private func card(_ id: Int64, title: String = "Lamp") -> ProductCard {
    ProductCard(
      id: ProductID(rawValue: id), code: "P\(id)", title: title, isPriceFrom: false, isInStock: true, ratingCount: 0,
      variantCount: 1, choices: [])
  }

  private func value(_ text: String, _ count: Int, isSelected: Bool = false) -> Facet.Value {
    .init(value: text, label: text, count: count, isSelected: isSelected)
  }

  private func page(
    _ input: SearchInput = SearchInput(text: "lamp"), total: Int = 4, facets: [Facet] = [],
    plan: QueryPlan = QueryPlan(text: "lamp")
  ) -> SearchPage {
    SearchPage(
      input: input, plan: plan, typedText: input.text,
      relaxedTo: plan.strictness == .everyWord ? nil : plan.strictness, total: .init(value: total, isExact: true),
      products: (0..<min(total, 4)).map { card(Int64($0)) }, facets: facets, degraded: [], tookMilliseconds: 1)
  }

  private func html(_ page: SearchPage, fullMatches: Set<ProductID>? = nil) -> String {
    let addresses = ListAddress(input: page.input, tree: CategoryTree(nodes: []), currency: .gbp)
    return ResultsPage(page: page, addresses: addresses, fullMatches: fullMatches, recommended: nil).body.text
  }

  @Test("1: facets that cannot narrow")
  func useless() {
    let facets = [
      Facet(code: "brand", name: "Brand", kind: .values, values: [value("Aurelis", 4)]),
      Facet(code: "fit", name: "Fit", kind: .values, values: [value("Loose", 3)]),
      Facet(
        code: "price", name: "Price", kind: .ranges, values: [value("0..9", 4)],
        spread: .init(lowest: 349, highest: 349)),
      Facet(
        code: "weight", name: "Weight", unit: "kg", kind: .ranges, values: [], spread: .init(lowest: 1, highest: 2)),
    ]
    let several = html(page(facets: facets))
    #expect(!several.contains("<h2>Brand</h2>") && !several.contains("<h2>Price</h2>"))
    #expect(several.contains("<h2>Fit</h2>") && several.contains("<h2>Weight <span class=\"unit\">(kg)</span></h2>"))
    #expect(!html(page(total: 1, facets: facets)).contains("class=\"facet\""))
    let chosen = html(
      page(
        SearchInput(text: "lamp", filters: [.brand(["Aurelis"])]),
        facets: [
          Facet(code: "brand", name: "Brand", kind: .values, values: [value("Aurelis", 4, isSelected: true)])
        ]))
    #expect(chosen.contains("<h2>Brand</h2>") && chosen.contains("Remove the filter"))
  }

  @Test("2: folded facets")
  func folded() {
    let facets = (0..<9).map { number in
      Facet(code: "f\(number)", name: "F\(number)", kind: .values, values: [value("a", 1), value("b", 3)])
    }
    let input = SearchInput(text: "lamp", filters: [.attribute(code: "f8", values: ["a"])])
    let text = html(page(input, facets: facets))
    #expect(text.ranges(of: "<details class=\"facet\" open>").count == 7)
    #expect(text.ranges(of: "<details class=\"facet\">").count == 2)
    #expect(text.contains("<details class=\"facet\" open><summary><h2>F8</h2>"))
  }

  @Test("3: chips")
  func chips() {
    let filters: [SearchFilter] = [
      .price(lower: 120_000, upper: 180_000), .attribute(code: "size", values: ["Double", "DOUBLE"]),
    ]
    let text = html(page(SearchInput(text: "bed", filters: filters)))
    #expect(text.contains("Price: £1,200 to £1,800 <"))
    #expect(text.ranges(of: "size: Double").count == 1 && !text.contains("size: DOUBLE"))
    #expect(text.contains("href=\"/search?q=bed&amp;filter=price:1200.00..1800.00\""))

    var plan = QueryPlan(text: "double bed under 50")
    plan.recognitions = ["Double", "DOUBLE"].map {
      Recognition(kind: .size, label: $0, words: "double", constraint: .values([]), isFilter: true)
    }
    plan.recognitions.append(
      Recognition(
        kind: .price, label: "up to 50", words: "under 50", constraint: .price(lower: nil, upper: 5_000), isFilter: true
      ))
    let understood = html(page(plan: plan))
    #expect(understood.contains("Price: up to £50 <") && understood.ranges(of: "Size: Double").count == 1)
    #expect(understood.contains("ignore=size:DOUBLE&amp;ignore=size:Double\""))
    #expect(understood.contains(">Understood as:</p>") && understood.contains("to search for its words as you typed"))
  }

  @Test("4: orders")
  func orders() {
    let input = SearchInput(text: "lamp", filters: [.inStock], sort: .newest, page: 3, pageSize: 2)
    let text = html(page(input))
    #expect(text.contains("<option value=\"newest\" selected>Newest</option>"))
    for field in [("q", "lamp"), ("filter", "stock:yes"), ("page_size", "2")] {
      #expect(text.contains("<input type=\"hidden\" name=\"\(field.0)\" value=\"\(field.1)\">"))
    }
    #expect(!text.contains("name=\"page\"") && text.contains("<button type=\"submit\">Apply</button>"))
    let nothing = html(page(total: 0))
    #expect(nothing.contains("<h1>No results for “lamp”</h1>"))
    for part in ["id=\"sort\"", "<aside", "0 products", "id=\"show-filters\""] { #expect(!nothing.contains(part)) }
  }

  @Test("5: partial matches")
  func partialMatches() {
    var plan = QueryPlan(text: "lamp")
    plan.strictness = .everyWordFirst
    let page = page(plan: plan)
    let parted = html(page, fullMatches: [ProductID(rawValue: 0), ProductID(rawValue: 1)])
    let parts = parted.split(separator: "<h2 class=\"part\">", omittingEmptySubsequences: false)
    #expect(parts.count == 3)
    #expect(parts[0].contains("2 products match all of “lamp”; the others are partial matches."))
    #expect(parts[1].hasPrefix("Full matches") && parts[1].ranges(of: "data-product").count == 2)
    #expect(parts[2].hasPrefix("Partial matches") && parts[2].ranges(of: "data-product").count == 2)
    for full: Set<ProductID>? in [nil, [], [ProductID(rawValue: 1)], Set((0..<4).map { ProductID(rawValue: $0) })] {
      #expect(!html(page, fullMatches: full).contains("class=\"part\""))
    }
  }

  @Test("6: cards")
  func cards() {
    var product = card(7, title: "«étagère» & more")
    product.variantCount = 6
    product.choices = [
      .init(code: "colour", name: "Colour", values: ["Red", "Blue"].map { .init(label: $0) }, meant: "Red"),
      .init(code: "size", name: "Size", values: (1...6).map { .init(label: "\($0)") }),
    ]
    let text = ProductGrid.html([product]).text
    #expect(text.contains("<span>Red, 1 of 2 colours</span>") && text.contains("<span>6 sizes</span>"))
    let picture = ProductGrid.picture(nil, isEager: true).text
    #expect(picture.hasPrefix("<span class=\"picture none\" aria-hidden=\"true\"><svg") && text.contains(picture))
    #expect(ProductGrid.html([product], isStrip: true).text.hasPrefix("<ul class=\"grid strip few\">"))
    let five = (1...5).map { card($0) }
    #expect(ProductGrid.html(five, isStrip: true).text.hasPrefix("<ul class=\"grid strip\">"))
  }

  @Test("7: empty lists")
  func emptyLists() {
    let list = Listing(kind: .virtual, slug: "new", name: "New")
    let text = html(page(SearchInput(listing: list), total: 0))
    #expect(text.contains("There is nothing in this list at the moment.") && text.contains("href=\"/search\""))
    #expect(!text.contains("spelling") && !text.contains("department"))
    #expect(html(page(total: 0)).contains("Check the spelling, try fewer words."))
  }
}

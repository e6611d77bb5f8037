// Each threshold of understanding, just below it and at it, over shops made for that:
// 1. A brand is a filter when four fifths of the products with its word are the brand's.
// 2. A colour or a size is a filter when four fifths of the category's products have one.
// 3. A colour is one beside a word of whose products half come in colours.
// 4. A measure means the numbers within a fiftieth of it.
// 5. Each word about prices means what it says: under, over, about; each word for a currency makes a number a price.
import Catalog
import Testing
import Understanding

@Suite struct ThresholdTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)

  private static func product(
    _ title: String, brand: String? = nil, category: String = "Things",
    attributes: [ProductSnapshot.Attribute] = []
  ) -> ProductSnapshot {
    let step = CategoryPath.Step(id: CategoryID(1), slug: "one", name: category)
    return ProductSnapshot(
      id: ProductID(1), code: title, source: "test", documentVersion: 1, title: title, summary: "", brandName: brand,
      categories: [CategoryPath(steps: [step])], attributes: attributes,
      variants: [ProductSnapshot.Variant(id: VariantID(1), sku: SKU("one"))],
      createdAt: Timestamp(microsecondsSinceEpoch: 0), updatedAt: Timestamp(microsecondsSinceEpoch: 0))
  }

  private static func understanding(of products: [ProductSnapshot]) -> QueryUnderstanding {
    var words = VocabularyBuilder()
    var knowledge = ShopKnowledgeBuilder()
    for product in products {
      knowledge.add(product)
      words.add(document: [product.title, product.brandName ?? ""])
    }
    return QueryUnderstanding(
      rules: UnderstoodShop.rules, knowledge: knowledge.build(), vocabulary: words.build())
  }

  private static let red = ProductSnapshot.Attribute(
    definition: colour, values: [.swatch(name: "Red", hex: "#ff0000")])

  @Test("1: a brand's words", arguments: [(80, 20, true), (79, 20, false), (4, 1, true), (7, 2, false)])
  func brands(own: Int, others: Int, isFilter: Bool) {
    let products =
      (0..<own).map { Self.product("Lamp \($0)", brand: "Orbiq") }
      + (0..<others).map { Self.product("Shade for Orbiq \($0)", brand: "Oakham") }
    let plan = Self.understanding(of: products).plan("orbiq glow")
    let brand = plan.recognitions.filter { $0.kind == .brand }
    #expect(brand.map(\.label) == ["Orbiq"] && brand.map(\.isFilter) == [isFilter])
  }

  @Test("2: a category's colours", arguments: [(80, 20, true), (79, 20, false), (4, 1, true), (7, 2, false)])
  func coloured(with count: Int, without: Int, isFilter: Bool) {
    let products =
      (0..<count).map { Self.product("Gown \($0)", category: "Dresses", attributes: [Self.red]) }
      + (0..<without).map { Self.product("Gown plain \($0)", category: "Dresses") }
    let colours = Self.understanding(of: products).plan("red dresses").recognitions.filter { $0.kind == .colour }
    #expect(colours.map(\.label) == ["Red"] && colours.map(\.isFilter) == [isFilter])
  }

  @Test("2: a category's sizes", arguments: [(80, 20, true), (79, 20, false)])
  func sized(with count: Int, without: Int, isRecognised: Bool) {
    let extraLarge = ProductSnapshot.Attribute(definition: Self.size, values: [.text("XL")])
    let products =
      (0..<count).map { Self.product("Gown \($0)", category: "Dresses", attributes: [extraLarge]) }
      + (0..<without).map { Self.product("Gown plain \($0)", category: "Dresses") }
    let sizes = Self.understanding(of: products).plan("dresses xl").recognitions.filter { $0.kind == .size }
    #expect(sizes.map(\.isFilter) == (isRecognised ? [true] : []))
  }

  @Test("3: a colour beside a word", arguments: [(50, 50, true), (49, 50, false), (2, 2, true), (4, 5, false)])
  func plausible(coloured: Int, plain: Int, isColour: Bool) {
    let products =
      (0..<coloured).map { Self.product("Gizmo \($0)", attributes: [Self.red]) }
      + (0..<plain).map { Self.product("Gizmo plain \($0)") }
    let plan = Self.understanding(of: products).plan("red gizmo")
    #expect(plan.recognitions.map(\.kind) == (isColour ? [.colour] : []))
  }

  @Test("4: a measure's breadth")
  func measures() throws {
    let plan = UnderstoodShop.plan("laptop 15.6\"")
    let constraint = plan.recognitions.first { $0.kind == .measure }?.constraint
    guard case .numbers(let ranges)? = constraint, let range = ranges.first else {
      Issue.record("no measure: \(plan.recognitions)")
      return
    }
    #expect(range.code == "screen_size")
    for (share, isWithin) in [(0.9799, false), (0.9801, true), (1, true), (1.0199, true), (1.0201, false)] {
      let number = 15.6 * share
      #expect((range.lower <= number && number <= range.upper) == isWithin, "\(number)")
    }
  }

  private static let under = [
    "under", "below", "max", "maximum", "upto", "up to", "less than", "cheaper than", "no more than", "not over",
    "not more than", "not above", "at most",
  ]
  private static let over = [
    "over", "above", "from", "min", "minimum", "more than", "at least",
    "no less than", "not less than", "not under", "not below",
  ]
  private static let about = ["around", "about", "roughly", "approx"]

  @Test("5: words about prices", arguments: under + over + about)
  func prices(word: String) {
    let expected: Recognition.Constraint =
      Self.under.contains(word)
      ? .price(lower: nil, upper: 3700)
      : Self.over.contains(word)
        ? .price(lower: 3700, upper: nil) : .price(lower: 2960, upper: 4440)
    for amount in ["£37", "37", "37 pounds"] {
      let plan = UnderstoodShop.plan("dress \(word) \(amount)")
      #expect(plan.filters.map(\.constraint) == [expected], "\(word) \(amount)")
      #expect(plan.words == "dress", "\(word) \(amount)")
    }
  }

  @Test(
    "5: currencies",
    arguments: [
      "37 gbp", "37 pound", "37 pounds", "37 quid", "37 eur", "37 euro", "37 euros", "37 usd", "37 dollar",
      "37 dollars", "£37", "37£", "$37", "37$", "€37", "37€",
    ])
  func currencies(amount: String) {
    let plan = UnderstoodShop.plan("dress \(amount)")
    #expect(plan.filters.map(\.constraint) == [.price(lower: 2960, upper: 4440)])
    #expect(plan.words == "dress")
  }

  @Test(
    "5: cheap",
    arguments: [
      "cheap", "cheapest", "budget", "inexpensive", "affordable", "bargain", "low cost", "low price", "good value",
    ])
  func cheap(word: String) {
    let plan = UnderstoodShop.plan("\(word) laptop")
    #expect(plan.words == "laptop" && plan.filters.isEmpty)
    #expect(
      plan.recognitions.map(\.kind) == [.category, .price] || plan.recognitions.map(\.kind) == [.price, .category])
  }
}

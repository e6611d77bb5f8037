import Catalog
import Understanding

/// A small shop to understand queries of: dresses and trainers with colours and sizes, laptops and their bags.
enum UnderstoodShop {
  static let dresses = CategoryPath.Step(id: CategoryID(1), slug: "dresses", name: "Dresses")
  static let trainers = CategoryPath.Step(id: CategoryID(2), slug: "trainers", name: "Trainers")
  static let laptops = CategoryPath.Step(id: CategoryID(3), slug: "laptops", name: "Laptops")
  static let bags = CategoryPath.Step(id: CategoryID(4), slug: "bags", name: "Laptop Bags & Sleeves")
  static let watches = CategoryPath.Step(id: CategoryID(5), slug: "watches", name: "Smartwatches")

  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)
  private static let shoeSize = AttributeDefinition(code: "shoe_size", name: "Shoe size", type: .number, isFacet: true)
  private static let screen = AttributeDefinition(
    code: "screen_size", name: "Screen", type: .number, unit: "\"", isFacet: true)
  private static let material = AttributeDefinition(code: "material", name: "Material", type: .text, isFacet: true)

  static let rules: QueryRules = {
    do {
      return try QueryRules(
        synonyms: "laptop, notebook\ntrainers, sneakers, gym shoes^0.5\nbathrobe => dressing gown\n",
        stopPhrases: "looking for\na\nthe\nfor\n", accessories: "bag\nsleeve\ncase\n",
        redirects: "delivery => /help/delivery\n")
    } catch {
      fatalError("\(error)")
    }
  }()

  static let understanding: QueryUnderstanding = {
    var words = VocabularyBuilder()
    var knowledge = ShopKnowledgeBuilder()
    for product in products {
      knowledge.add(product)
      words.add(document: [product.title, product.brandName ?? ""] + product.categories.flatMap(\.names))
    }
    return QueryUnderstanding(rules: rules, knowledge: knowledge.build(), vocabulary: words.build())
  }()

  static func plan(_ text: String, ignoring ignored: Set<String> = []) -> QueryPlan {
    understanding.plan(text, ignoring: ignored)
  }

  private static let products: [ProductSnapshot] =
    ["Red", "Navy", "Blue", "Black"].flatMap { name in
      [
        product(
          "Wrap dress \(name)", "Velloria", dresses, [attribute(colour, .swatch(name: name, hex: "#000000"))],
          options: [("10", nil), ("12", nil), ("XL", nil)], price: 6000),
        product(
          "Linen dress \(name)", "Solenne", dresses, [attribute(colour, .swatch(name: name, hex: "#000000"))],
          options: [("10", nil), ("12", nil), ("XL", nil)], price: 8000),
        product(
          "Trail runner \(name)", "Kestrel Run", trainers, [attribute(colour, .swatch(name: name, hex: "#000000"))],
          options: [(nil, 6), (nil, 9)], price: 9000),
        product("Notebook for school \(name)", "Nimbra", laptops, [attribute(screen, .number(15.6))], price: 45_000),
        product("Canvas laptop bag \(name)", "Oakham", bags, [attribute(material, .text("Canvas"))], price: 4000),
        // What others make for a brand is not of the brand.
        product("Strap for Orbiq \(name)", "Oakham", watches, [], price: 1500),
        product("Orbiq smartwatch \(name)", "Orbiq", watches, [], price: 20_000),
      ]
    }

  private static func attribute(
    _ definition: AttributeDefinition, _ value: AttributeValue
  ) -> ProductSnapshot.Attribute {
    .init(definition: definition, values: [value])
  }

  private static func product(
    _ title: String, _ brand: String, _ category: CategoryPath.Step, _ attributes: [ProductSnapshot.Attribute],
    options: [(size: String?, shoeSize: Double?)] = [(nil, nil)], price: Int64
  ) -> ProductSnapshot {
    let variants = options.enumerated().map { index, option in
      ProductSnapshot.Variant(
        id: VariantID(Int64(index + 1)), sku: SKU("\(title)-\(index)"),
        options: (option.size.map { [attribute(size, .text($0))] } ?? [])
          + (option.shoeSize.map { [attribute(shoeSize, .number($0))] } ?? []),
        prices: [Price(list: .retail, amount: Money(minorUnits: price, currency: .gbp))])
    }
    return ProductSnapshot(
      id: ProductID(1), code: title, source: "test", documentVersion: 1, title: title, summary: "", brandName: brand,
      categories: [CategoryPath(steps: [category])], attributes: attributes, variants: variants,
      createdAt: Timestamp(microsecondsSinceEpoch: 0), updatedAt: Timestamp(microsecondsSinceEpoch: 0))
  }
}

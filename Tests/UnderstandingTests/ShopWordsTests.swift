// 1. A plural and its singular are one word, whether it ends in -y, in -ie or is irregular; what only ends as a plural does
//    stays.
// 2. Prices in a query are read in the minor units of the shop's currency, however many digits they have.
// 3. The middle price is that of the whole shop, and not of the products that were imported first.
import Catalog
import Testing
import Understanding

@Suite struct ShopWordsTests {
  @Test(
    "1: singulars",
    arguments: [
      ("beanies", "beanie"), ("hoodies", "hoodie"), ("cookies", "cookie"), ("movies", "movie"), ("ties", "tie"),
      ("pies", "pie"), ("brownies", "brownie"), ("batteries", "battery"), ("accessories", "accessory"),
      ("leaves", "leaf"), ("wolves", "wolf"), ("calves", "calf"), ("halves", "half"), ("shelves", "shelf"),
      ("knives", "knife"), ("mice", "mouse"), ("feet", "foot"), ("children", "child"), ("teeth", "tooth"),
      ("dresses", "dress"), ("boxes", "box"), ("watches", "watch"), ("brushes", "brush"), ("lamps", "lamp"),
      ("glasses", "glasses"), ("lens", "lens"), ("series", "series"), ("canvas", "canvas"), ("mens", "men"),
    ])
  func singulars(_ plural: String, _ singular: String) {
    #expect(QueryUnderstanding.singular(plural) == singular)
    #expect(QueryUnderstanding.singular(singular) == singular)
  }

  private static func plan(_ text: String, currency code: String, prices: [Int64]) throws -> QueryPlan {
    let currency = try #require(Currency(code: code))
    var knowledge = ShopKnowledgeBuilder()
    var words = VocabularyBuilder()
    for (index, price) in prices.enumerated() {
      let title = "Garden lamp \(index)"
      words.add(document: [title])
      let variant = ProductSnapshot.Variant(
        id: VariantID(1), sku: SKU("L\(index)"), options: [],
        prices: [Price(list: .retail, amount: Money(minorUnits: price, currency: currency))])
      knowledge.add(
        ProductSnapshot(
          id: ProductID(Int64(index + 1)), code: "P\(index)", source: "test", documentVersion: 1, title: title,
          summary: "", brandName: nil, categories: [], attributes: [], variants: [variant],
          createdAt: Timestamp(microsecondsSinceEpoch: 0), updatedAt: Timestamp(microsecondsSinceEpoch: 0)))
    }
    return QueryUnderstanding(knowledge: knowledge.build(), vocabulary: words.build()).plan(text)
  }

  @Test(
    "2: minor units",
    arguments: [
      ("JPY", "lamp under 5000 yen", 5000, "up to 5000"), ("KRW", "lamp under 5000", 5000, "up to 5000"),
      ("KWD", "lamp under 5", 5000, "up to 5"), ("BHD", "lamp under 2.5", 2500, "up to 2.500"),
      ("GBP", "lamp under 5.05", 505, "up to 5.05"), ("EUR", "lamp under 50", 5000, "up to 50"),
    ] as [(String, String, Int64, String)])
  func minorUnits(_ code: String, _ text: String, _ upper: Int64, _ label: String) throws {
    let plan = try Self.plan(text, currency: code, prices: [1000, 2000, 3000])
    let price = try #require(plan.recognitions.first { $0.kind == .price })
    #expect(price.constraint == .price(lower: nil, upper: upper) && price.label == label)
  }

  @Test("3: the middle price")
  func middle() throws {
    // The first hundred cost 1,000, the other nine hundred 50.
    let prices = Array(repeating: Int64(100_000), count: 100) + Array(repeating: 5000, count: 900)
    let plan = try Self.plan("cheap lamp", currency: "GBP", prices: prices)
    let price = try #require(plan.recognitions.first { $0.kind == .price })
    #expect(price.constraint == .lowPrice(typical: 5000))
  }
}

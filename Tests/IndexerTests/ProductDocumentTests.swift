// 1. The whole bytes of a document: of a product that has everything, and of one that has only its name.
// 2. Facet tokens of numbers sort like the numbers (random numbers, seed printed), and are read back.
// 3. A product with two variants has every combination of each variant's options and none across variants.
import Catalog
import Indexer
import JSON
import TestSupport
import Testing

@Suite struct ProductDocumentTests {
  private static let day = Timestamp("2026-01-02T03:04:05.678Z")!
  private static let now = Timestamp("2026-11-23T12:00:00Z")!

  private static let everything: ProductSnapshot = {
    let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
    let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)
    let weight = AttributeDefinition(code: "weight", name: "Weight", type: .number, unit: "kg", isFacet: true)
    let note = AttributeDefinition(code: "note", name: "Note", type: .text, isFacet: true)
    let lined = AttributeDefinition(code: "lined", name: "Lined", type: .boolean, isFacet: true)
    let made = AttributeDefinition(code: "made", name: "Made", type: .date)
    func step(_ id: Int64, _ name: String) -> CategoryPath.Step {
      .init(id: CategoryID(id), slug: name.lowercased(), name: name)
    }
    func price(_ list: PriceListCode, _ amount: Int64, was: Int64? = nil, from: String? = nil, until: String? = nil)
      -> Price
    {
      Price(
        list: list, amount: Money(minorUnits: amount, currency: .gbp),
        wasAmount: was.map { Money(minorUnits: $0, currency: .gbp) }, validFrom: from.map { Timestamp($0)! },
        validUntil: until.map { Timestamp($0)! })
    }
    return ProductSnapshot(
      id: ProductID(2050), code: "P \"1\"", source: "seed", documentVersion: 17, title: "Red dress — été\n",
      summary: "Soft <cotton>", brandID: BrandID(3), brandName: "Ænima",
      categories: [
        CategoryPath(steps: [step(1, "Fashion"), step(2, "Dresses")]),
        CategoryPath(steps: [step(1, "Fashion"), step(5, "Sale")]),
      ],
      attributes: [
        .init(definition: weight, values: [.number(-0.5)]),
        .init(definition: note, values: [.text("cool"), .text(String(repeating: "x", count: 81))]),
        .init(definition: lined, values: [.boolean(true)]),
        .init(definition: made, values: [.date(CalendarDay("2026-01-02")!)]),
      ],
      variants: [
        .init(
          id: VariantID(7), sku: SKU("S-7"), gtin: "4006381333931",
          options: [
            .init(definition: size, values: [.text("M|L")]),
            .init(definition: colour, values: [.swatch(name: "Red", hex: "#ff0000")]),
          ], pictureURL: "/pictures/7.svg",
          prices: [
            price("retail", 2000, was: 2500), price("retail", 900, from: "2027-01-01T00:00:00Z"), price("acme", 1500),
          ], availableQuantity: 4),
        .init(
          id: VariantID(8), sku: SKU("S-8"),
          options: [
            .init(definition: size, values: [.text("S")]),
            .init(definition: colour, values: [.swatch(name: "Blue", hex: "#0000ff")]),
          ], prices: [price("retail", 2100)], availableQuantity: 0),
      ],
      pictureURLs: (1...6).map { "/pictures/\($0).svg" }, ratingAverage: 4.5, ratingCount: 12, popularity: 3.25,
      lifecycle: .listed, audience: .everyone, releasedAt: Timestamp("2026-01-01"), createdAt: day, updatedAt: day)
  }()

  @Test("1: everything")
  func whole() {
    let numberToken = FacetToken.number(code: "weight", -0.5)
    #expect(numberToken == "weight=401fffffffffffff")
    let expected = #"""
      {"product_id":2050,"document_version":17,"audit_bucket":2,"audit_checksum":1480600533,"source":"seed",
      "codes":["P \"1\"","S-7","4006381333931","S-8"],"code_starts":["P \"1\"","S-7","S-8"],"title":"Red dress — été\n","head":"dress","heads":["dress","ete"],"summary":"Soft <cotton>",
      "brand":"Ænima","category":["Fashion","Dresses","Sale"],"category_ids":["1","2","5"],
      "attributes":["cool","LONG","M|L","Red","S","Blue"],"features":["Lined"],
      "facets":["weight=-0.5","note=cool","lined=yes","size=M|L","colour=Red","size=S","colour=Blue"],
      "facet_numbers":["weight=401fffffffffffff"],"swatches":["Red=#ff0000","Blue=#0000ff"],
      "variant_options":["colour=Red","size=M\\|L","colour=Red|size=M\\|L","colour=Blue","size=S","colour=Blue|size=S"],
      "buyable_options":["colour=Red","size=M\\|L","colour=Red|size=M\\|L"],
      "option_codes":["size","colour"],"price":{"acme":1500,"retail":2000},"discount_percent":20,"is_in_stock":true,
      "available_quantity":4,"popularity":3.25,"rating":4.5,"rating_count":12,"lifecycle":"listed",
      "audience":["b2c","b2b"],"released_at":"2026-01-01T00:00:00Z","created_at":"2026-01-02T03:04:05.678Z",
      "updated_at":"2026-01-02T03:04:05.678Z","display":{"code":"P \"1\"",
      "pictures":["/pictures/1.svg","/pictures/2.svg","/pictures/3.svg","/pictures/4.svg"],
      "variants":[{"id":"7","sku":"S-7","picture":"/pictures/7.svg","in_stock":true,
      "options":{"size":"M|L","colour":"Red"}},{"id":"8","sku":"S-8","in_stock":false,
      "options":{"size":"S","colour":"Blue"}}]}}
      """#.split(separator: "\n").joined().replacing("LONG", with: String(repeating: "x", count: 81))
    #expect(String(decoding: ProductDocument(Self.everything, at: Self.now).source(), as: UTF8.self) == expected)
  }

  @Test("1: bare")
  func bare() {
    let product = ProductSnapshot(
      id: ProductID(1), code: "C", source: "seed", documentVersion: 1, title: "Thing", summary: "",
      variants: [.init(id: VariantID(2), sku: SKU("C"))], audience: .companies, createdAt: Self.day, updatedAt: Self.day
    )
    let expected = #"""
      {"product_id":1,"document_version":1,"audit_bucket":1,"audit_checksum":585239886,"source":"seed",
      "codes":["C","C"],"title":"Thing","head":"thing","heads":["thing"],
      "price":{},"is_in_stock":false,"available_quantity":0,"popularity":0.0,"rating_count":0,"lifecycle":"listed",
      "audience":["b2b"],"released_at":"2026-01-02T03:04:05.678Z",
      "created_at":"2026-01-02T03:04:05.678Z","updated_at":"2026-01-02T03:04:05.678Z",
      "display":{"code":"C","pictures":[],"variants":[{"id":"2","sku":"C","in_stock":false,"options":{}}]}}
      """#.split(separator: "\n").joined()
    #expect(String(decoding: ProductDocument(product, at: Self.now).source(), as: UTF8.self) == expected)
  }

  @Test("2: tokens sort like numbers")
  func numberOrder() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var numbers = [0, -0.0, 1, -1, 0.5, 1e300, -1e300, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 13, 15.6, 16]
    for _ in 0..<2000 {
      let scale = Double.random(in: -300...300, using: &random)
      let magnitude = Double.random(in: 1...10, using: &random) * (scale.rounded() * 2.302585092994046).exponential
      numbers.append(Bool.random(using: &random) ? magnitude : -magnitude)
    }
    let sorted = numbers.sorted()
    for (low, high) in zip(sorted, sorted.dropFirst()) {
      let (left, right) = (FacetToken.number(code: "a", low), FacetToken.number(code: "a", high))
      #expect(
        low == high ? left == right : left.utf8.lexicographicallyPrecedes(right.utf8), "\(low) \(high), seed \(seed)")
    }
    #expect(FacetToken.number(code: "size", 1) > "size=" && FacetToken.number(code: "size", 1e308) < "size=~")
    #expect(FacetToken.parse("size=a=b")! == ("size", "a=b"))
    #expect(FacetToken.parse("size") == nil)
  }

  @Test("3: combinations are of one variant")
  func combinations() {
    let definitions = ["a", "b", "c", "d", "e"].map { AttributeDefinition(code: $0, name: $0, type: .text) }
    let options = definitions.map { ProductSnapshot.Attribute(definition: $0, values: [.text("1")]) }
    #expect(FacetToken.combinations(of: []) == [])
    #expect(FacetToken.combinations(of: Array(options.prefix(2).reversed())) == ["a=1", "b=1", "a=1|b=1"])
    #expect(FacetToken.combinations(of: options).count == 15)
  }
}

extension Double {
  /// e to this power, by its series and squaring: the tests need magnitudes, not digits.
  fileprivate var exponential: Double {
    let part = self / 1024
    var result = 1 + part * (1 + part / 2 * (1 + part / 3 * (1 + part / 4)))
    for _ in 0..<10 { result *= result }
    return result
  }
}

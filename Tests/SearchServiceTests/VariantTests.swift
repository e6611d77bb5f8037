// One card a product, of the variant that the search means. Over Postgres and the embedded engine:
// 1. The red one for `red dress`, for the filter colour:Red, and for its SKU: with its price, its picture, its stock.
// 2. Where the search means no variant or all alike, the card is of the product: its picture, its lowest price, "from".
// 3. Of several that are meant, the cheapest in stock; "from" where the others of them cost more.
// 4. Filters go before words; a number's range means the variants within it; a word must be the whole value.
// 5. What the variants differ in is counted, each value once, colours with their tone.
// 6. For every product of the demo catalog and each of its options' values as a filter, the card's variant has the value,
//    and costs what the product's page says.
// 7. Under a price, chosen or typed, the card is of a variant that costs no more; where those that are meant all cost more,
//    there is no card.
import Catalog
import Pricing
import SearchService
import Testing

@Suite struct VariantTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
  private static let size = AttributeDefinition(code: "size", name: "Size", type: .text, isFacet: true)
  private static let storage = AttributeDefinition(
    code: "storage", name: "Storage", type: .number, unit: "GB", isFacet: true)

  private struct Option {
    var colour: String
    var size: String
    var price: Int64
    var stock: Int64 = 5
    var storage: Double?
  }

  private static let hexes = ["Red": "#ff0000", "Blue": "#0000ff", "Rose Gold": "#d3a08c", "Écru": "#f1e8d3"]

  private static func record(_ code: String, _ title: String, _ options: [Option]) -> ProductRecord {
    ProductRecord(
      code: code, title: title, categories: [["Fashion", "Dresses"]],
      variants: options.enumerated().map { index, option in
        .init(
          sku: SKU("\(code)-\(index + 1)"),
          options: [
            .init(colour, [.swatch(name: option.colour, hex: hexes[option.colour]!)]),
            .init(size, [.text(option.size)]),
          ] + (option.storage.map { [.init(storage, [.number($0)])] } ?? []),
          pictureURL: "/\(option.colour).svg",
          prices: [Price(amount: Money(minorUnits: option.price, currency: .gbp))], stock: ["main": option.stock])
      }, pictureURLs: ["/own.svg"])
  }

  private static let dress = record(
    "D", "Summer dress",
    [
      Option(colour: "Blue", size: "S", price: 2000), Option(colour: "Red", size: "S", price: 3500, stock: 0),
      Option(colour: "Red", size: "M", price: 4000), Option(colour: "Red", size: "L", price: 4500),
      Option(colour: "Rose Gold", size: "S", price: 5000), Option(colour: "Écru", size: "M", price: 6000),
    ])

  private func card(_ shop: TestShop, _ text: String, _ filters: [SearchFilter] = []) async throws -> ProductCard {
    try #require(try await shop.service.search(SearchInput(text: text, filters: filters)).products.first, "\(text)")
  }

  @Test("1, 3: the variant that is meant", .timeLimit(.minutes(5)))
  func meant() async throws {
    let shop = try await TestShop([Self.dress])
    let red: [(String, [SearchFilter])] = [
      ("red dress", []), ("RED", []), ("dress", [.attribute(code: "colour", values: ["Red"])]),
    ]
    for (text, filters) in red {
      let card = try await card(shop, text, filters)
      #expect(card.variant?.sku == SKU("D-3") && card.quote?.amount.minorUnits == 4000, "\(text)")
      #expect(card.pictureURL == "/Red.svg" && card.isInStock && card.isPriceFrom, "\(text)")
      #expect(card.variant?.options.map(\.value) == ["Red", "M"] && card.variantCount == 6, "\(text)")
      #expect(card.choices.map(\.meant) == ["Red", nil], "the sizes of the red ones differ: \(text)")
    }
    for text in ["D-2", "d2"] {
      let gone = try await card(shop, text)
      #expect(gone.variant?.sku == SKU("D-2") && !gone.isInStock && gone.quote?.amount.minorUnits == 3500, "\(text)")
      #expect(!gone.isPriceFrom, "\(text)")
    }
    #expect(try await card(shop, "ecru").variant?.options.first?.value == "Écru")
    #expect(try await card(shop, "rose gold dress").variant?.sku == SKU("D-5"))
  }

  @Test("7: a price", .timeLimit(.minutes(5)))
  func price() async throws {
    let shop = try await TestShop([Self.dress])
    func skus(_ text: String, under highest: Int64? = nil) async throws -> [String?] {
      let filters: [SearchFilter] = highest.map { [.price(lower: nil, upper: $0)] } ?? []
      let page = try await shop.service.search(SearchInput(text: text, filters: filters))
      for card in page.products {
        if let highest { #expect(card.quote?.amount.minorUnits ?? .max <= highest, "\(text)") }
      }
      return page.products.map { $0.variant?.sku.text }
    }
    #expect(try await skus("red dress", under: 4200) == ["D-3"])
    // Sold out, but the only one.
    #expect(try await skus("red dress", under: 3600) == ["D-2"])
    #expect(try await skus("red dress", under: 3000) == [])
    #expect(try await skus("dress", under: 3000) == [nil])
    #expect(try await skus("dress", under: 1000) == [])
    #expect(try await skus("red dress under 42") == ["D-3"])
    #expect(try await skus("red dress under 30") == [])
    #expect(try await skus("dress under 30") == [nil])
  }

  @Test("2: the product as a whole", .timeLimit(.minutes(5)))
  func whole() async throws {
    let plain = Self.record("P", "Red coat", [Option(colour: "Red", size: "S", price: 900)])
    let alike = Self.record(
      "A", "Red shirt", [Option(colour: "Red", size: "S", price: 700), Option(colour: "Red", size: "M", price: 800)])
    let shop = try await TestShop([Self.dress, plain, alike])
    let dress = try await card(shop, "summer dress")
    #expect(dress.variant == nil && dress.pictureURL == "/own.svg" && dress.quote?.amount.minorUnits == 2000)
    #expect(dress.isPriceFrom)
    let coat = try await card(shop, "red coat")
    #expect(coat.variant == nil && coat.pictureURL == "/own.svg" && coat.choices.isEmpty && !coat.isPriceFrom)
    let shirt = try await card(shop, "red shirt")
    #expect(shirt.variant == nil && shirt.quote?.amount.minorUnits == 700 && shirt.isPriceFrom)
  }

  @Test("4: what means a variant", .timeLimit(.minutes(5)))
  func meaning() async throws {
    let laptop = Self.record(
      "L", "Laptop for men's desks",
      [
        Option(colour: "Blue", size: "S", price: 100, storage: 256),
        Option(colour: "Red", size: "M", price: 200, storage: 512),
        Option(colour: "Red", size: "M", price: 300, storage: 1000),
      ])
    let shop = try await TestShop([laptop])
    let filtered = try await card(shop, "red laptop", [.attribute(code: "colour", values: ["Blue"])])
    #expect(filtered.variant?.sku == SKU("L-1"))
    let range = try await card(shop, "laptop", [.attributeRange(code: "storage", lower: 600, upper: nil)])
    #expect(range.variant?.sku == SKU("L-3"))
    #expect(try await card(shop, "laptop 512").variant?.sku == SKU("L-2"))
    // The s of men's is not a size, and gold alone is not Rose Gold.
    #expect(try await card(shop, "men's laptop").variant == nil)
  }

  @Test("5: choices", .timeLimit(.minutes(5)))
  func choices() async throws {
    let shop = try await TestShop([Self.dress])
    let choices = try await card(shop, "dress").choices
    #expect(choices.map(\.name) == ["Colour", "Size"])
    #expect(choices.map { $0.values.map(\.label) } == [["Blue", "Red", "Rose Gold", "Écru"], ["S", "M", "L"]])
    #expect(choices[0].values.map(\.hex) == ["#0000ff", "#ff0000", "#d3a08c", "#f1e8d3"])
    #expect(choices[1].values.allSatisfy { $0.hex == nil })
  }

  @Test("6: the demo catalog", .timeLimit(.minutes(10)))
  func demoCatalog() async throws {
    let shop = try await TestShop.seeded.value
    let products = Dictionary(uniqueKeysWithValues: try await shop.products().map { ($0.id, $0) })
    var values: [String: Set<String>] = [:]
    for option in products.values.flatMap(\.variants).flatMap(\.options) where option.definition.isFacet {
      values[option.definition.code, default: []].formUnion(option.values.map(\.displayText))
    }
    var checked = 0
    for (code, labels) in values {
      for label in labels {
        let input = SearchInput(filters: [.attribute(code: code, values: [label])], pageSize: 100)
        for card in try await shop.service.search(input).products {
          let product = try #require(products[card.id])
          let fitting = product.variants.filter { variant in
            variant.options.contains { $0.definition.code == code && $0.values.first?.displayText == label }
          }
          guard !fitting.isEmpty, fitting.count < product.variants.count else { continue }
          let shown = try #require(card.variant, "\(card.title), \(label)")
          #expect(fitting.contains { $0.id == shown.id }, "\(card.title), \(label)")
          let page = try #require(try await shop.service.product(card.id))
          #expect(page.variants.first { $0.id == shown.id }?.quote == card.quote, "\(card.title), \(label)")
          checked += 1
        }
      }
    }
    #expect(checked > 200)
  }
}

// Properties proved here:
// 1. The hand-written catalog is read completely: about 300 products of three departments, each in a category of three
//    levels.
// 2. Every record is valid: codes, SKUs and GTINs are unique, prices positive, reductions real, costs below prices,
//    trade prices below retail, GTINs with a correct check digit.
// 3. An attribute has one definition everywhere, also in the generated catalog.
// 4. The catalog holds everything that the README and the demo promise: red dresses, laptops and laptop bags, printers
//    and toner, companies-only products, trade prices, reductions, products out of stock, three warehouses.
// 5. The same files give the same records.
// 6. A mistake in a file is refused with the file, the product and what to do.
import Catalog
import Foundation
import Testing

@testable import Seeding

/// Seeds/catalog of this checkout.
let seedsDirectory =
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path + "/Seeds/catalog"

@Suite struct HandWrittenCatalogTests {
  let records: [ProductRecord]

  init() throws { records = try Seeding.handWrittenCatalog(directory: seedsDirectory) }

  @Test("1. about 300 products of three departments") func size() {
    #expect(records.count >= 290)
    #expect(Set(records.compactMap { $0.categories.first?.first }) == ["Fashion", "Electronics", "Home"])
    #expect(records.allSatisfy { !$0.categories.isEmpty && $0.categories.allSatisfy { $0.count == 3 } })
    #expect(Set(records.map(\.title)).count == records.count)
    #expect(records.allSatisfy { $0.summary.count >= 40 && $0.brand != nil && $0.releasedAt != nil })
  }

  @Test("2. every record is valid") func valid() { for record in records { expectValid(record) } }

  @Test("2. codes, SKUs and GTINs are unique") func unique() {
    let variants = records.flatMap(\.variants)
    #expect(Set(records.map(\.code)).count == records.count)
    #expect(Set(variants.map(\.sku)).count == variants.count)
    #expect(Set(variants.compactMap(\.gtin)).count == variants.count)
  }

  @Test("3. an attribute has one definition everywhere") func definitions() throws {
    var definitions: [String: AttributeDefinition] = [:]
    let generated = Seeding.products(try GenerationOptions(products: 600, seed: 3))
    for record in records + Array(generated) {
      for attribute in record.attributes + record.variants.flatMap(\.options) {
        let known = definitions[attribute.definition.code] ?? attribute.definition
        #expect(known == attribute.definition, "\(record.code): \(attribute.definition.code)")
        definitions[known.code] = known
      }
    }
    #expect(Set(definitions.values.map(\.type)) == Set(AttributeType.allCases))
    for (code, colour) in ProductKind.colours.map({ ($0.name, $0.hex) }) {
      let hand = records.flatMap(\.variants).flatMap(\.options).flatMap(\.values).contains(
        .swatch(name: code, hex: colour))
      #expect(hand, "the generator's colour \(code) is not the hand-written catalog's")
    }
  }

  @Test("4. the catalog keeps the demo's promises") func promises() {
    func colours(_ record: ProductRecord) -> Set<String> {
      Set(record.variants.flatMap(\.options).flatMap(\.values).filter { $0.type == .swatch }.map(\.displayText))
    }
    #expect(records.filter { $0.title.contains("Dress") && colours($0).contains("Red") }.count >= 6)
    #expect(records.contains { $0.title.contains("Red") && $0.title.contains("Dress") })
    for category in ["Laptops", "Laptop Bags & Sleeves", "Printers", "Toner & Ink", "Televisions", "Sofas & Armchairs"]
    {
      #expect(records.filter { $0.categories.contains { $0.last == category } }.count >= 4, "\(category)")
    }
    #expect(records.filter { $0.audience == .companies }.count >= 5)
    #expect(records.contains { $0.categories.count > 1 })
    let variants = records.flatMap(\.variants)
    #expect(variants.filter { $0.prices.contains { $0.list == "trade" } }.count > 50)
    #expect(variants.filter { $0.prices.contains { $0.wasAmount != nil } }.count > 100)
    #expect(variants.filter { $0.stock.values.allSatisfy { $0 == 0 } }.count > 30)
    #expect(Set(variants.flatMap { $0.stock.keys }).count == 3)
  }

  @Test("5. reading twice gives the same records") func repeatable() throws {
    #expect(try Seeding.handWrittenCatalog(directory: seedsDirectory) == records)
  }

  @Test(
    "6. a mistake is refused with its place",
    arguments: [
      (#"{"code":"X1","title":"A","summary":"B","price":0}"#, "X1", "price"),
      (#"{"code":"X1","title":"A","summary":"B","price":100,"is":{"colr":"Red"}}"#, "X1", "colr"),
      (#"{"code":"X1","title":"A","summary":"B","price":100,"colours":"Reddish"}"#, "X1", "Reddish"),
      (#"{"code":"X1","title":"A","summary":"B","price":100,"picture":"spaceship"}"#, "X1", "spaceship"),
      (#"{"code":"X1","title":"A","summary":"B","price":100,"is":{"screen_size":"big"}}"#, "X1", "screen_size"),
      (#"{"code":"X1","title":"A","summary":"B","price":100,"released":"soon"}"#, "X1", "released"),
      (#"{"title":"A","summary":"B","price":100}"#, "Women", "code"),
    ])
  func refused(line: String, place: String, reason: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-seeds-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // A folder left in /tmp does no harm.
    try FileManager.default.copyItem(atPath: seedsDirectory + "/shop.json", toPath: folder.path + "/shop.json")
    let group = #"{"path":["Women","Tops"],"picture":"tshirt","products":["# + line + "]}"
    let file = #"{"department":"Fashion","groups":["# + group + "]}"
    try Data(file.utf8).write(to: folder.appendingPathComponent("fashion.json"))
    do {
      _ = try Seeding.handWrittenCatalog(directory: folder.path)
      Issue.record("accepted: \(line)")
    } catch {
      #expect(error.subject.contains(place) && error.description.contains(reason), "\(error)")
    }
  }
}

/// Checks that every record of seeds must pass, hand-written or generated.
func expectValid(_ record: ProductRecord) {
  #expect(!record.code.isEmpty && !record.title.isEmpty && !record.variants.isEmpty)
  #expect(record.audience != [])
  if let stars = record.ratingAverage { #expect((1...5).contains(stars) && record.ratingCount > 0, "\(record.code)") }
  for variant in record.variants {
    #expect(variant.stock.values.allSatisfy { $0 >= 0 })
    #expect(variant.prices.contains { $0.list == .retail }, "\(variant.sku)")
    for price in variant.prices {
      #expect(price.amount.minorUnits > 0, "\(variant.sku)")
      if let was = price.wasAmount { #expect(was.minorUnits > price.amount.minorUnits, "\(variant.sku)") }
      let retail = variant.prices.first { $0.list == .retail }?.amount.minorUnits ?? 0
      if price.list == "trade" { #expect(price.amount.minorUnits <= retail, "\(variant.sku)") }
    }
    if let gtin = variant.gtin {
      // GS1: the digits, weighted 1 and 3 in turn from the left, add up to a multiple of ten.
      let sum = gtin.utf8.enumerated().reduce(0) { $0 + (Int($1.element) - 48) * ($1.offset % 2 == 0 ? 1 : 3) }
      #expect(gtin.utf8.count == 13 && sum % 10 == 0, "\(variant.sku): \(gtin)")
    }
    #expect(variant.pictureURL.map { url in record.pictureURLs.contains(url) } ?? true)
  }
}

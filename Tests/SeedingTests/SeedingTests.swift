import Catalog
import Seeding
import Testing

@Suite struct HandWrittenCatalogTests {
  @Test func loads() throws {
    let records = try Seeding.handWrittenCatalog(directory: "Seeds/catalog")
    #expect(records.count >= 250)
    print(records.count, records.reduce(0) { $0 + $1.variants.count })
    let names = Set(records.flatMap { $0.variants.compactMap(\.pictureURL) })
    print("pictures", names.count)
  }
}

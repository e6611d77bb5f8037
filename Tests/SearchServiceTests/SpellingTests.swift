// Over a few products of its own, Postgres and the embedded engine:
// 1. A query that nothing has every word of is searched as it was probably meant, and the page says so; `isExact` and a
//    shop without a vocabulary search it as typed. A query that finds anything is never corrected.
// 2. Codes and words with digits are never corrected. A correction that finds nothing with every word is relaxed, and one
//    that leads nowhere leaves what the words as typed find.
// 3. The vocabulary is of what can be found: titles, brands, categories, attributes, options, summaries. It follows the
//    catalog: built at once, again after a change, not without one; while Postgres is down the words known before serve.
import Catalog
import Ports
import PostgresStore
import SearchService
import Telemetry
import TestSupport
import Testing
import Understanding

@Suite struct SpellingTests {
  private static func record(
    _ code: String, _ title: String, brand: String = "Velloria", colour: String = "Red", summary: String = "",
    lifecycle: Lifecycle = .listed
  ) -> ProductRecord {
    let definition = AttributeDefinition(code: "colour", name: "Colour", type: .swatch, isFacet: true)
    return ProductRecord(
      code: code, title: title, summary: summary, brand: brand, categories: [["Fashion", "Garments"]],
      variants: [
        .init(
          sku: SKU("\(code)-1"), options: [.init(definition, [.swatch(name: colour, hex: "#ff0000")])],
          prices: [Price(amount: Money(minorUnits: 2000, currency: .gbp))], stock: ["main": 5])
      ], lifecycle: lifecycle)
  }

  private static let records = [
    record("A", "Summer dress with sleeves"), record("B", "Summer skirt"), record("C", "Wireless keyboard"),
    record("D", "Laptop bag", colour: "Turquoise"), record("E", "Laptop sleeve", brand: "Kensington"),
    record("F", "Drive MZ-7KE512", summary: "Rugged aluminium enclosure"),
    record("G", "Unreleased trampoline", lifecycle: .draft),
  ]

  private func shop() async throws -> (TestShop, CatalogKnowledge, SearchService) {
    let shop = try await TestShop(Self.records)
    let knowledge = CatalogKnowledge(source: shop.catalog)
    try await knowledge.refresh()
    return (shop, knowledge, shop.anotherService(engine: shop.node, knowledge: knowledge))
  }

  @Test("1: corrected, exact, and left alone", .timeLimit(.minutes(5)))
  func corrected() async throws {
    let (shop, _, service) = try await shop()
    for (typed, meant, code) in [
      ("sumer dres", "summer dress", "A"), ("wirless keybaord", "wireless keyboard", "C"),
      ("kensingtin", "kensington", "E"), ("turquiose bag", "turquoise bag", "D"), ("Sumer  DRESS", "summer DRESS", "A"),
      ("aluminum enclosure", "aluminium enclosure", "F"),
    ] {
      let page = try await service.search(SearchInput(text: typed))
      #expect(
        page.correctedText == meant && page.products.first?.code == code, "\(typed): \(page.correctedText ?? "-")")
      #expect(
        [nil, .everyWordFirst].contains(page.relaxedTo) && page.input.text == typed
          && page.typedText == typed.replacing("  ", with: " "))
      let exact = try await service.search(SearchInput(text: typed, isExact: true))
      #expect(exact.correctedText == nil && exact.typedText == page.typedText)
      #expect(exact.total.value == 0 || exact.relaxedTo != nil, "\(typed)")
      let unaided = try await shop.service.search(SearchInput(text: typed))
      #expect(unaided.correctedText == nil && unaided.products.map(\.code) == exact.products.map(\.code))
    }
    // A word that the catalog writes in one piece is found without a correction.
    for text in ["summer dress", "dresses", "keyboards", "skirt", "lap top bag", "summerskirt", ""] {
      let page = try await service.search(SearchInput(text: text))
      #expect(page.correctedText == nil && page.total.value > 0, "\(text)")
    }
    let first = try await service.search(
      SearchInput(text: "sumer", filters: [.attribute(code: "colour", values: ["Red"])], page: 2, pageSize: 1))
    #expect(first.correctedText == "summer" && first.total.value == 2 && first.products.count == 1)
  }

  @Test("2: codes, and corrections that need more", .timeLimit(.minutes(5)))
  func further() async throws {
    let (_, _, service) = try await shop()
    let part = try await service.search(SearchInput(text: "mz7ke51"))
    #expect(part.correctedText == nil && part.products.map(\.code) == ["F"], "a code's beginning")
    for text in ["MZ-7KE513", "4006381333932", "d1ess", "!!!", "zq", "юбка"] {
      let page = try await service.search(SearchInput(text: text))
      #expect(page.correctedText == nil && page.total.value == 0, "\(text)")
    }
    let relaxed = try await service.search(SearchInput(text: "sumer dress unicorn zebra"))
    #expect(relaxed.correctedText == "summer dress unicorn zebra" && relaxed.relaxedTo == .mostWords)
    #expect(relaxed.plan.absent == ["unicorn", "zebra"])
    #expect(relaxed.products.first?.code == "A")
    let elsewhere = try await service.search(
      SearchInput(text: "trampolin", filters: [.attribute(code: "colour", values: ["Red"])]))
    #expect(elsewhere.correctedText == nil && elsewhere.total.value == 0, "what cannot be found teaches no word")
  }

  @Test("3: the vocabulary follows the catalog", .timeLimit(.minutes(5)))
  func follows() async throws {
    let shop = try await TestShop(Self.records)
    let counted = CountingSource(shop.catalog)
    var options = CatalogKnowledge.Options()
    options.leastPause = .milliseconds(20)
    options.restPerBuild = 0
    let knowledge = CatalogKnowledge(source: counted, options: options)
    #expect(knowledge.vocabulary == nil && knowledge.correct("sumer") == nil)
    let running = Task { await knowledge.run(logger: Logger(label: "test", sink: NullSink())) }
    try await until { knowledge.vocabulary != nil }
    let known = try #require(knowledge.vocabulary)
    for word in ["summer", "Velloria", "garments", "turquoise", "aluminium", "rugged"] {
      #expect(known.contains(word), "\(word)")
    }
    #expect(!known.contains("trampoline") && !known.contains("unicorn"))

    let looks = counted.looks
    try await until { counted.looks > looks + 5 }
    #expect(counted.builds == 1, "nothing changed")
    _ = try await shop.catalog.upsert([Self.record("H", "Unicorn costume")], source: "test")
    try await until { knowledge.vocabulary?.contains("unicorn") == true }
    #expect(knowledge.correct("unicrn")?.text == "unicorn" && counted.builds == 2)

    counted.isDown = true
    let failures = counted.looks
    try await until { counted.looks > failures + 3 }
    #expect(knowledge.correct("unicrn")?.text == "unicorn")
    running.cancel()
    await running.value
  }
}

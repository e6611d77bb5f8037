// On each real search server that is present, just started, with the deadlines that a shop has:
// 1. After the warm-up the first hundred searches, lists and suggestions are answered, and none is refused.
// 2. An engine that does not answer leaves the shop cold, and says so.
// 3. Of a search that is later than its soft deadline what is optional is left out, and it is answered.
import Catalog
import ElasticsearchClient
import Indexer
import LocalServices
import Ports
import SearchDSL
import SearchNode
import Testing

@testable import SearchService

@Suite struct ColdEngineTests {
  private static let texts = [
    "red dress", "laptop", "oak desk", "lamp", "men's shoes", "sofa", "wool jumper", "phone", "blue", "kettle",
  ]

  @Test(
    "1: from a cold start", .enabled(if: LocalSearchServer.absence == nil, "no search server"),
    .timeLimit(.minutes(10)),
    arguments: LocalSearchServer.Kind.allCases)
  func coldStart(_ kind: LocalSearchServer.Kind) async throws {
    let shop = try await TestShop.seeded.value
    let server = try #require(try await LocalSearchServer.start(kind))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    var options = FullIndex.Options(alias: "cold-\(UInt32.random(in: 0...UInt32.max))")
    options.allocationPatience = .zero
    let mapping = try IndexMapping(parsing: TestShop.read(TestShop.root + "/IndexMappings/products.json"))
    _ = try await FullIndex(
      source: shop.catalog, ledger: shop.ledger, leases: shop.leases, engine: client, mapping: mapping,
      clock: shop.clock
    ).run(options)
    let service = SearchService(
      engine: client, index: options.alias, catalog: shop.catalog, clock: shop.clock, prices: shop.prices)
    #expect(await service.warmUp())
    var late = 0
    for number in 0..<100 {
      let text = Self.texts[number % Self.texts.count]
      let sort = SearchSort.allCases[number % SearchSort.allCases.count]
      let found = try await service.search(SearchInput(text: text, sort: sort, pageSize: 1 + number % 48))
      late += found.degraded.isEmpty ? 0 : 1
      if number % 10 == 0 { _ = try await service.suggest(String(text.prefix(2))) }
    }
    print("ColdEngineTests: \(kind): \(late) of the first 100 searches left something out")
    await server.stop()
  }

  @Test("2: an engine that is down", .timeLimit(.minutes(5)))
  func down() async throws {
    let shop = try await TestShop.seeded.value
    let service = SearchService(engine: DownEngine(), index: "products", catalog: shop.catalog, clock: shop.clock)
    #expect(await !service.warmUp())
    #expect(await shop.service.warmUp(), "the embedded engine")
  }

  @Test("3: later than the soft deadline", .timeLimit(.minutes(5)))
  func late() async throws {
    let shop = try await TestShop.seeded.value
    var deadlines = SearchService.Deadlines()
    deadlines.search = .nanoseconds(1)
    deadlines.answer = .seconds(60)
    deadlines.labels = .seconds(60)
    let service = SearchService(
      engine: shop.node, index: "products", catalog: shop.catalog, clock: shop.clock, prices: shop.prices,
      deadlines: deadlines)
    let page = try await service.search(SearchInput(text: "red dress"))
    let whole = try await shop.service.search(SearchInput(text: "red dress"))
    #expect(page.total == whole.total && !page.facets.isEmpty)
    #expect(page.products.map(\.id) == whole.products.map(\.id))
  }
}

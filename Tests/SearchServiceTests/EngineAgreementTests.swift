// On each real search server that is present, with the 300 demo products in it and in the embedded node:
// 1. Searches with filters, highlights and listings give the same cards (variants, choices, prices, highlights), facets and
//    totals; a facet's values and suggestions are the same.
// 2. Cursors lead through each order to the same end.
import Catalog
import ElasticsearchClient
import Indexer
import LocalServices
import Ports
import SearchDSL
import SearchService
import Testing

@Suite(.enabled(if: LocalSearchServer.absence == nil, "no search server: needs Java and VITRINE_SEARCH_NODES"))
struct EngineAgreementTests {
  /// The embedded node's service and that of a real server, over the same products.
  private func withBoth(
    _ kind: LocalSearchServer.Kind, _ body: (SearchService, SearchService) async throws -> Void
  ) async throws {
    let shop = try await TestShop.seeded.value
    let server = try #require(try await LocalSearchServer.shared(kind))
    let client = ElasticsearchClient(settings: try ElasticsearchSettings(nodes: [server.address]))
    let alias = "browse-\(UInt32.random(in: 0...UInt32.max))"
    var options = FullIndex.Options(alias: alias)
    options.allocationPatience = .zero
    let mapping = try IndexMapping(parsing: TestShop.read(TestShop.root + "/IndexMappings/products.json"))
    let full = FullIndex(
      source: shop.catalog, ledger: shop.ledger, leases: shop.leases, engine: client, mapping: mapping,
      clock: shop.clock)
    let generation = try await full.run(options).generation
    let other = shop.anotherService(engine: client, index: alias)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(shop.service, other)) } catch { outcome = .failure(error) }
    try await client.deleteIndex(generation.indexName, deadline: .now + .seconds(60))
    try outcome.get()
  }

  /// Scores may differ in their last digits (`docs/explain/architecture.md`).
  private func withoutScores(_ products: [ProductCard]) -> [ProductCard] {
    products.map { product in
      var product = product
      product.score = nil
      return product
    }
  }

  @Test("1: the same answers", .timeLimit(.minutes(10)), arguments: LocalSearchServer.Kind.allCases)
  func answers(_ kind: LocalSearchServer.Kind) async throws {
    try await withBoth(kind) { embedded, real in
      for parameters: [(String, String)] in [
        [("q", "red dress")], [("q", "oak desk"), ("sort", "price_asc")],
        [("filter", "colour:Red"), ("filter", "size:M")],
        [("q", "laptop"), ("min:memory", "8"), ("max:memory", "16")], [("filter", "screen_size:5.0..16.0")], [],
        [("q", "men's shoes"), ("filter", "released:3000d"), ("price_max", "120")], [("q", "zebra dress")],
      ] {
        let input = try SearchInput(
          parameters: parameters.map { (name: $0.0, value: $0.1) } + [("highlight", "true"), ("page_size", "100")])
        let (one, other) = (try await embedded.search(input), try await real.search(input))
        #expect(one.total == other.total && one.relaxedTo == other.relaxedTo, "\(parameters)")
        #expect(withoutScores(one.products) == withoutScores(other.products), "\(parameters)")
        #expect(one.facets == other.facets, "\(parameters)")
      }
      for slug in ["new", "deals", "dresses"] {
        let listing = try #require(try await embedded.listing(category: slug))
        let input = try SearchInput(parameters: [], listing: listing)
        let (one, other) = (try await embedded.search(input), try await real.search(input))
        #expect(withoutScores(one.products) == withoutScores(other.products) && one.facets == other.facets, "\(slug)")
      }
      for code in ["brand", "colour", "screen_size"] {
        let input = try FacetValuesInput(code: code, parameters: [("filter", "stock:yes")])
        #expect(try await embedded.facetValues(input) == (try await real.facetValues(input)), "\(code)")
      }
      for text in ["d", "red dr", "lap", "aur"] {
        #expect(try await embedded.suggest(text) == (try await real.suggest(text)), "\(text)")
      }
    }
  }

  @Test("2: cursors", .timeLimit(.minutes(10)), arguments: LocalSearchServer.Kind.allCases)
  func cursors(_ kind: LocalSearchServer.Kind) async throws {
    try await withBoth(kind) { embedded, real in
      for sort in SearchSort.allCases {
        var lists: [[String]] = []
        for service in [embedded, real] {
          var page = try await service.search(SearchInput(sort: sort, pageSize: 37))
          var codes = page.products.map(\.code)
          while let cursor = page.nextCursor {
            page = try await service.search(try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer))
            codes += page.products.map(\.code)
          }
          lists.append(codes)
        }
        #expect(lists[0] == lists[1] && Set(lists[0]).count == lists[0].count && lists[0].count > 250, "\(sort)")
      }
    }
  }
}

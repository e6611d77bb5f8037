// A search asks its engine several times. With each of these calls failing in turn:
// 1. The search fails with the engine's error, or answers with the same products and says what it left out: a page that
//    lacks something never looks whole.
// 2. The order by the chosen variants' prices is optional: where its call fails the first answer stands, and says so.
import Catalog
import JSON
import Pricing
import SearchDSL
import SearchNode
import SearchService
import Testing
import Threading

@Suite struct FailingCallTests {
  private static let weight = AttributeDefinition(
    code: "weight", name: "Weight", type: .number, unit: "kg", isFacet: true)

  /// So many numbers that they are counted in a second request.
  private static let chairs: [ProductRecord] = (0..<20).map { index in
    ProductRecord(
      code: "C\(index)", title: "Chair \(index)", brand: "Brand \(index % 3)", categories: [["Home", "Chairs"]],
      attributes: [.init(weight, (0..<30).map { .number(Double(index * 30 + $0) + 99.5) })],
      variants: [
        .init(
          sku: SKU("C\(index)"), prices: [Price(amount: Money(minorUnits: 900, currency: .gbp))], stock: ["main": 1])
      ])
  }

  @Test("1: the Nth call fails", .timeLimit(.minutes(5)), arguments: ["", "chair", "chair qqq", "qqq zzz"])
  func nthCall(text: String) async throws {
    let shop = try await TestShop(Self.chairs)
    let counting = FailingEngine(shop.node)
    let input = SearchInput(text: text)
    let whole = try await shop.anotherService(engine: counting).search(input)
    #expect(whole.degraded.isEmpty)
    let calls = counting.callCount
    #expect(calls >= (text == "qqq zzz" ? 1 : 2), "the search asks once only: choose another")
    for number in 1...calls {
      for error in [SearchEngineError.unavailable(reason: "a test"), .deadlineExceeded] {
        let engine = FailingEngine(shop.node, failing: number, error)
        do {
          let page = try await shop.anotherService(engine: engine).search(input)
          #expect(page.products.map(\.id) == whole.products.map(\.id), "'\(text)', call \(number) of \(calls)")
          #expect(page.total == whole.total, "'\(text)', call \(number) of \(calls)")
          #expect(!page.degraded.isEmpty || page.facets == whole.facets, "'\(text)', call \(number) of \(calls)")
        } catch is SearchEngineError {}
      }
    }
  }
}

extension FailingCallTests {
  private static let colour = AttributeDefinition(code: "colour", name: "Colour", type: .text, isFacet: true)

  @Test("2: the order of variants fails", .timeLimit(.minutes(5)))
  func order() async throws {
    let lamps = (0..<6).map { index in
      ProductRecord(
        code: "L\(index)", title: "Lamp \(index)", categories: [["Home", "Lamps"]],
        variants: ["Red", "Blue"].enumerated().map { place, name in
          .init(
            sku: SKU("L\(index)-\(place)"), options: [.init(Self.colour, [.text(name)])],
            prices: [Price(amount: Money(minorUnits: Int64(place == 0 ? 900 - index : 100 + index), currency: .gbp))],
            stock: ["main": 1])
        })
    }
    let shop = try await TestShop(lamps)
    let input = SearchInput(
      text: "lamp", filters: [.attribute(code: "colour", values: ["Red"])], sort: .priceAscending, pageSize: 3)
    let counting = FailingEngine(shop.node)
    let whole = try await shop.anotherService(engine: counting).search(input)
    #expect(whole.degraded.isEmpty && whole.products.map(\.code) == ["L5", "L4", "L3"])
    let engine = FailingEngine(shop.node, failing: counting.callCount)
    let page = try await shop.anotherService(engine: engine).search(input)
    #expect(page.degraded.map(\.part) == [.order] && page.products.count == 3 && page.total == whole.total)
    // The page behind begins where this one ended, in the order of the variants.
    let cursor = try #require(whole.nextCursor)
    let next = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
    let service = shop.anotherService(engine: shop.node)
    #expect(try await service.search(next).products.map(\.code) == ["L2", "L1", "L0"])
    let again = FailingEngine(shop.node)
    _ = try await shop.anotherService(engine: again).search(next)
    let cold = FailingEngine(shop.node, failing: again.callCount)
    let second = try await shop.anotherService(engine: cold).search(next)
    #expect(second.products.count == 3 && second.degraded.map(\.part) == [.order])
  }
}

/// An engine whose Nth search fails; it does nothing but search.
private final class FailingEngine: SearchEngine {
  private let node: SearchNode
  private let failing: Int
  private let error: SearchEngineError
  private let calls = Guarded(0)

  init(_ node: SearchNode, failing: Int = 0, _ error: SearchEngineError = .deadlineExceeded) {
    self.node = node
    self.failing = failing
    self.error = error
  }

  var callCount: Int { calls.withLock { $0 } }

  func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  {
    let number = calls.withLock { calls in
      calls += 1
      return calls
    }
    if number == failing { throw error }
    return try await node.search(request, in: index, deadline: deadline)
  }

  func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    throw error
  }
  func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Hit? {
    throw error
  }
  func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Int
  { throw error }
  func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  { throw error }
  func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { throw error }
  func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    throw error
  }
  func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { throw error }
  func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  { throw error }
  func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    throw error
  }
  func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  { throw error }
  func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Bool {
    throw error
  }
}

// Over the 300 demo products and the embedded engine, with models that give an order of their own:
// 1. The first page is the model's order of its window; the results behind the window are in the engine's order.
// 2. Cursors and numbered pages lead through the window and past its end: every product once, in the same order.
// 3. A model that fails, hangs, leaves out a candidate or names one twice leaves the engine's order on all pages, and the
//    answer says so.
// 4. A search that is sorted by something else than relevance asks no model.
// 5. A cursor holds its order: the pages behind it are in the order of the first, whatever model is in force by then and
//    whatever it says.
// 6. A pinned product stands at its place whatever the model says, and the model orders the others without it. Rules of an
//    older publication do not take the place of later ones.
import Catalog
import Ports
import SearchDSL
import Testing
import Understanding

@testable import SearchService

@Suite struct RankerTests {
  /// Orders its window backwards.
  private struct Backwards: RankingModel {
    var version = "backwards"
    var window = 20
    func order(of request: RankingRequest) async throws -> RankedOrder {
      RankedOrder(places: Array(request.candidates.indices.reversed()), version: version)
    }
  }

  private struct Broken: RankingModel {
    enum Fault: CaseIterable { case fails, hangs, leavesOut, repeats }
    let fault: Fault
    let window = 20
    func order(of request: RankingRequest) async throws -> RankedOrder {
      let all = request.candidates.indices
      switch fault {
      case .fails: throw DependencyUnavailable(dependency: "the profile", reason: "a test")
      case .hangs:
        try await Task.sleep(for: .seconds(3600))
        return RankedOrder(places: Array(all), version: "broken")
      case .leavesOut: return RankedOrder(places: Array(all.dropLast()), version: "broken")
      case .repeats: return RankedOrder(places: all.map { _ in 0 }, version: "broken")
      }
    }
  }

  /// A busy machine may take longer than a shop's deadline.
  private func service(
    _ model: (any RankingModel)?, deadline: Duration = .seconds(60)
  ) async throws -> SearchService {
    var service = try await TestShop.seeded.value.service
    service.ranker = Ranker(deadline: deadline, model: model)
    return service
  }

  private func codes(_ service: SearchService, from first: SearchInput, cursors: Bool) async throws -> [String] {
    var page = try await service.search(first)
    var codes = page.products.map(\.code)
    for number in 2... {
      var next = first
      if cursors {
        guard let cursor = page.nextCursor else { break }
        next = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
      } else {
        guard number <= page.pageCount else { break }
        next.page = number
      }
      page = try await service.search(next)
      codes += page.products.map(\.code)
    }
    return codes
  }

  @Test(
    "1, 2: the window and what is behind it", .timeLimit(.minutes(5)), arguments: [3, 7, 10, 24, 50], [1, 10, 200])
  func window(size: Int, window: Int) async throws {
    let input = SearchInput(text: "dress", pageSize: size)
    let engine = try await codes(service(nil), from: input, cursors: false)
    #expect(engine.count > 15)
    var model = Backwards()
    model.window = window
    let ranked = try await service(model)
    let wanted = Array(engine.prefix(window).reversed() + engine.dropFirst(window))
    #expect(try await codes(ranked, from: input, cursors: false) == wanted)
    #expect(try await codes(ranked, from: input, cursors: true) == wanted)
  }

  @Test("3: a broken model", .timeLimit(.minutes(5)), arguments: Broken.Fault.allCases)
  private func broken(_ fault: Broken.Fault) async throws {
    let input = SearchInput(text: "dress", pageSize: 7)
    let engine = try await codes(service(nil), from: input, cursors: false)
    let service = try await service(
      Broken(fault: fault), deadline: fault == .hangs ? .milliseconds(20) : .seconds(60))
    #expect(try await service.search(input).degraded.map(\.part) == [.ranking])
    #expect(try await codes(service, from: input, cursors: true) == engine)
  }

  @Test("4: other orders", .timeLimit(.minutes(5)), arguments: SearchSort.allCases.filter { $0 != .relevance })
  func otherOrders(_ sort: SearchSort) async throws {
    let input = SearchInput(text: "dress", sort: sort, pageSize: 10)
    let page = try await service(Broken(fault: .fails)).search(input)
    #expect(page.degraded.isEmpty)
    #expect(try await page.products == service(nil).search(input).products)
  }

  /// Orders its window anew at each call.
  private actor Shuffling: RankingModel {
    nonisolated let window = 20
    private var calls = 0
    func order(of request: RankingRequest) async throws -> RankedOrder {
      calls += 1
      let places = Array(request.candidates.indices)
      let cut = calls % max(1, places.count)
      return RankedOrder(places: Array(places[cut...] + places[..<cut]), version: "shuffling-\(calls)")
    }
  }

  @Test("5: another model, and none", .timeLimit(.minutes(5)), arguments: [3, 7, 10])
  func anotherModel(size: Int) async throws {
    let input = SearchInput(text: "dress", pageSize: size)
    let engine = try await codes(service(nil), from: input, cursors: false)
    let shuffling = try await service(Shuffling())
    var page = try await shuffling.search(input)
    let first = page.products.map(\.code)
    let cursor = try #require(page.nextCursor)
    let next = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
    #expect(next.position?.pinned.ranking == "shuffling-1")
    #expect(next.position?.order.count == min(20, engine.count) - size)
    var shown = first
    var number = 0
    while let cursor = page.nextCursor {
      // Each page is answered under another model; the first was rotated by one.
      let service = number % 2 == 0 ? try await service(nil) : shuffling
      page = try await service.search(try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer))
      shown += page.products.map(\.code)
      number += 1
    }
    let window = Array(engine.prefix(20))
    #expect(shown == Array(window[1...] + window[..<1]) + engine.dropFirst(20))
  }

  @Test("6: a pin beside a model", .timeLimit(.minutes(5)))
  func pin() async throws {
    let shop = try await TestShop.seeded.value
    let knowledge = CatalogKnowledge(source: shop.catalog)
    try await knowledge.refresh()
    var service = shop.anotherService(engine: shop.node, knowledge: knowledge)
    service.ranker = Ranker(deadline: .seconds(60), model: Backwards())
    let input = SearchInput(text: "dress", pageSize: 7)
    let before = try await codes(service, from: input, cursors: true)
    let pinned = try #require(try await service.search(input).products.last)
    let texts = RuleTexts([.rules: "exact: dress\n  pin 2: \(pinned.id)\n"])
    knowledge.put(try texts.compiled(currency: .gbp), number: 6)
    var wanted = before.filter { $0 != pinned.code }
    wanted.insert(pinned.code, at: 1)
    #expect(wanted != before)
    #expect(try await codes(service, from: input, cursors: true) == wanted)
    #expect(try await codes(service, from: input, cursors: false) == wanted)
    knowledge.put(QueryRules(), number: 5)
    #expect(knowledge.rulesVersion == "6")
    knowledge.put(QueryRules(), number: 7)
    #expect(try await codes(service, from: input, cursors: true) == before)
  }
}

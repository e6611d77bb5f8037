// Over the 300 demo products and the embedded engine, with models that give an order of their own:
// 1. The first page is the model's order of its window; the results behind the window are in the engine's order.
// 2. Cursors and numbered pages lead through the window and past its end: every product once, in the same order.
// 3. A model that fails, hangs, leaves out a candidate or names one twice leaves the engine's order on all pages, and the
//    answer says so.
// 4. A search that is sorted by something else than relevance asks no model.
// 5. A cursor names its model: a page behind it asks no other.
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
    func order(of candidates: [Hit], input: SearchInput, plan: QueryPlan) async throws -> [Int] {
      Array(candidates.indices.reversed())
    }
  }

  private struct Broken: RankingModel {
    enum Fault: CaseIterable { case fails, hangs, leavesOut, repeats }
    let fault: Fault
    let version = "broken"
    let window = 20
    func order(of candidates: [Hit], input: SearchInput, plan: QueryPlan) async throws -> [Int] {
      switch fault {
      case .fails: throw DependencyUnavailable(dependency: "the profile", reason: "a test")
      case .hangs:
        try await Task.sleep(for: .seconds(3600))
        return Array(candidates.indices)
      case .leavesOut: return Array(candidates.indices.dropLast())
      case .repeats: return candidates.indices.map { _ in 0 }
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

  @Test("5: another model", .timeLimit(.minutes(5)))
  func anotherModel() async throws {
    let input = SearchInput(text: "dress", pageSize: 7)
    let cursor = try #require(try await service(Backwards()).search(input).nextCursor)
    let next = try SearchInput(parameters: [("cursor", cursor)], signer: TestShop.signer)
    #expect(next.position?.pinned.ranking == "backwards")
    var other = Backwards()
    other.version = "another"
    var second = input
    second.page = 2
    let page = try await service(other).search(next)
    #expect(try await page.products.map(\.code) == service(nil).search(second).products.map(\.code))
  }
}

// Over a catalog that answers when it is told to:
// 1. Reads that come while others are under way gather, and one statement answers them; each has its products' prices.
// 2. A shopper who leaves takes nobody along: who gathered behind him is answered.
// 3. A failure reaches all who gathered, and the next read is a new statement. A catalog that does not answer within the
//    deadline ends the reads, those that still wait as well.
// 4. A read that is cut short by what is left of its search's time says nothing of the database: the circuit stays closed. A
//    read that had its whole time opens it.
import Catalog
import Ports
import Testing
import Threading

@testable import SearchService

@Suite struct CurrentPricesTests {
  /// Holds every read of prices until it is let go.
  private final class HeldCatalog: CatalogReader {
    struct Failed: Error {}
    typealias Answer = CheckedContinuation<Void, any Error>

    private struct State {
      var reads: [[ProductID]] = []
      /// By the number of its read.
      var held: [Int: Answer] = [:]
    }

    private let state = Guarded(State())

    /// Of each read that was begun its products.
    var reads: [[ProductID]] { state.withLock { $0.reads } }

    func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] { [] }
    func categoryTree() async throws -> CategoryTree { CategoryTree(nodes: []) }
    func facetDefinitions(in category: CategoryID?) async throws -> [AttributeDefinition] { [] }
    func browseRules(in currency: Currency) async throws -> BrowseRules { BrowseRules() }
    func brandNames() async throws -> [String] { [] }

    func prices(of ids: [ProductID]) async throws -> [ProductID: [VariantID: [Price]]] {
      let number = state.withLock { state in
        state.reads.append(ids)
        return state.reads.count
      }
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (answer: Answer) in
          state.withLock { $0.held[number] = answer }
          if Task.isCancelled { cancel(number) }
        }
      } onCancel: {
        cancel(number)
      }
      return Dictionary(
        uniqueKeysWithValues: Set(ids).map { id in
          (id, [VariantID(id.rawValue): [Price(amount: Money(minorUnits: id.rawValue, currency: .gbp))]])
        })
    }

    private func cancel(_ number: Int) {
      state.withLock { $0.held.removeValue(forKey: number) }?.resume(throwing: CancellationError())
    }

    func letGo(_ result: Result<Void, any Error> = .success(())) {
      let held = state.withLock { state in
        defer { state.held = [:] }
        return Array(state.held.values)
      }
      for answer in held { answer.resume(with: result) }
    }
  }

  private let catalog = HeldCatalog()

  private func reader(deadline: Duration = .seconds(60)) -> CurrentPrices {
    CurrentPrices(catalog: catalog, deadline: deadline)
  }

  /// Starts a read; gives what it found of the product itself.
  private func read(_ id: Int64, _ reader: CurrentPrices) -> Task<Int64?, any Error> {
    Task { try await reader.prices(of: [ProductID(id)])[ProductID(id)]?[VariantID(id)]?.first?.amount.minorUnits }
  }

  private func wait(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Reads that fill all statements, and then those of `ids`, which gather.
  private func fill(_ reader: CurrentPrices, gathering ids: [Int64]) async throws -> [Task<Int64?, any Error>] {
    var tasks: [Task<Int64?, any Error>] = []
    for id in 1...Int64(CurrentPrices.maxStatements) {
      tasks.append(read(id, reader))
      try await wait { catalog.reads.count == Int(id) }
    }
    for id in ids {
      tasks.append(read(id, reader))
      try await wait { reader.waitingCount == tasks.count - CurrentPrices.maxStatements }
    }
    return tasks
  }

  /// Lets every read go until it is cancelled.
  private func release(_ result: Result<Void, any Error> = .success(())) -> Task<Void, Never> {
    Task {
      while !Task.isCancelled {
        catalog.letGo(result)
        await Task.yield()
      }
    }
  }

  @Test("1: one statement for those who gather", .timeLimit(.minutes(1)))
  func gathering() async throws {
    let reader = reader()
    let tasks = try await fill(reader, gathering: [11, 12, 13])
    let releasing = release()
    var found: [Int64?] = []
    for task in tasks { found.append(try await task.value) }
    releasing.cancel()
    #expect(found.map { $0 ?? 0 } == Array(1...Int64(CurrentPrices.maxStatements)) + [11, 12, 13])
    let gathered = catalog.reads.dropFirst(CurrentPrices.maxStatements)
    #expect(gathered.count <= CurrentPrices.maxStatements && gathered.joined().count == 3)
  }

  @Test("2: who leaves takes nobody along", .timeLimit(.minutes(1)))
  func leaving() async throws {
    let reader = reader()
    let tasks = try await fill(reader, gathering: [11, 12])
    // The first who gathered reads, for both or for himself, and leaves meanwhile.
    try await wait {
      if !catalog.reads.joined().contains(ProductID(11)) { catalog.letGo() }
      return catalog.reads.joined().contains(ProductID(11))
    }
    tasks[CurrentPrices.maxStatements].cancel()
    let left = await tasks[CurrentPrices.maxStatements].result
    #expect(throws: (any Error).self) { try left.get() }
    let last = tasks[CurrentPrices.maxStatements + 1]
    let releasing = release()
    #expect(try await last.value == 12)
    releasing.cancel()
  }

  @Test("3: failures and deadlines", .timeLimit(.minutes(1)))
  func failures() async throws {
    let reader = reader()
    let tasks = try await fill(reader, gathering: [11, 12])
    let releasing = release(.failure(HeldCatalog.Failed()))
    for task in tasks { await #expect(throws: HeldCatalog.Failed.self) { try await task.value } }
    releasing.cancel()
    await releasing.value
    let next = read(21, reader)
    let answering = release()
    #expect(try await next.value == 21)
    answering.cancel()
    await answering.value

    let late = self.reader(deadline: .milliseconds(50))
    for task in (31...36).map({ read($0, late) }) {
      await #expect(throws: DependencyUnavailable.self) { try await task.value }
    }
    #expect(late.waitingCount == 0)
  }

  @Test("4: cut short", .timeLimit(.minutes(1)))
  func cutShort() async throws {
    let circuit = CircuitBreaker()
    let patient = CurrentPrices(catalog: catalog, deadline: .seconds(60), circuit: circuit)
    for id in 1...5 {
      await #expect(throws: DependencyUnavailable.self) {
        _ = try await patient.prices(of: [ProductID(Int64(id))], until: .now + .milliseconds(2))
      }
    }
    #expect(!circuit.isOpen)
    let hasty = CurrentPrices(catalog: catalog, deadline: .milliseconds(20), circuit: circuit)
    for id in 1...2 {
      await #expect(throws: DependencyUnavailable.self) { _ = try await hasty.prices(of: [ProductID(Int64(id))]) }
    }
    #expect(circuit.isOpen)
  }
}

// 1. Every status of a bulk item has its outcome: written, deleted, outdated, refused with its reason, or sent again.
// 2. An answer that does not have one item for each operation, in order, is refused and changes nothing.
// 3. A batch ends whatever the engine answers first: each operation is counted once (random, seed printed).
// 4. BulkWriter repeats only the operations that met 429 and 503, and whole requests that failed; it gives up on errors
//    that are permanent.
// 5. BulkWriter writes searchable products, deletes the others, and makes dead letters of refused ones.
import Catalog
import Indexer
import JSON
import Ports
import SearchDSL
import TestSupport
import Testing
import Threading

@Suite struct BulkBatchTests {
  private static let statuses = [200, 201, 404, 409, 400, 413, 429, 500, 503]

  private static func operation(_ id: Int, delete: Bool = false) -> BulkOperation {
    BulkOperation(id: String(id), externalVersion: 7, action: delete ? .delete : .index(source: [0x7B, 0x7D]))
  }

  @Test("1: each status", arguments: statuses, [false, true])
  func status(_ status: Int, isDelete: Bool) throws {
    var batch = BulkBatch([Self.operation(1, delete: isDelete)])
    let reason = BulkResponse.Reason(type: "mapper_parsing_exception", reason: "price is not a number")
    let error = status >= 400 ? reason : nil
    try batch.receive(BulkResponse(items: [.init(id: "1", status: status, error: error)]))
    let isAgain = [429, 500, 503].contains(status)
    let isDone = [200, 201].contains(status)
    let isGone = isDelete && (isDone || status == 404)
    #expect(batch.isDone == !isAgain)
    #expect(batch.pending.count == (isAgain ? 1 : 0))
    #expect(batch.written == (isDone && !isDelete ? 1 : 0))
    #expect(batch.deleted == (isGone ? 1 : 0))
    #expect(batch.outdated == (status == 409 ? 1 : 0))
    let isRefused = !isAgain && !isDone && !isGone && status != 409
    #expect(
      batch.refused.map(\.reason) == (isRefused ? ["mapper_parsing_exception: price is not a number"] : []))
  }

  @Test("2: an answer that does not match")
  func mismatch() throws {
    let operations = [Self.operation(1), Self.operation(2)]
    for items: [BulkResponse.Item] in [
      [], [.init(id: "1", status: 200)], [.init(id: "2", status: 200), .init(id: "1", status: 200)],
      [.init(id: "1", status: 200), .init(id: "2", status: 200), .init(id: "3", status: 200)],
    ] {
      var batch = BulkBatch(operations)
      #expect(throws: SearchEngineError.self) { try batch.receive(BulkResponse(items: items)) }
      #expect(batch.pending == operations && batch.written == 0)
    }
  }

  @Test("3: every operation is counted once")
  func totals() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let count = Int.random(in: 1...20, using: &random)
      var batch = BulkBatch((0..<count).map { Self.operation($0, delete: Bool.random(using: &random)) })
      var rounds = 0
      while !batch.isDone, rounds < 1000 {
        rounds += 1
        let items = batch.pending.map { operation in
          BulkResponse.Item(id: operation.id, status: Self.statuses.randomElement(using: &random)!)
        }
        try batch.receive(BulkResponse(items: items))
      }
      #expect(batch.isDone, "seed \(seed)")
      #expect(batch.written + batch.deleted + batch.outdated + batch.refused.count == count, "seed \(seed)")
    }
  }

  @Test("4: only operations that met 429 and 503 are sent again")
  func retries() async throws {
    let engine = AnsweringEngine([
      .items([201, 429, 503, 400]), .failure(.unavailable(reason: "restarting")),
      .failure(.refused(status: 429, type: "es_rejected_execution_exception", reason: "full", index: nil)),
      .items([429, 201]), .items([200]),
    ])
    let told = Guarded(0)
    let writer = BulkWriter(engine: engine, clock: StoppedClock()) { _ in told.withLock { $0 += 1 } }
    let result = try await writer.write((1...4).map { snapshot($0) }, to: "products-1", refresh: true)
    #expect(
      engine.requests.map { $0.map(\.id) } == [["1", "2", "3", "4"], ["2", "3"], ["2", "3"], ["2", "3"], ["2"]])
    #expect(result.written == 3)
    let letter = try #require(result.deadLetters.first)
    #expect(result.deadLetters.count == 1 && letter.product == ProductID(4) && letter.documentVersion == 7)
    #expect(letter.reason == "status 400" && letter.document?.contains(#""title":"Product 4""#) == true)
    #expect(told.withLock { $0 } == 4)
  }

  @Test(
    "4: a permanent error is thrown",
    arguments: [
      SearchEngineError.indexNotFound("products-1"),
      .refused(status: 403, type: "security_exception", reason: "no", index: nil),
    ])
  func givesUp(_ error: SearchEngineError) async throws {
    let engine = AnsweringEngine([.failure(error)])
    let writer = BulkWriter(engine: engine, clock: StoppedClock())
    await #expect(throws: error) { _ = try await writer.write([snapshot(1)], to: "products-1", refresh: true) }
    #expect(engine.requests.count == 1)
  }

  @Test("5: searchable products are written, others and deleted ones leave")
  func operations() async throws {
    let engine = AnsweringEngine([.items([201, 200, 404, 404])])
    let writer = BulkWriter(engine: engine, clock: StoppedClock())
    let products = [snapshot(1), snapshot(2, .hidden), snapshot(3, .discontinued)]
    let result = try await writer.write(products, deleted: [ProductID(9)], to: "products-1", refresh: true)
    let sent = engine.requests[0]
    #expect(sent.map(\.id) == ["1", "2", "3", "9"])
    #expect(sent.map { $0.action == .delete } == [false, true, true, true])
    #expect(sent.prefix(3).map(\.externalVersion) == [7, 7, 7])
    #expect(sent[3].externalVersion! > 1 << 60, "a deleted row's version is above all")
    #expect((result.written, result.deleted) == (1, 3))
  }

  private func snapshot(_ id: Int64, _ lifecycle: Lifecycle = .listed) -> ProductSnapshot {
    let time = StoppedClock().now()
    return ProductSnapshot(
      id: ProductID(id), code: "P-\(id)", source: "test", documentVersion: 7, title: "Product \(id)", summary: "",
      variants: [.init(id: VariantID(id), sku: SKU("S-\(id)"))], lifecycle: lifecycle, createdAt: time, updatedAt: time)
  }
}

/// Answers bulk requests by a script, and records the requests.
private final class AnsweringEngine: Sendable {
  enum Answer: Sendable {
    case items([Int])
    case failure(SearchEngineError)
  }

  private let state: Guarded<(answers: [Answer], requests: [[BulkOperation]])>

  init(_ answers: [Answer]) { state = Guarded((answers, [])) }
  var requests: [[BulkOperation]] { state.withLock { $0.requests } }
}

extension AnsweringEngine: SearchEngine {
  func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  {
    let answer = state.withLock { state in
      state.requests.append(operations)
      return state.answers.removeFirst()
    }
    switch answer {
    case .failure(let error): throw error
    case .items(let statuses):
      return BulkResponse(items: zip(operations, statuses).map { .init(id: $0.id, status: $1) })
    }
  }

  // BulkWriter calls nothing else.
  func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    fatalError()
  }
  func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  { fatalError() }
  func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Hit? {
    fatalError()
  }
  func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Int
  { fatalError() }
  func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { fatalError() }
  func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    fatalError()
  }
  func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) { fatalError() }
  func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  { fatalError() }
  func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    fatalError()
  }
  func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  { fatalError() }
  func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Bool
  { fatalError() }
}

import Catalog
import JSON
import Ports
import SearchDSL
import Synchronization

/// Counts the calls of all ports together and fails one of them, before it is done or after (the answer is lost).
final class FaultPlan: Sendable {
  enum Moment: CaseIterable { case before, after }

  /// From 1; no call fails where it is 0.
  let failing: Int
  let moment: Moment
  private let calls = Mutex(0)
  /// Runs once, before the first bulk request.
  private let onFirstBulk: Mutex<(@Sendable () async throws -> Void)?>

  init(failing: Int = 0, _ moment: Moment = .before, onFirstBulk: (@Sendable () async throws -> Void)? = nil) {
    self.failing = failing
    self.moment = moment
    self.onFirstBulk = Mutex(onFirstBulk)
  }

  var callCount: Int { calls.withLock { $0 } }

  func around<Value, Failure: Error>(
    _ failure: Failure, _ work: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let isFailing = calls.withLock { calls in
      calls += 1
      return calls == failing
    }
    if isFailing, moment == .before { throw failure }
    let value = try await work()
    if isFailing, moment == .after { throw failure }
    return value
  }

  func runFirstBulkHook() async {
    let hook = onFirstBulk.withLock { hook in
      defer { hook = nil }
      return hook
    }
    do { try await hook?() } catch { preconditionFailure("the hook of the first bulk request failed: \(error)") }
  }
}

/// A search engine whose calls the plan may fail.
struct FaultyEngine: SearchEngine {
  let engine: any SearchEngine
  let plan: FaultPlan
  /// The document that the mapping does not take.
  let refused: String?
  private let failure = SearchEngineError.unavailable(reason: "the test's plan")

  init(_ engine: any SearchEngine, _ plan: FaultPlan = FaultPlan(), refused: String? = nil) {
    self.engine = engine
    self.plan = plan
    self.refused = refused
  }

  func information(deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> EngineInformation {
    try await plan.around(failure) { () throws(SearchEngineError) in try await engine.information(deadline: deadline) }
  }
  func search(_ request: SearchRequest, in index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> SearchResponse
  {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.search(request, in: index, deadline: deadline)
    }
  }
  func get(id: String, from index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Hit? {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.get(id: id, from: index, deadline: deadline)
    }
  }
  func count(_ query: Query, in index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) -> Int
  {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.count(query, in: index, deadline: deadline)
    }
  }
  func bulk(_ operations: [BulkOperation], to index: String, refresh: Bool, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> BulkResponse
  {
    await plan.runFirstBulkHook()
    return try await plan.around(failure) { () throws(SearchEngineError) in
      let taken = operations.filter { $0.id != refused || $0.action == .delete }
      var response = try await engine.bulk(taken, to: index, refresh: refresh, deadline: deadline)
      for (offset, operation) in operations.enumerated() where operation.id == refused && operation.action != .delete {
        let reason = BulkResponse.Reason(type: "mapper_parsing_exception", reason: "a test's document")
        response.items.insert(.init(id: operation.id, status: 400, error: reason), at: offset)
      }
      return response
    }
  }
  func refresh(_ index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.refresh(index, deadline: deadline)
    }
  }
  func createIndex(_ name: String, body: JSONValue, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.createIndex(name, body: body, deadline: deadline)
    }
  }
  func deleteIndex(_ name: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.deleteIndex(name, deadline: deadline)
    }
  }
  func updateSettings(_ settings: JSONValue, of index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError)
  {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.updateSettings(settings, of: index, deadline: deadline)
    }
  }
  func updateAliases(_ actions: [AliasAction], deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.updateAliases(actions, deadline: deadline)
    }
  }
  func indices(matching pattern: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> [IndexInformation]
  {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.indices(matching: pattern, deadline: deadline)
    }
  }
  func waitUntilAllocated(_ index: String, deadline: ContinuousClock.Instant)
    async throws(SearchEngineError) -> Bool
  {
    try await plan.around(failure) { () throws(SearchEngineError) in
      try await engine.waitUntilAllocated(index, deadline: deadline)
    }
  }
}

/// The database's side of the indexer, whose calls the plan may fail.
struct FaultyDatabase: ProductSource, IndexingLedger {
  let base: any ProductSource & IndexingLedger
  let plan: FaultPlan
  /// Searchable products that Postgres says to have and does not give.
  var missingProducts = 0

  init(_ base: any ProductSource & IndexingLedger, _ plan: FaultPlan) {
    self.base = base
    self.plan = plan
  }

  private func around<Value>(_ work: () async throws -> Value) async throws -> Value {
    let fault = DependencyUnavailable(dependency: "Postgres", reason: "the test's plan")
    let result: Result<Value, any Error> = try await plan.around(fault) { () async throws(DependencyUnavailable) in
      do { return .success(try await work()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  func captureCursor() async throws -> OutboxCursor { try await around { try await base.captureCursor() } }
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] {
    try await around { try await base.outbox(after: cursor, limit: limit) }
  }
  func forEachProductBatch(size: Int, _ body: @Sendable ([ProductSnapshot]) async throws -> Void) async throws {
    try await around { try await base.forEachProductBatch(size: size, body) }
  }
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] {
    try await around { try await base.products(ids) }
  }
  func productCount() async throws -> Int { try await around { try await base.productCount() + missingProducts } }
  func waitForChange(atMost duration: Duration) async throws {
    try await around { try await base.waitForChange(atMost: duration) }
  }
  func pruneOutbox(through cursor: OutboxCursor) async throws {
    try await around { try await base.pruneOutbox(through: cursor) }
  }
  func beginGeneration(alias: String, mappingHash: String, cursor: OutboxCursor) async throws -> IndexGeneration {
    try await around { try await base.beginGeneration(alias: alias, mappingHash: mappingHash, cursor: cursor) }
  }
  func advance(generation number: Int64, to cursor: OutboxCursor) async throws {
    try await around { try await base.advance(generation: number, to: cursor) }
  }
  func setState(_ state: IndexGeneration.State, ofGeneration number: Int64) async throws {
    try await around { try await base.setState(state, ofGeneration: number) }
  }
  func generations(alias: String) async throws -> [IndexGeneration] {
    try await around { try await base.generations(alias: alias) }
  }
  func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws {
    try await around { try await base.addDeadLetters(letters, generation: number) }
  }
  func deadLetterCount(generation number: Int64) async throws -> Int {
    try await around { try await base.deadLetterCount(generation: number) }
  }
}

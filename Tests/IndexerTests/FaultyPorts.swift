import Catalog
import JSON
import Ports
import SearchDSL
import Threading

/// Counts the calls of all ports together and fails one of them, before its work or after it (the answer is lost).
final class FaultPlan: Sendable {
  enum Moment: CaseIterable { case before, after }

  /// From 1; 0 means that no call fails.
  let failing: Int
  let moment: Moment
  private let calls = Guarded(0)
  /// Runs once, before the first bulk request.
  private let onFirstBulk: Guarded<(@Sendable () async throws -> Void)?>

  init(failing: Int = 0, _ moment: Moment = .before, onFirstBulk: (@Sendable () async throws -> Void)? = nil) {
    self.failing = failing
    self.moment = moment
    self.onFirstBulk = Guarded(onFirstBulk)
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
  /// The document that the mapping refuses.
  let refused: String?
  /// The only version of that document that it refuses; nil: every version.
  let refusedVersion: Int64?
  private let failure = SearchEngineError.unavailable(reason: "the test's plan")

  init(
    _ engine: any SearchEngine, _ plan: FaultPlan = FaultPlan(), refused: String? = nil, refusedVersion: Int64? = nil
  ) {
    self.engine = engine
    self.plan = plan
    self.refused = refused
    self.refusedVersion = refusedVersion
  }

  private func isRefused(_ operation: BulkOperation) -> Bool {
    operation.id == refused && operation.action != .delete
      && (refusedVersion == nil || operation.externalVersion == refusedVersion)
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
      let taken = operations.filter { !isRefused($0) }
      var response = try await engine.bulk(taken, to: index, refresh: refresh, deadline: deadline)
      for (offset, operation) in operations.enumerated() where isRefused(operation) {
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
struct FaultyDatabase: ProductSource, AuditSource, IndexingLedger, Leases {
  let base: any ProductSource & AuditSource
  let ledger: any IndexingLedger
  let leases: any Leases
  let plan: FaultPlan
  /// A searchable product that Postgres counts but does not return.
  var phantom: ProductID?
  /// Gives a lease to every caller at once.
  var givesLeasesToAll = false
  /// Called with the cursor through which entries are removed, after that.
  var onPrune: (@Sendable (OutboxCursor) -> Void)?
  /// Called with the product after which a scan begins.
  var onScan: (@Sendable (ProductID?) -> Void)?
  /// Called with the products that were read.
  var onRead: (@Sendable ([ProductSnapshot]) -> Void)?

  init(_ stack: IndexingStack, _ plan: FaultPlan = FaultPlan()) {
    base = stack.catalog
    ledger = stack.ledger
    leases = stack.leases
    self.plan = plan
  }

  private func around<Value>(_ work: () async throws -> Value) async throws -> Value {
    let fault = DependencyUnavailable(dependency: "Postgres", reason: "the test's plan")
    let result: Result<Value, any Error> = try await plan.around(fault) { () async throws(DependencyUnavailable) in
      do { return .success(try await work()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

extension FaultyDatabase {
  func captureCursor() async throws -> OutboxCursor { try await around { try await base.captureCursor() } }
  func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] {
    try await around { try await base.outbox(after: cursor, limit: limit) }
  }
  func catalogMark() async throws -> CatalogMark { try await around { try await base.catalogMark() } }
  func outboxEnd() async throws -> OutboxCursor { try await around { try await base.outboxEnd() } }
  func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag {
    try await around { try await base.outboxLag(after: cursor, limit: limit) }
  }
  func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws {
    onScan?(after)
    try await around { try await base.forEachProductBatch(size: size, after: after, body) }
  }
  func products(_ ids: [ProductID]) async throws -> [ProductSnapshot] {
    try await around {
      let products = try await base.products(ids)
      onRead?(products)
      return products
    }
  }
  func productCount() async throws -> Int { try await around { try await base.productCount() } }
  func pruneOutbox(through cursor: OutboxCursor) async throws {
    try await around { try await base.pruneOutbox(through: cursor) }
    onPrune?(cursor)
  }
  func compactOutbox(through cursor: OutboxCursor) async throws {
    try await around { try await base.compactOutbox(through: cursor) }
  }
  func fanOut(limit: Int, at moment: Timestamp) async throws -> Int {
    try await around { try await base.fanOut(limit: limit, at: moment) }
  }
}

extension FaultyDatabase {
  func auditBuckets() async throws -> [Int: AuditBucket] {
    try await around {
      var buckets = try await base.auditBuckets()
      if let phantom {
        buckets[Int(phantom.rawValue % 1024), default: AuditBucket(count: 0, versionSum: 0, checksumSum: 0)].count += 1
      }
      return buckets
    }
  }
  func auditVersions(inBuckets buckets: [Int]) async throws -> [ProductID: Int64] {
    try await around {
      var versions = try await base.auditVersions(inBuckets: buckets)
      if let phantom, buckets.contains(Int(phantom.rawValue % 1024)) { versions[phantom] = 1 }
      return versions
    }
  }
  func auditStates(of ids: [ProductID], after cursor: OutboxCursor) async throws -> [ProductID: AuditState] {
    try await around {
      var states = try await base.auditStates(of: ids, after: cursor)
      if let phantom, ids.contains(phantom) { states[phantom] = AuditState(documentVersion: 1, isPending: false) }
      return states
    }
  }
  func raiseVersions(_ floors: [ProductID: Int64]) async throws {
    try await around { try await base.raiseVersions(floors) }
  }
}

extension FaultyDatabase {
  func beginGeneration(alias: String, mappingHash: String, mapping: String, cursor: OutboxCursor) async throws
    -> IndexGeneration
  {
    try await around {
      try await ledger.beginGeneration(alias: alias, mappingHash: mappingHash, mapping: mapping, cursor: cursor)
    }
  }
  func noteLoaded(through product: ProductID, generation number: Int64) async throws {
    try await around { try await ledger.noteLoaded(through: product, generation: number) }
  }
  func advance(generation number: Int64, to cursor: OutboxCursor, settled: [ProductID]) async throws {
    try await around { try await ledger.advance(generation: number, to: cursor, settled: settled) }
  }
  func putInUse(generation number: Int64, checks: String) async throws {
    try await around { try await ledger.putInUse(generation: number, checks: checks) }
  }
  func setFailed(generation number: Int64) async throws {
    try await around { try await ledger.setFailed(generation: number) }
  }
  func removeGeneration(_ number: Int64) async throws { try await around { try await ledger.removeGeneration(number) } }
  func generations(alias: String?) async throws -> [IndexGeneration] {
    try await around { try await ledger.generations(alias: alias) }
  }
  func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws {
    try await around { try await ledger.addDeadLetters(letters, generation: number) }
  }
  func deadLetterCount(generation number: Int64) async throws -> Int {
    try await around { try await ledger.deadLetterCount(generation: number) }
  }
  func deadLetters(generation number: Int64, of products: [ProductID]?, limit: Int) async throws -> [DeadLetter] {
    try await around { try await ledger.deadLetters(generation: number, of: products, limit: limit) }
  }
  func retryDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int {
    try await around { try await ledger.retryDeadLetters(generation: number, of: products) }
  }
  func discardDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int {
    try await around { try await ledger.discardDeadLetters(generation: number, of: products) }
  }
}

extension FaultyDatabase {
  func withLease<Value: Sendable>(
    _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    if givesLeasesToAll { return try await body() }
    return try await around { try await leases.withLease(name, holder: holder, body) }
  }
  func leaseHolder(_ name: String) async throws -> String? {
    try await around { try await leases.leaseHolder(name) }
  }
}

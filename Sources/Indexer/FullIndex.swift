import Catalog
public import Ports
public import SearchDSL

/// `vitrine index full`: builds a new generation beside the one in use, and swaps the alias when it has caught up.
///
/// capture cursor → create index → stream all rows → replay what changed meanwhile → gate → commit in the ledger →
/// point the alias → delete the oldest. After a crash at any step a complete index is in use: before the commit the old
/// one; after it the new one, at which `sync` points the alias if this run could not. The next run continues a run that
/// was stopped before its gate.
public struct FullIndex: Sendable {
  public struct Options: Sendable {
    public var alias: String
    /// The name of the run, shown to processes that are refused meanwhile.
    public var holder = "a full run"
    /// Products read at a time: enough to make the fixed cost of the statements small, few enough to be held beside the
    /// bulks.
    public var batchSize = 2000
    /// Old generations to keep for a rollback.
    public var generationsKept = 3
    /// Begins anew even if a stopped run could be continued.
    public var startsOver = false
    public var gate = IndexGate.Options()
    /// How long to wait for the replicas before the swap; a cluster with too few nodes never has them.
    public var allocationPatience = Duration.seconds(10)
    /// Told of the index before searches read it: time to ask it what shoppers will ask.
    public var beforeUse: @Sendable (_ index: String) async -> Void = { _ in }

    public init(alias: String) { self.alias = alias }
  }

  public struct Report: Sendable, Equatable {
    public var generation: IndexGeneration
    /// Whether it continued a stopped run.
    public var isResumed: Bool
    public var documents: Int
    public var replayed: Int
    public var deadLetters: Int
    /// The gate's findings.
    public var checks: String
    public var seconds: Double
  }

  private static let adminDeadline = Duration.seconds(120)

  let source: any ProductSource & AuditSource
  let ledger: any IndexingLedger
  let leases: any Leases
  let engine: any SearchEngine
  let mapping: IndexMapping
  let clock: any WallClock
  let onRetry: @Sendable (String) -> Void

  public init(
    source: any ProductSource & AuditSource, ledger: any IndexingLedger, leases: any Leases, engine: any SearchEngine,
    mapping: IndexMapping, clock: any WallClock, onRetry: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    self.leases = leases
    self.engine = engine
    self.mapping = mapping
    self.clock = clock
    self.onRetry = onRetry
  }

  private var deadline: ContinuousClock.Instant { .now + Self.adminDeadline }

  /// Throws `LeaseHeld` if another process changes this alias's indices. `onProgress` receives the number of documents
  /// of each request.
  public func run(_ options: Options, onProgress: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> Report {
    try await leases.withLease(IndexLease.lifecycle(of: options.alias), holder: options.holder) {
      try await runHoldingLease(options, onProgress: onProgress)
    }
  }

  private func runHoldingLease(_ options: Options, onProgress: @escaping @Sendable (Int) -> Void) async throws -> Report
  {
    let start = ContinuousClock.now
    let (generation, isResumed) = try await generationToBuild(options)
    do {
      try await load(generation, options: options, onProgress: onProgress)
      try await engine.updateSettings(mapping.settingsForServing, of: generation.indexName, deadline: deadline)
      let gate = IndexGate(source: source, ledger: ledger, engine: engine, onWait: onRetry)
      let passed = try await gate.pass(generation, replay: replay, options: options.gate)
      await waitForReplicas(of: generation, patience: options.allocationPatience)
      await options.beforeUse(generation.indexName)
      let swap = GenerationSwap(ledger: ledger, engine: engine, alias: options.alias, onRetry: onRetry)
      try await swap.putInUse(generation, checks: passed.checks)
      let pruning = IndexPruning(ledger: ledger, engine: engine, alias: options.alias)
      do { _ = try await pruning.run(keeping: options.generationsKept) } catch {
        onRetry("old indices stay until the next run: \(error)")
      }
      return Report(
        generation: generation, isResumed: isResumed, documents: passed.documents, replayed: passed.replayed,
        deadLetters: passed.deadLetters, checks: passed.checks, seconds: (.now - start) / .seconds(1))
    } catch let error as IndexingError {
      // An index that the gate refused is useless. The first error is the one to report, and the next run deletes an
      // index that stays behind. After any other error the next run continues this generation.
      try? await ledger.setFailed(generation: generation.number)
      try? await engine.deleteIndex(generation.indexName, deadline: deadline)
      throw error
    }
  }

  /// Searches should not depend on an index that the loss of one node destroys; but missing replicas are no reason to
  /// keep the old index.
  private func waitForReplicas(of generation: IndexGeneration, patience: Duration) async {
    do throws(SearchEngineError) {
      if try await engine.waitUntilAllocated(generation.indexName, deadline: .now + patience) { return }
      onRetry("\(generation.indexName) is put in use before all its replicas are allocated")
    } catch {
      onRetry("\(generation.indexName) is put in use without knowing of its replicas: \(error)")
    }
  }

  private var replay: OutboxReplay {
    OutboxReplay(
      source: source, ledger: ledger, writer: BulkWriter(engine: engine, clock: clock, onRetry: onRetry))
  }

  /// A stopped run's generation, if its index exists and would be built the same way now; otherwise a new one.
  private func generationToBuild(_ options: Options) async throws -> (IndexGeneration, isResumed: Bool) {
    let left = try await ledger.generations(alias: options.alias).filter { $0.state == .building }
    let names = Set(try await engine.indices(matching: options.alias + "-*", deadline: deadline).map(\.name))
    let resumed = left.first {
      $0.mappingHash == mapping.hash && names.contains($0.indexName) && !options.startsOver
    }
    for other in left where other.number != resumed?.number { try await ledger.setFailed(generation: other.number) }
    if let resumed { return (resumed, true) }

    let cursor = try await source.captureCursor()
    let generation = try await ledger.beginGeneration(
      alias: options.alias, mappingHash: mapping.hash, mapping: mapping.text, cursor: cursor)
    // An index with that name can only be left over from an engine that outlived its database.
    if names.contains(generation.indexName) {
      try await engine.deleteIndex(generation.indexName, deadline: deadline)
    }
    let body = mapping.bodyForLoading(on: try await engine.information(deadline: deadline))
    try await engine.createIndex(generation.indexName, body: body, deadline: deadline)
    return (generation, false)
  }

  /// Streams the rows that are not in the index yet.
  private func load(
    _ generation: IndexGeneration, options: Options, onProgress: @escaping @Sendable (Int) -> Void
  ) async throws {
    guard generation.loadedThrough != IndexGeneration.allLoaded else { return }
    let writer = BulkWriter(engine: engine, clock: clock, onRetry: onRetry)
    let pipeline = BulkPipeline(writer: writer, index: generation.indexName)
    try await pipeline.run { intake in
      try await source.forEachProductBatch(size: options.batchSize, after: generation.loadedThrough) { products in
        try await intake.add(products)
      }
    } acknowledge: { bulk in
      if !bulk.result.deadLetters.isEmpty {
        try await ledger.addDeadLetters(bulk.result.deadLetters, generation: generation.number)
      }
      try await ledger.noteLoaded(through: bulk.through, generation: generation.number)
      onProgress(bulk.result.written)
    }
    try await ledger.noteLoaded(through: IndexGeneration.allLoaded, generation: generation.number)
  }
}

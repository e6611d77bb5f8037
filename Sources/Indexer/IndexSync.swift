import Catalog
public import Ports
public import SearchDSL
import Telemetry
import Threading

/// `vitrine index sync`: carries every committed change into the index in use, for ever.
///
/// One process at a time does so, the holder of a lease; others stand by and take over. It stops only when its task is
/// cancelled. It waits out failures: if the database or the engine is away, it tries again with growing pauses, and the
/// cursor says where to continue.
public struct IndexSync: Sendable {
  public struct Options: Sendable {
    public var alias: String
    /// The name of this process, shown as the holder of the lease.
    public var holder = "a sync"
    /// Most entries of one step: a batch grows to this size when the engine is slow.
    public var batchDocuments = 1000
    public var batchBytes = BulkWriter.defaultBytesARequest
    /// The pause before the next look at the outbox, after a look that did not fill a batch.
    public var pollPause = Duration.milliseconds(50)
    public var probeInterval = Duration.seconds(10)
    public var auditInterval = Duration.seconds(300)
    /// How often entries that were read are removed from the outbox.
    public var pruneInterval = Duration.seconds(10)
    /// Whether each batch is made visible at once: for the embedded node, where that is cheap. A cluster refreshes by
    /// itself.
    public var refreshesEachBatch = false

    public init(alias: String) { self.alias = alias }
  }

  private static let firstPause = Duration.milliseconds(100)
  private static let longestPause = Duration.seconds(5)
  private static let adminDeadline = Duration.seconds(30)
  /// When the holder dies, its lease is taken over within this time.
  private static let standbyPause = Duration.seconds(1)
  /// Products that a change to many products passes on at a time when nothing else waits: other changes then wait for
  /// one such batch at most.
  private static let fanOutBatch = 250
  private static let compactionInterval = Duration.seconds(600)
  private static let lagInterval = Duration.seconds(1)
  /// How soon sync notices that another index was put in use.
  private static let generationInterval = Duration.milliseconds(200)
  private static let maxLagCounted = 100_000
  /// The least lag that deserves a line in the log.
  private static let longLagSeconds = 10.0

  let source: any ProductSource & AuditSource
  let ledger: any IndexingLedger
  let leases: any Leases
  let engine: any SearchEngine
  let clock: any WallClock
  let options: Options
  let log: @Sendable (String) -> Void
  let metrics: IndexSyncMetrics
  /// The cursor that every generation had read at the last pruning.
  private let readBefore = Guarded<OutboxCursor?>(nil)

  public init(
    source: any ProductSource & AuditSource, ledger: any IndexingLedger, leases: any Leases, engine: any SearchEngine,
    clock: any WallClock, options: Options, metrics: IndexSyncMetrics,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    self.leases = leases
    self.engine = engine
    self.clock = clock
    self.options = options
    self.metrics = metrics
    self.log = log
  }

  /// The name of the lease that the writer of an alias's index holds.
  public static func lease(of alias: String) -> String { IndexLease.sync(of: alias) }

  /// Runs until cancelled.
  public func run() async {
    var pause = Self.firstPause
    var holder: String?
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        try await leases.withLease(IndexLease.sync(of: options.alias), holder: options.holder) {
          metrics.isWriter.set(1)
          try await work()
        }
      } catch let error as LeaseHeld {
        if holder != error.holder { log("sync stands by: \(error)") }
        holder = error.holder
        // If cancelled in the pause, the loop's condition ends it.
        try? await Task.sleep(for: Self.standbyPause)
      } catch {
        if Task.isCancelled { break }
        metrics.failures.increment()
        // After a long healthy run, reset the backoff: this failure is a new one.
        if ContinuousClock.now - start > Self.longestPause { pause = Self.firstPause }
        log("sync goes on in \(pause): \(error)")
        // A failure that comes back at once leaves the chores no time. If the database is away, the next look tells.
        try? await reportLag()
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, Self.longestPause)
      }
      metrics.isWriter.set(0)
    }
    metrics.isWriter.set(0)
  }

  /// The work of the lease's holder: follows the outbox, and does periodic chores beside it.
  private func work() async throws {
    let probe = FreshnessProbe(engine: engine, clock: clock, interval: options.probeInterval, metrics: metrics)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await follow(probe: probe) }
      group.addTask { try await probe.run(alias: options.alias) }
      group.addTask { try await each(options.auditInterval) { try await audit() } }
      group.addTask { try await each(Self.lagInterval) { try await reportLag() } }
      group.addTask { try await each(options.pruneInterval) { try await prune() } }
      group.addTask { try await each(Self.compactionInterval) { try await compact() } }
      defer { group.cancelAll() }
      // A task ends only by an error, which then ends the others.
      for try await _ in group {}
    }
  }

  // MARK: The flow

  /// A batch and the generation for which it was read.
  private struct Assignment: Sendable {
    var batch: OutboxReplay.Batch
    var generation: IndexGeneration
  }

  /// Reads and renders the next batch while one is written.
  ///
  /// Batches are written one after the other. Two at once could contain the same product, and an engine remembers a
  /// document's deletion for only a minute: an older write that is retried for longer would bring the document back.
  private func follow(probe: FreshnessProbe) async throws {
    let replay = OutboxReplay(
      source: source, ledger: ledger, writer: writer(), batchDocuments: options.batchDocuments)
    let (assignments, intoAssignments) = AsyncStream.makeStream(of: Assignment.self)
    // One signal for each time the writer is free: at most the batch that waits for it is read ahead.
    let (writerIsFree, setWriterIsFree) = AsyncStream.makeStream(of: Void.self)
    setWriterIsFree.yield()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { intoAssignments.finish() }
        var writerIsFree = writerIsFree.makeAsyncIterator()
        try await read(replay) {
          guard await writerIsFree.next() != nil else { throw CancellationError() }
          intoAssignments.yield($0)
        }
      }
      group.addTask {
        for await next in assignments {
          let result = try await replay.write(
            next.batch, generation: next.generation, refresh: options.refreshesEachBatch)
          record(result)
          if let change = next.batch.newest { probe.offer(change) }
          setWriterIsFree.yield()
        }
      }
      // A task ends only by an error, which then ends the other.
      for try await _ in group {}
    }
  }

  /// Reads batch after batch; `handOver` returns when it has taken one.
  private func read(_ replay: OutboxReplay, _ handOver: (Assignment) async throws -> Void) async throws {
    var generation = try await ledger.liveGeneration(of: options.alias)
    try await pointAlias(at: generation)
    var cursor = generation.cursor
    var lookedAt = ContinuousClock.now
    // Products passed on by changes to many since the last look.
    var fannedOut = 0
    while true {
      // Check by the clock: a source that never rests must not hide that another index was put in use.
      if ContinuousClock.now - lookedAt >= Self.generationInterval {
        lookedAt = .now
        let current = try await ledger.liveGeneration(of: options.alias)
        if current.number != generation.number {
          try await pointAlias(at: current)
          (generation, cursor) = (current, current.cursor)
        }
      }
      let batch = try await replay.read(after: cursor)
      if let batch {
        cursor = batch.cursor
        try await handOver(Assignment(batch: batch, generation: generation))
      }
      let entries = batch?.entryCount ?? 0
      guard entries < options.batchDocuments else { continue }
      // If other changes wait too, every other look belongs to them alone: products passed on must not keep the engine
      // busy.
      let isOthersTurn = fannedOut > 0 && entries > fannedOut
      fannedOut = isOthersTurn ? 0 : try await source.fanOut(limit: Self.fanOutBatch, at: clock.now())
      metrics.fannedOut.increment(by: fannedOut)
      if fannedOut == 0 { try await Task.sleep(for: options.pollPause) }
    }
  }

  private func writer() -> BulkWriter {
    BulkWriter(engine: engine, clock: clock, maxBytesARequest: options.batchBytes) { [metrics, log] reason in
      metrics.retries.increment()
      log("sync waits for the engine: \(reason)")
    }
  }

  /// Makes searches read the generation that receives the changes: completes a full run that was cut short after its
  /// commit.
  private func pointAlias(at generation: IndexGeneration) async throws {
    try await AliasPointer(engine: engine, alias: options.alias).point(
      at: generation.indexName, deadline: .now + Self.adminDeadline)
  }

  // MARK: Beside the flow

  /// Repeats a chore for ever, with the given interval between runs.
  private func each(_ interval: Duration, _ chore: () async throws -> Void) async throws {
    while true {
      try await Task.sleep(for: interval)
      try await chore()
    }
  }

  private func reportLag() async throws {
    let cursor = try await ledger.liveGeneration(of: options.alias).cursor
    let lag = try await source.outboxLag(after: cursor, limit: Self.maxLagCounted)
    let seconds =
      lag.oldest.map {
        Double(clock.now().microsecondsSinceEpoch.subtracting(saturating: $0.microsecondsSinceEpoch)) / 1e6
      } ?? 0
    metrics.lagEntries.set(Double(lag.entries))
    metrics.lagSeconds.set(max(0, seconds))
    if seconds > Self.longLagSeconds { log("sync is \(Int(saturating: seconds)) s behind, by \(lag.entries) changes") }
  }

  private func compact() async throws {
    try await source.compactOutbox(through: ledger.liveGeneration(of: options.alias).cursor)
  }

  /// Removes the entries that every generation with an existing index has read: generations being built or kept for a
  /// rollback.
  ///
  /// Entries read at one run are removed at the next, because servers read the outbox too, for their prices: they find each
  /// entry there for ten seconds at least.
  private func prune() async throws {
    let names = try await engine.indices(matching: options.alias + "-*", deadline: .now + Self.adminDeadline).map(
      \.name)
    let kept = try await ledger.generations(alias: nil).filter { generation in
      generation.state == .building || generation.alias != options.alias
        || (generation.state != .failed && names.contains(generation.indexName))
    }
    let oldest = kept.map(\.cursor).min()
    let before = readBefore.withLock { known in
      defer { known = oldest }
      return known
    }
    guard let oldest, let before else { return }
    // A generation that began meanwhile may need older entries.
    try await source.pruneOutbox(through: min(oldest, before))
  }

  private func audit() async throws {
    let generation = try await ledger.liveGeneration(of: options.alias)
    let report = try await IndexVerification(source: source, ledger: ledger, engine: engine).run(generation) {
      try await waitUntilRead(generation)
    }
    metrics.driftFound.increment(by: report.found.count)
    metrics.driftRepaired.increment(by: report.repaired)
    if !report.found.isEmpty {
      log("the audit found \(report.found.count) documents that had drifted and repaired \(report.repaired)")
    }
  }

  /// Returns when sync has read everything that the outbox holds now.
  private func waitUntilRead(_ generation: IndexGeneration) async throws {
    let end = try await source.outboxEnd()
    while let current = try await ledger.generations(alias: options.alias).first(where: {
      $0.number == generation.number
    }),
      current.cursor < end
    { try await Task.sleep(for: .milliseconds(100)) }
  }

  private func record(_ result: BulkWriter.Result) {
    metrics.documents.increment(by: result.written + result.deleted)
    metrics.outdated.increment(by: result.outdated)
    metrics.deadLetters.increment(by: result.deadLetters.count)
  }
}

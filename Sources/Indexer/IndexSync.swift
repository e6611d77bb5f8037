import Catalog
public import Ports
public import SearchDSL
import Telemetry

/// `vitrine index sync`: carries every committed change into the index in use, for ever.
///
/// It stops only when its task is cancelled. What fails is waited out: a database or an engine that is away is tried
/// again with growing pauses, and the cursor says where to go on.
public struct IndexSync: Sendable {
  /// How long an idle sync waits for a notice before it looks by itself, for a notice may be lost.
  private static let idleWait = Duration.seconds(1)
  private static let longestPause = Duration.seconds(5)
  private static let adminDeadline = Duration.seconds(30)
  /// Read entries are removed this often, in steps.
  private static let stepsBetweenPrunes = 100

  let source: any ProductSource
  let ledger: any IndexingLedger
  let engine: any SearchEngine
  let clock: any WallClock
  let alias: String
  /// Whether each batch is made visible at once: for the embedded node, where that is cheap. A cluster refreshes by itself.
  let refreshesEachBatch: Bool
  let log: @Sendable (String) -> Void
  let metrics: IndexSyncMetrics

  public init(
    source: any ProductSource, ledger: any IndexingLedger, engine: any SearchEngine, clock: any WallClock,
    alias: String, refreshesEachBatch: Bool, metrics: IndexSyncMetrics,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    self.engine = engine
    self.clock = clock
    self.alias = alias
    self.refreshesEachBatch = refreshesEachBatch
    self.metrics = metrics
    self.log = log
  }

  /// Runs until cancelled.
  public func run() async {
    var pause = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        try await follow { pause = .milliseconds(100) }
      } catch is CancellationError {
        return
      } catch {
        if Task.isCancelled { return }
        metrics.failures.increment()
        log("sync goes on in \(pause): \(error)")
        // Cancelled while pausing: the loop's condition ends it.
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }

  private func follow(onProgress: () -> Void) async throws {
    let writer = BulkWriter(engine: engine, clock: clock) { [metrics, log] reason in
      metrics.retries.increment()
      log("sync waits for the engine: \(reason)")
    }
    let replay = OutboxReplay(source: source, ledger: ledger, writer: writer)
    var generation = try await liveGeneration()
    try await pointAlias(at: generation)
    var cursor = generation.cursor
    var lookedAt = ContinuousClock.now
    var steps = 0
    while !Task.isCancelled {
      // Looked at by the clock: a source that never rests must not hide that a new index was put in use.
      if ContinuousClock.now - lookedAt >= Self.idleWait {
        let current = try await liveGeneration()
        if current.number != generation.number {
          try await pointAlias(at: current)
          (generation, cursor) = (current, current.cursor)
        }
        lookedAt = .now
      }
      guard let step = try await replay.step(from: cursor, generation: generation, refresh: refreshesEachBatch) else {
        onProgress()
        try await source.waitForChange(atMost: Self.idleWait)
        continue
      }
      onProgress()
      cursor = step.cursor
      record(step)
      steps += 1
      if steps.isMultiple(of: Self.stepsBetweenPrunes) { try await prune() }
    }
  }

  private func liveGeneration() async throws -> IndexGeneration {
    guard let live = try await ledger.generations(alias: alias).first(where: { $0.state == .live }) else {
      throw IndexingError.noLiveGeneration(alias: alias)
    }
    return live
  }

  /// Searches read what changes are carried into: a full run that was cut short after its commit is ended here.
  private func pointAlias(at generation: IndexGeneration) async throws {
    try await AliasPointer(engine: engine, alias: alias).point(
      at: generation.indexName, deadline: .now + Self.adminDeadline)
  }

  /// Removes what every generation whose index exists has read: those that are built or may be rolled back to.
  private func prune() async throws {
    let names = try await engine.indices(matching: alias + "-*", deadline: .now + Self.adminDeadline).map(\.name)
    let kept = try await ledger.generations(alias: alias).filter { generation in
      generation.state == .building || (generation.state != .failed && names.contains(generation.indexName))
    }
    if let oldest = kept.map(\.cursor).min() { try await source.pruneOutbox(through: oldest) }
  }

  private func record(_ step: OutboxReplay.Step) {
    metrics.documents.increment(by: step.result.written + step.result.deleted)
    metrics.outdated.increment(by: step.result.outdated)
    metrics.deadLetters.increment(by: step.result.deadLetters.count)
    let now = clock.now()
    for entry in step.entries {
      if let committed = entry.committedAt {
        metrics.freshness.observe(Double(now.microsecondsSinceEpoch - committed.microsecondsSinceEpoch) / 1e6)
      }
    }
  }
}

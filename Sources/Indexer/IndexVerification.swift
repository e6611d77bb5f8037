import Catalog
public import Ports
public import SearchDSL

/// `vitrine index verify`: finds drift, and repairs it from Postgres.
///
/// A repair goes the same way as every change: it raises the product's version above the index's, and the entry in the
/// outbox writes the document again, or removes it.
public struct IndexVerification: Sendable {
  public struct Report: Sendable {
    public var generation: IndexGeneration
    public var found: [DriftAudit.Drift]
    /// The drift that remains; all drift found, if nothing was to be repaired.
    public var left: [DriftAudit.Drift]
    public var seconds: Double

    public func count(_ kind: DriftAudit.Drift.Kind) -> Int { found.count { $0.kind == kind } }
    public var repaired: Int { found.count - left.count }
  }

  /// An index may remember a deleted document's version, which cannot be queried: each attempt raises the version
  /// further.
  private static let attempts = 3
  private static let deadline = Duration.seconds(60)

  let audit: DriftAudit

  public init(source: any AuditSource, ledger: any IndexingLedger, engine: any SearchEngine) {
    audit = DriftAudit(source: source, ledger: ledger, engine: engine)
  }

  /// Finds the drift of a generation's index, and repairs it if `catchUp` is given; `catchUp` must return once
  /// everything that was in the outbox before its call is in the index.
  public func run(_ generation: IndexGeneration, catchUp: (@Sendable () async throws -> Void)?) async throws -> Report {
    let start = ContinuousClock.now
    let found = try await audit.find(in: generation)
    var left = found
    if let catchUp {
      for attempt in 0..<Self.attempts where !left.isEmpty {
        try await repair(left, attempt: attempt, in: generation)
        try await catchUp()
        left = try await audit.confirm(left.map(\.id), in: generation)
      }
    }
    return Report(generation: generation, found: found, left: left, seconds: (.now - start) / .seconds(1))
  }

  private func repair(_ drifts: [DriftAudit.Drift], attempt: Int, in generation: IndexGeneration) async throws {
    let margin: Int64 = attempt == 0 ? 0 : 1 << (Int64(attempt) * 12)
    var floors: [ProductID: Int64] = [:]
    var foreign: [BulkOperation] = []
    for drift in drifts {
      if let product = drift.product {
        floors[product] = max(drift.engineVersion ?? 0, drift.documentVersion ?? 0).adding(saturating: margin)
      } else {
        foreign.append(BulkOperation(id: drift.id, externalVersion: BulkWriter.deletedVersion, action: .delete))
      }
    }
    if !floors.isEmpty { try await audit.source.raiseVersions(floors) }
    if !foreign.isEmpty {
      _ = try await audit.engine.bulk(
        foreign, to: generation.indexName, refresh: true, deadline: .now + Self.deadline)
    }
  }
}

/// Carries the current content of the outbox into a generation's index, beside a sync or without one.
public struct IndexCatchUp: Sendable {
  private static let pause = Duration.milliseconds(100)

  let source: any ProductSource
  let ledger: any IndexingLedger
  let replay: OutboxReplay

  public init(
    source: any ProductSource, ledger: any IndexingLedger, engine: any SearchEngine, clock: any WallClock,
    onRetry: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    replay = OutboxReplay(
      source: source, ledger: ledger, writer: BulkWriter(engine: engine, clock: clock, onRetry: onRetry))
  }

  /// Waits for transactions that hold entries back.
  public func run(_ generation: IndexGeneration) async throws {
    let end = try await source.outboxEnd()
    while true {
      let known = try await ledger.generations(alias: generation.alias).first { $0.number == generation.number }
      guard let current = known, current.cursor < end else { return }
      _ = try await replay.drain(from: current.cursor, generation: generation)
      try await Task.sleep(for: Self.pause)
    }
  }
}

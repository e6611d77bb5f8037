import Catalog
public import Ports
public import SearchDSL

/// The names of the leases on an alias's indices.
enum IndexLease {
  /// The lease of the process that carries changes into the index in use.
  static func sync(of alias: String) -> String { "index sync of \(alias)" }
  /// The lease of a process that builds, swaps or deletes indices.
  static func lifecycle(of alias: String) -> String { "index full, rollback or prune of \(alias)" }
}

extension IndexingLedger {
  /// The generation that searches read; throws `IndexingError.noLiveGeneration` if there is none.
  public func liveGeneration(of alias: String) async throws -> IndexGeneration {
    guard let live = try await generations(alias: alias).first(where: { $0.state == .live }) else {
      throw IndexingError.noLiveGeneration(alias: alias)
    }
    return live
  }
}

/// Puts a generation in use: first in the ledger, which decides, then in the engine.
struct GenerationSwap: Sendable {
  private static let adminDeadline = Duration.seconds(120)
  /// If the engine is away for longer than these attempts take, `sync` finishes the work.
  private static let attempts = 5
  private static let pause = Duration.milliseconds(500)

  let ledger: any IndexingLedger
  let engine: any SearchEngine
  let alias: String
  let onRetry: @Sendable (String) -> Void

  func putInUse(_ generation: IndexGeneration, checks: String) async throws {
    try await commit(generation, checks: checks)
    try await pointAlias(at: generation)
  }

  /// Makes the generation the live one: from now on `sync` carries changes into it.
  private func commit(_ generation: IndexGeneration, checks: String) async throws {
    do {
      try await ledger.putInUse(generation: generation.number, checks: checks)
    } catch {
      // The answer may have been lost after the commit: the ledger knows.
      let known = try await ledger.generations(alias: alias)
      guard known.contains(where: { $0.number == generation.number && $0.state == .live }) else { throw error }
    }
  }

  /// From here on the new index stays: if the engine does not answer, `sync` points the alias later.
  private func pointAlias(at generation: IndexGeneration) async throws {
    let pointer = AliasPointer(engine: engine, alias: alias)
    for attempt in 1...Self.attempts {
      do throws(SearchEngineError) {
        return try await pointer.point(at: generation.indexName, deadline: .now + Self.adminDeadline)
      } catch {
        guard attempt < Self.attempts, error.isWorthRepeating else { throw error }
        onRetry(error.description)
      }
      try await Task.sleep(for: Self.pause)
    }
  }
}

/// `vitrine index rollback`: puts an older generation back in use, after replaying the changes that it missed.
public struct IndexRollback: Sendable {
  public struct Report: Sendable {
    public var generation: IndexGeneration
    public var replaced: IndexGeneration
    public var replayed: Int
    public var checks: String
    public var seconds: Double
  }

  let source: any ProductSource & AuditSource
  let ledger: any IndexingLedger
  let leases: any Leases
  let engine: any SearchEngine
  let clock: any WallClock
  let onRetry: @Sendable (String) -> Void

  public init(
    source: any ProductSource & AuditSource, ledger: any IndexingLedger, leases: any Leases, engine: any SearchEngine,
    clock: any WallClock, onRetry: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    self.leases = leases
    self.engine = engine
    self.clock = clock
    self.onRetry = onRetry
  }

  /// Goes back to the generation with that number; nil: the one that was in use before.
  ///
  /// Throws `LeaseHeld` if another process changes this alias's indices, and `IndexingError` if there is no such
  /// generation or the gate refuses it.
  public func run(alias: String, to number: Int64?, holder: String, gate options: IndexGate.Options = .init())
    async throws -> Report
  {
    try await leases.withLease(IndexLease.lifecycle(of: alias), holder: holder) {
      let start = ContinuousClock.now
      let known = try await ledger.generations(alias: alias)
      guard let live = known.first(where: { $0.state == .live }) else {
        throw IndexingError.noLiveGeneration(alias: alias)
      }
      let target = try await target(number, live: live, among: known)
      let replay = OutboxReplay(
        source: source, ledger: ledger, writer: BulkWriter(engine: engine, clock: clock, onRetry: onRetry))
      let gate = IndexGate(source: source, ledger: ledger, engine: engine, onWait: onRetry)
      let passed = try await gate.pass(target, replay: replay, options: options)
      try await GenerationSwap(ledger: ledger, engine: engine, alias: alias, onRetry: onRetry)
        .putInUse(target, checks: passed.checks)
      return Report(
        generation: target, replaced: live, replayed: passed.replayed, checks: passed.checks,
        seconds: (.now - start) / .seconds(1))
    }
  }

  private func target(_ number: Int64?, live: IndexGeneration, among known: [IndexGeneration]) async throws
    -> IndexGeneration
  {
    let indices = Set(
      try await engine.indices(matching: live.alias + "-*", deadline: .now + .seconds(30)).map(\.name))
    let possible = known.filter { $0.state == .retired && indices.contains($0.indexName) }
    let chosen =
      number.map { number in possible.first { $0.number == number } }
      ?? possible.max { ($0.swappedInAt ?? $0.createdAt) < ($1.swappedInAt ?? $1.createdAt) }
    guard let chosen else {
      let numbers = possible.map { String($0.number) }.joined(separator: ", ")
      throw IndexingError.noSuchGeneration(
        number, possible: numbers.isEmpty ? "none is kept beside \(live.indexName)" : "kept are \(numbers)")
    }
    return chosen
  }
}

/// `vitrine index prune`: deletes the indices of failed generations and of those too old for a rollback.
public struct IndexPruning: Sendable {
  private static let adminDeadline = Duration.seconds(120)

  let ledger: any IndexingLedger
  let engine: any SearchEngine
  let alias: String

  /// The generation in use counts among those kept. The caller must hold the lease or be alone.
  func run(keeping count: Int) async throws -> [String] {
    let names = Set(
      try await engine.indices(matching: alias + "-*", deadline: .now + Self.adminDeadline).map(\.name))
    let known = try await ledger.generations(alias: alias)
    let retired = known.filter { $0.state == .retired }.sorted {
      ($0.swappedInAt ?? $0.createdAt) > ($1.swappedInAt ?? $1.createdAt)
    }
    let surplus = retired.dropFirst(max(0, count - 1)) + known.filter { $0.state == .failed }
    var deleted: [String] = []
    for generation in surplus {
      if names.contains(generation.indexName) {
        try await engine.deleteIndex(generation.indexName, deadline: .now + Self.adminDeadline)
        deleted.append(generation.indexName)
      }
      // A failed generation keeps its dead letters, which explain the failure, until the next generation is in use.
      try await ledger.removeGeneration(generation.number)
    }
    return deleted
  }

  /// Like `run`, but takes the lease; throws `LeaseHeld` if another process changes this alias's indices.
  public static func run(
    alias: String, keeping count: Int, holder: String, ledger: any IndexingLedger, leases: any Leases,
    engine: any SearchEngine
  ) async throws -> [String] {
    try await leases.withLease(IndexLease.lifecycle(of: alias), holder: holder) {
      try await IndexPruning(ledger: ledger, engine: engine, alias: alias).run(keeping: count)
    }
  }
}

import Catalog
public import Ports
public import SearchDSL

/// `vitrine index full`: builds a new generation beside the one in use, and swaps the alias when it has caught up.
///
/// capture cursor → create index → stream all rows → replay what changed meanwhile → gate → swap → retire the old.
/// A crash at any step leaves the index in use as it was.
public struct FullIndex: Sendable {
  public struct Options: Sendable {
    public var alias: String
    /// Rows fetched from the server-side cursor at a time.
    public var batchSize = 500
    /// Old generations that stay, to be rolled back to.
    public var generationsKept = 3
    /// Dead letters that the gate lets through.
    public var mostDeadLetters = 0

    public init(alias: String) { self.alias = alias }
  }

  /// A batch that was written.
  public struct Progress: Sendable {
    public var documents: Int
    /// How many the source said it had at the start.
    public var total: Int
  }

  public struct Report: Sendable, Equatable {
    public var generation: IndexGeneration
    public var documents: Int
    public var replayed: Int
    public var deadLetters: Int
    public var seconds: Double
  }

  /// Rounds of replay and count before the gate gives up on a source that never rests.
  private static let mostGateRounds = 20
  private static let adminDeadline = Duration.seconds(120)

  let source: any ProductSource
  let ledger: any IndexingLedger
  let engine: any SearchEngine
  let mapping: IndexMapping
  let clock: any WallClock
  let onRetry: @Sendable (String) -> Void

  public init(
    source: any ProductSource, ledger: any IndexingLedger, engine: any SearchEngine, mapping: IndexMapping,
    clock: any WallClock, onRetry: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.source = source
    self.ledger = ledger
    self.engine = engine
    self.mapping = mapping
    self.clock = clock
    self.onRetry = onRetry
  }

  private var deadline: ContinuousClock.Instant { .now + Self.adminDeadline }

  public func run(_ options: Options, onProgress: @escaping @Sendable (Progress) -> Void = { _ in }) async throws
    -> Report
  {
    let start = ContinuousClock.now
    let cursor = try await source.captureCursor()
    let generation = try await ledger.beginGeneration(alias: options.alias, mappingHash: mapping.hash, cursor: cursor)
    do {
      let replayed = try await build(generation, options: options, onProgress: onProgress)
      let documents = try await engine.count(.matchAll(), in: generation.indexName, deadline: deadline)
      try await swap(to: generation, options: options)
      let deadLetters = try await ledger.deadLetterCount(generation: generation.number)
      let elapsed = (ContinuousClock.now - start) / Duration.seconds(1)
      return Report(
        generation: generation, documents: documents, replayed: replayed, deadLetters: deadLetters, seconds: elapsed)
    } catch {
      // The half-built index is of no use; what is in use was not touched. The first error is the one to report.
      try? await ledger.setState(.failed, ofGeneration: generation.number)
      try? await engine.deleteIndex(generation.indexName, deadline: deadline)
      throw error
    }
  }

  private func build(
    _ generation: IndexGeneration, options: Options, onProgress: @escaping @Sendable (Progress) -> Void
  ) async throws -> Int {
    // An index of that name can only be the rest of an engine that outlived its database.
    if try await !engine.indices(matching: generation.indexName, deadline: deadline).isEmpty {
      try await engine.deleteIndex(generation.indexName, deadline: deadline)
    }
    try await engine.createIndex(generation.indexName, body: mapping.bodyForLoading, deadline: deadline)
    let writer = BulkWriter(engine: engine, clock: clock, onRetry: onRetry)
    let total = try await source.productCount()
    try await source.forEachProductBatch(size: options.batchSize) { products in
      let result = try await writer.write(products, to: generation.indexName, refresh: false)
      if !result.deadLetters.isEmpty {
        try await ledger.addDeadLetters(result.deadLetters, generation: generation.number)
      }
      onProgress(Progress(documents: result.written, total: total))
    }
    try await engine.updateSettings(mapping.settingsForServing, of: generation.indexName, deadline: deadline)
    return try await replayUntilGatePasses(generation, writer: writer, options: options)
  }

  /// Replays what was committed since the cursor until the index holds what Postgres holds.
  private func replayUntilGatePasses(_ generation: IndexGeneration, writer: BulkWriter, options: Options) async throws
    -> Int
  {
    let replay = OutboxReplay(source: source, ledger: ledger, writer: writer)
    var cursor = generation.cursor
    var replayed = 0
    var verdict = ""
    for _ in 0..<Self.mostGateRounds {
      while let step = try await replay.step(from: cursor, generation: generation, refresh: false) {
        cursor = step.cursor
        replayed += step.entries.count
      }
      try await engine.refresh(generation.indexName, deadline: deadline)
      let expected = try await source.productCount()
      let found = try await engine.count(.matchAll(), in: generation.indexName, deadline: deadline)
      let deadLetters = try await ledger.deadLetterCount(generation: generation.number)
      if deadLetters > options.mostDeadLetters {
        throw IndexingError.gateRefused(
          "\(deadLetters) documents were refused, \(options.mostDeadLetters) are allowed: see indexing.dead_letter for why"
        )
      }
      if found + deadLetters == expected { return replayed }
      verdict = "Postgres has \(expected) searchable products, the index \(found) documents"
    }
    throw IndexingError.gateRefused(verdict)
  }

  private func swap(to generation: IndexGeneration, options: Options) async throws {
    let existing = try await engine.indices(matching: options.alias + "-*", deadline: deadline)
    var actions = existing.filter { $0.aliases.contains(options.alias) && $0.name != generation.indexName }.map {
      AliasAction.remove(index: $0.name, alias: options.alias)
    }
    actions.append(.add(index: generation.indexName, alias: options.alias))
    try await engine.updateAliases(actions, deadline: deadline)
    try await ledger.setState(.live, ofGeneration: generation.number)

    let names = Set(existing.map(\.name))
    let old = try await ledger.generations(alias: options.alias).filter { $0.number != generation.number }
    for older in old where older.state == .live { try await ledger.setState(.retired, ofGeneration: older.number) }
    for surplus in old.dropFirst(options.generationsKept - 1) where names.contains(surplus.indexName) {
      try await engine.deleteIndex(surplus.indexName, deadline: deadline)
    }
  }
}

import Catalog
public import Ports
public import SearchDSL

/// `vitrine index full`: builds a new generation beside the one in use, and swaps the alias when it has caught up.
///
/// capture cursor → create index → stream all rows → replay what changed meanwhile → gate → commit in the ledger → point
/// the alias → delete the oldest. A crash at any step leaves an index in use that is whole: before the commit the old one;
/// after it `sync` points the alias at the new one, should this run not have come to it.
public struct FullIndex: Sendable {
  public struct Options: Sendable {
    public var alias: String
    /// Rows fetched from the server-side cursor at a time.
    public var batchSize = 500
    /// Old generations that stay, to be rolled back to.
    public var generationsKept = 3
    /// Dead letters that the gate lets through.
    public var mostDeadLetters = 0
    /// How long the gate waits for the counts to agree: an import's transaction may be open for minutes.
    public var gatePatience = Duration.seconds(600)

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

  /// Between two looks at a gate that waits: for a transaction that is open, which holds back all that was committed
  /// after it began.
  private static let gatePause = Duration.milliseconds(200)
  private static let adminDeadline = Duration.seconds(120)
  /// An engine that is away for longer than these attempts is left to `sync`.
  private static let aliasAttempts = 5
  private static let aliasPause = Duration.milliseconds(500)

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
    var report = Report(generation: generation, documents: 0, replayed: 0, deadLetters: 0, seconds: 0)
    do {
      report.replayed = try await build(generation, options: options, onProgress: onProgress)
      report.documents = try await engine.count(.matchAll(), in: generation.indexName, deadline: deadline)
      report.deadLetters = try await ledger.deadLetterCount(generation: generation.number)
      try await commit(generation, alias: options.alias)
    } catch {
      // The half-built index is of no use; what is in use was not touched. The first error is the one to report, and
      // an index that stays behind is deleted by the next run.
      try? await ledger.setState(.failed, ofGeneration: generation.number)
      try? await engine.deleteIndex(generation.indexName, deadline: deadline)
      throw error
    }
    try await pointAlias(at: generation, options: options)
    await deleteSurplus(options, keeping: generation)
    report.seconds = (ContinuousClock.now - start) / Duration.seconds(1)
    return report
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
    try await source.forEachProductBatch(size: options.batchSize, after: nil) { products in
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
    let giveUp = ContinuousClock.now + options.gatePatience
    while true {
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
      // A refused product may have been hidden or mended since, so the dead letters are the most that may lack.
      if (0...deadLetters).contains(expected - found) { return replayed }
      guard ContinuousClock.now < giveUp else {
        throw IndexingError.gateRefused(
          "Postgres has \(expected) searchable products, the index \(found) documents, and replaying changes nothing")
      }
      onRetry("the index has \(found) documents, Postgres \(expected) products: waiting for open transactions")
      try await Task.sleep(for: Self.gatePause)
    }
  }

  /// Makes the generation the live one: the moment from which `sync` carries changes into it.
  private func commit(_ generation: IndexGeneration, alias: String) async throws {
    do {
      try await ledger.setState(.live, ofGeneration: generation.number)
    } catch {
      // The answer may have been lost after the commit: the ledger knows.
      let known = try await ledger.generations(alias: alias)
      guard known.contains(where: { $0.number == generation.number && $0.state == .live }) else { throw error }
    }
  }

  /// From here on the new index is not taken back: where the engine does not answer, `sync` points the alias later.
  private func pointAlias(at generation: IndexGeneration, options: Options) async throws {
    let pointer = AliasPointer(engine: engine, alias: options.alias)
    for attempt in 1...Self.aliasAttempts {
      do throws(SearchEngineError) {
        return try await pointer.point(at: generation.indexName, deadline: deadline)
      } catch {
        guard attempt < Self.aliasAttempts, error.isWorthRepeating else { throw error }
        onRetry(error.description)
      }
      try await Task.sleep(for: Self.aliasPause)
    }
  }

  /// Deletes the indices of failed generations and of those that are too old to be rolled back to.
  ///
  /// What cannot be deleted now is in nobody's way, and the next run deletes it.
  private func deleteSurplus(_ options: Options, keeping current: IndexGeneration) async {
    do {
      let names = Set(try await engine.indices(matching: options.alias + "-*", deadline: deadline).map(\.name))
      let old = try await ledger.generations(alias: options.alias).filter { $0.number < current.number }
      let retired = old.filter { $0.state == .retired }.dropFirst(max(0, options.generationsKept - 1))
      for surplus in retired + old.filter({ $0.state == .failed }) where names.contains(surplus.indexName) {
        try await engine.deleteIndex(surplus.indexName, deadline: deadline)
      }
    } catch {
      onRetry("old indices stay until the next run: \(error)")
    }
  }
}

import Catalog
public import Ports
public import Ranking
public import Recommending
import Threading

/// Trains rankings, keeps them as files with the ledger of models, and says which one is in force.
public struct RankingDesk: Sendable {
  public static let kind = LearnedRanking.kind
  /// The name in the ledger, in a file's place, of the hand-set ranking, which has no file.
  private static let handSet = "hand-set"
  /// Files that are kept beside the one that is served.
  private static let keptModels = 10

  private let ledger: any ModelLedger
  private let folder: ModelFolder
  private let clock: any WallClock
  private let codeVersion: String

  public init(ledger: any ModelLedger, folder: ModelFolder, clock: any WallClock, codeVersion: String) {
    self.ledger = ledger
    self.folder = folder
    self.clock = clock
    self.codeVersion = codeVersion
  }

  public struct Report: Sendable {
    public var entry: ModelEntry
    public var verdict: RankingGate.Verdict
    public var isPromoted: Bool
  }

  /// Trains a ranking on the log, measures it against the one in force, and serves it if the gate passes it and `promotes`.
  public func train(
    _ log: any RankingLog, grow: RankingTraining.TreeGrower?, promotes: Bool = true,
    progress: @escaping @Sendable (String) throws -> Void = { _ in }
  ) async throws -> Report {
    let now = clock.now()
    let impressions = try await collect(log, until: now, progress)
    // A model in use that cannot be read is not served either: the hand-set one is.
    let served = try await serving()
    let inForce: any CandidateScoring = served.flatMap { try? $0.read() } ?? HandSetRanking()
    let outcome = try await onOwnThread {
      try RankingTraining(impressions).learn(grow: grow, inForce: inForce, progress: progress)
    }
    let entry = try await keep(outcome, impressions, at: now)
    var report = Report(entry: entry, verdict: outcome.verdict, isPromoted: false)
    if outcome.verdict.isPassed, promotes {
      report.isPromoted = try await ledger.promote(entry.number, by: .training, now: clock.now())
      if report.isPromoted { report.entry.state = .serving }
    }
    for file in try await ledger.prune(kind: Self.kind, keeping: Self.keptModels) where file != Self.handSet {
      folder.remove(file)
    }
    return report
  }

  /// The newest pages whose deeds have all come, as many as the memory is given for: a row of the log takes 2 bytes a feature
  /// here, and 8 in training.
  private func collect(
    _ log: any RankingLog, until now: Timestamp, _ progress: @escaping @Sendable (String) throws -> Void
  ) async throws -> [LoggedImpression] {
    struct Enough: Error {}
    let collected = Guarded<(pages: [LoggedImpression], rows: Int)>(([], 0))
    do {
      try await log.forEachBatch(
        schema: RankingFeature.schema, until: RankingTraining.newest(at: now), limit: RankingTraining.maxPages
      ) { batch in
        let (count, isFull) = collected.withLock { all in
          for page in batch where all.rows + page.products.count <= RankingTraining.maxRows {
            all.pages.append(page)
            all.rows += page.products.count
          }
          return (all.pages.count, all.rows > RankingTraining.maxRows - RankingTraining.longestPage)
        }
        try progress("reading the log: \(count) pages")
        if isFull { throw Enough() }
      }
    } catch is Enough {}
    return collected.withLock { $0.pages }
  }

  private func keep(
    _ outcome: RankingTraining.Outcome, _ impressions: [LoggedImpression], at now: Timestamp
  ) async throws -> ModelEntry {
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for page in impressions {
      for part in [Int64(page.at.microsecondsSinceEpoch)] + page.products.map(\.rawValue) {
        digest = (digest ^ UInt64(bitPattern: part)) &* 0x100_0000_01b3
      }
    }
    let provenance = ModelFile.Provenance(
      kind: Self.kind, dataDigest: String(digest, radix: 16), codeVersion: codeVersion, seed: 1,
      trainedSeconds: now.microsecondsSinceEpoch / 1_000_000, metrics: outcome.metrics)
    let file = try folder.write(ModelFile(provenance: provenance, arrays: LearnedRanking.arrays(of: outcome)))
    var entry = ModelEntry(
      kind: Self.kind, state: outcome.verdict.isPassed ? .candidate : .refused, file: file,
      dataDigest: provenance.dataDigest, codeVersion: codeVersion, seed: 1, metrics: outcome.metrics,
      dataThrough: RankingTraining.newest(at: now), trainedAt: now, findings: outcome.verdict.findings)
    entry.number = try await ledger.add(entry)
    return entry
  }

  /// The model that the ledger says is served; nil if none was yet. `read` throws if its file cannot be used.
  public func serving() async throws -> (number: Int64, read: @Sendable () throws -> any CandidateScoring)? {
    guard let entry = try await ledger.serving(kind: Self.kind) else { return nil }
    return (entry.number, { try self.read(entry) })
  }

  /// A model of the ledger, served or not; nil if there is none of this kind and number. Throws what is wrong with its file.
  public func model(_ number: Int64) async throws -> (any CandidateScoring)? {
    guard let entry = try await ledger.model(number), entry.kind == Self.kind else { return nil }
    return try read(entry)
  }

  private func read(_ entry: ModelEntry) throws -> any CandidateScoring {
    if entry.file == Self.handSet { return HandSetRanking() }
    return try LearnedRanking(try folder.file(entry.file), version: "ranking-\(entry.number)")
  }

  /// Serves this model; a damaged one is not served. nil if there is no such model.
  public func promote(_ number: Int64) async throws -> ModelEntry? {
    guard let entry = try await ledger.model(number) else { return nil }
    _ = try read(entry)
    return try await ledger.promote(number, by: .person, now: clock.now()) ? entry : nil
  }

  /// Serves the model that was served before the present one, which is refused from then on; the hand-set ranking if there
  /// is none, or if `toHandSet` asks for it. nil if the hand-set ranking is served already. Until a person promotes a model,
  /// training only adds candidates.
  public func rollBack(toHandSet: Bool = false) async throws -> ModelEntry? {
    let before = toHandSet ? nil : try await ledger.servedBefore(kind: Self.kind, kept: Self.keptModels)
    if let before {
      _ = try read(before)
      return try await ledger.rollBack(to: before.number, now: clock.now()) ? before : nil
    }
    let present = try await ledger.serving(kind: Self.kind)
    guard toHandSet ? present?.file != Self.handSet : present.map({ $0.file != Self.handSet }) ?? false else {
      return nil
    }
    let now = clock.now()
    var entry = ModelEntry(
      kind: Self.kind, state: .retired, file: Self.handSet, dataDigest: "", codeVersion: codeVersion, seed: 0,
      metrics: [:], dataThrough: now, trainedAt: now, findings: "the hand-set ranking, which learns nothing")
    entry.number = try await ledger.add(entry)
    return try await ledger.rollBack(to: entry.number, now: now) ? entry : nil
  }
}

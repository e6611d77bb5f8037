import Catalog
import Ports
import SearchDSL

/// Decides whether a generation may be put in use: it must hold every product at its version, and rank as well as the
/// one in use.
public struct IndexGate: Sendable {
  public struct Options: Sendable {
    /// Largest permitted number of dead letters.
    public var maxDeadLetters = 0
    /// How long to wait for entries that open transactions hold back: an import's transaction may be open for minutes.
    public var patience = Duration.seconds(600)
    /// Judges an index by queries with known good answers; nil: ranking is not judged.
    public var golden: GoldenQueries?

    public init() {}
  }

  /// Queries with judged answers, run on the new index and on the one in use.
  public struct GoldenQueries: Sendable {
    /// How much lower the new index's figure may be.
    public var tolerance: Double
    /// Returns the mean nDCG of an index.
    public var measure: @Sendable (_ index: String) async throws -> Double

    public init(tolerance: Double, measure: @escaping @Sendable (_ index: String) async throws -> Double) {
      self.tolerance = tolerance
      self.measure = measure
    }
  }

  /// The findings when the gate lets a generation pass.
  struct Passed: Sendable {
    var documents: Int
    var replayed: Int
    var deadLetters: Int
    var golden: String?

    /// The text that the ledger keeps.
    var checks: String {
      "\(documents) documents, every bucket as in Postgres, \(deadLetters) dead letters"
        + (golden.map { ", \($0)" } ?? "")
    }
  }

  private static let pause = Duration.milliseconds(200)
  private static let deadline = Duration.seconds(120)
  /// Most documents that a refusal names.
  private static let maxNamed = 5

  let source: any ProductSource & AuditSource
  let ledger: any IndexingLedger
  let engine: any SearchEngine
  /// Called with the reason for each wait.
  let onWait: @Sendable (String) -> Void

  private var deadline: ContinuousClock.Instant { .now + Self.deadline }

  /// Replays everything committed since the generation's cursor until the index agrees with Postgres.
  ///
  /// Throws `IndexingError.gateRefused` if documents were refused, are missing or wrong, or rank worse.
  func pass(_ generation: IndexGeneration, replay: OutboxReplay, options: Options) async throws -> Passed {
    let audit = DriftAudit(source: source, ledger: ledger, engine: engine)
    let giveUp = ContinuousClock.now + options.patience
    // Everything committed by now is in the index when it is put in use; `sync` carries later changes.
    let end = try await source.outboxEnd()
    var cursor = generation.cursor
    var replayed = 0
    while true {
      let drained = try await replay.drain(from: cursor, generation: generation)
      cursor = drained.0
      replayed += drained.replayed
      let deadLetters = try await ledger.deadLetterCount(generation: generation.number)
      guard deadLetters <= options.maxDeadLetters else {
        throw IndexingError.gateRefused(try await refusal(generation, deadLetters: deadLetters, options: options))
      }
      let drift = try await audit.find(in: generation)
      if drift.isEmpty, cursor >= end {
        let golden = try await judge(generation, options.golden)
        let documents = try await engine.count(.matchAll(), in: generation.indexName, deadline: deadline)
        return Passed(documents: documents, replayed: replayed, deadLetters: deadLetters, golden: golden)
      }
      guard ContinuousClock.now < giveUp else {
        guard !drift.isEmpty else {
          throw IndexingError.gateRefused("changes are still held back by a transaction that does not end")
        }
        let named = drift.prefix(Self.maxNamed).map { "\($0.id) is \($0.kind.rawValue)" }.joined(separator: ", ")
        throw IndexingError.gateRefused(
          "\(drift.count) documents are not what Postgres says (\(named)), and replaying changes nothing")
      }
      onWait("\(drift.count) documents differ\(cursor < end ? ", and changes wait for open transactions" : "")")
      try await Task.sleep(for: Self.pause)
    }
  }

  private func refusal(_ generation: IndexGeneration, deadLetters: Int, options: Options) async throws -> String {
    let first = try await ledger.deadLetters(generation: generation.number, of: nil, limit: 1).first
    let example = first.map { "; the first, product \($0.product): \($0.reason)" } ?? ""
    return "\(deadLetters) documents were refused, \(options.maxDeadLetters) are allowed\(example)"
  }

  private func judge(_ generation: IndexGeneration, _ golden: GoldenQueries?) async throws -> String? {
    guard let golden else { return nil }
    let new = try await golden.measure(generation.indexName)
    let live = try await ledger.generations(alias: generation.alias).first { $0.state == .live }
    guard let live, live.number != generation.number else { return "golden nDCG \(Self.rounded(new))" }
    let old = try await golden.measure(live.indexName)
    let figures = "golden nDCG \(Self.rounded(new)), before \(Self.rounded(old))"
    guard new >= old - golden.tolerance else {
      throw IndexingError.gateRefused("\(figures): more than \(golden.tolerance) lower")
    }
    return figures
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}

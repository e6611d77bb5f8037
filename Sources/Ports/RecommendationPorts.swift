public import Catalog

/// The shop's costs of the variants of products.
public protocol ProductCosts: Sendable {
  /// Leaves out variants whose cost is not known.
  func costs(of products: [ProductID]) async throws -> [VariantID: Money]
}

/// A row of the ledger of models: a file, its provenance and its state.
public struct ModelEntry: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable {
    /// Trained, and not served yet.
    case candidate
    case serving
    /// Was served before; a rollback serves it again.
    case retired
    /// The gate refused it, or a rollback took it out of use.
    case refused
  }

  public var number: Int64
  /// `recommender`
  public var kind: String
  public var state: State
  /// The file's name in the models' folder.
  public var file: String
  public var dataDigest: String
  public var codeVersion: String
  public var seed: UInt64
  public var metrics: [String: Double]
  /// The end of the data that it learnt from.
  public var dataThrough: Timestamp
  public var trainedAt: Timestamp
  public var promotedAt: Timestamp?
  /// Served since a rollback: training does not replace it.
  public var isHeld: Bool
  /// The gate's findings.
  public var findings: String

  public init(
    number: Int64 = 0, kind: String, state: State = .candidate, file: String, dataDigest: String, codeVersion: String,
    seed: UInt64, metrics: [String: Double], dataThrough: Timestamp, trainedAt: Timestamp,
    promotedAt: Timestamp? = nil, isHeld: Bool = false, findings: String = ""
  ) {
    self.number = number
    self.kind = kind
    self.state = state
    self.file = file
    self.dataDigest = dataDigest
    self.codeVersion = codeVersion
    self.seed = seed
    self.metrics = metrics
    self.dataThrough = dataThrough
    self.trainedAt = trainedAt
    self.promotedAt = promotedAt
    self.isHeld = isHeld
    self.findings = findings
  }
}

/// The one who puts a model in use.
public enum ModelPromoter: Sendable {
  case person
  case training
}

/// The ledger of models: which there are, and which one of each kind is served.
public protocol ModelLedger: Sendable {
  /// Adds a model; returns its number.
  func add(_ entry: ModelEntry) async throws -> Int64
  /// Newest first; nil: of all kinds.
  func models(kind: String?, limit: Int) async throws -> [ModelEntry]
  func model(_ number: Int64) async throws -> ModelEntry?
  func serving(kind: String) async throws -> ModelEntry?
  /// Serves this model, and retires the one before it; false if there is no such model, or training may not replace the
  /// one in use, because a rollback put it there.
  func promote(_ number: Int64, by promoter: ModelPromoter, now: Timestamp) async throws -> Bool
  /// Serves this retired model again, and refuses the one in use, so that no later rollback serves it; false if it is not
  /// retired.
  func rollBack(to number: Int64, now: Timestamp) async throws -> Bool
  /// Deletes the rows of all but the newest `count` models of each state that is not served; returns their files. Refused
  /// models so take no place of those that a rollback may serve.
  func prune(kind: String, keeping count: Int) async throws -> [String]
}

extension ModelLedger {
  /// The model of a kind that was served before the present one; nil if there is none. `kept`: of each state, as `prune`
  /// is told.
  public func servedBefore(kind: String, kept: Int) async throws -> ModelEntry? {
    // All that `prune` keeps, and the one that is served.
    let models = try await models(kind: kind, limit: (kept + 1) * ModelEntry.State.allCases.count)
    return models.filter { $0.state == .retired }.max {
      ($0.promotedAt ?? $0.trainedAt) < ($1.promotedAt ?? $1.trainedAt)
    }
  }
}

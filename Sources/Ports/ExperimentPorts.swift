public import Catalog
public import Experiments

/// An experiment as it is kept.
public struct StoredExperiment: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    /// Described, and nobody is in it yet.
    case draft
    case running
    /// For ever: who saw an arm would see another one after a second start.
    case stopped
  }

  public var plan: ExperimentPlan
  public var state: State
  public var author: String
  public var createdAt: Timestamp
  public var startedAt: Timestamp?
  public var stoppedAt: Timestamp?
  /// The decision, and why it was stopped.
  public var conclusion: String

  public init(
    plan: ExperimentPlan, state: State = .draft, author: String, createdAt: Timestamp, startedAt: Timestamp? = nil,
    stoppedAt: Timestamp? = nil, conclusion: String = ""
  ) {
    self.plan = plan
    self.state = state
    self.author = author
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.stoppedAt = stoppedAt
    self.conclusion = conclusion
  }
}

/// The experiments that run now.
public struct RunningPlans: Sendable, Equatable {
  public var plans: [ExperimentPlan]
  /// The visitors, in buckets, who are kept out of every experiment.
  public var holdoutBuckets: Int

  public init(plans: [ExperimentPlan] = [], holdoutBuckets: Int = 0) {
    self.plans = plans
    self.holdoutBuckets = holdoutBuckets
  }
}

/// Keeps experiments. Each change and its audit entry are one transaction.
public protocol ExperimentStore: Sendable {
  /// False if there is one of this name.
  func add(_ experiment: StoredExperiment, audit: AuditEntry) async throws -> Bool
  /// Newest first.
  func experiments(limit: Int) async throws -> [StoredExperiment]
  func experiment(_ name: String) async throws -> StoredExperiment?
  func running() async throws -> RunningPlans
  /// Starts a draft if `check` accepts it beside those that run, which are locked meanwhile; false if it is none.
  func start(
    _ name: String, at now: Timestamp, audit: AuditEntry,
    check: @Sendable (ExperimentPlan, [ExperimentPlan]) throws -> Void
  ) async throws -> Bool
  /// False if it does not run, or fewer buckets would take part than now.
  func expose(_ buckets: Int, of name: String, audit: AuditEntry) async throws -> Bool
  /// False if it does not run.
  func stop(_ name: String, at now: Timestamp, conclusion: String, audit: AuditEntry) async throws -> Bool
  /// False if it is not a draft.
  func delete(_ name: String, audit: AuditEntry) async throws -> Bool
  func holdOut(_ buckets: Int, audit: AuditEntry) async throws
}

/// Counts what the visitors of an experiment did.
public protocol ExperimentOutcomeReader: Sendable {
  /// From the start to `until`; purchases in other currencies do not count.
  func outcomes(of experiment: StoredExperiment, until: Timestamp, currency: Currency) async throws
    -> ExperimentOutcomes
}

/// Says which arms a visitor's searches go by.
public protocol ExperimentArms: Sendable {
  func arms(of visitor: ExperimentVisitor) -> AssignedArms
}

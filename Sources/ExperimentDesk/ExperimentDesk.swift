public import Catalog
public import Experiments
public import Ports

/// The staff's work with experiments: describe, start, ramp up, read, stop.
public struct ExperimentDesk: Sendable {
  /// A change that cannot be made, with what to do instead.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable { case invalid, conflict, missing }
    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
      self.kind = kind
      self.description = description
    }
  }

  public static let maxListed = 500
  /// More do not run at once.
  public static let maxRunning = 50
  static let longestReason = 1_000

  let store: any ExperimentStore
  private let outcomes: any ExperimentOutcomeReader
  private let clock: any WallClock
  private let currency: Currency
  private let usable: @Sendable (ArmValue) async throws -> Void

  /// `usable` throws what keeps an arm's value from being used: a model that does not exist or is damaged, a version that
  /// does not exist.
  public init(
    store: any ExperimentStore, outcomes: any ExperimentOutcomeReader, clock: any WallClock, currency: Currency,
    usable: @escaping @Sendable (ArmValue) async throws -> Void
  ) {
    self.store = store
    self.outcomes = outcomes
    self.clock = clock
    self.currency = currency
    self.usable = usable
  }

  private func entry(_ actor: String, _ action: String, _ name: String, _ detail: String = "") -> AuditEntry {
    AuditEntry(at: clock.now(), actor: actor, action: action, subject: "experiment \(name)", detail: detail)
  }

  // MARK: Reading

  /// Newest first.
  public func experiments(limit: Int = maxListed) async throws -> [StoredExperiment] {
    try await store.experiments(limit: min(limit, Self.maxListed))
  }

  public func experiment(_ name: String) async throws -> StoredExperiment {
    guard let found = try await store.experiment(name) else {
      throw Refusal(.missing, "there is no experiment '\(name.prefix(ExperimentPlan.longestName))'")
    }
    return found
  }

  /// The reading of an experiment that runs or ran: until now, or until it was stopped.
  public func report(on experiment: StoredExperiment) async throws -> ExperimentReport {
    guard experiment.state != .draft else {
      throw Refusal(
        .conflict, "\(experiment.plan.name) has not started: start it, and read it once visitors saw its arms")
    }
    let until = experiment.stoppedAt ?? clock.now()
    return ExperimentReport(
      experiment.plan, try await outcomes.outcomes(of: experiment, until: until, currency: currency))
  }

  public func holdoutBuckets() async throws -> Int { try await store.running().holdoutBuckets }

  // MARK: Changing

  /// Keeps a description; nobody is in the experiment until it starts.
  public func create(_ plan: ExperimentPlan, by actor: String) async throws {
    for arm in plan.arms { try await check(arm) }
    let experiment = StoredExperiment(plan: plan, author: actor, createdAt: clock.now())
    let arms = plan.arms.map { "\($0.name): \($0.value.text)" }.joined(separator: "; ")
    guard try await store.add(experiment, audit: entry(actor, "described experiment", plan.name, arms)) else {
      throw Refusal(.conflict, "there is or was an experiment called \(plan.name): take another name")
    }
  }

  private func check(_ arm: ExperimentPlan.Arm) async throws {
    do { try await usable(arm.value) } catch let refusal as Refusal {
      throw Refusal(refusal.kind, "arm \(arm.name): \(refusal.description)")
    }
  }

  public func start(_ name: String, by actor: String) async throws {
    let experiment = try await experiment(name)
    for arm in experiment.plan.arms { try await check(arm) }
    let isStarted = try await store.start(
      name, at: clock.now(), audit: entry(actor, "started experiment", name, experiment.plan.question)
    ) { plan, running in
      guard running.count < Self.maxRunning else {
        throw Refusal(.conflict, "\(Self.maxRunning) experiments run: stop one first")
      }
      for other in running where plan.meets(other) {
        let isSame = plan.assignment.slice.layer == other.assignment.slice.layer
        guard isSame || (plan.changesRanking && other.changesRanking) || (plan.changesRules && other.changesRules)
        else {
          continue
        }
        throw Refusal(
          .conflict,
          "\(other.name) runs and changes the same searches: give \(plan.name) its layer, "
            + "\(other.assignment.slice.layer), and buckets other than \(other.bucketText), or stop \(other.name)")
      }
    }
    guard isStarted else {
      throw Refusal(.conflict, "\(name) is \(experiment.state.rawValue): only a draft can be started; describe another")
    }
  }

  /// Raises the share of the slice's visitors who take part, in percent.
  public func ramp(_ name: String, toPercent percent: Double, by actor: String) async throws {
    let experiment = try await experiment(name)
    let now = experiment.plan.assignment.exposedBuckets
    guard percent.isFinite, (0...100).contains(percent) else {
      throw Refusal(.invalid, "a share is from 0 to 100 percent")
    }
    let buckets = Int(saturating: (percent / 100 * Double(Experiment.buckets)).rounded())
    guard buckets >= now else {
      throw Refusal(
        .conflict,
        "\(experiment.plan.exposedText) take part: fewer would lose visitors who saw an arm. Stop \(name) instead")
    }
    guard
      try await store.expose(
        buckets, of: name, audit: entry(actor, "ramped experiment", name, "to \(percent.shortText) %"))
    else { throw Refusal(.conflict, "\(name) does not run: start it first") }
  }

  /// Ends it for ever. What its visitors did until now can still be read.
  public func stop(_ name: String, conclusion: String, by actor: String) async throws {
    let conclusion = try Self.checked(conclusion)
    _ = try await experiment(name)
    guard
      try await store.stop(
        name, at: clock.now(), conclusion: conclusion, audit: entry(actor, "stopped experiment", name, conclusion))
    else { throw Refusal(.conflict, "\(name) does not run") }
  }

  public func delete(_ name: String, by actor: String) async throws {
    _ = try await experiment(name)
    guard try await store.delete(name, audit: entry(actor, "deleted experiment", name)) else {
      throw Refusal(.conflict, "\(name) ran: what visitors saw is kept. Only a draft can be deleted")
    }
  }

  /// Keeps a share of all visitors out of every experiment, in percent, at most 50.
  public func holdOut(percent: Double, by actor: String) async throws {
    guard percent.isFinite, (0...50).contains(percent) else {
      throw Refusal(.invalid, "from 0 to 50 percent of the visitors can be held out")
    }
    let buckets = Int(saturating: (percent / 100 * Double(Experiment.buckets)).rounded())
    guard try await store.running().plans.isEmpty else {
      throw Refusal(.conflict, "experiments run, and would lose or gain visitors: stop them first")
    }
    try await store.holdOut(
      buckets,
      audit: AuditEntry(
        at: clock.now(), actor: actor, action: "set the holdout", subject: "experiments",
        detail: "\(percent.shortText) %"))
  }

  static func checked(_ reason: String) throws(Refusal) -> String {
    let reason = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard (1...longestReason).contains(reason.unicodeScalars.count) else {
      throw Refusal(.invalid, "say what was decided and why, in 1 to \(longestReason) characters")
    }
    return reason
  }
}

extension ExperimentPlan {
  /// `0 to 4999`
  public var bucketText: String {
    "\(assignment.slice.buckets.lowerBound) to \(assignment.slice.buckets.upperBound - 1)"
  }

  /// `12.5 %` of the visitors of its slice.
  public var exposedText: String {
    "\((Double(assignment.exposedBuckets) * 100 / Double(Experiment.buckets)).shortText) %"
  }
}

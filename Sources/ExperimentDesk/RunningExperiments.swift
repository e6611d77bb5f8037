public import Experiments
public import Ports
public import Telemetry
import Threading

/// The experiments that run, as this server knows them: searches ask it, and it follows what staff start and stop.
public final class RunningExperiments: ExperimentArms {
  /// Between two looks: every server takes a start or a stop up within 2 s.
  private static let look = Duration.milliseconds(700)

  private let store: any ExperimentStore
  private let take: @Sendable ([ArmValue]) async throws -> Void
  private let running = Guarded(RunningPlans())

  /// `take` makes the arms' values ready for searches before any search goes by them; values that are not given any more are
  /// no longer needed.
  public init(store: any ExperimentStore, take: @escaping @Sendable ([ArmValue]) async throws -> Void) {
    self.store = store
    self.take = take
  }

  public func arms(of visitor: ExperimentVisitor) -> AssignedArms {
    let running = running.withLock { $0 }
    guard !running.plans.isEmpty else { return AssignedArms() }
    return AssignedArms(of: visitor, in: running.plans, holdoutBuckets: running.holdoutBuckets)
  }

  /// Looks once. While an arm's value cannot be made ready, the former experiments go on.
  public func follow() async throws {
    let found = try await store.running()
    guard found != running.withLock({ $0 }) else { return }
    try await take(found.plans.flatMap { $0.arms.map(\.value) })
    running.withLock { $0 = found }
  }

  /// Follows until cancelled.
  public func run(logger: Logger) async {
    await following("the running experiments were not taken up", to: logger, restingFor: { _ in Self.look }) {
      try await follow()
    }
  }
}

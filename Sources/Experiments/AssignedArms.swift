/// The arms of one visitor, and the values that the visitor's searches go by.
public struct AssignedArms: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public var experiment: String
    public var arm: Int
    /// Whether the arms differ in their rankings, and so in every list that is ordered by relevance.
    public var changesRanking: Bool

    public init(experiment: String, arm: Int, changesRanking: Bool) {
      self.experiment = experiment
      self.arm = arm
      self.changesRanking = changesRanking
    }
  }

  /// Two rankings that are mixed into one list.
  public struct Interleaving: Sendable, Hashable {
    public var experiment: String
    public var control: RankingChoice?
    public var treatment: RankingChoice?
    /// The visitor's number; with the query it decides the coins.
    public var seed: UInt64
  }

  public private(set) var entries: [Entry] = []
  public private(set) var value = ArmValue()
  public private(set) var interleaving: Interleaving?

  public init() {}

  /// The arms of a visitor in the running experiments, whose values do not meet.
  public init(of visitor: ExperimentVisitor, in plans: [ExperimentPlan], holdoutBuckets: Int = 0) {
    guard Experiment.bucket(of: visitor.id, salt: "holdout") >= holdoutBuckets else { return }
    for plan in plans where plan.targeting.includes(visitor) {
      guard let arm = plan.assignment.arm(of: visitor.id) else { continue }
      switch plan.kind {
      case .arms:
        entries.append(Entry(experiment: plan.name, arm: arm, changesRanking: plan.changesRanking))
        value.ranking = plan.arms[arm].value.ranking ?? value.ranking
        value.rules = plan.arms[arm].value.rules ?? value.rules
      case .interleaving:
        let place = Experiment.bucket(of: visitor.id, salt: "coins/" + plan.name)
        interleaving = Interleaving(
          experiment: plan.name, control: plan.arms[0].value.ranking, treatment: plan.arms[1].value.ranking,
          seed: UInt64(clamping: place))
      }
    }
  }
}

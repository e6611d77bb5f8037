/// The sums of what the visitors of an experiment did, by arm: all that its tests need.
public struct ExperimentOutcomes: Sendable, Equatable {
  public struct Arm: Sendable, Equatable {
    /// Visitors who saw this arm and no other.
    public var visitors: Int
    public var metrics: [ExperimentMetric: AdjustedStatistics]

    public init(visitors: Int = 0, metrics: [ExperimentMetric: AdjustedStatistics] = [:]) {
      self.visitors = visitors
      self.metrics = metrics
    }
  }

  public var arms: [Arm]
  /// Visitors who saw several arms; they are in none.
  public var inSeveral: Int
  /// The result of an interleaving; nil where arms are compared.
  public var interleaving: InterleavingResult?

  public init(arms: [Arm], inSeveral: Int = 0, interleaving: InterleavingResult? = nil) {
    self.arms = arms
    self.inSeveral = inSeveral
    self.interleaving = interleaving
  }

  public var visitors: Int { arms.reduce(0) { $0 + $1.visitors } }
}

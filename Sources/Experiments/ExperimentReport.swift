/// An experiment as it is read: the checks first, then each metric of each arm against the control.
public struct ExperimentReport: Sendable, Equatable {
  /// One metric of one arm beside the control's.
  public struct Comparison: Sendable, Equatable {
    public var arm: Int
    public var metric: ExperimentMetric
    public var controlMean: Double
    public var armMean: Double
    /// As differences relative to the control's mean, after CUPED.
    public var finding: ExperimentReading.Finding
    /// The share of the variance that CUPED took away.
    public var varianceRemoved: Double

    /// The interval that may be read now: the always-valid one, until the planned visitors are there.
    public var sequential: TestResult? { if case .read(_, let sequential, _) = finding { sequential } else { nil } }
    public var fixed: TestResult? { if case .read(let fixed, _, _) = finding { fixed } else { nil } }
    public var bayesian: BayesianView? { if case .read(_, _, let view) = finding { view } else { nil } }
  }

  public let plan: ExperimentPlan
  public let outcomes: ExperimentOutcomes
  /// nil without visitors.
  public let ratio: SampleRatioCheck?
  /// The reason why nothing may be read; nil where all is well.
  public let broken: String?
  /// By metric, then by arm. Empty where nothing may be read.
  public let comparisons: [Comparison]
  /// Whether each arm has the planned visitors, so that the fixed-horizon test may be read.
  public let isComplete: Bool
  /// Visitors for each arm by which a relative difference of `soughtEffect` in the metric is found with 80 % power; nil
  /// where the control has no such figure yet.
  public let neededVisitors: Int?

  public static let soughtEffect = 0.05
  /// The chance that one of the arms' intervals of a metric misses the truth.
  public static let alpha = 0.05
  /// GrowthBook's: effects beyond half or twice the control's figure are rare.
  private static let prior = BayesianView.Prior(standardDeviation: 0.3)

  public init(_ plan: ExperimentPlan, _ outcomes: ExperimentOutcomes) {
    precondition(outcomes.arms.count == plan.arms.count, "\(outcomes.arms.count) arms are read of \(plan.arms.count)")
    self.plan = plan
    self.outcomes = outcomes
    let counts = outcomes.arms.map(\.visitors)
    ratio = plan.kind == .arms ? SampleRatioCheck(counts: counts, weights: plan.arms.map(\.weight)) : nil
    broken = plan.kind == .arms ? Self.fault(ratio, outcomes) : nil
    isComplete = plan.plannedVisitors > 0 && counts.allSatisfy { $0 >= plan.plannedVisitors }
    // Bonferroni: all arms together are wrong as seldom as one would be.
    let alpha = Self.alpha / Double(plan.arms.count - 1)
    let sequential =
      plan.plannedVisitors > 0
      ? SequentialTest(alpha: alpha, tightestAt: Double(2 * plan.plannedVisitors)) : SequentialTest(alpha: alpha)
    var comparisons: [Comparison] = []
    if broken == nil, plan.kind == .arms {
      for metric in [plan.metric] + ExperimentMetric.allCases.filter({ $0 != plan.metric }) {
        for arm in plan.arms.indices.dropFirst() {
          comparisons.append(Self.comparison(metric, arm, outcomes, sequential))
        }
      }
    }
    self.comparisons = comparisons
    neededVisitors = outcomes.arms.first.flatMap { Self.needed(plan.metric, $0) }
  }

  private static func fault(_ ratio: SampleRatioCheck?, _ outcomes: ExperimentOutcomes) -> String? {
    if let ratio, ratio.isBroken { return ExperimentReading.brokenRatio(ratio) }
    let all = outcomes.visitors + outcomes.inSeveral
    guard all > 0, Double(outcomes.inSeveral) > Exposures.greatestShareOfSeveral * Double(all) else { return nil }
    return ExperimentReading.brokenExposures(outcomes.inSeveral)
  }

  private static func comparison(
    _ metric: ExperimentMetric, _ arm: Int, _ outcomes: ExperimentOutcomes, _ sequential: SequentialTest
  ) -> Comparison {
    let control = outcomes.arms[0].metrics[metric] ?? AdjustedStatistics()
    let treatment = outcomes.arms[arm].metrics[metric] ?? AdjustedStatistics()
    let adjusted = AdjustedStatistics.adjusted(control, treatment)
    let (plain, less) = (control.outcome.variance, adjusted.control.variance)
    var finding = ExperimentReading.Finding.tooEarly
    if let difference = ArmDifference(control: adjusted.control, treatment: adjusted.treatment, scale: .relative) {
      finding = .read(
        fixed: FixedHorizonTest.result(difference, alpha: sequential.alpha), sequential: sequential.result(difference),
        bayesian: BayesianView(difference, prior: prior))
    }
    return Comparison(
      arm: arm, metric: metric, controlMean: control.outcome.mean, armMean: treatment.outcome.mean, finding: finding,
      varianceRemoved: plain > 0 ? max(0, 1 - less / plain) : 0)
  }

  private static func needed(_ metric: ExperimentMetric, _ control: ExperimentOutcomes.Arm) -> Int? {
    guard let figures = control.metrics[metric]?.outcome, figures.count > 1, figures.mean > 0, figures.variance > 0
    else {
      return nil
    }
    return SampleSize(mean: figures.mean, variance: figures.variance).visitorsPerArm(relativeEffect: soughtEffect)
  }
}

internal import Statistics

/// Whether the visitors were dealt out as planned.
///
/// A ratio that chance hardly gives means that visitors are lost or counted twice in one arm (a crash, a redirect, a
/// filter), so that the arms' visitors are no longer alike and no figure of the experiment means anything (Fabijan and
/// others 2019).
public struct SampleRatioCheck: Sendable, Equatable {
  /// Below it the experiment is not read.
  public static let threshold = 0.001

  /// The p-value of Pearson's chi-square test against the weights.
  public let pValue: Double

  /// Nil without visitors. `weights` are the arms' planned shares.
  public init?(counts: [Int], weights: [Int]) {
    precondition(counts.count == weights.count && counts.count > 1, "each of two or more arms has a count and a weight")
    precondition(
      weights.allSatisfy { $0 > 0 } && counts.allSatisfy { $0 >= 0 }, "weights are above 0, counts not below")
    let (count, weight) = (Double(counts.reduce(0, +)), Double(weights.reduce(0, +)))
    guard count > 0 else { return nil }
    var chiSquare = 0.0
    for (observed, share) in zip(counts, weights) {
      let expected = count * Double(share) / weight
      chiSquare += (Double(observed) - expected) * (Double(observed) - expected) / expected
    }
    pValue = ChiSquareDistribution.upperTail(chiSquare, degreesOfFreedom: Double(counts.count - 1))
  }

  public var isBroken: Bool { pValue < Self.threshold }
}

/// The visitors of an experiment, each in the one arm that was shown; visitors of several arms are counted apart.
///
/// A visitor sees two arms if an ID is shared or the assignment changed under way. Such visitors tell nothing about either arm, and
/// are left out.
public struct Exposures: Sendable {
  /// A larger share means that the assignment does not hold.
  public static let greatestShareOfSeveral = 0.01

  private var armOf: [String: Int] = [:]
  private var inSeveral: Set<String> = []

  public init() {}

  public mutating func add(visitor: String, arm: Int) {
    if let known = armOf[visitor], known != arm { inSeveral.insert(visitor) }
    if armOf[visitor] == nil { armOf[visitor] = arm }
  }

  /// The visitor's arm; nil if the visitor saw none or several.
  public func arm(of visitor: String) -> Int? { inSeveral.contains(visitor) ? nil : armOf[visitor] }

  /// Visitors of one arm only, by arm.
  public func counts(arms: Int) -> [Int] {
    var counts = Array(repeating: 0, count: arms)
    for (visitor, arm) in armOf where counts.indices.contains(arm) && !inSeveral.contains(visitor) { counts[arm] += 1 }
    return counts
  }

  public var countOfSeveral: Int { inSeveral.count }
  public var shareOfSeveral: Double { armOf.isEmpty ? 0 : Double(inSeveral.count) / Double(armOf.count) }
  public var isBroken: Bool { shareOfSeveral > Self.greatestShareOfSeveral }
}

/// The result of an experiment for one metric of one arm, or the reason why it must not be read.
public struct ExperimentReading: Sendable, Equatable {
  public enum Finding: Sendable, Equatable {
    /// The arms' visitors are not alike: nothing may be concluded.
    case broken(String)
    /// Too few visitors, or no variance.
    case tooEarly
    case read(fixed: TestResult, sequential: TestResult?, bayesian: BayesianView)
  }

  public let ratio: SampleRatioCheck?
  public let finding: Finding

  /// Reads on the relative scale if the control's mean is above 0, otherwise nothing is read.
  public init(
    control: SampleStatistics, treatment: SampleStatistics, exposures: Exposures, experiment: Experiment,
    sequential: SequentialTest = SequentialTest(), prior: BayesianView.Prior? = nil
  ) {
    ratio = SampleRatioCheck(
      counts: exposures.counts(arms: experiment.arms.count), weights: experiment.arms.map(\.weight))
    if let ratio, ratio.isBroken {
      finding = .broken(Self.brokenRatio(ratio))
    } else if exposures.isBroken {
      finding = .broken(Self.brokenExposures(exposures.countOfSeveral))
    } else if let difference = ArmDifference(control: control, treatment: treatment, scale: .relative) {
      finding = .read(
        fixed: FixedHorizonTest.result(difference), sequential: sequential.result(difference),
        bayesian: BayesianView(difference, prior: prior))
    } else {
      finding = .tooEarly
    }
  }

  static func brokenRatio(_ ratio: SampleRatioCheck) -> String {
    "the arms' numbers of visitors are not those planned (p = \(ratio.pValue))"
  }

  static func brokenExposures(_ count: Int) -> String { "\(count) visitors saw several arms" }
}

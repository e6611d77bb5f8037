internal import Glibc
internal import Statistics

/// The difference between the treatment's and the control's mean, with its error: the input of all tests.
public struct ArmDifference: Sendable, Equatable {
  /// The quantity that is compared.
  public enum Scale: Sendable {
    /// mean B − mean A.
    case absolute
    /// (mean B − mean A) / mean A, with the variance by the delta method:
    /// var B / (A² · n_B) + var A · B² / (A⁴ · n_A) (Deng, Knoblich and Lu 2018; GrowthBook's gbstats).
    case relative
  }

  public let estimate: Double
  /// The variance of the estimate.
  public let variance: Double
  /// The degrees of freedom of Welch and Satterthwaite.
  public let degreesOfFreedom: Double
  /// Visitors of both arms.
  public let count: Int

  /// Nil if there is nothing to compare: fewer than two visitors in an arm, no variance in both, or a control whose mean
  /// is not above 0 on the relative scale.
  public init?(control a: SampleStatistics, treatment b: SampleStatistics, scale: Scale) {
    guard a.count > 1, b.count > 1 else { return nil }
    let (na, nb) = (Double(a.count), Double(b.count))
    let (va, vb) = (a.variance / na, b.variance / nb)
    guard va + vb > 0, (va + vb).isFinite else { return nil }
    switch scale {
    case .absolute:
      estimate = b.mean - a.mean
      variance = va + vb
    case .relative:
      guard a.mean > 0 else { return nil }
      estimate = (b.mean - a.mean) / a.mean
      variance = vb / pow(a.mean, 2) + va * pow(b.mean, 2) / pow(a.mean, 4)
      guard variance > 0, variance.isFinite else { return nil }
    }
    degreesOfFreedom = pow(va + vb, 2) / (va * va / (na - 1) + vb * vb / (nb - 1))
    count = a.count + b.count
  }

  public var standardError: Double { variance.squareRoot() }
}

/// An estimate with its interval and p-value.
public struct TestResult: Sendable, Equatable {
  public let estimate: Double
  /// At the confidence 1 − α.
  public let interval: ClosedRange<Double>
  public let pValue: Double
}

/// The test for a sample whose size was fixed beforehand (Welch 1947).
///
/// A reader who looks at ten moments and stops at the first p below .05 finds a difference in a fifth of all experiments
/// that have none: `SequentialTest` is for such reading.
public enum FixedHorizonTest {
  public static func result(_ difference: ArmDifference, alpha: Double = 0.05) -> TestResult {
    let t = difference.estimate / difference.standardError
    let width =
      StudentDistribution.twoSidedQuantile(alpha, degreesOfFreedom: difference.degreesOfFreedom)
      * difference.standardError
    return TestResult(
      estimate: difference.estimate, interval: difference.estimate - width...difference.estimate + width,
      pValue: StudentDistribution.twoSided(t, degreesOfFreedom: difference.degreesOfFreedom))
  }

  /// Student's paired test of figures with the same index, such as nDCG by query under two rankings; nil if all
  /// differences are equal, or if there are fewer than two.
  public static func paired(baseline: [Double], candidate: [Double], alpha: Double = 0.05) -> TestResult? {
    precondition(baseline.count == candidate.count, "\(baseline.count) figures are paired with \(candidate.count)")
    let differences = zip(candidate, baseline).map { $0 - $1 }
    let mean = SampleStatistics(differences).mean
    // Around the mean, because the sum of squares of near-equal differences cancels.
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let count = Double(differences.count)
    guard count > 1, squares > 0 else { return nil }
    let error = (squares / (count - 1) / count).squareRoot()
    let width = StudentDistribution.twoSidedQuantile(alpha, degreesOfFreedom: count - 1) * error
    return TestResult(
      estimate: mean, interval: mean - width...mean + width,
      pValue: StudentDistribution.twoSided(mean / error, degreesOfFreedom: count - 1))
  }
}

/// A test that holds at every look, however often one looks and whenever one stops.
///
/// The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit
/// theory and asymptotic confidence sequences", 2021), equation 9, as GrowthBook uses it; the p-value is equation 155's.
/// With n visitors and σ² the variance of the estimate times n, the half-width is
///
///     σ · √(2(nρ² + 1) · log(√(nρ² + 1) / α) / (n²ρ²)),   ρ = √((−2 log α + log(−2 log α + 1)) / n*)
///
/// where n* (`tightestAt`) is the number of visitors at which the interval is tightest beside the fixed one's. It is wider
/// than the fixed interval, by about half near n*: the price of looking at any time.
public struct SequentialTest: Sendable, Equatable {
  public let alpha: Double
  public let tightestAt: Double
  /// Before so many visitors in both arms the sequence is not looked at: its guarantee is asymptotic.
  public let leastCount: Int

  public init(alpha: Double = 0.05, tightestAt: Double = 5_000, leastCount: Int = 100) {
    precondition(alpha > 0 && alpha < 1, "an alpha of \(alpha) is not in 0…1")
    precondition(tightestAt > 0, "a sequence is tightest at a number of visitors, not at \(tightestAt)")
    self.alpha = alpha
    self.tightestAt = tightestAt
    self.leastCount = leastCount
  }

  /// Nil before `leastCount` visitors.
  public func result(_ difference: ArmDifference) -> TestResult? {
    guard difference.count >= leastCount else { return nil }
    let n = Double(difference.count)
    let rho2 = (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tightestAt
    let sigma2 = difference.variance * n
    let spread = n * rho2 + 1
    let width = (sigma2 * 2 * spread * log(spread.squareRoot() / alpha) / (n * n * rho2)).squareRoot()
    let t2 = difference.estimate * difference.estimate / difference.variance
    let logEvidence = t2 * n * rho2 / (2 * spread) - log(spread) / 2
    return TestResult(
      estimate: difference.estimate, interval: difference.estimate - width...difference.estimate + width,
      pValue: min(1, exp(-logEvidence)))
  }
}

/// The experiment's answer as probabilities: with a normal prior of the effect, the posterior is normal too.
public struct BayesianView: Sendable, Equatable {
  /// A belief of the effect before any data. Without one the posterior follows the data alone.
  public struct Prior: Sendable, Equatable {
    public var mean: Double
    public var standardDeviation: Double

    public init(mean: Double = 0, standardDeviation: Double) {
      precondition(standardDeviation > 0, "a prior needs a standard deviation above 0")
      self.mean = mean
      self.standardDeviation = standardDeviation
    }
  }

  public let mean: Double
  public let standardDeviation: Double

  /// On the scale of the difference; GrowthBook's prior of relative effects is N(0, 0.3²).
  public init(_ difference: ArmDifference, prior: Prior? = nil) {
    guard let prior else {
      mean = difference.estimate
      standardDeviation = difference.standardError
      return
    }
    let (data, belief) = (1 / difference.variance, 1 / (prior.standardDeviation * prior.standardDeviation))
    mean = (difference.estimate * data + prior.mean * belief) / (data + belief)
    standardDeviation = (1 / (data + belief)).squareRoot()
  }

  /// P(the treatment is better).
  public var chanceToBeBetter: Double { NormalDistribution.cumulative(mean / standardDeviation) }

  /// The middle `share` of the posterior.
  public func interval(_ share: Double = 0.95) -> ClosedRange<Double> {
    let width = NormalDistribution.quantile((1 + share) / 2) * standardDeviation
    return mean - width...mean + width
  }

  /// E[max(0, −effect)]: the mean loss if the treatment is chosen.
  public var riskOfTreatment: Double { Self.expectedLoss(mean: mean, standardDeviation) }
  /// E[max(0, effect)]: the mean gain that is missed if the control is kept.
  public var riskOfControl: Double { Self.expectedLoss(mean: -mean, standardDeviation) }

  private static func expectedLoss(mean: Double, _ deviation: Double) -> Double {
    let z = mean / deviation
    return max(0, deviation * NormalDistribution.density(z) - mean * NormalDistribution.cumulative(-z))
  }
}

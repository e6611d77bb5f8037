/// The sums of one metric over the visitors of one arm: all that a test needs, whatever the number of visitors.
public struct SampleStatistics: Sendable, Equatable {
  public private(set) var count: Int
  public private(set) var sum: Double
  public private(set) var sumOfSquares: Double
  /// Whether each value is 0 or 1, so that the mean alone gives the variance.
  private var isProportion = false

  public init(count: Int = 0, sum: Double = 0, sumOfSquares: Double = 0) {
    precondition(count >= 0 && sumOfSquares >= 0, "\(count) values with a sum of squares of \(sumOfSquares)")
    self.count = count
    self.sum = sum
    self.sumOfSquares = sumOfSquares
  }

  public init(_ values: some Sequence<Double>) {
    self.init()
    for value in values { add(value) }
  }

  public mutating func add(_ value: Double) {
    count += 1
    sum += value
    sumOfSquares += value * value
  }

  public mutating func add(_ other: SampleStatistics) {
    count += other.count
    sum += other.sum
    sumOfSquares += other.sumOfSquares
  }

  /// 0 of no values.
  public var mean: Double { count == 0 ? 0 : sum / Double(count) }

  /// The unbiased variance of one value, n − 1 in the denominator; 0 of fewer than two values. Of a proportion p, p(1 − p).
  public var variance: Double {
    guard count > 1 else { return 0 }
    if isProportion { return mean * (1 - mean) }
    return max(0, (sumOfSquares - sum * sum / Double(count)) / Double(count - 1))
  }
}

extension SampleStatistics {
  /// The rate of `successes` among `count` visitors.
  public static func proportion(_ successes: Int, of count: Int) -> SampleStatistics {
    precondition((0...count).contains(successes), "\(successes) successes of \(count)")
    var statistics = SampleStatistics(count: count, sum: Double(successes), sumOfSquares: Double(successes))
    statistics.isProportion = true
    return statistics
  }
}

/// Values cut at a bound, so that one company's order does not decide a test of revenue.
public struct Winsorizing: Sendable, Equatable {
  public let upper: Double

  public init(upper: Double) { self.upper = upper }

  /// The bound that a share of `percentile` of all arms' values together do not exceed. Zeros count, unless `ignoresZeros`:
  /// where few visitors buy, nearly every percentile of all values is 0.
  public init?(percentile: Double, of values: [Double], ignoresZeros: Bool = true) {
    precondition(percentile > 0 && percentile <= 1, "a percentile of \(percentile) is not in 0…1")
    let sorted = (ignoresZeros ? values.filter { $0 != 0 } : values).sorted()
    guard !sorted.isEmpty else { return nil }
    let rank = (percentile * Double(sorted.count)).rounded(.up)
    upper = sorted[min(sorted.count - 1, max(0, Int(saturating: rank) - 1))]
  }

  public func callAsFunction(_ value: Double) -> Double { min(value, upper) }
}

/// A metric with the same visitors' figure from before the experiment, for CUPED (Deng, Xu, Kohavi and Walker 2013).
///
/// Subtracting θ·(x − mean x), θ = cov(y, x) / var(x), leaves the difference of the arms' means unbiased, because x cannot
/// depend on the arm, and lowers its variance to (1 − ρ²) of what it was.
public struct AdjustedStatistics: Sendable, Equatable {
  /// y, during the experiment.
  public private(set) var outcome = SampleStatistics()
  /// x, before it.
  public private(set) var before = SampleStatistics()
  public private(set) var sumOfProducts = 0.0

  public init() {}

  /// From the sums of a store.
  public init(outcome: SampleStatistics, before: SampleStatistics, sumOfProducts: Double) {
    precondition(outcome.count == before.count, "\(outcome.count) outcomes have \(before.count) figures from before")
    self.outcome = outcome
    self.before = before
    self.sumOfProducts = sumOfProducts
  }

  public mutating func add(outcome y: Double, before x: Double) {
    outcome.add(y)
    before.add(x)
    sumOfProducts += x * y
  }

  public var covariance: Double {
    let n = Double(outcome.count)
    return n > 1 ? (sumOfProducts - before.sum * outcome.sum / n) / (n - 1) : 0
  }

  /// The arms' statistics after adjustment, with one θ for both, from the pooled covariance and variance.
  public static func adjusted(
    _ control: AdjustedStatistics, _ treatment: AdjustedStatistics
  ) -> (control: SampleStatistics, treatment: SampleStatistics, theta: Double) {
    let weights = [control, treatment].map { Double(max(0, $0.outcome.count - 1)) }
    let variance = weights[0] * control.before.variance + weights[1] * treatment.before.variance
    let covariance = weights[0] * control.covariance + weights[1] * treatment.covariance
    let theta = variance > 0 ? covariance / variance : 0
    let count = control.before.count + treatment.before.count
    let center = count > 0 ? (control.before.sum + treatment.before.sum) / Double(count) : 0
    return (control.shifted(theta, center), treatment.shifted(theta, center), theta)
  }

  /// The statistics of y − θ(x − c), from the sums.
  private func shifted(_ theta: Double, _ center: Double) -> SampleStatistics {
    let n = Double(outcome.count)
    let sum = outcome.sum - theta * (before.sum - n * center)
    let variance = max(
      0, outcome.variance + theta * theta * before.variance - 2 * theta * covariance)
    let mean = n > 0 ? sum / n : 0
    return SampleStatistics(count: outcome.count, sum: sum, sumOfSquares: variance * max(0, n - 1) + n * mean * mean)
  }
}

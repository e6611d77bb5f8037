/// Whether one way of searching is better than another on the same queries, and by how much.
///
/// Both answer every query, so the comparison uses the difference for each query: a query's difficulty cancels out.
public struct PairedComparison: Sendable, Equatable {
  public static let standardResamples = 10_000
  /// Differences that vary only by the order of their summands count as equal.
  private static let tolerance = 1e-12

  /// Number of queries with a figure from both sides.
  public let pairs: Int
  /// The mean of candidate − baseline.
  public let difference: Double
  /// The middle 95 % of the mean differences of samples drawn from the pairs with replacement (Efron and Tibshirani
  /// 1993, chapter 13: the percentile interval).
  public let interval: ClosedRange<Double>
  /// How often a difference at least as large, of either sign, occurs if each pair's sign is a coin toss: Fisher's
  /// randomisation test, which Smucker, Allan and Carterette (2007) recommend for rankings. If there are no more
  /// assignments of signs than resamples, every assignment is counted; otherwise (1 + as large) / (1 + resamples).
  public let pValue: Double

  /// Compares figures with the same index for the same query; nil if there are none.
  public init?(
    baseline: [Double], candidate: [Double], seed: UInt64, resamples: Int = PairedComparison.standardResamples
  ) {
    precondition(baseline.count == candidate.count, "\(baseline.count) figures are paired with \(candidate.count)")
    precondition(resamples > 0, "a comparison needs resamples")
    guard !baseline.isEmpty else { return nil }
    let differences = zip(candidate, baseline).map { $0 - $1 }
    var random = SplitMix64(seed: seed)
    pairs = differences.count
    difference = differences.reduce(0, +) / Double(differences.count)
    interval = Self.interval(of: differences, resamples: resamples, random: &random)
    pValue = Self.pValue(of: differences, resamples: resamples, random: &random)
  }

  /// Compares two runs over the same judgments.
  public init?(
    _ metric: RelevanceMetric, baseline: JudgedRun, candidate: JudgedRun, seed: UInt64,
    resamples: Int = PairedComparison.standardResamples
  ) {
    let figures = zip(baseline.answers, candidate.answers).compactMap { old, new -> (Double, Double)? in
      precondition(old.query.text == new.query.text, "\"\(old.query.text)\" is paired with \"\(new.query.text)\"")
      guard let old = old.value(metric), let new = new.value(metric) else { return nil }
      return (old, new)
    }
    self.init(baseline: figures.map(\.0), candidate: figures.map(\.1), seed: seed, resamples: resamples)
  }

  private static func interval(
    of differences: [Double], resamples: Int, random: inout SplitMix64
  ) -> ClosedRange<Double> {
    let count = differences.count
    var means = (0..<resamples).map { _ in
      var sum = 0.0
      for _ in 0..<count { sum += differences[random.below(count)] }
      return sum / Double(count)
    }
    means.sort()
    let tail = resamples / 40
    return means[tail]...means[resamples - 1 - tail]
  }

  private static func pValue(of differences: [Double], resamples: Int, random: inout SplitMix64) -> Double {
    // A pair without a difference adds nothing under either sign.
    let magnitudes = differences.map(abs).filter { $0 > 0 }
    let bar = abs(differences.reduce(0, +)) - tolerance
    func isAsLarge(_ signs: (Int) -> Bool) -> Bool {
      var sum = 0.0
      for (index, magnitude) in magnitudes.enumerated() { sum += signs(index) ? magnitude : -magnitude }
      return abs(sum) >= bar
    }
    if magnitudes.count < Int.bitWidth - 1, 1 << magnitudes.count <= resamples {
      let assignments = 1 << magnitudes.count
      let extreme = (0..<assignments).count { assignment in isAsLarge { assignment & (1 << $0) != 0 } }
      return Double(extreme) / Double(assignments)
    }
    var extreme = 0
    for _ in 0..<resamples {
      var bits: UInt64 = 0
      let isExtreme = isAsLarge { index in
        if index % 64 == 0 { bits = random.next() }
        return bits & (1 << UInt64(index % 64)) != 0
      }
      if isExtreme { extreme += 1 }
    }
    return Double(1 + extreme) / Double(1 + resamples)
  }
}

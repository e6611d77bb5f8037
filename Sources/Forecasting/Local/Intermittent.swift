internal import Glibc
internal import Statistics

/// Methods for demand with many steps of nothing between.
public struct Intermittent: SeriesModel {
  public enum Method: String, Sendable, CaseIterable {
    /// Size and interval smoothed apart, their quotient (Croston 1972).
    case croston
    /// Croston's without most of its bias: × (1 − α/2) (Syntetos and Boylan 2005).
    case sba
    /// Size, and the probability of demand, which falls in steps without (Teunter, Syntetos and Babai 2011).
    case tsb
    /// Sums over the mean interval, smoothed, parted again (Nikolopoulos et al. 2011).
    case adida
  }

  public let method: Method
  public var name: String { method.rawValue }
  /// α of Croston's methods, and of the sizes of TSB.
  public static let smoothing = 0.1
  /// α of TSB's probability.
  public static let probabilitySmoothing = 0.1

  public init(_ method: Method) { self.method = method }

  public func forecast(_ series: DemandSeries, horizon: Int, plan: SalesPlan) -> [Double]? {
    // Steps without stock are left out: they are no interval.
    let known = series.units.indices.filter { !series.isCensored[$0] }.map { series.units[$0] }
    guard let level = Self.level(known, method) else { return nil }
    return Array(repeating: level, count: horizon)
  }

  /// The mean demand a step; 0 where there was none, nil for no steps at all.
  public static func level(_ y: [Double], _ method: Method) -> Double? {
    guard !y.isEmpty else { return nil }
    let places = y.indices.filter { y[$0] > 0 }
    guard !places.isEmpty else { return 0 }
    let sizes = places.map { y[$0] }
    let intervals = zip(places, [-1] + places.dropLast()).map { Double($0 - $1) }
    switch method {
    case .croston: return smoothed(sizes, smoothing) / smoothed(intervals, smoothing)
    case .sba: return (1 - smoothing / 2) * smoothed(sizes, smoothing) / smoothed(intervals, smoothing)
    case .tsb: return smoothed(y.map { $0 > 0 ? 1 : 0 }, probabilitySmoothing) * smoothed(sizes, smoothing)
    case .adida:
      // Half to even, as the published figure has it.
      let width = max(1, Int(saturating: intervals.mean.rounded(.toNearestOrEven)))
      return adida(y, width: width)
    }
  }

  /// Simple exponential smoothing from the first value.
  private static func smoothed(_ values: [Double], _ alpha: Double) -> Double {
    values.dropFirst().reduce(values[0]) { $0 + alpha * ($1 - $0) }
  }

  /// The steps before the first whole sum are left out: the last ones count most.
  private static func adida(_ y: [Double], width: Int) -> Double {
    let count = y.count / width
    guard count > 0 else { return y.mean }
    let start = y.count - count * width
    let sums = (0..<count).map { part in y[(start + part * width)..<(start + (part + 1) * width)].reduce(0, +) }
    let alpha = bestSmoothing(sums, in: 0.1...0.3)
    return smoothed(sums, alpha) / Double(width)
  }

  /// α with the least squared error of one step, by golden section.
  private static func bestSmoothing(_ values: [Double], in range: ClosedRange<Double>) -> Double {
    func error(_ alpha: Double) -> Double {
      var (level, sum) = (values[0], 0.0)
      for value in values.dropFirst() {
        sum += (value - level) * (value - level)
        level += alpha * (value - level)
      }
      return sum
    }
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (range.lowerBound, range.upperBound)
    while high - low > 1e-6 {
      let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
      if error(left) < error(right) { high = right } else { low = left }
    }
    return (low + high) / 2
  }
}

internal import Glibc

/// Intervals from the errors of past forecasts (split conformal prediction; Vovk et al. 2005): no distribution is assumed.
///
/// Errors are parts of the series' scale. They are kept by class of demand and step ahead; where a step has too few, those
/// of all steps of the class serve, then those of all classes.
struct ConformalIntervals: Sendable {
  static let fewestErrors = 40

  private struct Key: Hashable {
    let demandClass: DemandClass?
    let step: Int?
  }

  private var errors: [Key: [Double]] = [:]
  private var widths: [Key: Double] = [:]
  let share: Double

  /// `share` of what comes lies within.
  init(share: Double) { self.share = share }

  mutating func add(_ error: Double, _ demandClass: DemandClass, step: Int) {
    for key in [
      Key(demandClass: demandClass, step: step), Key(demandClass: demandClass, step: nil),
      Key(demandClass: nil, step: nil),
    ] {
      errors[key, default: []].append(error)
    }
  }

  /// Sorts what was added. The rank is ⌈(n + 1) share⌉, which keeps the promise for small n too.
  mutating func settle() {
    widths = errors.mapValues { values in
      let sorted = values.sorted()
      let rank = Int(saturating: (Double(values.count + 1) * share).rounded(.up))
      return sorted[min(max(rank, 1), sorted.count) - 1]
    }
  }

  /// Half the width of the interval as a part of the scale; nil before any error is known.
  func halfWidth(_ demandClass: DemandClass, step: Int) -> Double? {
    let keys = [
      Key(demandClass: demandClass, step: step), Key(demandClass: demandClass, step: nil),
      Key(demandClass: nil, step: nil),
    ]
    let key = keys.first { (errors[$0]?.count ?? 0) >= Self.fewestErrors } ?? keys[2]
    return widths[key]
  }
}

/// A figure of each visitor by which arms are compared.
public enum ExperimentMetric: String, Sendable, CaseIterable {
  /// 1 for a visitor who clicks on a search result.
  case clickThrough = "click_through"
  /// 1 for a visitor who buys.
  case conversion
  /// The visitor's purchases, in minor units of the shop's currency.
  case revenue
  /// The mean time of the visitor's searches, in milliseconds.
  case latency

  public var isBetterWhenHigher: Bool { self != .latency }

  /// The percentile at which a visitor's figure is cut off, so that one large order does not decide; nil: it is not cut.
  public var winsorizedAt: Double? {
    switch self {
    case .revenue, .latency: 0.99
    case .clickThrough, .conversion: nil
    }
  }
}

internal import Statistics

/// The pattern of a product's demand (Syntetos, Boylan and Croston 2005).
public enum DemandClass: String, Sendable, CaseIterable, Hashable {
  case smooth, erratic, intermittent, lumpy
  /// Too little history for a model of its own.
  case short

  /// The mean interval between steps with demand, above which demand is intermittent.
  public static let intervalBound = 1.32
  /// The squared coefficient of variation of the demand's size, above which demand is erratic.
  public static let variationBound = 0.49
  /// Fewer known steps than these say nothing of a pattern, by the length of a step.
  public static func fewestSteps(_ period: Period) -> Int {
    switch period {
    case .day: 30
    case .week: 12
    case .month: 8
    }
  }

  public init(_ series: DemandSeries) {
    let known = series.units.indices.filter { !series.isCensored[$0] }
    guard known.count >= Self.fewestSteps(series.period) else {
      self = .short
      return
    }
    let statistics = Statistics(known.map { series.units[$0] })
    guard let statistics else {
      self = .lumpy
      return
    }
    self =
      switch (statistics.interval > Self.intervalBound, statistics.variation > Self.variationBound) {
      case (false, false): .smooth
      case (false, true): .erratic
      case (true, false): .intermittent
      case (true, true): .lumpy
      }
  }

  public struct Statistics: Sendable, Equatable {
    /// ADI: steps divided by the steps with demand.
    public let interval: Double
    /// CV²: of the sizes of demand where there is any.
    public let variation: Double

    /// nil if there was no demand.
    public init?(_ units: [Double]) {
      let sizes = units.filter { $0 > 0 }
      guard !sizes.isEmpty else { return nil }
      interval = Double(units.count) / Double(sizes.count)
      let mean = sizes.mean
      variation = sizes.variance / (mean * mean)
    }
  }

  public var isIntermittent: Bool { self == .intermittent || self == .lumpy }
}

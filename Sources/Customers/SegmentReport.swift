public import Catalog
internal import Glibc

/// The customers of a file as segments: by the RFM rules, and by k-means.
public struct SegmentReport: Sendable, Equatable {
  public struct Segment: Sendable, Equatable {
    public let name: String
    public let customers: Int
    public let revenueMinorUnits: Int64
    public let meanRepeats: Double
    public let meanDaysSinceLast: Double
  }

  public let end: CalendarDay
  public let customers: Int
  /// In the order of the rules.
  public let segments: [Segment]
  /// By k-means over recency, frequency and value; the greatest revenue first.
  public let clusters: [Segment]
  public let silhouette: Double?
  public let seed: UInt64

  /// k-means learns from this many customers at most, and the others join the nearest centre.
  public static let maxPoints = 20_000

  public init(
    _ summaries: [PurchaseSummary], end: CalendarDay, rules: [SegmentRule] = SegmentRule.standard, seed: UInt64
  ) {
    self.end = end
    self.seed = seed
    customers = summaries.count
    let names = RFMScore.scores(summaries).map { $0.segment(rules) }
    var bySegment: [String: [PurchaseSummary]] = [:]
    for (name, summary) in zip(names, summaries) { bySegment[name, default: []].append(summary) }
    segments = (rules.map(\.name) + ["Others"]).compactMap { name in
      bySegment[name].map { Self.segment(name, $0) }
    }
    // Logarithms, because a few customers buy a hundred times as much as the most.
    let points = KMeans.standardised(
      summaries.map {
        [log(1 + $0.ageDays - $0.recencyDays), log(1 + Double($0.repeats)), log(1 + Double($0.totalMinorUnits))]
      })
    let stride = max(1, (points.count + Self.maxPoints - 1) / Self.maxPoints)
    let learnt = KMeans.chosen(
      Swift.stride(from: 0, to: points.count, by: stride).map { points[$0] }, seed: seed)
    silhouette = learnt?.silhouette
    var byCluster: [Int: [PurchaseSummary]] = [:]
    for (point, summary) in zip(points, summaries) {
      guard let learnt else { break }
      byCluster[learnt.nearest(point), default: []].append(summary)
    }
    clusters = byCluster.sorted { $0.key < $1.key }.map { Self.segment("\($0.key + 1)", $0.value) }
      .sorted { $0.revenueMinorUnits > $1.revenueMinorUnits }
  }

  private static func segment(_ name: String, _ summaries: [PurchaseSummary]) -> Segment {
    let count = Double(max(1, summaries.count))
    return Segment(
      name: name, customers: summaries.count,
      revenueMinorUnits: summaries.reduce(Int64(0)) { $0.adding(saturating: $1.totalMinorUnits) },
      meanRepeats: summaries.reduce(0) { $0 + Double($1.repeats) } / count,
      meanDaysSinceLast: summaries.reduce(0) { $0 + $1.ageDays - $1.recencyDays } / count)
  }
}

extension KMeans {
  /// The place of the centre that is nearest to a point.
  public func nearest(_ point: [Double]) -> Int {
    func distance(_ centre: [Double]) -> Double {
      zip(point, centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return centres.indices.min { distance(centres[$0]) < distance(centres[$1]) } ?? 0
  }
}

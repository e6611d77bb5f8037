internal import Catalog
internal import Statistics

/// The demand of a product with too little history: its own level, drawn towards its category's, with the category's week
/// or year.
struct CategoryShape: Sendable {
  /// The steps that the category's level counts as.
  private static let weight = 14.0
  /// Seasons of the category that make the shape.
  private static let seasons = 8

  private let level: Double
  /// Factors by place in the season, counted from a fixed day, with mean 1.
  private let pattern: [Double]
  private let period: Period

  /// `peers` are the products of the category, or of the whole shop where the category has none.
  init(_ peers: [DemandSeries], period: Period) {
    self.period = period
    let season = period.seasonLength
    var sums = [Double](repeating: 0, count: season)
    var counts = [Double](repeating: 0, count: season)
    var levels: [Double] = []
    for peer in peers {
      let start = max(0, peer.count - season * Self.seasons)
      let known = (start..<peer.count).filter { !peer.isCensored[$0] }
      guard !known.isEmpty else { continue }
      levels.append(known.map { peer.units[$0] }.mean)
      for step in known {
        let place = Self.place(peer, step)
        sums[place] += peer.units[step]
        counts[place] += 1
      }
    }
    level = levels.isEmpty ? 0 : levels.quantile(0.5)
    let means = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
    let mean = means.mean
    pattern = mean > 0 ? means.map { $0 / mean } : Array(repeating: 1, count: season)
  }

  private static func place(_ series: DemandSeries, _ step: Int) -> Int {
    switch series.period {
    case .day: series.day(at: step).weekday
    case .week: Int(series.day(at: step).daysSinceEpoch / 7 % 52)
    case .month: Int(series.day(at: step).civil.month - 1)
    }
  }

  func forecast(_ series: DemandSeries, horizon: Int) -> [Double] {
    let known = series.units.indices.filter { !series.isCensored[$0] }
    let expected = known.reduce(0) { $0 + pattern[Self.place(series, $1)] }
    let sold = known.reduce(0) { $0 + series.units[$1] }
    let own = (sold + Self.weight * level) / (expected + Self.weight)
    return (0..<horizon).map { own * pattern[Self.place(series, series.count + $0)] }
  }
}

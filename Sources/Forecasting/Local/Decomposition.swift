internal import Statistics

/// Classical decomposition by a centred moving average (as statsmodels' `seasonal_decompose`).
enum Decomposition {
  /// The seasonal part of each step; nil where the series has fewer than two seasons.
  static func seasonal(_ y: [Double], season: Int, isMultiplicative: Bool) -> [Double]? {
    guard season > 1, y.count >= 2 * season else { return nil }
    let half = season / 2
    var sums = [Double](repeating: 0, count: season)
    var counts = [Double](repeating: 0, count: season)
    for centre in half..<(y.count - half) {
      var trend = 0.0
      if season % 2 == 1 {
        for step in (centre - half)...(centre + half) { trend += y[step] }
      } else {
        trend = (y[centre - half] + y[centre + half]) / 2
        for step in (centre - half + 1)..<(centre + half) { trend += y[step] }
      }
      trend /= Double(season)
      let rest = isMultiplicative ? y[centre] / trend : y[centre] - trend
      guard rest.isFinite else { continue }
      sums[centre % season] += rest
      counts[centre % season] += 1
    }
    var pattern = zip(sums, counts).map { $1 > 0 ? $0 / $1 : (isMultiplicative ? 1 : 0) }
    let mean = pattern.mean
    pattern = pattern.map { isMultiplicative ? $0 / mean : $0 - mean }
    return y.indices.map { pattern[$0 % season] }
  }

  /// Whether the season shows in the autocorrelation at 90 % (Fiorucci et al. 2016; as statsforecast tests it).
  static func isSeasonal(_ y: [Double], season: Int) -> Bool {
    guard season >= 4, y.count >= 2 * season else { return false }
    let mean = y.mean
    let centred = y.map { $0 - mean }
    let power = centred.reduce(0) { $0 + $1 * $1 }
    guard power > 0 else { return false }
    let correlations = (1...season).map { lag in
      (lag..<y.count).reduce(0) { $0 + centred[$1] * centred[$1 - lag] } / power
    }
    let squares = correlations.dropLast().reduce(0) { $0 + $1 * $1 }
    let bound = ((1 + 2 * squares) / Double(y.count)).squareRoot()
    return abs(correlations[season - 1]) / bound > NormalDistribution.quantile(0.95)
  }
}

/// The line a + bt through the points (1, y₁), (2, y₂) … by least squares.
func trendLine(_ y: some Collection<Double>) -> (intercept: Double, slope: Double) {
  let n = Double(y.count)
  guard y.count > 1 else { return (y.first ?? 0, 0) }
  let mean = y.mean
  let weighted = zip(1..., y).reduce(0) { $0 + Double($1.0) * $1.1 } / n
  let slope = 6 * (2 * weighted - (n + 1) * mean) / (n * n - 1)
  return (mean - (n + 1) * slope / 2, slope)
}

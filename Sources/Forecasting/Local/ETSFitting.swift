internal import Glibc
internal import Statistics

/// The likelihood of one form of exponential smoothing, and the search of its parameters and first states.
struct ETSFitting {
  private let y: [Double]
  private let form: ExponentialSmoothing.Form
  private let season: Int
  private var start: [Double] = []
  private var bounds: [ClosedRange<Double>] = []
  private let stateCount: Int

  /// nil where the series has fewer steps than the form has parameters.
  init?(_ y: [Double], _ form: ExponentialSmoothing.Form, season: Int, _ limits: inout ETSBounds) {
    self.y = y
    self.form = form
    self.season = form.season == .none ? 1 : season
    guard let states = Self.firstStates(y, form, season: self.season) else { return nil }
    stateCount = states.count
    let least = ETSBounds.least
    func add(_ value: Double, _ range: ClosedRange<Double>) {
      start.append(value)
      bounds.append(range)
    }
    let alpha = least + 0.2 * (ETSBounds.most - least) / Double(self.season)
    add(alpha, least...ETSBounds.most)
    if form.hasTrend {
      limits.maxBeta = min(limits.maxBeta, alpha)
      add(least + 0.1 * (limits.maxBeta - least), least...limits.maxBeta)
    }
    if form.season != .none {
      limits.maxGamma = min(limits.maxGamma, 1 - alpha)
      add(least + 0.05 * (limits.maxGamma - least), least...limits.maxGamma)
    }
    if form.isDamped {
      let range = ETSBounds.damping
      add(range.lowerBound + 0.99 * (range.upperBound - range.lowerBound), range)
    }
    for state in states { add(state, -.infinity...Double.infinity) }
    guard start.count < y.count - 1 else { return nil }
  }

  func fit() -> ExponentialSmoothing.Fit? {
    let found = NelderMead().minimum(from: start, within: bounds) { likelihood($0).value }
    let (value, states) = likelihood(found.point)
    let parameters = Double(start.count + 1)
    let count = Double(y.count)
    guard let states, count - parameters - 1 > 0, value.isFinite else { return nil }
    let aicc = value + 2 * parameters + 2 * parameters * (parameters + 1) / (count - parameters - 1)
    let (alpha, beta, gamma, phi) = smoothing(found.point)
    return .init(form: form, aicc: aicc, alpha: alpha, beta: beta, gamma: gamma, phi: phi, states: states)
  }

  private func smoothing(_ point: [Double]) -> (alpha: Double, beta: Double, gamma: Double, phi: Double) {
    var place = 1
    func next(_ isUsed: Bool, otherwise value: Double) -> Double {
      guard isUsed else { return value }
      place += 1
      return point[place - 1]
    }
    let beta = next(form.hasTrend, otherwise: 0)
    let gamma = next(form.season != .none, otherwise: 0)
    return (point[0], beta, gamma, next(form.isDamped, otherwise: 1))
  }

  /// −2 ln L up to a constant, n ln Σe² (+ 2 Σ ln |ŷ| for multiplicative errors), with the last states.
  private func likelihood(_ point: [Double]) -> (value: Double, states: ETSStates?) {
    let (alpha, beta, gamma, phi) = smoothing(point)
    var place = point.count - stateCount
    var (level, slope) = (point[place], 0.0)
    if form.hasTrend {
      slope = point[place + 1]
      place += 1
    }
    // The search holds the season from the newest place back; the oldest follows from the others' sum.
    var seasons: [Double] = []
    if form.season != .none {
      let held = point[(place + 1)...]
      seasons = [Double(form.season == .multiplicative ? season : 0) - held.reduce(0, +)] + held.reversed()
      if form.season == .multiplicative && seasons.contains(where: { $0 < 0 }) { return (.infinity, nil) }
    }
    let trendFactor = beta / alpha
    var (squares, logarithms) = (0.0, 0.0)
    var next = 0
    for value in y {
      let growth = phi * slope
      let base = level + growth
      let effect = seasons.isEmpty ? 0 : seasons[next]
      let mean, adjusted: Double
      switch form.season {
      case .none: (mean, adjusted) = (base, value)
      case .additive: (mean, adjusted) = (base + effect, value - effect)
      case .multiplicative: (mean, adjusted) = (base * effect, abs(effect) < 1e-10 ? 1e10 : value / effect)
      }
      var error = value - mean
      if form.isErrorMultiplicative {
        error /= abs(mean) < 1e-10 ? mean + 1e-10 : mean
        logarithms += log(abs(mean) > 0 ? abs(mean) : 1e-8)
      }
      squares += error * error
      let before = level
      level = base + alpha * (adjusted - base)
      if form.hasTrend { slope = growth + trendFactor * (level - before - growth) }
      if !seasons.isEmpty {
        let seen = form.season == .additive ? value - base : abs(base) < 1e-10 ? 1e10 : value / base
        seasons[next] = effect + gamma * (seen - effect)
        next = next + 1 == season ? 0 : next + 1
      }
    }
    let value = Double(y.count) * log(squares > 0 ? squares : 1e-8) + (form.isErrorMultiplicative ? 2 * logarithms : 0)
    // No likelihood ends the search there as the least, as in statsforecast.
    guard !value.isNaN else { return (.infinity, nil) }
    return (max(value, -1e10), ETSStates(level: level, slope: slope, seasons: seasons, place: next))
  }

  /// Level, slope, and the season from the newest place back without the last: from a decomposition, or from one wave
  /// where there are fewer than three seasons.
  private static func firstStates(
    _ y: [Double], _ form: ExponentialSmoothing.Form, season: Int
  ) -> [Double]? {
    var adjusted = y
    var seasons: [Double] = []
    if form.season != .none {
      guard y.count >= 4 else { return nil }
      let isMultiplicative = form.season == .multiplicative
      let pattern =
        y.count < 3 * season
        ? wave(y, season: season, isMultiplicative: isMultiplicative)
        : Decomposition.seasonal(y, season: season, isMultiplicative: isMultiplicative)
      guard let pattern else { return nil }
      seasons = pattern[1..<season].reversed()
      if isMultiplicative {
        seasons = seasons.map { max($0, 0.01) }
        let sum = seasons.reduce(0, +)
        if sum > Double(season) {
          let divisor = sum + 0.01 * Double(seasons.count)
          seasons = seasons.map { $0 / divisor }
        }
        adjusted = zip(y, pattern).map { $0 / max($1, 0.01) }
      } else {
        adjusted = zip(y, pattern).map { $0 - $1 }
      }
    }
    let head = adjusted.prefix(max(10, 2 * season))
    guard form.hasTrend else { return [head.mean] + seasons }
    var (level, slope) = trendLine(head)
    if abs(level + slope) < 1e-8 { (level, slope) = (level * (1 + 1e-3), slope * (1 - 1e-3)) }
    return [level, slope] + seasons
  }

  /// y ≈ c₀ + c₁t + c₂ cos + c₃ sin over one season; the rest of y after c₀ + c₁t.
  private static func wave(_ y: [Double], season: Int, isMultiplicative: Bool) -> [Double]? {
    let rows = y.indices.map { step in
      let (time, angle) = (Double(step + 1), 2 * Double.pi * Double(step + 1) / Double(season))
      return [1, time, cos(angle), sin(angle)]
    }
    var (matrix, right) = ([Double](repeating: 0, count: 16), [0.0, 0, 0, 0])
    for (row, value) in zip(rows, y) {
      for i in 0..<4 {
        right[i] += row[i] * value
        for j in 0..<4 { matrix[4 * i + j] += row[i] * row[j] }
      }
    }
    guard let c = solvedPositiveDefinite(matrix, right) else { return nil }
    return y.indices.map { step in
      let line = c[0] + c[1] * Double(step + 1)
      return isMultiplicative ? y[step] / line : y[step] - line
    }
  }
}

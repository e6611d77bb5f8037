/// The least value of a function without its gradient, by a simplex within bounds (Nelder and Mead 1965), with factors
/// that follow the number of variables (Gao and Han 2012).
///
/// The constants and the order of steps are those of statsforecast, whose fits of exponential smoothing end before the
/// simplex has converged: the same forecasts need the same path.
public struct NelderMead: Sendable {
  public var maxIterations = 1_000
  /// The search ends where the deviation of the simplex's values is below.
  public var tolerance = 1e-4
  /// The first simplex moves each variable by this part of itself, or by `zeroStep` where it is 0.
  public var relativeStep = 0.05
  public var zeroStep = 1e-4
  /// Gives the best corner of all, not the best before the last step.
  public var isExhaustive = false

  public init() {}

  /// A simplex for maximum likelihood: it ends where the values hardly differ.
  public static var precise: NelderMead {
    var search = NelderMead()
    search.maxIterations = 20_000
    search.tolerance = 1e-10
    search.isExhaustive = true
    return search
  }

  /// The function may be infinite outside of its domain. `bounds` has a range for each variable, or is nil.
  public func minimum(
    from start: [Double], within bounds: [ClosedRange<Double>]? = nil, of function: ([Double]) -> Double
  ) -> (point: [Double], value: Double, iterations: Int) {
    var simplex = Simplex(start, bounds, self, function)
    var iteration = 0
    var best = simplex.best
    while iteration < maxIterations && simplex.deviation >= tolerance {
      best = simplex.best
      simplex.advance(function)
      iteration += 1
    }
    // Where the iterations end first, statsforecast gives the best corner before the last step, thus so does this.
    if isExhaustive || iteration < maxIterations { best = simplex.best }
    return (simplex.points[best], simplex.values[best], iteration)
  }

  private struct Simplex {
    var points: [[Double]]
    var values: [Double]
    let bounds: [ClosedRange<Double>]?
    let count: Int
    let expansion, contraction, shrinking: Double

    init(
      _ start: [Double], _ bounds: [ClosedRange<Double>]?, _ search: NelderMead, _ function: ([Double]) -> Double
    ) {
      count = start.count
      self.bounds = bounds
      expansion = 1 + 2 / Double(count)
      contraction = 0.75 - 1 / (2 * Double(count))
      shrinking = 1 - 1 / Double(count)
      points = []
      values = []
      let first = bounded(start)
      points = (0..<count).map { place in
        var point = first
        point[place] = point[place] == 0 ? search.zeroStep : point[place] * (1 + search.relativeStep)
        return bounded(point)
      }
      points.append(first)
      values = points.map(function)
    }

    func bounded(_ point: [Double]) -> [Double] {
      guard let bounds else { return point }
      return zip(point, bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
    }

    /// Infinite where a value is, so that the search goes on.
    var deviation: Double {
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      return deviation.isNaN ? .infinity : deviation
    }

    var best: Int { values.indices.min { values[$0] < values[$1] } ?? 0 }

    /// The point at `factor` of the way from the centre to `other`.
    func point(_ centre: [Double], _ factor: Double, _ other: [Double]) -> [Double] {
      bounded(zip(centre, other).map { $0 + factor * ($1 - $0) })
    }

    mutating func advance(_ function: ([Double]) -> Double) {
      let order = values.indices.sorted { values[$0] < values[$1] }
      let (best, second, worst) = (order[0], order[count - 1], order[count])
      let centre = (0..<count).map { place in
        points.indices.reduce(0) { $1 == worst ? $0 : $0 + points[$1][place] } / Double(count)
      }
      func replace(_ point: [Double], _ value: Double) { (points[worst], values[worst]) = (point, value) }
      let reflected = point(centre, -1, points[worst])
      let value = function(reflected)
      if value < values[best] {
        let expanded = point(centre, expansion, reflected)
        let further = function(expanded)
        return further < value ? replace(expanded, further) : replace(reflected, value)
      }
      if value < values[second] { return replace(reflected, value) }
      if value < values[worst] {
        let contracted = point(centre, contraction, reflected)
        let nearer = function(contracted)
        if nearer <= value { return replace(contracted, nearer) }
      } else {
        let contracted = point(centre, -contraction, reflected)
        let nearer = function(contracted)
        if nearer < values[worst] { return replace(contracted, nearer) }
      }
      // The first corner stays where it is, as in statsforecast.
      for index in points.indices.dropFirst() where index != best {
        points[index] = point(points[best], shrinking, points[index])
        values[index] = function(points[index])
      }
    }
  }
}

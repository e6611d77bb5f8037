import Glibc

/// A linear regression by weighted least squares with one constant for each group of rows (fixed effects).
///
/// The constants are not columns: target and columns are centred within their groups, which gives the same coefficients
/// (Frisch and Waugh 1933, Lovell 1963). Standard errors allow for unequal variances (White 1980, HC1).
struct Regression {
  /// 0 for a column that says nothing beside those before it.
  var coefficients: [Double]
  var covariance: [[Double]]
  /// Columns that are constant within the groups, or follow from columns before them.
  var dropped: Set<Int>
  /// The constant of each group.
  var constants: [Double]
  /// The share of the whole variance, groups included.
  var rSquared: Double
  var rows: Int
  var degreesOfFreedom: Int
  var fitted: [Double]

  func standardError(_ column: Int) -> Double { max(0, covariance[column][column]).squareRoot() }

  /// nil unless there are more rows than coefficients.
  init?(
    _ columns: [[Double]], target: [Double], groups: [Int], groupCount: Int, weights: [Double]? = nil,
    hasErrors: Bool = true
  ) {
    let count = target.count
    let weights = weights ?? Array(repeating: 1, count: count)
    var masses = [Double](repeating: 0, count: groupCount)
    for row in 0..<count { masses[groups[row]] += weights[row] }
    func means(_ values: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: groupCount)
      for row in 0..<count { sums[groups[row]] += weights[row] * values[row] }
      return zip(sums, masses).map { $1 > 0 ? $0 / $1 : 0 }
    }
    func centred(_ values: [Double], _ means: [Double]) -> [Double] {
      (0..<count).map { values[$0] - means[groups[$0]] }
    }
    let columnMeans = columns.map(means)
    let targetMeans = means(target)
    let x = zip(columns, columnMeans).map(centred)
    let y = centred(target, targetMeans)
    func product(_ left: [Double], _ right: [Double]) -> Double {
      (0..<count).reduce(0) { $0 + weights[$1] * left[$1] * right[$1] }
    }
    guard let solved = NormalEquations(x, y, size: columns.map { product($0, $0) }, product) else { return nil }
    degreesOfFreedom = count - masses.count { $0 > 0 } - (columns.count - solved.dropped.count)
    guard degreesOfFreedom > 0 else { return nil }
    coefficients = solved.coefficients
    dropped = solved.dropped
    rows = count
    let beta = coefficients
    constants = (0..<groupCount).map { group in
      targetMeans[group] - beta.indices.reduce(0) { $0 + beta[$1] * columnMeans[$1][group] }
    }
    let offsets = constants
    fitted = (0..<count).map { row in
      offsets[groups[row]] + beta.indices.reduce(0) { $0 + beta[$1] * columns[$1][row] }
    }
    let residuals = zip(target, fitted).map { $0 - $1 }
    covariance = []
    rSquared = 0
    guard hasErrors else { return }
    let mass = masses.reduce(0, +)
    let mean = (0..<count).reduce(0) { $0 + weights[$1] * target[$1] } / mass
    let total = (0..<count).reduce(0) { $0 + weights[$1] * (target[$1] - mean) * (target[$1] - mean) }
    rSquared = total > 0 ? 1 - product(residuals, residuals) / total : 0
    covariance = solved.sandwich(
      x, scores: zip(weights, residuals).map { $0 * $1 }, scale: Double(count) / Double(degreesOfFreedom))
  }
}

/// X'WX b = X'Wy by Cholesky's method on columns scaled to length 1, with columns that add nothing left out.
private struct NormalEquations {
  var coefficients: [Double]
  var dropped: Set<Int> = []
  private var kept: [Int] = []
  /// The inverse of the scaled, kept columns' matrix.
  private var inverse: [[Double]]
  private var lengths: [Double]

  /// The share of a column's variance that must be its own: 1 in a million, far above the error of 64-bit numbers.
  private static let leastOwnShare = 1e-6

  init?(_ x: [[Double]], _ y: [Double], size: [Double], _ product: ([Double], [Double]) -> Double) {
    lengths = x.map { product($0, $0).squareRoot() }
    var factor: [[Double]] = []
    for column in x.indices {
      // A column that is constant within groups: the rest of its length is rounding.
      guard lengths[column] * lengths[column] > 1e-12 * max(size[column], .leastNormalMagnitude) else {
        dropped.insert(column)
        continue
      }
      var row: [Double] = []
      for (place, other) in kept.enumerated() {
        let dot = product(x[column], x[other]) / (lengths[column] * lengths[other])
        let known = (0..<place).reduce(0) { $0 + row[$1] * factor[place][$1] }
        row.append((dot - known) / factor[place][place])
      }
      let own = 1 - row.reduce(0) { $0 + $1 * $1 }
      guard own > Self.leastOwnShare else {
        dropped.insert(column)
        continue
      }
      factor.append(row + [own.squareRoot()])
      kept.append(column)
    }
    let count = kept.count
    // The inverse, a column of the identity at a time.
    inverse = (0..<count).map { unit in
      var solution = (0..<count).map { $0 == unit ? 1.0 : 0 }
      for row in 0..<count {
        solution[row] = (solution[row] - (0..<row).reduce(0) { $0 + factor[row][$1] * solution[$1] }) / factor[row][row]
      }
      for row in (0..<count).reversed() {
        let rest = (row + 1..<count).reduce(0) { $0 + factor[$1][row] * solution[$1] }
        solution[row] = (solution[row] - rest) / factor[row][row]
      }
      return solution
    }
    coefficients = Array(repeating: 0, count: x.count)
    let right = kept.map { product(x[$0], y) / lengths[$0] }
    guard right.allSatisfy(\.isFinite) else { return nil }
    for (place, column) in kept.enumerated() {
      coefficients[column] = (0..<count).reduce(0) { $0 + inverse[place][$1] * right[$1] } / lengths[column]
    }
  }

  /// (X'WX)⁻¹ X' diag(score²) X (X'WX)⁻¹ × scale
  func sandwich(_ x: [[Double]], scores: [Double], scale: Double) -> [[Double]] {
    let count = kept.count
    // Rows of (X'WX)⁻¹ X' diag(score), of the kept columns.
    let influences = (0..<count).map { place in
      scores.indices.map { row in
        scores[row]
          * (0..<count).reduce(0) { $0 + inverse[place][$1] * x[kept[$1]][row] / lengths[kept[$1]] }
          / lengths[kept[place]]
      }
    }
    var covariance = Array(repeating: Array(repeating: 0.0, count: x.count), count: x.count)
    for (left, column) in kept.enumerated() {
      for (right, other) in kept.enumerated() {
        covariance[column][other] = scale * zip(influences[left], influences[right]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return covariance
  }
}

/// The quantile of Student's distribution for an interval of 95 % (Abramowitz and Stegun 26.7.5).
func studentQuantile95(degreesOfFreedom: Int) -> Double {
  let z = 1.959963984540054
  let nu = Double(max(1, degreesOfFreedom))
  let (z3, z5, z7) = (pow(z, 3), pow(z, 5), pow(z, 7))
  return z + (z3 + z) / (4 * nu) + (5 * z5 + 16 * z3 + 3 * z) / (96 * nu * nu)
    + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * nu * nu * nu)
}

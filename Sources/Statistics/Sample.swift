/// Summaries of numbers.
extension Collection where Element == Double {
  /// 0 for none.
  public var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

  /// With the divisor n − 1; 0 for fewer than two.
  public var variance: Double {
    guard count > 1 else { return 0 }
    let mean = mean
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
  }

  public var deviation: Double { variance.squareRoot() }

  /// The quantile with linear interpolation between the ordered numbers (Hyndman and Fan's type 7); NaN for none.
  public func quantile(_ share: Double) -> Double {
    let sorted = self.sorted()
    guard let last = sorted.indices.last else { return .nan }
    let place = Swift.min(Swift.max(0, share), 1) * Double(last)
    let low = Int(saturating: place)
    let high = Swift.min(low + 1, last)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}

/// Solves the symmetric positive definite system Ax = b by Cholesky's factors; nil where A is not positive definite.
///
/// A is given row by row; its lower half is read.
public func solvedPositiveDefinite(_ matrix: [Double], _ right: [Double]) -> [Double]? {
  let count = right.count
  var (lower, solution) = (matrix, right)
  // Plain pointers: the innermost loop runs count³ / 6 times.
  let isSolved = lower.withUnsafeMutableBufferPointer { lower in
    solution.withUnsafeMutableBufferPointer { solution in
      for row in 0..<count {
        for column in 0...row {
          var sum = lower[row * count + column]
          for place in 0..<column { sum -= lower[row * count + place] * lower[column * count + place] }
          if row == column {
            guard sum > 0 else { return false }
            lower[row * count + row] = sum.squareRoot()
          } else {
            lower[row * count + column] = sum / lower[column * count + column]
          }
        }
        for place in 0..<row { solution[row] -= lower[row * count + place] * solution[place] }
        solution[row] /= lower[row * count + row]
      }
      for row in (0..<count).reversed() {
        for place in (row + 1)..<count { solution[row] -= lower[place * count + row] * solution[place] }
        solution[row] /= lower[row * count + row]
      }
      return true
    }
  }
  return isSolved ? solution : nil
}

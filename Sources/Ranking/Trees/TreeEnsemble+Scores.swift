extension TreeEnsemble {
  /// Rows that are walked side by side: the steps of one row wait for memory and comparisons, those of another do not.
  private static let lanes = 8
  /// The greatest magnitude that LightGBM takes for 0 (`kZeroThreshold`, a Float).
  private static let zeroBound = Double(1e-35 as Float)

  /// The scores of rows that lie one after another, a value for each feature; NaN is a missing value.
  ///
  /// They are LightGBM's raw scores: sums of leaves in the order of the trees. 200 rows × 100 trees × 31 leaves take a
  /// fraction of a millisecond (`docs/explain/ranking.md` has the figure).
  public func scores(of rows: [Double]) -> [Double] {
    precondition(rows.count.isMultiple(of: featureCount), "\(rows.count) values are no rows of \(featureCount)")
    let count = rows.count / featureCount
    guard count > 0 else { return [] }
    // A model of constant trees compares nothing, and its leaves still look at column 0.
    let width = max(1, columns.count) * Self.lanes
    return [Double](unsafeUninitializedCapacity: count) { scores, initialized in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { values in
        values.initialize(repeating: 0)
        rows.withUnsafeBufferPointer { rows in
          for first in stride(from: 0, to: count, by: Self.lanes) {
            fill(values, from: rows, first: first, count: count)
            walk(values, into: scores, first: first, count: count)
          }
        }
      }
      initialized = count
    }
  }

  /// The score of one row.
  public func score(of row: [Double]) -> Double { scores(of: row)[0] }

  /// Sets the columns of up to eight rows; a column's values lie side by side. Rows beyond the last repeat it.
  private func fill(
    _ values: UnsafeMutableBufferPointer<Double>, from rows: UnsafeBufferPointer<Double>, first: Int, count: Int
  ) {
    for (place, column) in columns.enumerated() {
      let target = place * Self.lanes
      switch column {
      case .number(let feature, let missing, let isMissingLeft):
        let substitute = missing == .none ? 0 : isMissingLeft ? -Double.infinity : .infinity
        let zeroBound = missing == .zero ? Self.zeroBound : -1
        for lane in 0..<Self.lanes {
          let value = rows[min(first + lane, count - 1) * featureCount + feature]
          values[target + lane] = value.isNaN || value.magnitude <= zeroBound ? substitute : value
        }
      case .presence(let feature, let missing):
        let zeroBound = missing == .zero ? Self.zeroBound : -1
        for lane in 0..<Self.lanes {
          let value = rows[min(first + lane, count - 1) * featureCount + feature]
          values[target + lane] = value.isNaN || value.magnitude <= zeroBound ? 1 : 0
        }
      case .category(let feature, let set):
        for lane in 0..<Self.lanes {
          let value = rows[min(first + lane, count - 1) * featureCount + feature]
          values[target + lane] = Self.isMember(value, of: set) ? 0 : 1
        }
      }
    }
  }

  /// Whether the category is in the set. No number, a negative one and one beyond the set are not; a fraction is cut.
  private static func isMember(_ value: Double, of set: [UInt32]) -> Bool {
    guard value > -1, value < Double(set.count * 32) else { return false }
    let category = Int(saturating: value)
    return set[category >> 5] & (1 << UInt32(category & 31)) != 0
  }

  private func walk(
    _ values: UnsafeMutableBufferPointer<Double>, into scores: UnsafeMutableBufferPointer<Double>, first: Int, count: Int
  ) {
    var sums = SIMD8<Double>.zero
    let base = UnsafePointer(values.baseAddress!)
    thresholds.withUnsafeBufferPointer { thresholds in
      columnOf.withUnsafeBufferPointer { columnOf in
        firstChild.withUnsafeBufferPointer { firstChild in
          leafValues.withUnsafeBufferPointer { leafValues in
            let nodes = Nodes(
              thresholds: thresholds.baseAddress!, columnOf: columnOf.baseAddress!, firstChild: firstChild.baseAddress!)
            for tree in 0..<treeCount {
              let leaves = nodes.leaves(from: roots[tree], steps: depths[tree], values: base)
              for lane in 0..<Self.lanes { sums[lane] += leafValues[Int(leaves[lane])] }
            }
          }
        }
      }
    }
    for lane in 0..<min(Self.lanes, count - first) { scores[first + lane] = sums[lane] / divisor }
  }
}

/// The arrays of the walk, without their counts: `TreeEnsemble` made all indices itself from a checked model.
private struct Nodes {
  let thresholds: UnsafePointer<Double>
  let columnOf: UnsafePointer<Int32>
  let firstChild: UnsafePointer<Int32>

  @inline(__always)
  private func step(_ node: inout Int32, _ values: UnsafePointer<Double>, _ lane: Int) {
    let index = Int(node)
    let isRight = !(values[Int(columnOf[index]) &* 8 &+ lane] <= thresholds[index])
    node = firstChild[index] &+ (isRight ? 1 : 0)
  }

  /// The leaves of eight rows. The lanes are variables, not an array, so that they stay in registers.
  @inline(__always)
  func leaves(from root: Int32, steps: Int32, values: UnsafePointer<Double>) -> SIMD8<Int32> {
    var (a, b, c, d) = (root, root, root, root)
    var (e, f, g, h) = (root, root, root, root)
    for _ in 0..<steps {
      step(&a, values, 0)
      step(&b, values, 1)
      step(&c, values, 2)
      step(&d, values, 3)
      step(&e, values, 4)
      step(&f, values, 5)
      step(&g, values, 6)
      step(&h, values, 7)
    }
    return SIMD8(a, b, c, d, e, f, g, h)
  }
}

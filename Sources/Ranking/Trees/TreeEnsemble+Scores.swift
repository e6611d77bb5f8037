extension TreeEnsemble {
  /// Rows that are walked side by side: the steps of one row wait for memory and comparisons, those of another do not.
  private static let lanes = 8

  /// The scores of rows that lie one after another, a value for each feature; NaN is a missing value.
  ///
  /// They are LightGBM's raw scores: sums of leaves in the order of the trees. 200 rows × 100 trees × 31 leaves take a
  /// fraction of a millisecond (`docs/explain/ranking.md` has the figure).
  public func scores(of rows: [Double]) -> [Double] {
    precondition(rows.count.isMultiple(of: featureCount), "\(rows.count) values are no rows of \(featureCount)")
    let count = rows.count / featureCount
    guard count > 0 else { return [] }
    // A model of constant trees compares nothing, and its leaves still look at column 0.
    let width = max(1, plans.count) * Self.lanes
    return [Double](unsafeUninitializedCapacity: count) { scores, initialized in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { values in
        values.initialize(repeating: 0)
        rows.withUnsafeBufferPointer { rows in
          for first in stride(from: 0, to: count, by: Self.lanes) {
            fill(values, from: rows, first: first, count: count)
            walk(UnsafePointer(values.baseAddress!), into: scores, first: first, count: count)
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
    withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.lanes) { offsets in
      for lane in 0..<Self.lanes { offsets[lane] = min(first &+ lane, count &- 1) &* featureCount }
      plans.withUnsafeBufferPointer { plans in
        setWords.withUnsafeBufferPointer { words in
          for place in 0..<plans.count {
            let target = UnsafeMutableBufferPointer(rebasing: values[place &* Self.lanes..<(place &+ 1) &* Self.lanes])
            plans[place].fill(target, from: rows, offsets: offsets, words: words)
          }
        }
      }
    }
  }

  private func walk(
    _ values: UnsafePointer<Double>, into scores: UnsafeMutableBufferPointer<Double>, first: Int, count: Int
  ) {
    var sums = SIMD8<Double>.zero
    thresholds.withUnsafeBufferPointer { thresholds in
      columnOf.withUnsafeBufferPointer { columnOf in
        firstChild.withUnsafeBufferPointer { firstChild in
          leafValues.withUnsafeBufferPointer { leafValues in
            let walk = Walk(
              thresholds: thresholds.baseAddress!, columnOf: columnOf.baseAddress!, firstChild: firstChild.baseAddress!)
            for tree in 0..<treeCount {
              let leaves = walk.leaves(from: roots[tree], steps: depths[tree], values: values)
              for lane in 0..<Self.lanes { sums[lane] += leafValues[Int(leaves[lane])] }
            }
          }
        }
      }
    }
    for lane in 0..<min(Self.lanes, count - first) { scores[first + lane] = sums[lane] / divisor }
  }
}

/// How one column is made from its feature's value.
struct ColumnPlan: Sendable {
  enum Kind: Sendable { case number, presence, category }

  /// The greatest magnitude that LightGBM takes for 0 (`kZeroThreshold`, a Float).
  private static let greatestZero = Double(1e-35 as Float)

  let kind: Kind
  let feature: Int
  /// A value of at most this magnitude is missing; below 0, no number is.
  var zeroBound = -1.0
  /// The value for a missing one.
  var substitute = 0.0
  /// The set's words among all words.
  var words = 0..<0

  static func zeroBound(_ missing: LightGBMModelText.Missing) -> Double { missing == .zero ? greatestZero : -1 }

  /// Sets the column for the rows at the offsets.
  @inline(__always)
  func fill(
    _ target: UnsafeMutableBufferPointer<Double>, from rows: UnsafeBufferPointer<Double>,
    offsets: UnsafeMutableBufferPointer<Int>, words allWords: UnsafeBufferPointer<UInt32>
  ) {
    // The case is settled once for all rows; within it nothing branches but on categories.
    switch kind {
    case .number:
      for lane in 0..<offsets.count {
        let value = rows[offsets[lane] &+ feature]
        // False for a missing value: zeros by the bound, no number by comparison.
        target[lane] = value.magnitude > zeroBound ? value : substitute
      }
    case .presence:
      for lane in 0..<offsets.count {
        target[lane] = rows[offsets[lane] &+ feature].magnitude > zeroBound ? 0 : 1
      }
    case .category:
      let bound = Double(words.count &* 32)
      for lane in 0..<offsets.count {
        let value = rows[offsets[lane] &+ feature]
        // No number, a negative one and one beyond the set are in no set; a fraction is cut.
        guard value > -1, value < bound else {
          target[lane] = 1
          continue
        }
        let category = Int(saturating: value)
        let isMember = allWords[words.lowerBound &+ category >> 5] & (1 << UInt32(category & 31)) != 0
        target[lane] = isMember ? 0 : 1
      }
    }
  }
}

/// The arrays of the walk, without their counts: `TreeEnsemble` made all indices itself from a checked model.
private struct Walk {
  let thresholds: UnsafePointer<Double>
  let columnOf: UnsafePointer<Int32>
  let firstChild: UnsafePointer<Int32>

  @inline(__always)
  private func step(_ node: inout Int32, _ values: UnsafePointer<Double>, _ lane: Int) {
    let index = Int(node)
    let isRight = !(values[Int(columnOf[index]) &* 8 &+ lane] <= thresholds[index])
    node = firstChild[index] &+ (isRight ? 1 : 0)
  }

  /// The leaves of eight rows. The lanes are variables, not an array, so that they stay in registers. All take
  /// the steps to the deepest leaf: a look whether they have arrived costs more than it saves (measured).
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

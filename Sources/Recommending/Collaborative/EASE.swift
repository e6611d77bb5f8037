internal import CLAPACK
public import Threading

/// EASE (Steck 2019, "Embarrassingly shallow autoencoders for sparse data"): the item-to-item weights B that reconstruct the
/// users' rows best, min |X − X B|² + λ |B|² with a diagonal of 0. In closed form
/// P = (XᵀX + λ I)⁻¹, B(i, j) = −P(i, j) / P(j, j).
///
/// The matrix is dense: items² numbers. Up to `doublePrecisionItems` items it is inverted in double precision, above in
/// single, which is what memory allows.
public struct EASE: Explaining {
  /// 30,000² numbers in single precision are 3.6 GB.
  public static let maxItems = 30_000
  static let doublePrecisionItems = 10_000

  public struct TooManyItems: Error, Sendable, CustomStringConvertible {
    public let count: Int
    public var description: String {
      "EASE takes \(EASE.maxItems) items at the most, and there are \(count): leave out the items that few chose"
    }
  }

  /// The inverse does not exist, which a λ above 0 rules out but for numbers that are not finite.
  public struct NoInverse: Error, Sendable, CustomStringConvertible {
    public let status: Int32
    public var description: String { "EASE: the matrix of items cannot be inverted (LAPACK status \(status))" }
  }

  public let itemCount: Int
  /// B by rows.
  let weights: [Float]

  enum Precision { case double, single }

  /// Learns from users × items.
  public init(_ rows: SparseRows, regularization: Double = 200, workers: Int = availableProcessors) throws {
    let precision = rows.columnCount <= Self.doublePrecisionItems ? Precision.double : .single
    try self.init(rows, regularization: regularization, precision: precision, workers: workers)
  }

  init(
    _ rows: SparseRows, regularization: Double, precision: Precision, workers: Int = availableProcessors
  ) throws {
    precondition(regularization > 0 && regularization.isFinite, "EASE needs a regularization above 0")
    itemCount = rows.columnCount
    guard itemCount <= Self.maxItems else { throw TooManyItems(count: itemCount) }
    weights =
      switch precision {
      case .double:
        try Self.weights(Self.gram(rows, regularization, Double.self), itemCount, workers, Self.invertDouble)
      case .single:
        try Self.weights(Self.gram(rows, regularization, Float.self), itemCount, workers, Self.invertSingle)
      }
  }

  /// XᵀX + λ I, its lower triangle by columns (the upper by rows).
  private static func gram<Number: BinaryFloatingPoint>(
    _ rows: SparseRows, _ regularization: Double, _ type: Number.Type
  ) -> [Number] {
    let (byUser, count) = (rows.merged(), rows.columnCount)
    var gram = [Number](repeating: 0, count: count * count)
    gram.withUnsafeMutableBufferPointer { gram in
      for user in 0..<byUser.rowCount {
        let places = byUser.range(user)
        for place in places {
          let start = Int(byUser.columns[place]) * count
          let value = Number(byUser.values[place])
          for other in place..<places.upperBound {
            gram[start + Int(byUser.columns[other])] += value * Number(byUser.values[other])
          }
        }
      }
      for item in 0..<count { gram[item * count + item] += Number(regularization) }
    }
    return gram
  }

  private static func weights<Number: BinaryFloatingPoint>(
    _ gram: consuming [Number], _ count: Int, _ workers: Int,
    _ invert: (inout [Number], Int32) -> Int32
  ) throws(NoInverse) -> [Float] {
    var inverse = gram
    openblas_set_num_threads(Int32(workers))
    let status = invert(&inverse, Int32(count))
    guard status == 0 else { throw NoInverse(status: status) }
    let diagonal = (0..<count).map { Float(inverse[$0 * count + $0]) }
    return [Float](unsafeUninitializedCapacity: count * count) { weights, initialized in
      for row in 0..<count {
        for column in 0..<count {
          // Only the triangle with the lower index first is filled.
          let value = inverse[min(row, column) * count + max(row, column)]
          weights.initializeElement(
            at: row * count + column, to: row == column ? 0 : -Float(value) / diagonal[column])
        }
      }
      initialized = count * count
    }
  }

  private static func invertDouble(_ matrix: inout [Double], _ count: Int32) -> Int32 {
    guard count > 0 else { return 0 }
    let lower = CChar(bitPattern: UInt8(ascii: "L"))
    let status = LAPACKE_dpotrf(LAPACK_COL_MAJOR, lower, count, &matrix, count)
    return status == 0 ? LAPACKE_dpotri(LAPACK_COL_MAJOR, lower, count, &matrix, count) : status
  }

  private static func invertSingle(_ matrix: inout [Float], _ count: Int32) -> Int32 {
    guard count > 0 else { return 0 }
    let lower = CChar(bitPattern: UInt8(ascii: "L"))
    let status = LAPACKE_spotrf(LAPACK_COL_MAJOR, lower, count, &matrix, count)
    return status == 0 ? LAPACKE_spotri(LAPACK_COL_MAJOR, lower, count, &matrix, count) : status
  }

  public func weight(from item: Int32, to other: Int32) -> Float { weights[Int(item) * itemCount + Int(other)] }

  public func score(_ history: History, into scores: inout [Float]) {
    for item in scores.indices { scores[item] = 0 }
    weights.withUnsafeBufferPointer { weights in
      scores.withUnsafeMutableBufferPointer { scores in
        for (item, value) in zip(history.items, history.values) {
          let start = Int(item) * itemCount
          for other in 0..<itemCount { scores[other] += value * weights[start + other] }
        }
      }
    }
  }

  public func contributions(to item: Int32, from history: History) -> [Contribution] {
    zip(history.items, history.values)
      .map { Contribution(item: $0, share: $1 * weight(from: $0, to: item)) }
      .sorted { $0.share > $1.share }
  }

  /// Each item's weights of the greatest magnitude, for serving.
  public func shortened(to count: Int) -> ItemWeights {
    var offsets = [0]
    var columns: [Int32] = []
    for row in 0..<itemCount {
      let start = row * itemCount
      var kept = (0..<itemCount).filter { $0 != row && weights[start + $0] != 0 }
      if kept.count > count {
        kept.sort { (abs(weights[start + $1]), $0) < (abs(weights[start + $0]), $1) }
        kept = kept.prefix(count).sorted()
      }
      columns += kept.map(Int32.init)
      offsets.append(columns.count)
    }
    let rows = (0..<itemCount).flatMap { row in
      columns[offsets[row]..<offsets[row + 1]].map { weight(from: Int32(row), to: $0) }
    }
    return ItemWeights(rows: SparseRows(columnCount: itemCount, offsets: offsets, columns: columns, values: rows))
  }
}

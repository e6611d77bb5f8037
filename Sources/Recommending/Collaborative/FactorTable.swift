internal import CLAPACK
internal import Threading

/// Weights from item to item that are products of two rows of factors each: w(i, j) = lᵢᵀ rⱼ.
///
/// A factor model that is served so needs no equations to be solved for a request, and no pass over all items: a history
/// touches its own rows alone.
struct FactorTable {
  /// Rows that are multiplied at a time; 256 rows of 20,000 items are 20 MB.
  private static let block = 256

  /// A row of `factors` for each item.
  let left: [Float]
  let right: [Float]
  let factors: Int

  /// The greatest weights above 0 of each item.
  func weights(keeping limit: Int) -> ItemWeights {
    let count = left.count / factors
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    openblas_set_num_threads(Int32(clamping: availableProcessors))
    defer { openblas_set_num_threads(1) }
    for start in stride(from: 0, to: count, by: Self.block) {
      let rows = min(Self.block, count - start)
      var products = [Float](repeating: 0, count: rows * count)
      left.withUnsafeBufferPointer { left in
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(clamping: rows), Int32(clamping: count),
          Int32(clamping: factors), 1, left.baseAddress! + start * factors, Int32(clamping: factors), right,
          Int32(clamping: factors), 0, &products, Int32(clamping: count))
      }
      for row in 0..<rows {
        var scores = Array(products[row * count..<(row + 1) * count])
        scores[start + row] = 0
        for item in Ranked.best(limit, of: scores).filter({ scores[Int($0)] > 0 }).sorted() {
          columns.append(item)
          values.append(scores[Int(item)])
        }
        offsets.append(columns.count)
      }
    }
    return ItemWeights(rows: SparseRows(columnCount: count, offsets: offsets, columns: columns, values: values))
  }
}

extension ImplicitALS {
  /// The model as weights from item to item: α yᵢᵀ (YᵀY + λ I)⁻¹ yⱼ, the fold-in of a shopper whose choices all have
  /// the confidence of what was not chosen.
  public func itemWeights(keeping limit: Int) -> ItemWeights {
    guard itemCount > 0 else { return ItemWeights(rows: SparseRows(rowCount: 0, columnCount: 0, entries: [])) }
    var matrix = gram
    var solved = items
    let order = Int32(clamping: factors)
    // Row by row, the items' factors are the columns of Yᵀ.
    let status = LAPACKE_sposv(
      LAPACK_COL_MAJOR, CChar(bitPattern: UInt8(ascii: "U")), order, Int32(clamping: itemCount), &matrix, order,
      &solved, order)
    // Without regularization there may be no inverse; the plain products of the factors stand in.
    let right = status == 0 ? solved.map { $0 * alpha } : items
    return FactorTable(left: items, right: right, factors: factors).weights(keeping: limit)
  }
}

/// A truncated singular value decomposition of users × items (PureSVD; Cremonesi, Koren and Turrin 2010): with V the right
/// singular vectors of the greatest values, the scores of a history x are x V Vᵀ.
public enum PureSVD {
  public struct NoDecomposition: Error, Sendable {
    public let status: Int32
  }

  /// The greatest weights of each item. The time grows with the number of items cubed.
  public static func fit(_ rows: SparseRows, factors: Int, keeping limit: Int) throws -> ItemWeights {
    precondition(factors > 0, "a decomposition needs a factor")
    let count = rows.columnCount
    guard count > 0 else { return ItemWeights(rows: SparseRows(rowCount: 0, columnCount: 0, entries: [])) }
    let factors = min(factors, count)
    // XᵀX = V S² Vᵀ
    var gram = [Float](repeating: 0, count: count * count)
    for user in 0..<rows.rowCount {
      for place in rows.range(user) {
        let start = Int(rows.columns[place]) * count
        for other in rows.range(user) {
          gram[start + Int(rows.columns[other])] += rows.values[place] * rows.values[other]
        }
      }
    }
    openblas_set_num_threads(Int32(clamping: availableProcessors))
    defer { openblas_set_num_threads(1) }
    var found: Int32 = 0
    var values = [Float](repeating: 0, count: count)
    var vectors = [Float](repeating: 0, count: count * factors)
    var support = [Int32](repeating: 0, count: 2 * count)
    let (order, wanted) = (Int32(clamping: count), Int32(clamping: factors))
    let status = LAPACKE_ssyevr(
      LAPACK_COL_MAJOR, CChar(bitPattern: UInt8(ascii: "V")), CChar(bitPattern: UInt8(ascii: "I")),
      CChar(bitPattern: UInt8(ascii: "L")), order, &gram, order, 0, 0, order - wanted + 1, order, 0, &found, &values,
      &vectors, order, &support)
    guard status == 0 else { throw NoDecomposition(status: status) }
    // A row of factors for each item.
    var items = [Float](repeating: 0, count: count * factors)
    for factor in 0..<Int(found) {
      for item in 0..<count { items[item * factors + factor] = vectors[factor * count + item] }
    }
    return FactorTable(left: items, right: items, factors: factors).weights(keeping: limit)
  }
}

/// A sparse matrix by rows, in three contiguous arrays: the entries of row r stand at `offsets[r]..<offsets[r + 1]`.
public struct SparseRows: Sendable, Equatable {
  public struct Entry: Sendable {
    public var row: Int32
    public var column: Int32
    public var value: Float

    public init(row: Int32, column: Int32, value: Float) {
      self.row = row
      self.column = column
      self.value = value
    }
  }

  public let columnCount: Int
  public let offsets: [Int]
  public let columns: [Int32]
  public let values: [Float]

  public var rowCount: Int { offsets.count - 1 }
  public var count: Int { columns.count }

  /// Entries by row, those of a row in the order given; what stands twice stays twice.
  public init(rowCount: Int, columnCount: Int, entries: some Collection<Entry>) {
    var offsets = [Int](repeating: 0, count: rowCount + 1)
    for entry in entries { offsets[Int(entry.row) + 1] += 1 }
    for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
    var next = offsets
    var columns = [Int32](repeating: 0, count: offsets[rowCount])
    var values = [Float](repeating: 0, count: offsets[rowCount])
    for entry in entries {
      precondition((0..<columnCount).contains(Int(entry.column)), "column \(entry.column) of \(columnCount)")
      columns[next[Int(entry.row)]] = entry.column
      values[next[Int(entry.row)]] = entry.value
      next[Int(entry.row)] += 1
    }
    self.init(columnCount: columnCount, offsets: offsets, columns: columns, values: values)
  }

  /// Takes arrays that are a matrix already.
  init(columnCount: Int, offsets: [Int], columns: [Int32], values: [Float]) {
    self.columnCount = columnCount
    self.offsets = offsets
    self.columns = columns
    self.values = values
  }

  /// Σ over the rows of their number of entries squared: what work on all pairs of a row's entries costs.
  public var squaredRowCounts: Int { (0..<rowCount).reduce(0) { $0 + range($1).count * range($1).count } }

  public func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// Columns as rows; the entries of each are in ascending order of the old rows.
  public func transposed() -> SparseRows {
    var offsets = [Int](repeating: 0, count: columnCount + 1)
    for column in columns { offsets[Int(column) + 1] += 1 }
    for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
    var next = offsets
    var rows = [Int32](repeating: 0, count: count)
    var moved = [Float](repeating: 0, count: count)
    for row in 0..<rowCount {
      for place in range(row) {
        let column = Int(columns[place])
        rows[next[column]] = Int32(row)
        moved[next[column]] = values[place]
        next[column] += 1
      }
    }
    return SparseRows(columnCount: rowCount, offsets: offsets, columns: rows, values: moved)
  }

  /// Each row's columns ascending, equal ones added up.
  public func merged() -> SparseRows {
    let sorted = transposed().transposed()
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<rowCount {
      for place in sorted.range(row) {
        if columns.count > offsets[row], columns.last == sorted.columns[place] {
          values[values.count - 1] += sorted.values[place]
        } else {
          columns.append(sorted.columns[place])
          values.append(sorted.values[place])
        }
      }
      offsets.append(columns.count)
    }
    return SparseRows(columnCount: columnCount, offsets: offsets, columns: columns, values: values)
  }

  func withValues(_ value: Float) -> SparseRows {
    SparseRows(
      columnCount: columnCount, offsets: offsets, columns: columns, values: .init(repeating: value, count: count))
  }

  /// Each entry's value anew, from its row, column and value.
  func mapValues(_ value: (_ row: Int, _ column: Int, _ value: Float) -> Float) -> SparseRows {
    var mapped = values
    for row in 0..<rowCount {
      for place in range(row) { mapped[place] = value(row, Int(columns[place]), values[place]) }
    }
    return SparseRows(columnCount: columnCount, offsets: offsets, columns: columns, values: mapped)
  }
}

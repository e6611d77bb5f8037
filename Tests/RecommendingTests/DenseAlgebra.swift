import Foundation

func logarithm(_ value: Double) -> Double { log(value) }

/// By Gauss-Jordan elimination with pivots.
func inverted(_ matrix: [[Double]]) -> [[Double]] {
  let order = matrix.count
  var rows = matrix.indices.map { row in matrix[row] + matrix.indices.map { $0 == row ? 1.0 : 0.0 } }
  for column in 0..<order {
    let pivot = (column..<order).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(column, pivot)
    let scale = rows[column][column]
    rows[column] = rows[column].map { $0 / scale }
    for row in 0..<order where row != column {
      let factor = rows[row][column]
      for place in rows[row].indices { rows[row][place] -= factor * rows[column][place] }
    }
  }
  return rows.map { Array($0[order...]) }
}

/// Rows that belong to owners (a product, a variant), each owner's in the order in which it shows them.
///
/// They come as they lie in the table, which is nearly always that order already: then nothing is sorted, and an owner
/// that is asked for after the one before it is found at once.
struct OwnedRows<Value: Sendable>: Sendable {
  /// Where a row stands among its owner's.
  struct Place: Comparable {
    var first: Int64
    var second: Int64 = 0
    var third: Int64 = 0

    @inline(__always)
    static func < (left: Place, right: Place) -> Bool {
      if left.first != right.first { return left.first < right.first }
      if left.second != right.second { return left.second < right.second }
      return left.third < right.third
    }
  }

  private struct Row {
    var owner: Int64
    var place: Place
    var value: Value

    @inline(__always)
    func isBefore(_ other: Row) -> Bool { owner != other.owner ? owner < other.owner : place < other.place }
  }

  private var rows: [Row] = []
  private var isSorted = true
  /// Where the rows of the owner that was asked for last end.
  private var next = 0

  var count: Int { rows.count }

  subscript(index: Int) -> Value { rows[index].value }

  func owner(at index: Int) -> Int64 { rows[index].owner }

  mutating func append(owner: Int64, place: Place, _ value: Value) {
    let row = Row(owner: owner, place: place, value: value)
    if isSorted, let last = rows.last, row.isBefore(last) { isSorted = false }
    rows.append(row)
  }

  /// Puts all rows in their order; called once, after the last was appended.
  mutating func sort() {
    guard !isSorted, let first = rows.first else { return }
    isSorted = true
    var (lowest, highest) = (first.owner, first.owner)
    for row in rows { (lowest, highest) = (min(lowest, row.owner), max(highest, row.owner)) }
    // The owners of a window are mostly a run: a counting sort, then each owner's few rows.
    guard highest - lowest < Int64(rows.count) * 4 else { return rows.sort { $0.isBefore($1) } }
    var ends = [Int](repeating: 0, count: Int(highest - lowest) + 1)
    for row in rows { ends[Int(row.owner - lowest)] += 1 }
    for owner in 1..<max(1, ends.count) { ends[owner] += ends[owner - 1] }
    var order = [Int](repeating: 0, count: rows.count)
    for index in rows.indices.reversed() {
      let owner = Int(rows[index].owner - lowest)
      ends[owner] -= 1
      order[ends[owner]] = index
    }
    for place in order.indices.dropFirst() {
      var current = place
      while current > 0, rows[order[current]].isBefore(rows[order[current - 1]]) {
        order.swapAt(current, current - 1)
        current -= 1
      }
    }
    rows = order.map { rows[$0] }
  }

  /// Where the owner's rows are.
  mutating func range(of owner: Int64) -> Range<Int> {
    if next == rows.count || rows[next].owner != owner { next = firstIndex(notBefore: owner) }
    let start = next
    while next < rows.count, rows[next].owner == owner { next += 1 }
    return start..<next
  }

  private func firstIndex(notBefore owner: Int64) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].owner < owner { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

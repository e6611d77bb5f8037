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
    if !isSorted { rows.sort { $0.isBefore($1) } }
    isSorted = true
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

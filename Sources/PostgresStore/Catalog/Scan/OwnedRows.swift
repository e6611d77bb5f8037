/// Rows that belong to owners (a product, a variant), in the order in which each owner shows them.
///
/// They come in the table's physical order, which is nearly always that order already: then nothing is sorted, and the
/// rows of consecutive owners are found without a search.
struct OwnedRows<Value: Sendable>: Sendable {
  /// A row's place among its owner's rows.
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

  private struct Key {
    var owner: Int64
    var place: Place

    @inline(__always)
    func isBefore(_ other: Key) -> Bool { owner != other.owner ? owner < other.owner : place < other.place }
  }

  /// The key of each row. Keys are apart from the values, so that comparing and searching touch no reference counts.
  private var keys: [Key] = []
  private var values: [Value] = []
  private var isSorted = true
  /// The end of the rows of the owner that was looked up last.
  private var next = 0

  var count: Int { keys.count }

  subscript(index: Int) -> Value { values[index] }

  subscript(range: Range<Int>) -> ArraySlice<Value> { values[range] }

  mutating func append(owner: Int64, place: Place, _ value: Value) {
    let key = Key(owner: owner, place: place)
    if isSorted, let last = keys.last, key.isBefore(last) { isSorted = false }
    keys.append(key)
    values.append(value)
  }

  /// Sorts all rows; called once, after the last was appended.
  mutating func sort() {
    guard !isSorted else { return }
    isSorted = true
    let order = sortedOrder()
    keys = order.map { keys[$0] }
    values = order.map { values[$0] }
  }

  private func sortedOrder() -> [Int] {
    var (lowest, highest) = (Int64.max, Int64.min)
    for key in keys { (lowest, highest) = (min(lowest, key.owner), max(highest, key.owner)) }
    // The owners of a window are mostly a run: a counting sort, then each owner's few rows.
    guard highest - lowest < Int64(keys.count) * 4 else { return keys.indices.sorted { keys[$0].isBefore(keys[$1]) } }
    var ends = [Int](repeating: 0, count: Int(highest - lowest) + 1)
    for key in keys { ends[Int(key.owner - lowest)] += 1 }
    for owner in 1..<max(1, ends.count) { ends[owner] += ends[owner - 1] }
    var order = [Int](repeating: 0, count: keys.count)
    for index in keys.indices.reversed() {
      let owner = Int(keys[index].owner - lowest)
      ends[owner] -= 1
      order[ends[owner]] = index
    }
    for place in order.indices.dropFirst() {
      var current = place
      while current > 0, keys[order[current]].isBefore(keys[order[current - 1]]) {
        order.swapAt(current, current - 1)
        current -= 1
      }
    }
    return order
  }

  /// The range of the owner's rows.
  mutating func range(of owner: Int64) -> Range<Int> {
    if next == keys.count || keys[next].owner != owner { next = firstIndex(notBefore: owner) }
    let start = next
    while next < keys.count, keys[next].owner == owner { next += 1 }
    return start..<next
  }

  private func firstIndex(notBefore owner: Int64) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle].owner < owner { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

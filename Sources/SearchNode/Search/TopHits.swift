/// The best hits so far: a heap of fixed-width keys, the worst on top.
///
/// A hit is `width` whole numbers (its sort keys) and its document; the smaller hit is the better one.
struct TopHits {
  struct Entry {
    var document: Int
    var score: Float
  }

  let capacity: Int
  let width: Int
  private(set) var keys: [Int64] = []
  private(set) var entries: [Entry] = []
  /// Hits up to and including these keys are left out: earlier pages showed them.
  private let after: [Int64]?

  init(capacity: Int, width: Int, after: [Int64]? = nil) {
    self.capacity = capacity
    self.width = width
    self.after = after
  }

  var count: Int { entries.count }
  var isFull: Bool { entries.count == capacity }

  /// The first key of the worst hit kept.
  var worstFirstKey: Int64 { keys[0] }

  @inline(__always)
  mutating func insert(_ candidate: UnsafePointer<Int64>, document: Int, score: Float) {
    if let after, !isGreater(candidate, after) { return }
    guard capacity > 0 else { return }
    if entries.count < capacity {
      keys.append(contentsOf: UnsafeBufferPointer(start: candidate, count: width))
      entries.append(Entry(document: document, score: score))
      siftUp(entries.count - 1)
      return
    }
    // Documents come in ascending order: of equal keys the earlier one is better.
    guard isLess(candidate, 0) else { return }
    for index in 0..<width { keys[index] = candidate[index] }
    entries[0] = Entry(document: document, score: score)
    siftDown(0)
  }

  private func isGreater(_ candidate: UnsafePointer<Int64>, _ bound: [Int64]) -> Bool {
    for index in 0..<width where candidate[index] != bound[index] { return candidate[index] > bound[index] }
    return false
  }

  @inline(__always)
  private func isLess(_ candidate: UnsafePointer<Int64>, _ slot: Int) -> Bool {
    for index in 0..<width where candidate[index] != keys[slot * width + index] {
      return candidate[index] < keys[slot * width + index]
    }
    return false
  }

  /// Whether the hit in `left` is worse than the one in `right`.
  private func isWorse(_ left: Int, _ right: Int) -> Bool {
    for index in 0..<width where keys[left * width + index] != keys[right * width + index] {
      return keys[left * width + index] > keys[right * width + index]
    }
    return entries[left].document > entries[right].document
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    for index in 0..<width { keys.swapAt(left * width + index, right * width + index) }
    entries.swapAt(left, right)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard isWorse(child, parent) else { return }
      swap(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var worst = parent
      let (left, right) = (2 * parent + 1, 2 * parent + 2)
      if left < entries.count, isWorse(left, worst) { worst = left }
      if right < entries.count, isWorse(right, worst) { worst = right }
      if worst == parent { return }
      swap(parent, worst)
      parent = worst
    }
  }

  /// The hits from best to worst, with their keys.
  func sorted() -> [(entry: Entry, keys: ArraySlice<Int64>)] {
    let order = entries.indices.sorted { isWorse($1, $0) }
    return order.map { (entries[$0], keys[$0 * width..<($0 + 1) * width]) }
  }
}

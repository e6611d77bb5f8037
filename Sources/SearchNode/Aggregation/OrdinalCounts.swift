/// Counts the documents of each ordinal of a dictionary and remembers the ordinals that occurred.
///
/// The dictionary of a shop's facets has tens of thousands of terms, and one search meets some hundreds of them:
/// clearing and reading only those keeps a count in microseconds.
final class OrdinalCounts {
  private let counts: UnsafeMutablePointer<Int32>
  private let order: UnsafeMutablePointer<Int32>
  private var filledCount = 0
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    counts = .allocate(capacity: capacity)
    counts.initialize(repeating: 0, count: capacity)
    order = .allocate(capacity: capacity)
  }

  deinit {
    counts.deallocate()
    order.deallocate()
  }

  @inline(__always)
  func add(_ ordinal: Int32) {
    let count = counts[Int(ordinal)]
    if count == 0 {
      order[filledCount] = ordinal
      filledCount &+= 1
    }
    counts[Int(ordinal)] = count &+ 1
  }

  subscript(ordinal: Int32) -> Int { Int(counts[Int(ordinal)]) }

  /// The counted ordinals, in the order of their first document.
  var filled: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: order, count: filledCount) }

  func clear() {
    for ordinal in filled { counts[Int(ordinal)] = 0 }
    filledCount = 0
  }
}

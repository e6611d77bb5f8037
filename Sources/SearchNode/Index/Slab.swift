import Glibc

/// An immutable, contiguous run of plain values behind one pointer.
///
/// Segments consist of slabs alone, so that they can be written to disk unchanged and mapped back. Hot loops read
/// `base` once and keep the owner alive.
final class Slab<Element: BitwiseCopyable>: @unchecked Sendable {  // Sendable: never written after `init`.
  let base: UnsafePointer<Element>
  let count: Int

  /// Bytes that may be read after the last element: decoders load eight bytes at any offset.
  fileprivate static var padding: Int { 8 }

  convenience init(_ elements: [Element]) {
    var growing = GrowingSlab<Element>(capacity: elements.count)
    elements.withUnsafeBufferPointer { growing.append($0) }
    self.init(taking: growing.release(), count: elements.count)
  }

  /// Takes ownership of the elements; `raw` must come from `malloc`, with room for the padding.
  fileprivate init(taking raw: UnsafeMutableRawPointer, count: Int) {
    base = UnsafePointer(raw.assumingMemoryBound(to: Element.self))
    self.count = count
  }

  deinit { free(UnsafeMutableRawPointer(mutating: base)) }

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return base[index]
  }

  func buffer(_ range: Range<Int>) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}

/// A slab under construction: appended elements are not copied again, unless the system must move the storage.
struct GrowingSlab<Element: BitwiseCopyable>: ~Copyable {
  private var raw: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  private static var smallestCapacity: Int { 16 }

  init(capacity: Int = 0) {
    self.capacity = max(capacity, Self.smallestCapacity)
    raw = Self.reallocated(nil, capacity: self.capacity)
  }

  deinit { free(raw) }

  private static func reallocated(_ raw: UnsafeMutableRawPointer?, capacity: Int) -> UnsafeMutableRawPointer {
    // The system moves large blocks by the page table and does not copy them.
    guard let new = realloc(raw, capacity * MemoryLayout<Element>.stride + Slab<Element>.padding) else {
      fatalError("out of memory for \(capacity) elements of a segment")
    }
    return new
  }

  private mutating func grow(by more: Int) {
    capacity = max(count + more, capacity + capacity / 2)
    raw = Self.reallocated(raw, capacity: capacity)
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return raw.assumingMemoryBound(to: Element.self)[index]
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(by: 1) }
    raw.assumingMemoryBound(to: Element.self)[count] = element
    count += 1
  }

  @inline(__always)
  mutating func append(_ elements: UnsafeBufferPointer<Element>) {
    guard let source = elements.baseAddress else { return }
    write(atMost: elements.count) {
      $0.update(from: source, count: elements.count)
      return elements.count
    }
  }

  /// Lends room for at most `limit` elements; `body` returns how many it has written.
  @inline(__always)
  mutating func write(atMost limit: Int, _ body: (UnsafeMutablePointer<Element>) -> Int) {
    if capacity - count < limit { grow(by: limit) }
    count += body(raw.assumingMemoryBound(to: Element.self) + count)
  }

  func withElements<Result>(_ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(start: raw.assumingMemoryBound(to: Element.self), count: count))
  }

  /// The slab of the appended elements; this value is empty afterwards.
  mutating func finish() -> Slab<Element> {
    let count = count
    return Slab(taking: release(), count: count)
  }

  /// Gives up the storage, cut to the appended elements and with zeroed padding.
  fileprivate mutating func release() -> UnsafeMutableRawPointer {
    let full = Self.reallocated(raw, capacity: count)
    (full + count * MemoryLayout<Element>.stride).initializeMemory(
      as: UInt8.self, repeating: 0, count: Slab<Element>.padding)
    capacity = Self.smallestCapacity
    count = 0
    raw = Self.reallocated(nil, capacity: capacity)
    return full
  }
}

/// A set of document numbers, one bit for each.
struct BitSet: Sendable, Equatable {
  private(set) var words: [UInt64]
  let count: Int

  init(count: Int, filled: Bool = false) {
    self.count = count
    words = [UInt64](repeating: filled ? .max : 0, count: (count + 63) / 64)
    if filled, count % 64 != 0, let last = words.indices.last { words[last] = (1 << UInt64(count % 64)) - 1 }
  }

  @inline(__always)
  subscript(index: Int) -> Bool {
    get { words[index >> 6] & (1 << UInt64(index & 63)) != 0 }
    set {
      if newValue {
        words[index >> 6] |= 1 << UInt64(index & 63)
      } else {
        words[index >> 6] &= ~(1 << UInt64(index & 63))
      }
    }
  }

  mutating func formIntersection(_ other: BitSet) {
    for word in 0..<min(words.count, other.words.count) { words[word] &= other.words[word] }
    for word in min(words.count, other.words.count)..<words.count { words[word] = 0 }
  }

  /// Adds the matches of a window.
  mutating func insert(_ window: ScoreWindow) {
    let first = Int(window.base) / 64
    for word in 0..<min(ScoreWindow.words, words.count - first) { words[first + word] |= window.bits[word] }
  }

  var cardinality: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The first set bit at or after `index`.
  @inline(__always)
  func next(from index: Int) -> Int? {
    var word = index >> 6
    guard word < words.count else { return nil }
    var bits = words[word] & (UInt64.max << UInt64(index & 63))
    while bits == 0 {
      word += 1
      guard word < words.count else { return nil }
      bits = words[word]
    }
    return word << 6 + bits.trailingZeroBitCount
  }
}

/// An immutable, contiguous run of plain values behind one pointer.
///
/// Segments are made of these and of nothing else, so that they can be written to disk as they are and mapped back.
/// Hot loops take `base` once and keep the owner alive.
final class Slab<Element: BitwiseCopyable>: @unchecked Sendable {  // Sendable: never written after `init`.
  let base: UnsafePointer<Element>
  let count: Int

  /// Bytes that may be read behind the last element: decoders load eight bytes at any offset.
  private static var padding: Int { 8 }

  init(_ elements: [Element]) {
    let bytes = elements.count * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes + Self.padding, alignment: 16)
    elements.withUnsafeBytes { source in
      if let base = source.baseAddress { raw.copyMemory(from: base, byteCount: bytes) }
    }
    (raw + bytes).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
    base = UnsafePointer(raw.assumingMemoryBound(to: Element.self))
    count = elements.count
  }

  deinit { UnsafeMutableRawPointer(mutating: base).deallocate() }

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return base[index]
  }

  func buffer(_ range: Range<Int>) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}

/// A set of document numbers, one bit each.
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

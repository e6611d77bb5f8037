/// Texts, each once, in the order of their first appearance; kept as bytes, without an allocation for each.
///
///     var texts = DistinctTexts()
///     for value in ["Red", "Blue", "Red"] { texts.add(value) }  // Red, Blue
///
/// A text may be put together from parts: `append` them, then `end` it. Emptied with `removeAll`, it is used again and
/// allocates nothing any more.
public struct DistinctTexts: Sendable {
  /// Room for the texts; the bytes behind `used` mean nothing. An Array that is appended to looks at its length and owner
  /// each time.
  private var bytes: [UInt8] = []
  private var used = 0
  /// Where each text ends.
  private var ends: [Int] = []
  /// Of each text; equal texts have equal ones.
  private var hashes: [UInt64] = []

  public init() {}

  public var isEmpty: Bool { ends.isEmpty }
  public var count: Int { ends.count }

  public mutating func removeAll() {
    used = 0
    ends.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
  }

  public mutating func add(_ text: String) {
    append(text)
    end()
  }

  public mutating func append(_ part: String) {
    var part = part
    part.withUTF8 { append($0) }
  }

  public mutating func append(_ part: UnsafeBufferPointer<UInt8>) {
    guard let source = part.baseAddress else { return }
    makeRoom(for: part.count)
    bytes.withUnsafeMutableBytes { ($0.baseAddress! + used).copyMemory(from: source, byteCount: part.count) }
    used += part.count
  }

  public mutating func append(_ byte: UInt8) {
    makeRoom(for: 1)
    bytes[used] = byte
    used += 1
  }

  private mutating func makeRoom(for count: Int) {
    guard bytes.count - used < count else { return }
    let more = max(Self.smallestRoom, bytes.count, used + count - bytes.count)
    bytes.append(contentsOf: repeatElement(0, count: more))
  }

  private static let smallestRoom = 256

  /// Ends the text of the parts since the last end, and forgets it where it is there already. Returns its place among the
  /// texts.
  @discardableResult
  public mutating func end() -> Int {
    let start = ends.last ?? 0
    let (hash, known) = bytes.withUnsafeBytes { bytes -> (UInt64, Int?) in
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<used])
      let hash = Self.hash(text)
      // Tens of texts: a scan of numbers that lie side by side is faster than a table.
      for index in hashes.indices where hashes[index] == hash {
        if Self.isEqual(UnsafeRawBufferPointer(rebasing: bytes[range(index)]), text) { return (hash, index) }
      }
      return (hash, nil)
    }
    if let known {
      used = start
      return known
    }
    ends.append(used)
    hashes.append(hash)
    return ends.count - 1
  }

  /// By eight bytes at a time, as `hash`: most texts come more than once, from a product's variants.
  private static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var index = 0
    while index + 8 <= left.count {
      let word = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      guard word == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
      index += 8
    }
    while index < left.count {
      guard left[index] == right[index] else { return false }
      index += 1
    }
    return true
  }

  private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// By eight bytes at a time; multiplied and folded, as wyhash does.
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
    func mix(_ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
      hash = product.high ^ product.low
    }
    var index = 0
    while index + 8 <= text.count {
      mix(text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < text.count {
      rest = rest << 8 | UInt64(text[index])
      index += 1
    }
    mix(rest)
    return hash
  }

  /// Lends the bytes of each text in turn.
  public func forEach(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      for index in ends.indices { body(UnsafeBufferPointer(rebasing: bytes[range(index)])) }
    }
  }

  public var strings: [String] {
    var strings: [String] = []
    strings.reserveCapacity(count)
    forEach { strings.append(String(decoding: $0, as: UTF8.self)) }
    return strings
  }
}

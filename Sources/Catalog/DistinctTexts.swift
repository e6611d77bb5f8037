/// Distinct texts in the order of their first appearance; kept as bytes, without an allocation for each.
///
///     var texts = DistinctTexts()
///     for value in ["Red", "Blue", "Red"] { texts.add(value) }  // Red, Blue
///
/// A text may be composed of parts: `append` them, then `end` it. After `removeAll` the storage is reused without
/// further allocations.
public struct DistinctTexts: Sendable {
  /// Room for the texts; bytes after `used` mean nothing. Appending to an Array would check its length and owner each
  /// time.
  private var bytes: [UInt8] = []
  private var used = 0
  /// The end of each text.
  private var ends: [Int] = []
  /// The hash of each text.
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

  /// Ends the text made of the parts since the last end, and drops it if it already exists. Returns its index among the
  /// texts.
  @discardableResult
  public mutating func end() -> Int {
    let start = ends.last ?? 0
    let (hash, known) = bytes.withUnsafeBytes { bytes -> (UInt64, Int?) in
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<used])
      let hash = Self.hash(text)
      // There are tens of texts: scanning adjacent numbers is faster than a table.
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

  /// Compares eight bytes at a time, like `hash`: most texts come more than once, from a product's variants.
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

  /// Hashes eight bytes at a time; multiplied and folded, as in wyhash.
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

/// Texts, each once, in the order of their first appearance; kept as bytes, without an allocation for each.
///
///     var texts = DistinctTexts()
///     for value in ["Red", "Blue", "Red"] { texts.add(value) }  // Red, Blue
///
/// A text may be put together from parts: `append` them, then `end` it. Emptied with `removeAll`, it is used again and
/// allocates nothing any more.
public struct DistinctTexts: Sendable {
  private var bytes: [UInt8] = []
  /// Where each text ends.
  private var ends: [Int] = []
  /// Of each text; equal texts have equal ones.
  private var hashes: [UInt64] = []

  public init() {}

  public var isEmpty: Bool { ends.isEmpty }
  public var count: Int { ends.count }

  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
  }

  public mutating func add(_ text: String) {
    append(text)
    end()
  }

  public mutating func append(_ part: String) {
    var part = part
    part.withUTF8 { bytes.append(contentsOf: $0) }
  }

  public mutating func append(_ byte: UInt8) { bytes.append(byte) }

  /// Ends the text of the parts since the last end, and forgets it where it is there already.
  public mutating func end() {
    let start = ends.last ?? 0
    let (hash, isKnown) = bytes.withUnsafeBytes { bytes in
      let text = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let hash = Self.hash(text)
      var isKnown = false
      // Tens of texts: a scan of numbers that lie side by side is faster than a table.
      for (index, other) in hashes.enumerated() where other == hash {
        let known = UnsafeRawBufferPointer(rebasing: bytes[range(index)])
        if known.elementsEqual(text) { isKnown = true }
      }
      return (hash, isKnown)
    }
    if isKnown {
      bytes.removeLast(bytes.count - start)
    } else {
      ends.append(bytes.count)
      hashes.append(hash)
    }
  }

  private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// By eight bytes at a time; multiplied and folded, as wyhash does.
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(text.count) &* 0x9E37_79B9_7F4A_7C15
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

/// Terms in the order of their arrival, each once: a hash table over one blob of bytes.
struct TermTable {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var hashes: [UInt32] = []
  private var slots: [Int32] = []
  private var mask = 0

  var count: Int { hashes.count }
  var byteCount: Int { bytes.count }

  /// The term's number, given on first sight.
  mutating func insert(_ term: UnsafeBufferPointer<UInt8>) -> Int32 {
    if count * 2 >= slots.count { grow() }
    let hash = TermTable.hash(term)
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let candidate = Int(slots[slot])
      if hashes[candidate] == hash, equals(candidate, term) { return Int32(candidate) }
      slot = (slot + 1) & mask
    }
    let number = Int32(count)
    slots[slot] = number
    hashes.append(hash)
    bytes.append(contentsOf: term)
    starts.append(bytes.count)
    return number
  }

  private func equals(_ number: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == term.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<term.count where bytes[start + index] != term[index] { return false }
      return true
    }
  }

  private mutating func grow() {
    let size = Swift.max(16, slots.count * 2)
    slots = [Int32](repeating: -1, count: size)
    mask = size - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }

  func withTerm<Result>(_ number: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[starts[number]..<starts[number + 1]]))
    }
  }

  /// The terms' numbers in the order of their bytes.
  func sortedNumbers() -> [Int32] {
    bytes.withUnsafeBufferPointer { bytes in
      // Most comparisons end in the first eight bytes, so those are compared as one number.
      var keyed: [(prefix: UInt64, number: Int32)] = (0..<count).map {
        (TermBytes.prefix(UnsafeBufferPointer(rebasing: bytes[starts[$0]..<starts[$0 + 1]])), Int32($0))
      }
      keyed.sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        let leftRange = starts[Int(left.number)]..<starts[Int(left.number) + 1]
        let rightRange = starts[Int(right.number)]..<starts[Int(right.number) + 1]
        return TermBytes.compare(
          UnsafeBufferPointer(rebasing: bytes[leftRange]), UnsafeBufferPointer(rebasing: bytes[rightRange])) < 0
      }
      return keyed.map(\.number)
    }
  }

  @inline(__always)
  static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(term.count)
    var index = 0
    while index + 8 <= term.count {
      hash = mix(hash ^ UnsafeRawPointer(term.baseAddress! + index).loadUnaligned(as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    var shift: UInt64 = 0
    while index < term.count {
      rest |= UInt64(term[index]) << shift
      shift += 8
      index += 1
    }
    hash = mix(hash ^ rest)
    return UInt32(truncatingIfNeeded: hash >> 32)
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}

/// Order and look of terms, which are compared by their bytes as Lucene does.
enum TermBytes {
  /// The first eight bytes as a big-endian number.
  @inline(__always)
  static func prefix(_ term: UnsafeBufferPointer<UInt8>) -> UInt64 {
    if term.count >= 8 {
      return UInt64(bigEndian: UnsafeRawPointer(term.baseAddress!).loadUnaligned(as: UInt64.self))
    }
    var prefix: UInt64 = 0
    for index in 0..<term.count { prefix |= UInt64(term[index]) << UInt64(56 - 8 * index) }
    return prefix
  }

  static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    let shared = min(left.count, right.count)
    for index in 0..<shared where left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
    return left.count - right.count
  }

  static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { compare(left, $0) } }
  }
}

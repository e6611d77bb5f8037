import Glibc

/// Distinct terms in the order of their arrival: a hash table over one run of bytes.
struct TermTable {
  private var bytes: [UInt8] = []
  private var starts: [UInt32] = [0]
  /// A term's hash in the upper half and its number in the lower, so that most other terms are ruled out without
  /// reading them; `empty` if there is none.
  private var slots: [UInt64] = []
  private var mask = 0

  private static let empty = UInt64.max

  var count: Int { starts.count - 1 }
  var byteCount: Int { bytes.count + starts.count * 4 + slots.count * 8 }

  /// The term's number, assigned on first sight.
  mutating func insert(_ term: UnsafeBufferPointer<UInt8>) -> Int32 {
    if count * 2 >= slots.count { grow() }
    let hash = TermTable.hash(term)
    var slot = Int(hash) & mask
    while slots[slot] != Self.empty {
      let (candidateHash, candidate) = (UInt32(slots[slot] >> 32), Int32(truncatingIfNeeded: slots[slot]))
      if candidateHash == hash, equals(Int(candidate), term) { return candidate }
      slot = (slot + 1) & mask
    }
    let number = Int32(count)
    slots[slot] = UInt64(hash) << 32 | UInt64(UInt32(bitPattern: number))
    bytes.append(contentsOf: term)
    starts.append(UInt32(bytes.count))
    return number
  }

  private func equals(_ number: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(starts[number])
    guard Int(starts[number + 1]) - start == term.count else { return false }
    guard let wanted = term.baseAddress else { return true }
    return bytes.withUnsafeBufferPointer { memcmp($0.baseAddress! + start, wanted, term.count) == 0 }
  }

  private mutating func grow() {
    let old = slots
    let size = Swift.max(16, old.count * 2)
    slots = [UInt64](repeating: Self.empty, count: size)
    mask = size - 1
    for entry in old where entry != Self.empty {
      var slot = Int(entry >> 32) & mask
      while slots[slot] != Self.empty { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  func withTerm<Result>(_ number: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[Int(starts[number])..<Int(starts[number + 1])]))
    }
  }

  /// The terms' numbers in the byte order of the terms.
  func sortedNumbers() -> [Int32] {
    bytes.withUnsafeBufferPointer { bytes in
      starts.withUnsafeBufferPointer { starts in
        var keyed = (0..<count).map { Keyed(prefix: 0, number: Int32($0)) }
        keyed.withUnsafeMutableBufferPointer { TermOrder(bytes: bytes, starts: starts).sort($0, from: 0) }
        return keyed.map(\.number)
      }
    }
  }

  private struct Keyed {
    var prefix: UInt64
    var number: Int32
  }

  /// Sorts terms by eight bytes at a time as one number, because codes and part numbers begin alike.
  private struct TermOrder {
    /// Up to this number of terms are sorted by comparing them whole.
    private static let fewTerms = 16
    /// From this offset on terms are compared whole, so that long terms with the same beginning do not exhaust the
    /// stack.
    private static let deepestOffset = 64

    let bytes: UnsafeBufferPointer<UInt8>
    let starts: UnsafeBufferPointer<UInt32>

    private func rest(_ number: Int32, from offset: Int) -> UnsafeBufferPointer<UInt8> {
      let start = min(Int(starts[Int(number)]) + offset, Int(starts[Int(number) + 1]))
      return UnsafeBufferPointer(rebasing: bytes[start..<Int(starts[Int(number) + 1])])
    }

    /// Sorts terms that are equal before `offset`.
    func sort(_ terms: UnsafeMutableBufferPointer<Keyed>, from offset: Int) {
      var terms = terms
      for index in terms.indices { terms[index].prefix = TermBytes.prefix(rest(terms[index].number, from: offset)) }
      terms.sort { $0.prefix < $1.prefix }
      var start = 0
      while start < terms.count {
        var end = start + 1
        while end < terms.count, terms[end].prefix == terms[start].prefix { end += 1 }
        if end - start > 1 { sortAlike(UnsafeMutableBufferPointer(rebasing: terms[start..<end]), from: offset + 8) }
        start = end
      }
    }

    /// Sorts terms that are equal before `offset` or end before it; of those that end, the shorter comes first.
    private func sortAlike(_ terms: UnsafeMutableBufferPointer<Keyed>, from offset: Int) {
      func length(_ term: Keyed) -> Int { Int(starts[Int(term.number) + 1]) - Int(starts[Int(term.number)]) }
      var terms = terms
      // Terms that end come first: the longer ones continue where they end.
      let firstLonger = terms.partition { length($0) > offset }
      var ended = UnsafeMutableBufferPointer(rebasing: terms[..<firstLonger])
      ended.sort { length($0) < length($1) }
      var longer = UnsafeMutableBufferPointer(rebasing: terms[firstLonger...])
      if longer.count <= Self.fewTerms || offset >= Self.deepestOffset {
        longer.sort { TermBytes.compare(rest($0.number, from: offset), rest($1.number, from: offset)) < 0 }
      } else {
        sort(longer, from: offset)
      }
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

/// The order of terms, which are compared by their bytes as in Lucene.
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

  @inline(__always)
  static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return left.count - right.count }
    let difference = memcmp(leftBase, rightBase, min(left.count, right.count))
    return difference == 0 ? left.count - right.count : Int(difference)
  }

  static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { compare(left, $0) } }
  }
}

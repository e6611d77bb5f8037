/// A set of terms whose look-up takes bytes and makes no string.
struct TermSet: Sendable {
  private var slots: [Int32] = []
  private var terms: [[UInt8]] = []
  private let isCaseIgnored: Bool
  private var lengths: UInt64 = 0

  /// With `isCaseIgnored`, both the terms and the looked-up words are put in lower case.
  init(_ words: some Sequence<String>, isCaseIgnored: Bool = false) {
    self.isCaseIgnored = isCaseIgnored
    let all = Set(words.map { isCaseIgnored ? Self.lowercased(Array($0.utf8)) : Array($0.utf8) })
    terms = all.sorted { $0.lexicographicallyPrecedes($1) }
    var capacity = 16
    while capacity < terms.count * 2 { capacity *= 2 }
    slots = [Int32](repeating: -1, count: capacity)
    for (number, term) in terms.enumerated() {
      var slot = Int(truncatingIfNeeded: term.withUnsafeBufferPointer(Self.hash)) & (capacity - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Int32(number)
      lengths |= 1 << UInt64(min(term.count, 63))
    }
  }

  var isEmpty: Bool { terms.isEmpty }

  func contains(_ term: UnsafeBufferPointer<UInt8>) -> Bool {
    guard isCaseIgnored else { return containsExactly(term) }
    return Self.lowercased(Array(term)).withUnsafeBufferPointer(containsExactly)
  }

  private func containsExactly(_ term: UnsafeBufferPointer<UInt8>) -> Bool {
    guard lengths >> UInt64(min(term.count, 63)) & 1 == 1 else { return false }
    var slot = Int(truncatingIfNeeded: Self.hash(term)) & (slots.count - 1)
    while slots[slot] >= 0 {
      let candidate = terms[Int(slots[slot])]
      if candidate.count == term.count, candidate.elementsEqual(term) { return true }
      slot = (slot + 1) & (slots.count - 1)
    }
    return false
  }

  private static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let hash = UInt64(fnv1aOf: term)
    return hash ^ hash >> 32
  }

  /// The simple lower case of each code point.
  static func lowercased(_ term: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    term.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < bytes.count {
        let (codePoint, width) = decodeUTF8(bytes, at, bytes.count)
        appendUTF8(
          UInt32(bitPattern: Int32(bitPattern: codePoint) + CodePointProperties.lowercase[codePoint]), to: &out)
        at += width
      }
    }
    return out
  }
}

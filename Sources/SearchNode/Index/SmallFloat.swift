/// A field's length in one byte: exact up to 39, then with four significant bits, as Lucene's `SmallFloat.intToByte4`.
enum SmallFloat {
  private static let maxInt4 = longToInt4(Int64(Int32.max))
  private static let freeValues = 255 - maxInt4

  /// The length for each of the 256 codes.
  static let lengths: [Int32] = (0..<256).map { decode(UInt8($0)) }

  static func encode(_ length: Int32) -> UInt8 {
    precondition(length >= 0, "a field has no negative length: \(length)")
    if length < Int32(freeValues) { return UInt8(length) }
    return UInt8(freeValues + longToInt4(Int64(length) - Int64(freeValues)))
  }

  static func decode(_ code: UInt8) -> Int32 {
    let code = Int(code)
    if code < freeValues { return Int32(code) }
    return Int32(truncatingIfNeeded: Int64(freeValues) + int4ToLong(code - freeValues))
  }

  private static func longToInt4(_ value: Int64) -> Int {
    let bits = 64 - value.leadingZeroBitCount
    if bits < 4 { return Int(value) }
    let shift = bits - 4
    var encoded = Int(value >> Int64(shift)) & 0x07
    encoded |= (shift + 1) << 3
    return encoded
  }

  private static func int4ToLong(_ code: Int) -> Int64 {
    let bits = Int64(code & 0x07)
    let shift = (code >> 3) - 1
    return shift == -1 ? bits : (bits | 0x08) << Int64(shift)
  }
}

extension UInt64 {
  /// FNV-1a of the bytes (Fowler, Noll and Vo): the same on every machine. It tells values apart, and is not a proof against
  /// forgery.
  @inlinable public init(fnv1aOf bytes: some Sequence<UInt8>) {
    self = 0xCBF2_9CE4_8422_2325
    for byte in bytes { self = (self ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }

  /// All sixteen digits.
  public var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

// The hash that tells values apart:
// 1. FNV-1a gives the published numbers (draft-eastlake-fnv, test vectors).
// 2. Its digits are sixteen, zeros in front too.
import Numbers
import Testing

@Suite struct HashingTests {
  @Test(
    "1: published numbers",
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func vectors(_ text: String, _ hash: UInt64) { #expect(UInt64(fnv1aOf: text.utf8) == hash) }

  @Test("2: digits")
  func digits() {
    #expect(UInt64(0).hexadecimal == "0000000000000000" && UInt64.max.hexadecimal == "ffffffffffffffff")
    #expect(UInt64(0xab).hexadecimal == "00000000000000ab")
  }
}

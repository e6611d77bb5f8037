/// 128 bits that stand for a value of any size, so that a cache's keys have a size of their own.
///
/// Of two passes of the standard library's hash, which begins with random bits of this process: nobody outside can make two
/// requests that have the same.
struct Digest: Hashable, Sendable {
  private let first: Int
  private let second: Int

  init(_ value: some Hashable) {
    first = Self.hash(value, pass: 1)
    second = Self.hash(value, pass: 2)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(first) }

  private static func hash(_ value: some Hashable, pass: UInt8) -> Int {
    var hasher = Hasher()
    hasher.combine(pass)
    value.hash(into: &hasher)
    return hasher.finalize()
  }
}

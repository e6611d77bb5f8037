/// A stream of random numbers for one subject: (seed, purpose, number) always give the same stream.
///
/// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), its state filled by
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) as its authors advise.
struct RandomStream: RandomNumberGenerator, Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  /// The purpose of a stream: with separate purposes, one more draw in one stream does not shift the draws in another.
  enum Purpose: UInt64, Sendable {
    case product = 1
    case productTruth, kindTruth, customer, customerTruth, session, promotion, priceSteps, slots, ranks, handWritten
    case fulfilment, query
  }

  init(seed: UInt64, _ purpose: Purpose, _ index: Int = 0, _ part: Int = 0) {
    var state = Self.scrambled(seed ^ 0x5649_5452_494E_4531)
    state = Self.scrambled(state ^ purpose.rawValue)
    state = Self.scrambled(state ^ UInt64(bitPattern: Int64(index)))
    state = Self.scrambled(state &+ UInt64(bitPattern: Int64(part)) &* 0x9E37_79B9_7F4A_7C15)
    func fill() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      return Self.scrambled(state)
    }
    s0 = fill()
    s1 = fill()
    s2 = fill()
    s3 = fill()
  }

  /// SplitMix64's output function.
  static func scrambled(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number for a text: FNV-1a, 64 bits (Fowler, Noll and Vo).
  static func number(of text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }

  mutating func next() -> UInt64 {
    let product = s1 &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0..<count, by multiplication (Lemire, "Fast random integer generation in an interval", 2019; the bias
  /// of at most count / 2⁶⁴ is not removed).
  mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

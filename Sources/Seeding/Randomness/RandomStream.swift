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
    var state = SplitMix64.scrambled(seed ^ 0x5649_5452_494E_4531)
    state = SplitMix64.scrambled(state ^ purpose.rawValue)
    state = SplitMix64.scrambled(state ^ UInt64(bitPattern: Int64(index)))
    state = SplitMix64.scrambled(state &+ UInt64(bitPattern: Int64(part)) &* SplitMix64.step)
    func fill() -> UInt64 {
      state &+= SplitMix64.step
      return SplitMix64.scrambled(state)
    }
    s0 = fill()
    s1 = fill()
    s2 = fill()
    s3 = fill()
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

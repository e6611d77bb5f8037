/// Random numbers that are the same for a seed on every machine (Steele, Lea and Flood 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.scrambled(state)
  }

  /// The constant between two states.
  public static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The number of a state.
  public static func scrambled(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to, but excluding, `bound`. The bias is below bound / 2⁶⁴.
  ///
  /// The standard library may change how it turns bits into a range, but a printed seed must always give the same
  /// numbers.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a bound of \(bound) leaves no number")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The numbers below `count` in random order (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in order.indices.dropFirst().reversed() { order.swapAt(last, below(last + 1)) }
    return order
  }
}

/// Random numbers of a test, the same for the same seed.
///
/// A test prints the seed with what it finds, so that the run can be had again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var numbers: SplitMix64

  public init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  public mutating func next() -> UInt64 { numbers.next() }
}

internal import Dispatch
internal import Glibc
internal import Ranking
internal import Threading

extension SplitMix64 {
  /// A number of 0 ..< 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the normal distribution with mean 0 and deviation 1 (Box and Muller 1958).
  mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}

/// Runs `body` over 0 ..< count in blocks on some threads; each worker has a scratch value of its own.
///
/// The blocks' order and thread are not determined, so a result must depend on its own block alone.
func inParallel<Scratch>(
  _ count: Int, block: Int, workers: Int, scratch: @Sendable () -> Scratch,
  _ body: @Sendable (Range<Int>, inout Scratch) -> Void
) {
  let next = Guarded(0)
  DispatchQueue.concurrentPerform(iterations: max(1, min(workers, (count + block - 1) / block))) { _ in
    var scratch = scratch()
    while true {
      let start = next.withLock { value -> Int in
        defer { value += block }
        return value
      }
      if start >= count { return }
      body(start..<min(count, start + block), &scratch)
    }
  }
}

/// The same without a scratch value.
func inParallel(_ count: Int, block: Int, workers: Int, _ body: @Sendable (Range<Int>) -> Void) {
  inParallel(count, block: block, workers: workers, scratch: { () }) { range, _ in body(range) }
}

/// The processors that training uses unless told.
public var availableProcessors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

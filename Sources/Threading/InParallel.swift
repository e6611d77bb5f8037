internal import Glibc

/// Runs `body` over 0 ..< count in blocks on some threads; each worker has a scratch value of its own.
///
/// The blocks' order and thread are not determined, so a result must depend on its own block alone. The workers are threads of
/// their own with a low priority: Dispatch's would stand in the places of the threads that answer requests.
public func inParallel<Scratch>(
  _ count: Int, block: Int, workers: Int, scratch: @Sendable () -> Scratch,
  _ body: @Sendable (Range<Int>, inout Scratch) -> Void
) {
  let next = Guarded(0)
  onLowThreads(max(1, min(workers, (count + block - 1) / block))) {
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
public func inParallel(_ count: Int, block: Int, workers: Int, _ body: @Sendable (Range<Int>) -> Void) {
  inParallel(count, block: block, workers: workers, scratch: { () }) { range, _ in body(range) }
}

/// The processors that training uses unless told.
public var availableProcessors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// The results of `body` for 0 ..< count, in order.
public func inParallel<Result: Sendable>(
  _ count: Int, block: Int = 1, workers: Int = availableProcessors, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let parts = Guarded<[[Result]]>(Array(repeating: [], count: (count + block - 1) / block))
  inParallel(count, block: block, workers: workers) { (range: Range<Int>) in
    let part = range.map(body)
    parts.withLock { $0[range.lowerBound / block] = part }
  }
  return parts.withLock { $0.flatMap { $0 } }
}

internal import Dispatch
internal import Synchronization

/// The results of `body` for 0 ..< count, in order, made on all processors in blocks.
func inParallel<Result: Sendable>(_ count: Int, block: Int = 1, _ body: @Sendable (Int) -> Result) -> [Result] {
  let blocks = (count + block - 1) / block
  let parts = Mutex<[[Result]?]>(Array(repeating: nil, count: blocks))
  DispatchQueue.concurrentPerform(iterations: blocks) { index in
    let part = (index * block..<min(count, (index + 1) * block)).map(body)
    parts.withLock { $0[index] = part }
  }
  return parts.withLock { $0.flatMap { $0 ?? [] } }
}

// 1. A stopped executor's thread ends, and with it the executor; jobs that wait are run before.
// 2. Jobs run in the order of their arrival.
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct ThreadExecutorTests {
  private actor Worker {
    private let thread: ThreadExecutor
    private(set) var numbers: [Int] = []
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ thread: ThreadExecutor) { self.thread = thread }

    deinit { thread.stop() }

    func add(_ number: Int) { numbers.append(number) }
  }

  private final class Watched: Sendable {
    private let executor: Guarded<WeakExecutor>
    init(_ executor: ThreadExecutor) { self.executor = Guarded(WeakExecutor(executor)) }
    var isGone: Bool { executor.withLock { $0.executor == nil } }
  }

  private struct WeakExecutor: Sendable {
    weak var executor: ThreadExecutor?
    init(_ executor: ThreadExecutor) { self.executor = executor }
  }

  private func work(_ count: Int) async throws -> Watched {
    let executor = try ThreadExecutor()
    let worker = Worker(executor)
    for number in 0..<count { await worker.add(number) }
    #expect(await worker.numbers == Array(0..<count))
    return Watched(executor)
  }

  @Test("1, 2: threads end", arguments: [0, 1, 100])
  func ends(count: Int) async throws {
    for _ in 0..<5 {
      let watched = try await work(count)
      try await until("the thread has ended") { watched.isGone }
    }
  }
}

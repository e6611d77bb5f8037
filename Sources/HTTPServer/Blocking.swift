import CMicroHTTPD
import Glibc
import Synchronization

/// A thread of its own for what blocks, so that it never runs on the cooperative pool.
final class Blocking: Sendable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let thread: pthread_t

  /// Starts a thread; running out of threads is not survivable for a server and ends the process.
  init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Work(body))
    let failure = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, context.toOpaque())
    precondition(failure == 0, "no thread can be made (pthread_create: \(failure)); raise the limit of threads")
    self.thread = thread
  }

  /// Waits for the thread's end; called once.
  func join() {
    pthread_join(thread, nil)
  }

  /// Runs `body` on a thread of its own, and suspends the caller until it is done.
  static func run(_ body: @escaping @Sendable () -> Void) async {
    let thread = Mutex<Blocking?>(nil)
    await withCheckedContinuation { continuation in
      let started = Blocking {
        body()
        continuation.resume()
      }
      thread.withLock { $0 = started }
    }
    // The thread has nothing left to do but to end.
    thread.withLock { $0 }?.join()
  }
}

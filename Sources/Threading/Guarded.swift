import Glibc

/// A value behind a POSIX mutex: for state that threads contend for.
///
/// `Synchronization.Mutex` is a priority-inheriting futex on Linux. When it is contended the kernel hands it over,
/// which the thread sanitizer does not see and reports as a race, and its waiters spin for a thousand pauses, which two
/// cores do not have to spare (swiftlang/swift issue 88440). Where a lock is hardly ever contended, `Mutex` is smaller.
///
/// `@unchecked Sendable`: the value is reached through `withLock` alone.
public final class Guarded<Value>: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Guards a value that nothing else refers to.
  public init(_ value: sending Value) {
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    self.value = value
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Runs `body` with the value to itself; not to be nested on the same value.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}

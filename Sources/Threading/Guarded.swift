public import Glibc

/// A value behind a POSIX mutex; copies share it.
///
/// The one lock of this package. `Synchronization.Mutex` is a priority-inheriting futex on Linux: when it is contended
/// the kernel hands it over, which the thread sanitizer does not see and reports as a race (docs/explain/http.md has
/// the proof), and its waiters spin for a thousand pauses, which two cores do not have to spare (swiftlang/swift issue
/// 88440).
///
/// `@unchecked Sendable`: the value is reached through `withLock` alone.
public struct Guarded<Value>: @unchecked Sendable {
  /// The value with its mutex behind it, in one allocation.
  @usableFromInline final class Storage: ManagedBuffer<Value, pthread_mutex_t> {
    deinit { withUnsafeMutablePointerToElements { _ = pthread_mutex_destroy($0) } }
  }

  @usableFromInline let storage: Storage

  /// Guards a value that nothing else refers to.
  @inlinable public init(_ value: sending Value) {
    let buffer = Storage.create(minimumCapacity: 1) { buffer in
      buffer.withUnsafeMutablePointerToElements { _ = pthread_mutex_init($0, nil) }
      return value
    }
    storage = unsafeDowncast(buffer, to: Storage.self)
  }

  /// Runs `body` with the value to itself; not to be nested on the same value.
  @inlinable public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // The compiler does not know that the lock gives the value to this thread alone.
    nonisolated(unsafe) let (value, lock) = storage.withUnsafeMutablePointers { ($0, $1) }
    pthread_mutex_lock(lock)
    defer {
      pthread_mutex_unlock(lock)
      withExtendedLifetime(storage) {}
    }
    return try body(&value.pointee)
  }
}

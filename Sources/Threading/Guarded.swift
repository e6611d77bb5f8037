public import Glibc

/// A value behind a POSIX mutex; copies share it.
///
/// This is the only lock of this package. `Synchronization.Mutex` is a priority-inheriting futex on Linux: under
/// contention the kernel hands it over, which the thread sanitizer does not see and reports as a race
/// (docs/explain/http.md), and its waiters spin for a thousand pauses, which two cores cannot spare (swiftlang/swift
/// issue 88440).
///
/// `@unchecked Sendable`: the value is reached only through `withLock`.
public struct Guarded<Value: ~Copyable>: @unchecked Sendable {
  /// The mutex with its value behind it, in one allocation.
  @usableFromInline final class Storage: ManagedBuffer<pthread_mutex_t, Value> {
    deinit {
      withUnsafeMutablePointers { lock, value in
        value.deinitialize(count: 1)
        pthread_mutex_destroy(lock)
      }
    }
  }

  @usableFromInline let storage: Storage

  /// Guards a value that nothing else refers to.
  @inlinable public init(_ value: consuming sending Value) {
    storage = unsafeDowncast(Storage.create(minimumCapacity: 1) { _ in pthread_mutex_t() }, to: Storage.self)
    let (lock, place) = storage.withUnsafeMutablePointers { ($0, $1) }
    pthread_mutex_init(lock, nil)
    place.initialize(to: value)
  }

  /// Runs `body` with exclusive access to the value; must not be nested on the same value.
  @inlinable public func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // The compiler does not know that the lock gives this thread exclusive access.
    nonisolated(unsafe) let (lock, value) = storage.withUnsafeMutablePointers { ($0, $1) }
    pthread_mutex_lock(lock)
    defer {
      pthread_mutex_unlock(lock)
      withExtendedLifetime(storage) {}
    }
    return try body(&value.pointee)
  }
}

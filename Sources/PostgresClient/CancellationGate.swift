import CPostgres
import Glibc
import Threading

/// Carries a task's cancellation to the server, and ensures that it never hits the next statement.
///
/// A cancel is sent only while its statement runs, on a separate thread because `PQcancel` blocks; the end of the
/// statement waits for a cancel in progress.
/// `@unchecked Sendable`: the state is accessed only under `lock`, and `PQcancel` may be called from other threads.
final class CancellationGate: @unchecked Sendable {
  /// A cancel takes milliseconds; a server that has not answered after this time hangs.
  static let patienceSeconds = 5

  enum Outcome {
    case notCancelled, cancelled
    /// The cancel never returned: the connection must be dropped.
    case stuck
  }

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private let handle: OpaquePointer?
  private var serial: UInt64 = 0
  private var isRunning = false
  private var isInFlight = false
  private var wasSent = false

  init(connection: OpaquePointer) {
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
    handle = PQgetCancel(connection)
  }

  deinit {
    PQfreeCancel(handle)
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  /// Called before a statement is sent; the result names the statement in `cancel`.
  func begin() -> UInt64 {
    locked {
      serial += 1
      isRunning = true
      wasSent = false
      return serial
    }
  }

  /// Whether a cancel for the running statement was requested.
  var isCancelling: Bool { locked { isRunning && (isInFlight || wasSent) } }

  /// Asks the server to stop the statement, if it still runs; returns at once.
  func cancel(_ statement: UInt64) {
    let isDue = locked {
      guard isRunning, serial == statement, !isInFlight, !wasSent else { return false }
      isInFlight = true
      return true
    }
    guard isDue else { return }
    do {
      try startThread { self.send() }
    } catch {
      locked { isInFlight = false }  // no thread: the statement runs to its end or its time limit
    }
  }

  private func send() {
    let errorBytes = 256  // the size that libpq's documentation recommends
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: errorBytes) { buffer in
      // A refusal means that the server is shutting down; the statement then fails by itself.
      _ = PQcancel(handle, buffer.baseAddress, Int32(clamping: errorBytes))
    }
    locked {
      isInFlight = false
      wasSent = true
      pthread_cond_broadcast(changed)
    }
  }

  /// Called after the statement's last result.
  func finish() -> Outcome {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    isRunning = false
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += Self.patienceSeconds
    while isInFlight {
      if pthread_cond_timedwait(changed, lock, &deadline) == ETIMEDOUT { return .stuck }
    }
    return wasSent ? .cancelled : .notCancelled
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }
}

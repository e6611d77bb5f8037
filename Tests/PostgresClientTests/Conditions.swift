import PostgresClient
import Threading

extension PostgresPool {
  /// True while a backend of this database runs exactly this text.
  func isRunning(_ text: String) async throws -> Bool {
    try await !query(
      """
      SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query = \(text) AND wait_event = 'PgSleep'
      """
    ).isEmpty
  }
}

/// Holds one task until it is opened, or the task is cancelled: a test that fails must end.
final class Gate: Sendable {
  private let isHeld = Guarded(false)
  private let isOpen = Guarded(false)

  func hold() async {
    isHeld.withLock { $0 = true }
    while !isOpen.withLock({ $0 }), !Task.isCancelled { await pause() }
  }

  func held() async { while !isHeld.withLock({ $0 }), !Task.isCancelled { await pause() } }
  func open() { isOpen.withLock { $0 = true } }
}

/// Holds its first `count` arrivals until all are there; later ones pass.
final class Meeting: Sendable {
  private let missing: Guarded<Int>
  init(_ count: Int) { missing = Guarded(count) }

  func arrive() async {
    missing.withLock { $0 -= 1 }
    while missing.withLock({ $0 }) > 0, !Task.isCancelled { await pause() }
  }
}

/// A millisecond, cut short when the task is cancelled.
private func pause() async { try? await Task.sleep(for: .milliseconds(1)) }

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
  private let mutex: Guarded<Value>
  init(_ value: Value) { mutex = Guarded(value) }
  var value: Value { mutex.withLock { $0 } }
  func update(_ body: @Sendable (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

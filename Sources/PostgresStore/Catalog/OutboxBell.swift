import Threading

/// Wakes who waits for the outbox: Postgres notifies a channel when a transaction that filled it commits.
///
/// It listens from the first wait on, on a connection of its own, until the last copy of the catalog is gone. A notice
/// that comes while nobody waits is kept for the next who does.
final class OutboxBell: Sendable {
  static let channel = "indexing_outbox"

  private struct State {
    var isRung = false
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var count: UInt64 = 0
    var listening: Task<Void, Never>?
  }

  private let pool: PostgresPool
  private let state = Guarded(State())

  init(_ pool: PostgresPool) { self.pool = pool }

  deinit { state.withLock { $0.listening?.cancel() } }

  func wait(atMost duration: Duration) async throws {
    startListening()
    let id = state.withLock { state in
      state.count += 1
      return state.count
    }
    let alarm = Task { [weak self] in
      // A sleep that is cut short has nobody to wake any more.
      guard (try? await Task.sleep(for: duration)) != nil else { return }
      self?.wake(id)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.isRung || Task.isCancelled {
            state.isRung = false
            return true
          }
          state.waiters[id] = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      wake(id)
    }
    alarm.cancel()
    try Task.checkCancellation()
  }

  private func wake(_ id: UInt64) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
  }

  private func ring() {
    let waiters = state.withLock { state in
      defer { state.waiters = [:] }
      state.isRung = state.waiters.isEmpty
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  private func startListening() {
    state.withLock { state in
      guard state.listening == nil else { return }
      state.listening = Task { [weak self, pool] in
        // Being connected, at first or anew, rings too: what was notified before did not arrive.
        for await _ in pool.listen(to: [Self.channel]) { self?.ring() }
        self?.state.withLock { $0.listening = nil }
      }
    }
  }
}

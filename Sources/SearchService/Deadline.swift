import Ports
import Threading

/// Runs `work`, and throws where it is not done within `duration`; the work is cancelled then.
func withDeadline<Value: Sendable>(
  _ duration: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let task = Task.immediate { try await work() }
  let isLate = Guarded(false)
  let entry = deadlines.enter(until: .now + duration) {
    isLate.withLock { $0 = true }
    task.cancel()
  }
  defer { deadlines.leave(entry) }
  do {
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  } catch {
    guard isLate.withLock({ $0 }) else { throw error }
    throw DependencyUnavailable(dependency: "the database", reason: "it did not answer within \(duration)")
  }
}

private let deadlines = DeadlineWatch()

/// Ends what takes too long, with one timer for all that is under way.
///
/// A timer for each read would have to be set and taken back within the half millisecond that the read takes; this one
/// rings at the earliest end that it knew when it was set, some 25 times a second.
private final class DeadlineWatch: Sendable {
  private struct Entry {
    let end: ContinuousClock.Instant
    let expire: @Sendable () -> Void
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var entryCount: UInt64 = 0
    var isWatching = false
  }

  private let state = Guarded(State())

  func enter(until end: ContinuousClock.Instant, expire: @escaping @Sendable () -> Void) -> UInt64 {
    let (entry, mustWatch) = state.withLock { state -> (UInt64, Bool) in
      state.entryCount += 1
      state.entries[state.entryCount] = Entry(end: end, expire: expire)
      defer { state.isWatching = true }
      return (state.entryCount, !state.isWatching)
    }
    // Belongs to all that it watches, and ends when nothing is left.
    if mustWatch { Task { await watch() } }
    return entry
  }

  func leave(_ entry: UInt64) { state.withLock { _ = $0.entries.removeValue(forKey: entry) } }

  private func watch() async {
    while let end = nextEnd() {
      // Nobody cancels this task, so that the sleep ends at its time.
      try? await Task.sleep(until: end)
      for expire in takeExpired() { expire() }
    }
  }

  /// The earliest end; nil, and the watch is over, where nothing is under way.
  private func nextEnd() -> ContinuousClock.Instant? {
    state.withLock { state in
      let end = state.entries.values.map(\.end).min()
      state.isWatching = end != nil
      return end
    }
  }

  private func takeExpired() -> [@Sendable () -> Void] {
    let now = ContinuousClock.now
    return state.withLock { state in
      let late = state.entries.filter { $0.value.end <= now }
      for entry in late.keys { state.entries[entry] = nil }
      return late.values.map(\.expire)
    }
  }
}

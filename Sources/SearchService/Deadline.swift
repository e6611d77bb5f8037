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
/// rings at the earliest end there is, some 25 times a second. What ends before it would ring sets it anew.
private final class DeadlineWatch: Sendable {
  private struct Entry {
    let end: ContinuousClock.Instant
    let expire: @Sendable () -> Void
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var entryCount: UInt64 = 0
    /// When the timer rings; nil where none is set.
    var ring: ContinuousClock.Instant?
    /// The timer that counts; one that was set before it ends when it rings.
    var timer: UInt64 = 0
  }

  private let state = Guarded(State())

  func enter(until end: ContinuousClock.Instant, expire: @escaping @Sendable () -> Void) -> UInt64 {
    let (entry, timer) = state.withLock { state -> (UInt64, UInt64?) in
      state.entryCount += 1
      state.entries[state.entryCount] = Entry(end: end, expire: expire)
      if let ring = state.ring, ring <= end { return (state.entryCount, nil) }
      state.ring = end
      state.timer += 1
      return (state.entryCount, state.timer)
    }
    // Belongs to all that it watches, and ends when nothing is left.
    if let timer { Task { await watch(until: end, timer: timer) } }
    return entry
  }

  func leave(_ entry: UInt64) { state.withLock { _ = $0.entries.removeValue(forKey: entry) } }

  private func watch(until first: ContinuousClock.Instant, timer: UInt64) async {
    var next: ContinuousClock.Instant? = first
    while let ring = next {
      // Nobody cancels this task, so that the sleep ends at its time.
      try? await Task.sleep(until: ring)
      for expire in takeExpired() { expire() }
      next = nextRing(of: timer)
    }
  }

  /// The earliest end; nil, and the timer's task is over, where nothing is under way or another timer was set.
  private func nextRing(of timer: UInt64) -> ContinuousClock.Instant? {
    state.withLock { state in
      guard timer == state.timer else { return nil }
      state.ring = state.entries.values.map(\.end).min()
      return state.ring
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

import Threading

/// Runs `work`, and throws where it is not done within `duration`.
///
/// The work is cancelled then and left behind: a server that hangs holds its own connection, and not the shopper.
public func withDeadline<Value: Sendable>(
  _ duration: Duration, of dependency: String = "the database",
  _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let race = Race<Value>()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      race.begin(continuation)
      let entry = deadlines.enter(until: .now + duration) {
        race.finish(
          .failure(DependencyUnavailable(dependency: dependency, reason: "it did not answer within \(duration)")))
      }
      race.run(
        Task.immediate {
          let result: Result<Value, any Error>
          do { result = .success(try await work()) } catch { result = .failure(error) }
          deadlines.leave(entry)
          race.finish(result)
        })
    }
  } onCancel: {
    race.finish(.failure(CancellationError()))
  }
}

/// The first of several ends of a call: its result, its deadline, its caller's cancellation. The work ends with it.
private final class Race<Value: Sendable>: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Value, any Error>?
    /// An end that came before there was anybody to tell.
    var result: Result<Value, any Error>?
    var work: Task<Void, Never>?
    var isOver = false
  }

  private let state = Guarded(State())

  func begin(_ continuation: CheckedContinuation<Value, any Error>) {
    let result = state.withLock { state in
      if state.result == nil { state.continuation = continuation }
      return state.result
    }
    if let result { continuation.resume(with: result) }
  }

  func run(_ work: Task<Void, Never>) {
    let isOver = state.withLock { state in
      state.work = work
      return state.isOver
    }
    if isOver { work.cancel() }
  }

  func finish(_ result: Result<Value, any Error>) {
    let (continuation, work) = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Task<Void, Never>?) in
      guard !state.isOver else { return (nil, nil) }
      state.isOver = true
      defer { state.continuation = nil }
      if state.continuation == nil { state.result = result }
      return (state.continuation, state.work)
    }
    work?.cancel()
    continuation?.resume(with: result)
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

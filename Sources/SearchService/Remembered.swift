import Threading

/// A value that is read anew when it is old, by one reader at a time; while it cannot be read, the old one serves.
final class Remembered<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var readAt: ContinuousClock.Instant?
    var isReading = false
  }

  private let freshFor: Duration
  private let deadline: Duration
  private let read: @Sendable () async throws -> Value
  private let state = Guarded(State())

  init(freshFor: Duration, deadline: Duration, read: @escaping @Sendable () async throws -> Value) {
    self.freshFor = freshFor
    self.deadline = deadline
    self.read = read
  }

  /// nil where it was never read and cannot be read now.
  func value() async -> Value? {
    let (known, mustRead) = state.withLock { state -> (Value?, Bool) in
      let isFresh = state.readAt.map { ContinuousClock.now - $0 < freshFor } ?? false
      // One reader at a time; the others take what is known.
      guard !isFresh, !(state.isReading && state.value != nil) else { return (state.value, false) }
      state.isReading = true
      return (state.value, true)
    }
    guard mustRead else { return known }
    do {
      let value = try await withDeadline(deadline, read)
      state.withLock { $0 = State(value: value, readAt: .now, isReading: false) }
      return value
    } catch {
      state.withLock { $0.isReading = false }
      return known
    }
  }
}

import Ports
import Threading

/// A value that is read anew when it is old, by one reader at a time; while it cannot be read, the old one serves.
///
/// Nobody waits longer for it than a share of a request's time. A read that takes longer goes on for those who come later,
/// and after one that failed the next waits its turn.
package final class Remembered<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var readAt: ContinuousClock.Instant?
    var reading: Task<Value?, Never>?
    var pause = Remembered.firstPause
    var retryAt: ContinuousClock.Instant?
  }

  private static var firstPause: Duration { .milliseconds(500) }
  private static var longestPause: Duration { .seconds(5) }
  /// A large catalog's names on a busy database take longer than a request may wait.
  private static var readDeadline: Duration { .seconds(5) }

  private let freshFor: Duration
  private let share: Duration
  private let read: @Sendable () async throws -> Value
  private let state = Guarded(State())

  package init(freshFor: Duration, share: Duration, read: @escaping @Sendable () async throws -> Value) {
    self.freshFor = freshFor
    self.share = share
    self.read = read
  }

  /// nil where it was never read and cannot be read now.
  package func value() async -> Value? {
    let (known, reading) = state.withLock { state -> (Value?, Task<Value?, Never>?) in
      let now = ContinuousClock.now
      if let readAt = state.readAt, now - readAt < freshFor { return (state.value, nil) }
      if let retryAt = state.retryAt, now < retryAt { return (state.value, nil) }
      // One reader at a time; the others take what is known.
      if let reading = state.reading { return (state.value, state.value == nil ? reading : nil) }
      let reading = Task { await self.readAnew() }
      state.reading = reading
      return (state.value, reading)
    }
    guard let reading else { return known }
    // Late or not to be had: what is known serves, and the read goes on.
    return (try? await withDeadline(share) { await reading.value }) ?? known
  }

  private func readAnew() async -> Value? {
    do {
      let value = try await withDeadline(max(share, Self.readDeadline), read)
      state.withLock { $0 = State(value: value, readAt: .now) }
      return value
    } catch {
      return state.withLock { state in
        state.reading = nil
        state.retryAt = .now + state.pause
        state.pause = min(Self.longestPause, state.pause * 2)
        return state.value
      }
    }
  }
}

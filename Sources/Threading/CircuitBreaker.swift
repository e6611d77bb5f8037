/// Spares a dependency that fails, and whoever asks for it.
///
/// After failures in a row the circuit opens: calls are refused at once. When the pause is over one call finds out whether
/// the dependency is back, while the others are still refused; the pause doubles with each failure.
public final class CircuitBreaker: Sendable {
  /// Thrown instead of making the call.
  public struct Open: Error, Sendable {
    public init() {}
  }

  public struct Options: Sendable {
    /// One failure may be a hiccup; what fails again is down.
    public var failuresToOpen = 2
    /// Short, so that a hiccup of several calls is over at once.
    public var firstPause = Duration.milliseconds(100)
    /// A dependency that comes back is noticed within this time.
    public var longestPause = Duration.seconds(2)

    public init() {}
  }

  private struct State {
    var failures = 0
    var pause: Duration
    /// nil while the circuit is closed.
    var openUntil: ContinuousClock.Instant?
    var isProbing = false
    /// Counts the changes between open and closed: what began before the last one says nothing of the dependency now.
    var epoch = 0
  }

  private enum Outcome { case success, failure, unknown }

  private let options: Options
  private let now: @Sendable () -> ContinuousClock.Instant
  private let state: Guarded<State>

  public init(
    _ options: Options = Options(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.options = options
    self.now = now
    state = Guarded(State(pause: options.firstPause))
  }

  /// Whether calls are refused now, but for one that looks whether the dependency is back.
  public var isOpen: Bool { state.withLock { $0.openUntil != nil } }

  /// Makes the call, or throws `Open`. `isFailure` tells the dependency's failures from errors that it answered with.
  public func run<Value>(
    isolation: isolated (any Actor)? = #isolation, isFailure: (any Error) -> Bool = { _ in true },
    _ call: () async throws -> Value
  ) async throws -> Value {
    guard let epoch = admit() else { throw Open() }
    do {
      let value = try await call()
      note(.success, of: epoch)
      return value
    } catch {
      note(error is CancellationError ? .unknown : isFailure(error) ? .failure : .success, of: epoch)
      throw error
    }
  }

  private func admit() -> Int? {
    let now = now()
    return state.withLock { state in
      guard let openUntil = state.openUntil else { return state.epoch }
      guard now >= openUntil, !state.isProbing else { return nil }
      state.isProbing = true
      return state.epoch
    }
  }

  private func note(_ outcome: Outcome, of epoch: Int) {
    let now = now()
    state.withLock { state in
      guard epoch == state.epoch else { return }
      let wasProbing = state.isProbing
      state.isProbing = false
      switch outcome {
      case .unknown: break
      case .success:
        if state.openUntil != nil { state.epoch += 1 }
        state.failures = 0
        state.pause = options.firstPause
        state.openUntil = nil
      case .failure:
        state.failures += 1
        guard wasProbing || state.failures >= options.failuresToOpen else { return }
        if wasProbing { state.pause = min(options.longestPause, state.pause * 2) }
        state.openUntil = now + state.pause
        state.epoch += 1
      }
    }
  }
}

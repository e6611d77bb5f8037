import Threading

/// Whether one service must shut down, and the handlers to tell.
final class GracefulShutdownManager: Sendable {
  /// The manager of the service that the current task belongs to.
  @TaskLocal static var current: GracefulShutdownManager?

  private struct State {
    var isShuttingDown = false
    var handlers: [Int: @Sendable () -> Void] = [:]
    var nextID = 0
  }

  private let state = Guarded(State())

  var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

  /// Runs every handler once; a second call does nothing.
  func shutDown() {
    let handlers = state.withLock { state -> [@Sendable () -> Void] in
      guard !state.isShuttingDown else { return [] }
      state.isShuttingDown = true
      defer { state.handlers = [:] }
      return state.handlers.sorted { $0.key < $1.key }.map(\.value)
    }
    for handler in handlers { handler() }
  }

  /// Runs `handler` at the shutdown, or now if that has begun. Returns the argument for `remove`.
  func add(_ handler: @escaping @Sendable () -> Void) -> Int? {
    let id = state.withLock { state -> Int? in
      guard !state.isShuttingDown else { return nil }
      state.nextID += 1
      state.handlers[state.nextID] = handler
      return state.nextID
    }
    if id == nil { handler() }
    return id
  }

  func remove(_ id: Int?) {
    guard let id else { return }
    state.withLock { _ = $0.handlers.removeValue(forKey: id) }
  }
}

/// Runs `operation`, and runs `handler` as soon as the service must shut down meanwhile.
///
/// Outside a service group the handler never runs.
func withGracefulShutdownHandler<Value>(
  operation: () async throws -> Value, onGracefulShutdown handler: @escaping @Sendable () -> Void
) async rethrows -> Value {
  guard let manager = GracefulShutdownManager.current else { return try await operation() }
  let id = manager.add(handler)
  defer { manager.remove(id) }
  return try await operation()
}

/// Waits until the service must shut down. Throws `CancellationError` if the task is cancelled before.
func gracefulShutdown() async throws {
  let (stream, continuation) = AsyncStream<Void>.makeStream()
  await withGracefulShutdownHandler {
    // A cancelled task's iteration ends at once, so this waits for either.
    for await _ in stream {}
  } onGracefulShutdown: {
    continuation.finish()
  }
  try Task.checkCancellation()
}

/// Runs `operation` and cancels it when the service must shut down; for loops that only react to cancellation.
func cancelWhenGracefulShutdown<Value: Sendable>(
  _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let task = Task { try await operation() }
  return try await withTaskCancellationHandler {
    try await withGracefulShutdownHandler {
      try await task.value
    } onGracefulShutdown: {
      task.cancel()
    }
  } onCancel: {
    task.cancel()
  }
}

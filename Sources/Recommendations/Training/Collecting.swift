import Recommending
import Threading

extension ModelFolder {
  func read(_ name: String) throws(Unreadable) -> RecommenderModel {
    let file = try file(name)
    do {
      return try RecommenderModel(file)
    } catch {
      throw Unreadable(file: name, reason: "\(error)")
    }
  }
}

/// Collects the values of batches that arrive one after another.
final class Collector<Value: Sendable>: Sendable {
  private let state = Guarded<[Value]>([])

  func add(_ values: [Value]) { state.withLock { $0 += values } }

  var values: [Value] { state.withLock { $0 } }
}

/// Runs work that only computes on a thread of its own, so that it holds up no request. The work asks `isCancelled` at
/// times, for its thread belongs to no task.
func onThread<Value: Sendable>(
  _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Value
) async throws -> Value {
  let cancelled = Guarded(false)
  return try await withTaskCancellationHandler {
    try await onOwnThread { try work { cancelled.withLock { $0 } } }
  } onCancel: {
    cancelled.withLock { $0 = true }
  }
}

import Ports

/// Runs `work`, and throws where it is not done within `duration`; the work is cancelled then.
func withDeadline<Value: Sendable>(
  _ duration: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask(operation: work)
    group.addTask {
      try await Task.sleep(for: duration)
      throw DependencyUnavailable(dependency: "the database", reason: "it did not answer within \(duration)")
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw CancellationError() }
    return first
  }
}

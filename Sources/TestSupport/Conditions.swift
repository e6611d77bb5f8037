/// The longest that a test waits for a condition; a busy machine takes a small part of it.
public let testPatience = Duration.seconds(30)

/// The condition that a test waited for did not hold in time.
public struct ConditionNeverMet: Error, CustomStringConvertible {
  public let description: String
}

/// Waits until the condition holds; throws after `testPatience`, and names what never came.
public func until(
  _ what: String = "the condition", within patience: Duration = testPatience,
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + patience
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw ConditionNeverMet(description: "not within \(patience): \(what)")
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// When a request that failed is sent again: after a growing, jittered pause, within the deadline and a budget.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all. Four spread over about half a second, the time a node takes to shed a burst.
  public var maximumAttempts = 4
  /// The first pause is up to this long; each further one up to twice the one before.
  public var firstPause: Duration = .milliseconds(50)
  public var longestPause: Duration = .seconds(2)

  public init() {}

  /// Full jitter: anything from 0 to min(longest, first · 2ⁿ) after the attempt n = 0, 1, …
  func pause(afterAttempt attempt: Int, random: Double) -> Duration {
    let ceiling = min(longestPause, firstPause * (1 << min(attempt, 20)))
    return ceiling * random
  }
}

/// Keeps retries from doubling the load of a cluster that is down already: a tenth of all requests may be retries.
struct RetryBudget: Sendable {
  /// What a quiet client may spend at once, so that a single failure after a pause is always retried.
  static let capacity = 20.0
  static let earnedPerRequest = 0.1

  private var tokens = Self.capacity

  mutating func earn() { tokens = min(Self.capacity, tokens + Self.earnedPerRequest) }

  mutating func spend() -> Bool {
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}

/// When a request that failed is sent again: after a growing, jittered pause, within the deadline and a budget.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all. Four spread over about half a second, the time a node takes to shed a burst.
  public var maximumAttempts = 4
  /// The first pause is up to this long; each further one up to twice the one before.
  public var firstPause: Duration = .milliseconds(50)
  public var longestPause: Duration = .seconds(2)

  public init() {}

  /// What the server asked for, and on top full jitter: anything from 0 to min(longest, first · 2ⁿ) after the attempt
  /// n = 0, 1, …, so that those who were turned away together do not come back together.
  func pause(afterAttempt attempt: Int, atLeast asked: Duration, random: Double) -> Duration {
    let ceiling = min(longestPause, firstPause * (1 << min(attempt, 20)))
    return asked + ceiling * random
  }
}

/// Keeps retries from doubling the load of a cluster that is down already: a tenth of all requests may be retries.
struct RetryBudget: Sendable {
  static let earnedPerRequest = 0.1
  /// A quiet client may spend this at once, so that a single failure after a pause is always retried.
  static let leastCapacity = 20

  let capacity: Double
  private var tokens: Double

  /// The end of a node may break all connections, and that of the next one those of the retries.
  init(maximumConnections: Int) {
    capacity = Double(max(Self.leastCapacity, 2 * maximumConnections))
    tokens = capacity
  }

  mutating func earn() { tokens = min(capacity, tokens + Self.earnedPerRequest) }

  mutating func spend() -> Bool {
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}

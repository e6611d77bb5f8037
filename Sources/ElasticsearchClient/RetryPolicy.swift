/// When a failed request is sent again: after a growing, jittered pause, within the deadline and a budget.
public struct RetryPolicy: Sendable, Equatable {
  /// Attempts in total. Four spread over about half a second, the time a node takes to shed a burst.
  public var maxAttempts = 4
  /// Longest first pause; each further pause may be twice as long as the one before.
  public var firstPause: Duration = .milliseconds(50)
  public var longestPause: Duration = .seconds(2)

  public init() {}

  /// The pause that the server asked for plus full jitter: a random time from 0 to min(longest, first · 2ⁿ) after
  /// attempt n = 0, 1, …, so that clients refused together do not return together.
  func pause(afterAttempt attempt: Int, atLeast asked: Duration, random: Double) -> Duration {
    let ceiling = min(longestPause, firstPause * (1 << min(attempt, 20)))
    return asked + ceiling * random
  }
}

/// Keeps retries from doubling the load of a cluster in trouble: a tenth of all requests may be retries.
struct RetryBudget: Sendable {
  static let earnedPerRequest = 0.1
  /// A quiet client may spend this at once, so that a single failure after a pause is always retried.
  static let leastCapacity = 20

  let capacity: Double
  private var tokens: Double

  /// The end of one node may break all connections, and the end of the next node the connections of the retries.
  init(maxConnections: Int) {
    capacity = Double(max(Self.leastCapacity, 2 * maxConnections))
    tokens = capacity
  }

  mutating func earn() { tokens = min(capacity, tokens + Self.earnedPerRequest) }

  mutating func spend() -> Bool {
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}

/// Which node gets the next attempt: each in turn, and a dead one left out for a growing pause.
///
/// When the pause is over one request finds out whether the node is back, and the others go on without it. When the
/// connections of every node failed several times in a row, the circuit is open: requests are refused at once, so that
/// callers fall back rather than queue, and one a second is let through. Silence does not open it: a cold engine answers
/// late at first and gets warm by being asked, and its requests end by their deadlines in any case.
struct NodePool: Sendable {
  /// The first pause after a failure; doubled with each failure in a row.
  static let firstPause: Duration = .milliseconds(500)
  /// A node that came back is found again within this time.
  static let longestPause: Duration = .seconds(10)
  /// A few tries in a row, each later than the one before: a node that only restarts its HTTP port is through by then.
  static let failuresToOpenCircuit = 5
  /// Often enough that shoppers notice a recovery at once, and no load for a node that starts.
  static let probeInterval: Duration = .seconds(1)
  /// A request that had less time than this says nothing about the node that did not answer it.
  static let leastFairWait: Duration = .milliseconds(50)

  private struct Node {
    /// Failures in a row. Requests that were under way together and broke together count as one.
    var failures = 0
    /// Those among them in which the connection failed.
    var brokenConnections = 0
    var lastFailure: ContinuousClock.Instant?
    var lastAnswer: ContinuousClock.Instant?
    var deadUntil: ContinuousClock.Instant?

    /// Leaves the node out from now on, for as long as its failures say.
    mutating func pause(from now: ContinuousClock.Instant) {
      deadUntil = now + min(NodePool.longestPause, NodePool.firstPause * (1 << min(failures - 1, 10)))
    }
  }

  private var nodes: [Node]
  private var turn = 0
  private var nextProbe: ContinuousClock.Instant?
  /// Of whichever node; for the error that says that there is none.
  private(set) var lastFailureReason: String?

  init(count: Int) { nodes = Array(repeating: Node(), count: count) }

  /// The next living node in turn, other than those just tried where there is another; when all are dead, the one
  /// whose pause ends first; nil while the circuit is open.
  mutating func next(now: ContinuousClock.Instant, avoiding tried: Set<Int>) -> Int? {
    if nodes.allSatisfy({ $0.brokenConnections >= Self.failuresToOpenCircuit }) {
      if let nextProbe, now < nextProbe { return nil }
      nextProbe = now + Self.probeInterval
    }
    let order = nodes.indices.map { (turn + $0) % nodes.count }
    let living = order.filter { nodes[$0].deadUntil.map { $0 <= now } ?? true }
    let chosen =
      living.first { !tried.contains($0) } ?? living.first
      ?? order.min { nodes[$0].deadUntil ?? now < nodes[$1].deadUntil ?? now } ?? 0
    turn = (chosen + 1) % nodes.count
    if nodes[chosen].failures > 0 { nodes[chosen].pause(from: now) }
    return chosen
  }

  /// A request that was sent at `start` found nobody, or the connection broke.
  mutating func failed(_ node: Int, sentAt start: ContinuousClock.Instant, now: ContinuousClock.Instant, reason: String)
  {
    lastFailureReason = reason
    if note(failureOf: node, sentAt: start, now: now) { nodes[node].brokenConnections += 1 }
  }

  /// A request that was sent at `start` got no answer by its deadline. A node that answered another one meanwhile is
  /// slow, not dead.
  mutating func wasSilent(_ node: Int, sentAt start: ContinuousClock.Instant, now: ContinuousClock.Instant) {
    guard now - start >= Self.leastFairWait else { return }
    if let lastAnswer = nodes[node].lastAnswer, start < lastAnswer { return }
    _ = note(failureOf: node, sentAt: start, now: now)
  }

  /// False for a request that was under way already when the node failed before.
  private mutating func note(
    failureOf node: Int, sentAt start: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) -> Bool {
    if let lastFailure = nodes[node].lastFailure, start < lastFailure { return false }
    nodes[node].failures += 1
    nodes[node].lastFailure = now
    nodes[node].pause(from: now)
    return true
  }

  mutating func answered(_ node: Int, now: ContinuousClock.Instant) {
    nodes[node].failures = 0
    nodes[node].brokenConnections = 0
    nodes[node].deadUntil = nil
    nodes[node].lastAnswer = now
  }
}

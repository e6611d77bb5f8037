/// Chooses the node for the next attempt: each in turn, leaving out a dead one for a growing pause.
///
/// After the pause one request finds out whether the node is back; the others do without it meanwhile. When connections
/// to every node have failed several times in a row, the circuit opens: requests are refused at once, so that callers
/// fall back instead of queueing, and one request a second is let through. Silence does not open the circuit: a cold
/// engine answers late at first and warms up by being asked, and its requests end by their deadlines in any case.
struct NodePool: Sendable {
  /// The first pause after a failure; each further failure in a row doubles it.
  static let firstPause: Duration = .milliseconds(500)
  /// A returning node is found again within this time.
  static let longestPause: Duration = .seconds(10)
  /// A few tries in a row, each later than the one before: a node that only restarts its HTTP port is back by then.
  static let failuresToOpenCircuit = 5
  /// Often enough that shoppers notice a recovery at once, and no load for a node that is starting.
  static let probeInterval: Duration = .seconds(1)
  /// An unanswered request that had less time than this says nothing about the node.
  static let leastFairWait: Duration = .milliseconds(50)

  private struct Node {
    /// Failures in a row. Requests that were in progress together and broke together count as one.
    var failures = 0
    /// The failures among them that broke the connection.
    var brokenConnections = 0
    var lastFailure: ContinuousClock.Instant?
    var lastAnswer: ContinuousClock.Instant?
    var deadUntil: ContinuousClock.Instant?

    /// Leaves the node out from now on, for a time that grows with its failures.
    mutating func pause(from now: ContinuousClock.Instant) {
      deadUntil = now + min(NodePool.longestPause, NodePool.firstPause * (1 << min(failures - 1, 10)))
    }
  }

  private var nodes: [Node]
  private var turn = 0
  private var nextProbe: ContinuousClock.Instant?
  /// The latest failure of any node, for the error that no node is available.
  private(set) var lastFailureReason: String?

  init(count: Int) { nodes = Array(repeating: Node(), count: count) }

  /// The next living node in turn, if possible not one of those just tried. If all are dead: the node whose pause ends
  /// first. nil while the circuit is open.
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

  /// A request sent at `start` could not connect, or the connection broke.
  mutating func failed(_ node: Int, sentAt start: ContinuousClock.Instant, now: ContinuousClock.Instant, reason: String)
  {
    lastFailureReason = reason
    if note(failureOf: node, sentAt: start, now: now) { nodes[node].brokenConnections += 1 }
  }

  /// A request sent at `start` got no answer by its deadline. A node that answered another request meanwhile is slow,
  /// not dead.
  mutating func wasSilent(_ node: Int, sentAt start: ContinuousClock.Instant, now: ContinuousClock.Instant) {
    guard now - start >= Self.leastFairWait else { return }
    if let lastAnswer = nodes[node].lastAnswer, start < lastAnswer { return }
    _ = note(failureOf: node, sentAt: start, now: now)
  }

  /// False if the request was already in progress at the node's previous failure.
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

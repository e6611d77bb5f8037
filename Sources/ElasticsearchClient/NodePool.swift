/// Which node gets the next attempt: each in turn, and a dead one left out for a growing pause.
///
/// When every node has failed several times in a row, the circuit is open: requests are refused at once, so that
/// callers fall back rather than queue, and one a second is let through to see whether a node is back.
struct NodePool: Sendable {
  /// The first pause after a failure; doubled with each failure in a row.
  static let firstPause: Duration = .milliseconds(500)
  /// A node that came back is found again within this time.
  static let longestPause: Duration = .seconds(10)
  /// A burst of broken connections, as a node's restart makes, is still retried.
  static let failuresToOpenCircuit = 5
  /// Often enough that shoppers notice a recovery at once, and no load for a node that starts.
  static let probeInterval: Duration = .seconds(1)

  private struct Node {
    let address: String
    var failures = 0
    var deadUntil: ContinuousClock.Instant?
  }

  private var nodes: [Node]
  private var turn = 0
  private var nextProbe: ContinuousClock.Instant?

  init(addresses: [String]) { nodes = addresses.map { Node(address: $0) } }

  func address(of node: Int) -> String { nodes[node].address }

  var count: Int { nodes.count }

  /// The next living node in turn, other than those just tried where there is another; when all are dead, the one
  /// whose pause ends first; nil while the circuit is open.
  mutating func next(now: ContinuousClock.Instant, avoiding tried: Set<Int>) -> Int? {
    if nodes.allSatisfy({ $0.failures >= Self.failuresToOpenCircuit }) {
      if let nextProbe, now < nextProbe { return nil }
      nextProbe = now + Self.probeInterval
    }
    let order = nodes.indices.map { (turn + $0) % nodes.count }
    let living = order.filter { nodes[$0].deadUntil.map { $0 <= now } ?? true }
    let chosen =
      living.first { !tried.contains($0) } ?? living.first
      ?? order.min { nodes[$0].deadUntil ?? now < nodes[$1].deadUntil ?? now } ?? 0
    turn = (chosen + 1) % nodes.count
    return chosen
  }

  mutating func failed(_ node: Int, now: ContinuousClock.Instant) {
    let pause = min(Self.longestPause, Self.firstPause * (1 << min(nodes[node].failures, 10)))
    nodes[node].failures += 1
    nodes[node].deadUntil = now + pause
  }

  mutating func succeeded(_ node: Int) {
    nodes[node].failures = 0
    nodes[node].deadUntil = nil
  }
}

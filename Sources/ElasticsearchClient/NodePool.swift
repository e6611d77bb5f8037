/// Which node gets the next attempt: each in turn, and a dead one left out for a growing pause.
struct NodePool: Sendable {
  /// The first pause after a failure; doubled with each failure in a row.
  static let firstPause: Duration = .milliseconds(500)
  /// A node that came back is found again within this time.
  static let longestPause: Duration = .seconds(30)

  private struct Node {
    let address: String
    var failures = 0
    var deadUntil: ContinuousClock.Instant?
  }

  private var nodes: [Node]
  private var turn = 0

  init(addresses: [String]) { nodes = addresses.map { Node(address: $0) } }

  func address(of node: Int) -> String { nodes[node].address }

  /// The next living node in turn, other than those just tried where there is another; when all are dead, the one
  /// whose pause ends first.
  mutating func next(now: ContinuousClock.Instant, avoiding tried: Set<Int>) -> Int {
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

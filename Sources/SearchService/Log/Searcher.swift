public import Ports

/// Who searches, as the query log may know it; a browser that asks to be left alone is none.
public struct Searcher: Sendable, Hashable {
  /// nil: one without a cookie, which is nobody in particular.
  public var visitor: VisitorID?
  /// The network that the address belongs to (`NetworkAddress.range`): what many visitors of one network search for is not
  /// yet what many search for. Kept hashed.
  public var range: [UInt8]
  /// Whose share of the log's room it takes (`NetworkAddress.subscriber`), empty for no share; kept in memory until it is written.
  public var sender: [UInt8]

  public init(visitor: VisitorID? = nil, range: [UInt8] = [], sender: [UInt8] = []) {
    self.visitor = visitor
    self.range = range
    self.sender = sender
  }
}

/// How much of the log's room each sender has taken, so that no sender takes that of the others.
struct SenderShares {
  /// Of the room, for one sender.
  static let share = 20

  private var taken: [[UInt8]: Int] = [:]

  /// Takes room for as many of `count` as the sender's share of `capacity` leaves.
  mutating func take(_ count: Int, for sender: [UInt8], of capacity: Int) -> Int {
    guard !sender.isEmpty else { return count }
    let before = taken[sender, default: 0]
    let granted = min(count, max(0, max(1, capacity / Self.share) - before))
    if granted > 0 { taken[sender] = before + granted }
    return granted
  }

  init() {}

  /// The shares that the senders of what waits have taken.
  init(of senders: [[UInt8]]) {
    for sender in senders where !sender.isEmpty { taken[sender, default: 0] += 1 }
  }
}

public import Ports

/// The sender of a search, as far as the query log may know.
public struct Searcher: Sendable, Hashable {
  /// nil: one without a cookie, which is nobody in particular.
  public var visitor: VisitorID?
  /// The network that the address belongs to (`NetworkAddress.range`): what many visitors of one network search for is not
  /// yet what many search for. Kept hashed.
  public var range: [UInt8]
  /// Whose share of the room for events it takes (`NetworkAddress.subscriber`), empty for no share; kept in memory until they
  /// are stored.
  public var sender: [UInt8]

  /// Only what shoppers search for is counted.
  public var kind = EventSender.shopper

  /// False for a browser that asks to be left alone: the search is counted in the day's sum, and nothing of it is kept.
  public var keepsRecord = true

  /// Whether the searcher holds a small screen; nil where it is not known.
  public var isMobile: Bool?

  /// A browser that asks to be left alone.
  public static func withoutRecord(sender: [UInt8]) -> Searcher {
    var searcher = Searcher(sender: sender)
    searcher.keepsRecord = false
    return searcher
  }

  public init(visitor: VisitorID? = nil, range: [UInt8] = [], sender: [UInt8] = []) {
    self.visitor = visitor
    self.range = range
    self.sender = sender
  }
}

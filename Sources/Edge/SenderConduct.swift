public import HTTPServer
public import Ports

/// Tells people's events from those of programs, by what they say of themselves and by how much comes from where.
///
/// A suspect's events are stored and marked: they count in no profile, list or model. What is far too much is refused.
public struct SenderConduct: Sendable {
  public struct Options: Sendable {
    /// Of one visitor; above it no person shops.
    public var eventsOfVisitor = TokenBuckets.Rate(perSecond: 5, burst: 300)
    /// Of one visitor; what is above it is refused.
    public var mostOfVisitor = TokenBuckets.Rate(perSecond: 50, burst: 2_000)
    /// Visitors that begin at one address: an office or a school has hundreds, and not anew each second.
    public var newcomersOfAddress = TokenBuckets.Rate(perSecond: 0.5, burst: 300)
    /// The time for which a visitor stays known.
    public var acquaintance = TokenBuckets.Rate(perSecond: 1.0 / 3_600, burst: 1)

    public init() {}
  }

  private let usual: TokenBuckets
  private let most: TokenBuckets
  private let newcomers: TokenBuckets
  private let known: TokenBuckets

  public init(_ options: Options = Options()) {
    usual = TokenBuckets(options.eventsOfVisitor)
    most = TokenBuckets(options.mostOfVisitor)
    newcomers = TokenBuckets(options.newcomersOfAddress)
    known = TokenBuckets(options.acquaintance)
  }

  /// The apparent kind of the sender of so many events. Throws 429 where they are far too many.
  public func sender(of request: HTTPRequest, actor: EventActor, events: Int) throws(Problem) -> EventSender {
    let address = request.sender
    // Without a cookie, all of an address are one.
    let someone = Someone(actor: actor, address: address)
    if let wait = most.take(Double(events), of: someone) { throw Problem.tooMany(wait: wait) }
    if Self.isRobot(request.headers["User-Agent"]) { return .robot }
    var isFlood = usual.take(Double(events), of: someone) != nil
    if case .person = actor, known.take(of: someone) == nil, newcomers.take(of: address) != nil { isFlood = true }
    return isFlood ? .flood : .shopper
  }

  private struct Someone: Hashable {
    var actor: EventActor
    var address: [UInt8]

    init(actor: EventActor, address: [UInt8]) {
      self.actor = actor
      if case .person = actor { self.address = [] } else { self.address = address }
    }
  }

  /// Words of the names that crawlers and monitors give themselves (RFC 9110, 10.1.5). A library's name tells nothing: a
  /// retailer's own application has one.
  private static let words = [
    "bot", "crawl", "spider", "slurp", "monitor", "pingdom", "facebookexternalhit", "preview",
  ]

  static func isRobot(_ userAgent: String?) -> Bool {
    guard let name = userAgent?.lowercased() else { return false }
    return words.contains { name.contains($0) }
  }
}

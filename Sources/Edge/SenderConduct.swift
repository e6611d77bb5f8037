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
    public var maxOfVisitor = TokenBuckets.Rate(perSecond: 50, burst: 2_000)
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
    most = TokenBuckets(options.maxOfVisitor)
    newcomers = TokenBuckets(options.newcomersOfAddress)
    known = TokenBuckets(options.acquaintance)
  }

  /// The apparent kind of the sender of so many events. Throws 429 where they are far too many.
  public func sender(of request: HTTPRequest, actor: EventActor, events: Int) throws(Problem) -> EventSender {
    // Without a cookie, all of an address are one.
    let someone = Someone(actor: actor, origin: request.sender)
    if let wait = most.take(Double(events), of: someone) { throw Problem.tooMany(wait: wait) }
    if Self.isRobot(request.headers["User-Agent"]) { return .robot }
    let isTooFast = usual.take(Double(events), of: someone) != nil
    let isUnknown = !isKnown(someone)
    return isTooFast || isUnknown ? .flood : .shopper
  }

  /// Whether a visitor is known, or becomes known now: one for whom its address has no room begins anew with each request.
  private func isKnown(_ someone: Someone) -> Bool {
    guard case .person = someone.actor else { return true }
    // A known visitor's bucket is empty until the acquaintance ends.
    if known.wait(of: someone) != nil { return true }
    guard newcomers.take(of: someone.origin) == nil else { return false }
    _ = known.take(of: someone)
    return true
  }

  private struct Someone: Hashable {
    var actor: EventActor
    /// The address that the request came from.
    var origin: [UInt8]

    static func == (left: Someone, right: Someone) -> Bool {
      left.actor == right.actor && left.address == right.address
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(actor)
      hasher.combine(address)
    }

    /// A person is the same at each address.
    private var address: [UInt8] { if case .person = actor { [] } else { origin } }
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

public import HTTPServer
public import Telemetry

/// What one sender may ask of the shop in a time: by its address, and by its visitor's cookie.
///
/// What costs the shop work or memory is limited: searches, which are all that lists, suggests or shows a page, and events.
public struct RateLimits: Sendable {
  public struct Options: Sendable {
    /// Of one address: an office, a school, or a proxy that does not tell its clients' addresses.
    public var searchesOfAddress = TokenBuckets.Rate(perSecond: 1_000, burst: 2_000)
    /// Of one visitor: more than a person reads, with room for a page that loads several things.
    public var searchesOfVisitor = TokenBuckets.Rate(perSecond: 20, burst: 100)
    /// Requests, each with up to a hundred events.
    public var eventsOfAddress = TokenBuckets.Rate(perSecond: 50, burst: 200)

    public init() {}
  }

  private let address: TokenBuckets
  private let visitor: TokenBuckets
  private let events: TokenBuckets
  private let visitors: Visitors
  private let refused: Counter

  public init(_ options: Options = Options(), visitors: Visitors, metrics: MetricsRegistry) {
    address = TokenBuckets(options.searchesOfAddress)
    visitor = TokenBuckets(options.searchesOfVisitor)
    events = TokenBuckets(options.eventsOfAddress)
    self.visitors = visitors
    refused = metrics.counter(
      "vitrine_rate_limited_total", help: "Requests that were refused because their sender had sent too many.")
  }

  /// Refuses what is too much with 429, before any work is done for it.
  public func middleware() -> Middleware {
    { request, next in
      if let wait = wait(of: request) {
        refused.increment()
        return Problem.tooMany(wait: wait).response(requestID: request.id)
      }
      return try await next(request)
    }
  }

  /// The seconds until the sender may ask again; nil where it may now.
  private func wait(of request: HTTPRequest) -> Double? {
    guard !Self.isFree(request) else { return nil }
    let sender = NetworkAddress(request.remoteAddress)?.subscriber ?? Array(request.remoteAddress.utf8)
    if request.method == .post { return events.take(of: sender) }
    if let visitor = visitors.visitor(of: request), let wait = self.visitor.take(of: visitor) { return wait }
    return address.take(of: sender)
  }

  private static func isFree(_ request: HTTPRequest) -> Bool {
    let path = request.routePattern
    return path.isEmpty || ["/livez", "/readyz", "/metrics", "/openapi.json"].contains(path)
      || path.hasPrefix("/pictures/") || path.hasPrefix("/assets/")
  }
}

extension Problem {
  static func tooMany(wait seconds: Double) -> Problem {
    let whole = Int(saturating: max(1, min(3_600, seconds.rounded(.up))))
    return Problem(
      APIProblem.tooManyRequests, detail: "Too many requests came from you. Try again in \(whole) s.",
      headers: ["Retry-After": String(whole)])
  }
}

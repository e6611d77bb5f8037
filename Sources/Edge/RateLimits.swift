public import HTTPServer
public import Telemetry

/// The rates at which one sender may ask the shop: by its address, and by its visitor's cookie.
///
/// Requests that cost the shop work or memory are limited: searches (all that list, suggest or show a page) and events.
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

  private let address: SenderBuckets
  private let visitor: TokenBuckets
  private let events: SenderBuckets
  private let turns: FairTurns?
  private let refused: Counter

  /// `searchesAtOnce`: the searches that are worked on at once, where this process does the work itself; the senders of the
  /// others take turns. nil where a search waits for another server most of its time.
  public init(
    _ options: Options = Options(), searchesAtOnce: Int? = nil, maxWaiting: Int = 1_000, metrics: MetricsRegistry
  ) {
    turns = searchesAtOnce.map { FairTurns(atOnce: $0, maxWaiting: maxWaiting) }
    address = SenderBuckets(options.searchesOfAddress)
    visitor = TokenBuckets(options.searchesOfVisitor)
    events = SenderBuckets(options.eventsOfAddress)
    refused = metrics.counter(
      "vitrine_rate_limited_total", help: "Requests that were refused because their sender had sent too many.")
  }

  /// Throws a 429 where the sender has asked for too much, before any work is done for it. The visitor must be known by then.
  func admit(_ request: HTTPRequest, to route: Route) throws(Problem) {
    guard let wait = wait(of: request, for: route.rate) else { return }
    refused.increment()
    throw Problem.tooMany(wait: wait)
  }

  /// Answers a search when it is its sender's turn.
  func inTurn(
    _ request: HTTPRequest, to route: Route, _ answer: @Sendable () async throws -> HTTPResponse
  ) async throws -> HTTPResponse {
    guard let turns, case .searches = route.rate else { return try await answer() }
    switch await turns.turn(of: request.sender) {
    case .come: break
    case .cancelled: throw CancellationError()
    case .full:
      throw Problem(
        ServerProblem.overloaded, detail: "More searches wait than the server can answer. Try again in 1 s.",
        headers: ["Retry-After": "1"])
    }
    defer { turns.leave() }
    return try await answer()
  }

  /// The seconds until the sender may ask again; nil where it may now.
  private func wait(of request: HTTPRequest, for rate: Route.Rate) -> Double? {
    switch rate {
    case .free: return nil
    case .events: return events.take(of: request)
    case .searches:
      if let visitor = request.visitor, let wait = self.visitor.take(of: visitor) { return wait }
      return address.take(of: request)
    }
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

import HTTPServer

/// Token buckets for the senders of requests: one for each subscriber, and a wider one for all the networks that one
/// subscriber of IPv6 may send from.
struct SenderBuckets: Sendable {
  /// A home or an office has a few networks in use at once; a sender who changes its network for each request has thousands.
  private static let networksAtOnce = 16.0

  private let subscribers: TokenBuckets
  private let holdings: TokenBuckets

  /// `now` gives seconds that only grow, from above 0.
  init(_ rate: TokenBuckets.Rate, now: (@Sendable () -> Double)? = nil) {
    subscribers = TokenBuckets(rate, now: now)
    holdings = TokenBuckets(
      TokenBuckets.Rate(perSecond: rate.perSecond * Self.networksAtOnce, burst: rate.burst * Self.networksAtOnce),
      now: now)
  }

  /// Takes a token; nil where there was one, else the seconds until there is.
  func take(of request: HTTPRequest) -> Double? {
    if let holding = request.holding, let wait = holdings.take(of: holding) { return wait }
    return subscribers.take(of: request.sender)
  }

  /// The seconds until the sender may send again; nil where it may now. Nothing is taken.
  func wait(of request: HTTPRequest) -> Double? {
    request.holding.flatMap { holdings.wait(of: $0) } ?? subscribers.wait(of: request.sender)
  }
}

public import Telemetry

/// A request as a handler sees it: the head checked and decoded, the body whole.
public struct HTTPRequest: Sendable {
  /// What is wrong with a request's target.
  public struct TargetFault: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public var description: String { "the request's path cannot be read: \(reason)" }
  }

  public var method: HTTPMethod
  /// The target as it was sent: `/v1/products/caf%C3%A9?page=2`.
  public let target: String
  /// The path as it was sent, without the query.
  public let rawPath: String
  /// The path decoded: valid UTF-8 without NUL.
  public let path: String
  /// What stands after the `?`, as it was sent; empty without one.
  public let rawQuery: String
  public var headers: HTTPHeaders
  public var body: [UInt8]
  /// The peer's address without its port: `127.0.0.1`, `::1`.
  public let remoteAddress: String
  /// The id that stands in the log, in the answer's `X-Request-ID` and in problems.
  public var id: String
  /// What the route's pattern named: `{id}` → `["id": "P-204"]`, decoded.
  public var pathParameters: [String: String] = [:]
  /// The pattern of the route that answers (`/v1/products/{id}`), for metrics; empty before routing.
  public var routePattern: String = ""
  /// When the answer must be there; the handler's task is cancelled then and the client gets a 503.
  public var deadline: ContinuousClock.Instant
  /// The trace that the request belongs to, taken from `traceparent` by the request-id middleware.
  public var trace: TraceContext?

  /// Makes a request, in tests above all; the server makes its own from the socket.
  public init(
    method: HTTPMethod = .get, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1", id: String = RequestID.next(),
    deadline: ContinuousClock.Instant = .now + .seconds(30)
  ) throws(TargetFault) {
    guard target.utf8.first == UInt8(ascii: "/") else {
      throw TargetFault(reason: "it does not begin with /")
    }
    self.method = method
    self.target = target
    if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
      self.rawPath = String(target[..<mark])
      self.rawQuery = String(target[target.index(after: mark)...])
    } else {
      self.rawPath = target
      self.rawQuery = ""
    }
    do throws(PercentEncoding.Fault) {
      self.path = try PercentEncoding.decode(rawPath[...], plusIsSpace: false)
    } catch {
      throw TargetFault(reason: "it holds \(error.rawValue); percent-encode it as UTF-8")
    }
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    self.id = id
    self.deadline = deadline
  }

  /// The query's parameters, decoded; thrown on by a handler, the fault becomes a 400.
  public var query: QueryParameters {
    get throws(QueryParameters.Fault) {
      rawQuery.isEmpty ? QueryParameters() : try QueryParameters(rawQuery: rawQuery)
    }
  }
}

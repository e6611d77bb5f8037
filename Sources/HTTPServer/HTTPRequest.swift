public import Telemetry

/// A request as a handler sees it: the head checked and decoded, the body complete.
///
/// The value is shared until it is changed: it passes through tasks and middlewares, and copying its thirteen members
/// each time cost a third of the server's own work for a small answer.
public struct HTTPRequest: Sendable {
  /// The fault of a request's target.
  public struct TargetFault: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String
    public var description: String { "the request's path cannot be read: \(reason)" }
  }

  private struct Content: Sendable {
    var method: HTTPMethod
    let target: String
    let rawPath: String
    let path: String
    let rawQuery: String
    var headers: HTTPHeaders
    var body: [UInt8]
    var remoteAddress: String
    var id: String
    var pathParameters: [String: String] = [:]
    var routePattern = ""
    var deadline: ContinuousClock.Instant
    var trace: TraceContext?
    var caller: (any Sendable)?
  }

  /// `@unchecked Sendable`: the content changes only while a single request refers to it.
  private final class Storage: @unchecked Sendable {
    var content: Content
    init(_ content: Content) { self.content = content }
  }

  private var storage: Storage

  private mutating func own() -> Storage {
    if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.content) }
    return storage
  }

  public var method: HTTPMethod {
    get { storage.content.method }
    set { own().content.method = newValue }
  }
  /// The target as sent: `/v1/products/caf%C3%A9?page=2`.
  public var target: String { storage.content.target }
  /// The path as sent, without the query.
  public var rawPath: String { storage.content.rawPath }
  /// The decoded path: valid UTF-8 without NUL.
  public var path: String { storage.content.path }
  /// The text after the `?`, as sent; empty if there is none.
  public var rawQuery: String { storage.content.rawQuery }
  public var headers: HTTPHeaders {
    get { storage.content.headers }
    set { own().content.headers = newValue }
  }
  public var body: [UInt8] {
    get { storage.content.body }
    set { own().content.body = newValue }
  }
  /// The client's address without a port: `127.0.0.1`, `::1`. The connection's own, or what a trusted proxy says.
  public var remoteAddress: String {
    get { storage.content.remoteAddress }
    set { own().content.remoteAddress = newValue }
  }
  /// The ID in the log, in the answer's `X-Request-ID` and in problems.
  public var id: String {
    get { storage.content.id }
    set { own().content.id = newValue }
  }
  /// The parameters in the route's pattern: `{id}` → `["id": "P-204"]`, decoded.
  public var pathParameters: [String: String] {
    get { storage.content.pathParameters }
    set { own().content.pathParameters = newValue }
  }
  /// The pattern of the route that answers (`/v1/products/{id}`), for metrics; empty before routing.
  public var routePattern: String {
    get { storage.content.routePattern }
    set { own().content.routePattern = newValue }
  }
  /// The time by which the answer must be ready; then the handler's task is cancelled and the client gets a 503.
  public var deadline: ContinuousClock.Instant {
    get { storage.content.deadline }
    set { own().content.deadline = newValue }
  }
  /// The trace that the request belongs to, read from `traceparent` by the request-ID middleware.
  public var trace: TraceContext? {
    get { storage.content.trace }
    set { own().content.trace = newValue }
  }

  /// The application's notion of who sent the request; the server neither sets nor reads it.
  public var caller: (any Sendable)? {
    get { storage.content.caller }
    set { own().content.caller = newValue }
  }

  /// Makes a request, mainly in tests; the server makes its own from the socket.
  public init(
    method: HTTPMethod = .get, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1", id: String = RequestID.next(),
    deadline: ContinuousClock.Instant = .now + .seconds(30)
  ) throws(TargetFault) {
    guard target.utf8.first == UInt8(ascii: "/") else {
      throw TargetFault(reason: "it does not begin with /")
    }
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    let rawPath = mark.map { String(target[..<$0]) } ?? target
    let rawQuery = mark.map { String(target[target.utf8.index(after: $0)...]) } ?? ""
    let path: String
    do throws(PercentEncoding.Fault) {
      path = try PercentEncoding.decode(rawPath[...], plusIsSpace: false)
    } catch {
      throw TargetFault(reason: "it holds \(error.rawValue); percent-encode it as UTF-8")
    }
    storage = Storage(
      Content(
        method: method, target: target, rawPath: rawPath, path: path, rawQuery: rawQuery, headers: headers, body: body,
        remoteAddress: remoteAddress, id: id, deadline: deadline))
  }

  /// The parameters that a page takes; what else an address has is left out unread.
  public func query(taking isTaken: (String) -> Bool) throws(QueryParameters.Fault) -> QueryParameters {
    try QueryParameters(rawQuery: rawQuery, taking: isTaken)
  }

  /// The query's parameters, decoded; if a handler rethrows the fault, it becomes a 400.
  public var query: QueryParameters {
    get throws(QueryParameters.Fault) {
      rawQuery.isEmpty ? QueryParameters() : try QueryParameters(rawQuery: rawQuery)
    }
  }
}

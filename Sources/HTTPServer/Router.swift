/// A route's name and limits.
public struct RouteOptions: Sendable {
  /// The operation's name, as in the OpenAPI description: `"search"`.
  public var name: String
  /// Whether the handler answers at once on the server's own thread: for handlers that only compute for microseconds.
  /// Such a handler may still suspend, and then continues elsewhere; until then it holds up other connections.
  public var isImmediate: Bool
  /// The largest body, in bytes; nil for the server's limit.
  public var maxBodyBytes: Int?
  /// The time from the head's arrival to the answer; nil for the server's default.
  public var deadline: Duration?
  /// Whether a GET with a slash after the path is sent on to the path itself: for pages, whose addresses people type.
  public var redirectsTrailingSlash: Bool

  /// Makes a route's description.
  public init(
    name: String = "", isImmediate: Bool = false, maxBodyBytes: Int? = nil, deadline: Duration? = nil,
    redirectsTrailingSlash: Bool = false
  ) {
    precondition(maxBodyBytes ?? 0 >= 0, "a body's limit is not negative")
    precondition(deadline ?? .seconds(1) > .zero, "a deadline lies ahead")
    self.name = name
    self.isImmediate = isImmediate
    self.maxBodyBytes = maxBodyBytes
    self.deadline = deadline
    self.redirectsTrailingSlash = redirectsTrailingSlash
  }
}

/// Answers a request.
public typealias Handler = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// Wraps a handler: sees the request, calls `next`, sees the response.
///
/// `next` does not throw a handler's errors: they are rendered as problems before a middleware sees them.
public typealias Middleware = @Sendable (HTTPRequest, _ next: Handler) async throws -> HTTPResponse

/// The problem that an error is to the client; nil for a failure of the server's own, which becomes a 500.
public typealias ErrorTranslation = @Sendable (any Error) -> Problem?

/// A problem's answer in another form than JSON; nil leaves it problem+json.
public typealias ProblemRendering = @Sendable (Problem, HTTPRequest) async -> HTTPResponse?

/// Finds the handler of a method and a path.
///
/// A segment of a pattern is a literal, a `{parameter}`, or, at the end, `{path...}`, which takes the rest. A literal
/// wins over a parameter, a parameter over the rest. GET's handler also answers HEAD.
public struct Router: Sendable {
  struct Endpoint: Sendable {
    let method: HTTPMethod
    let pattern: String
    let route: RouteOptions
    let parameterNames: [String]
    let handler: Handler
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameter: Int?
    var rest: Int?
    var endpoints: [HTTPMethod: Int] = [:]
  }

  /// The result for a request.
  enum Match {
    case endpoint(index: Int, parameters: [String: String])
    /// The path is known, but not the method: the allowed methods, sorted.
    case otherMethods([HTTPMethod])
    case none
  }

  private var nodes: [Node] = [Node()]
  private(set) var endpoints: [Endpoint] = []
  private(set) var middlewares: [Middleware] = []
  private(set) var translation: ErrorTranslation = { _ in nil }
  private(set) var rendering: ProblemRendering?

  /// Makes a router without a route.
  public init() {}

  /// The routes in the order in which they were added.
  public var routes: [(method: HTTPMethod, pattern: String, route: RouteOptions)] {
    endpoints.map { ($0.method, $0.pattern, $0.route) }
  }

  /// Puts a middleware around every handler, and around the answers 404 and 405; the first added is the outermost.
  public mutating func use(_ middleware: @escaping Middleware) {
    middlewares.append(middleware)
  }

  /// Says what an error of any handler is to a client, and how a problem is shown to one that reads no JSON.
  public mutating func answerErrors(
    translatedBy translation: @escaping ErrorTranslation, renderedBy rendering: ProblemRendering? = nil
  ) {
    self.translation = translation
    self.rendering = rendering
  }

  /// Adds a handler of GET, and with it of HEAD.
  public mutating func get(_ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler) {
    on(.get, pattern, route, handler)
  }

  /// Adds a handler of POST.
  public mutating func post(_ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler) {
    on(.post, pattern, route, handler)
  }

  /// Adds a handler of PUT.
  public mutating func put(_ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler) {
    on(.put, pattern, route, handler)
  }

  /// Adds a handler of PATCH.
  public mutating func patch(_ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler) {
    on(.patch, pattern, route, handler)
  }

  /// Adds a handler of DELETE.
  public mutating func delete(_ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler) {
    on(.delete, pattern, route, handler)
  }

  /// Adds a handler; a malformed or duplicate pattern is a programming error.
  public mutating func on(
    _ method: HTTPMethod, _ pattern: String, _ route: RouteOptions = RouteOptions(), _ handler: @escaping Handler
  ) {
    precondition(pattern.hasPrefix("/"), "the pattern \(pattern) must begin with /")
    var names: [String] = []
    var node = 0
    let segments = Self.segments(pattern)
    for (index, segment) in segments.enumerated() {
      if segment.hasPrefix("{"), segment.hasSuffix("}") {
        let inner = segment.dropFirst().dropLast()
        let isRest = inner.hasSuffix("...")
        precondition(!isRest || index == segments.count - 1, "{…...} must be the last segment of \(pattern)")
        let name = String(isRest ? inner.dropLast(3) : inner)
        precondition(!name.isEmpty && !names.contains(name), "\(pattern) needs a distinct name in each {}")
        names.append(name)
        node = child(of: node, isRest ? \.rest : \.parameter)
      } else {
        node = literalChild(of: node, String(segment))
      }
    }
    precondition(nodes[node].endpoints[method] == nil, "\(method.rawValue) \(pattern) has a handler already")
    nodes[node].endpoints[method] = endpoints.count
    endpoints.append(
      Endpoint(method: method, pattern: pattern, route: route, parameterNames: names, handler: handler))
  }

  private mutating func child(of node: Int, _ slot: WritableKeyPath<Node, Int?>) -> Int {
    if let found = nodes[node][keyPath: slot] { return found }
    nodes.append(Node())
    nodes[node][keyPath: slot] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func literalChild(of node: Int, _ literal: String) -> Int {
    if let found = nodes[node].literals[literal] { return found }
    nodes.append(Node())
    nodes[node].literals[literal] = nodes.count - 1
    return nodes.count - 1
  }

  /// `/v1/products/7` → `["v1", "products", "7"]`; `/` → `[""]`, and `/v1/` → `["v1", ""]`: a trailing slash counts.
  private static func segments(_ path: String) -> [Substring] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  /// Finds the endpoint of a path as sent: an escaped slash stays within its segment.
  func match(_ method: HTTPMethod, rawPath: Substring) -> Match {
    var values: [String] = []
    guard let node = find(rawPath.dropFirst(), from: 0, values: &values) else { return .none }
    let endpoints = nodes[node].endpoints
    guard let index = endpoints[method] ?? (method == .head ? endpoints[.get] : nil) else {
      var allowed = Set(endpoints.keys)
      if allowed.contains(.get) { allowed.insert(.head) }
      return .otherMethods(allowed.sorted { $0.rawValue < $1.rawValue })
    }
    let names = self.endpoints[index].parameterNames
    guard !names.isEmpty else { return .endpoint(index: index, parameters: [:]) }
    return .endpoint(index: index, parameters: Dictionary(uniqueKeysWithValues: zip(names, values)))
  }

  /// The node for the rest of a path; nil after the last segment.
  private func find(_ rest: Substring?, from node: Int, values: inout [String]) -> Int? {
    guard let rest else { return nodes[node].endpoints.isEmpty ? nil : node }
    let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/"))
    let raw = slash.map { rest[..<$0] } ?? rest
    let next = slash.map { rest[rest.utf8.index(after: $0)...] }
    // A segment that cannot be decoded has no route; such a request was refused before.
    guard let segment = try? PercentEncoding.decode(raw, plusIsSpace: false) else { return nil }
    if let child = nodes[node].literals[segment], let found = find(next, from: child, values: &values) {
      return found
    }
    if let child = nodes[node].parameter, !segment.isEmpty {
      values.append(segment)
      if let found = find(next, from: child, values: &values) { return found }
      values.removeLast()
    }
    if let child = nodes[node].rest, let text = try? PercentEncoding.decode(rest, plusIsSpace: false) {
      values.append(text)
      return child
    }
    return nil
  }

  /// The address that a request with a slash too many means, with its query; nil where there is no such page.
  func addressWithoutSlash(of request: HTTPRequest) -> String? {
    let path = request.rawPath
    guard [.get, .head].contains(request.method), path.hasSuffix("/"), !path.hasPrefix("//"),
      case .endpoint(let index, _) = match(request.method, rawPath: path.dropLast()),
      endpoints[index].route.redirectsTrailingSlash
    else { return nil }
    return String(path.dropLast()) + (request.rawQuery.isEmpty ? "" : "?" + request.rawQuery)
  }

  /// A `Problem` stays, and the application's translation goes before the server's own.
  func problem(of error: any Error) -> Problem? {
    if let problem = error as? Problem ?? translation(error) { return problem }
    return (error as? QueryParameters.Fault).map { Problem(ServerProblem.invalidQuery, detail: "\($0).") }
  }
}

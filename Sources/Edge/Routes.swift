public import HTTPServer

/// A route's name, limits, and who may call it.
public struct Route: Sendable {
  /// The share of the shop's work that a request takes (`RateLimits`).
  public enum Rate: Sendable {
    /// None worth counting: files, and what operators ask.
    case free
    case searches
    case events
  }

  /// The roles that may call it. There is no default: whoever adds a route decides.
  public var access: Access
  /// The operation's name, as in the OpenAPI description: `"search"`.
  public var name: String
  /// Whether a person reads the answer in a browser: a problem is then a page, and a slash too many is forgiven.
  public var isPage: Bool
  public var rate: Rate
  /// See `RouteOptions.isImmediate`.
  public var isImmediate: Bool
  /// The largest body, in bytes; nil for the server's limit.
  public var maxBodyBytes: Int?
  /// The time from the head's arrival to the answer; nil for the server's default.
  public var deadline: Duration?

  public init(
    access: Access, name: String, isPage: Bool = false, rate: Rate = .searches, isImmediate: Bool = false,
    maxBodyBytes: Int? = nil, deadline: Duration? = nil
  ) {
    self.access = access
    self.name = name
    self.isPage = isPage
    self.rate = rate
    self.isImmediate = isImmediate
    self.maxBodyBytes = maxBodyBytes
    self.deadline = deadline
  }

  fileprivate var options: RouteOptions {
    RouteOptions(
      name: name, isImmediate: isImmediate, maxBodyBytes: maxBodyBytes, deadline: deadline,
      redirectsTrailingSlash: isPage)
  }
}

/// The shop's routes: each says who may call it, and is checked before its handler runs.
///
/// A handler throws whatever goes wrong. `Problem(flowError:)` says what that is to a client; the answer is problem+json, or
/// a page where a person looks at it.
public struct Routes: Sendable {
  /// A route as it was added.
  public struct Entry: Sendable {
    public let method: HTTPMethod
    public let pattern: String
    public let route: Route
  }

  private var router = Router()
  public private(set) var entries: [Entry] = []
  /// Lets staff into the routes that are theirs; a handler of everyone's route asks it for what is staff's alone.
  public let staff: StaffAccess
  private let limits: RateLimits?
  private var prefix = ""
  private var middlewares: [Middleware] = []
  private var page: (@Sendable (Problem) async -> HTTPResponse)?

  /// `staff` lets staff into the routes that are theirs; `limits` nil: nobody asks for too much.
  public init(staff: StaffAccess, limits: RateLimits?) {
    self.staff = staff
    self.limits = limits
  }

  /// Puts a middleware around every route; the first added is the outermost.
  public mutating func use(_ middleware: @escaping Middleware) { router.use(middleware) }

  /// Shows problems as this page to whom reads pages.
  public mutating func showProblems(as page: @escaping @Sendable (Problem) async -> HTTPResponse) { self.page = page }

  /// Adds routes under a common path, behind middlewares of their own, which run before the route's access is checked.
  public mutating func group(
    _ path: String = "", _ middlewares: [Middleware] = [], _ add: (inout Routes) throws -> Void
  ) rethrows {
    let (outerPrefix, outerMiddlewares) = (prefix, self.middlewares)
    prefix += path
    self.middlewares += middlewares
    defer { (prefix, self.middlewares) = (outerPrefix, outerMiddlewares) }
    try add(&self)
  }

  /// Adds a handler of GET, and with it of HEAD.
  public mutating func get(_ pattern: String, _ route: Route, _ handler: @escaping Handler) {
    on(.get, pattern, route, handler)
  }

  /// Adds a handler of POST.
  public mutating func post(_ pattern: String, _ route: Route, _ handler: @escaping Handler) {
    on(.post, pattern, route, handler)
  }

  /// Adds a handler of PUT.
  public mutating func put(_ pattern: String, _ route: Route, _ handler: @escaping Handler) {
    on(.put, pattern, route, handler)
  }

  /// Adds a handler of DELETE.
  public mutating func delete(_ pattern: String, _ route: Route, _ handler: @escaping Handler) {
    on(.delete, pattern, route, handler)
  }

  private mutating func on(_ method: HTTPMethod, _ pattern: String, _ route: Route, _ handler: @escaping Handler) {
    let pattern = prefix + pattern
    entries.append(Entry(method: method, pattern: pattern, route: route))
    var guarded = handler
    if route.access != .everyone {
      guarded = { [staff] request in
        var request = request
        do {
          request.principal = try await staff.principal(of: request, for: route.access)
        } catch let problem as Problem where route.isPage && problem.code == APIProblem.signInRequired.code {
          return .redirect(to: SignInAddress.text(behind: request))
        }
        var response = try await handler(request)
        if response.headers["Cache-Control"] == nil { response.headers["Cache-Control"] = "no-store" }
        return response
      }
    }
    for middleware in middlewares.reversed() {
      let next = guarded
      guarded = { request in try await middleware(request, next) }
    }
    if let limits, route.rate != .free {
      let next = guarded
      guarded = { request in
        try limits.admit(request, to: route)
        return try await limits.inTurn(request, to: route) { try await next(request) }
      }
    }
    router.on(method, pattern, route.options, guarded)
  }

  /// The routes as the server takes them.
  public func finished() -> Router {
    var router = router
    let pages = Set(entries.filter(\.route.isPage).map(\.pattern))
    guard let page else {
      router.answerErrors(translatedBy: { Problem(flowError: $0) })
      return router
    }
    router.answerErrors(
      translatedBy: { Problem(flowError: $0) },
      renderedBy: { problem, request in
        let isPage =
          request.routePattern.isEmpty ? request.wantsPage : pages.contains(request.routePattern)
        return isPage ? await page(problem) : nil
      })
    return router
  }
}

extension HTTPRequest {
  /// Whether a browser asks for a page by an address that no route has.
  fileprivate var wantsPage: Bool {
    guard [.get, .head].contains(method), !path.hasPrefix("/v1/") else { return false }
    return headers.values("Accept").contains { $0.lowercased().contains("text/html") }
  }
}

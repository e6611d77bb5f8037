import Telemetry

extension Middlewares {
  /// Accepts a client's `X-Request-ID` if it is harmless, joins its trace or begins one, and returns the ID in the
  /// answer.
  public static func requestIdentity() -> Middleware {
    { request, next in
      var request = request
      if let id = request.headers["X-Request-ID"], RequestID.isAcceptable(id) { request.id = id }
      request.trace =
        request.headers["traceparent"].flatMap { TraceContext(traceparent: $0) }?.child() ?? TraceContext.root()
      var response = try await next(request)
      response.headers["X-Request-ID"] = request.id
      return response
    }
  }

  /// Adds the headers that protect a page's content: no sniffing, no framing, no referrer to others, and the content
  /// security policy if one is given. A handler's own headers win.
  public static func securityHeaders(contentSecurityPolicy: String? = nil) -> Middleware {
    { request, next in
      var response = try await next(request)
      func addIfAbsent(_ name: String, _ value: String) {
        if response.headers[name] == nil { response.headers.add(name, value) }
      }
      addIfAbsent("X-Content-Type-Options", "nosniff")
      addIfAbsent("X-Frame-Options", "DENY")
      addIfAbsent("Referrer-Policy", "strict-origin-when-cross-origin")
      if let contentSecurityPolicy { addIfAbsent("Content-Security-Policy", contentSecurityPolicy) }
      return response
    }
  }
}

import Telemetry

extension Middlewares {
  /// Takes a client's `X-Request-ID` over where it is harmless, joins its trace or begins one, and gives the id back
  /// in the answer.
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

  /// Adds the headers that keep a page's content its own: no sniffing, no framing, no referrer to others, and the
  /// content security policy where one is given. What a handler has set stands.
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

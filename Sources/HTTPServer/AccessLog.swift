public import Telemetry
import Threading

/// The server's own middlewares.
public enum Middlewares {
  /// Writes a log line for each answer and counts it: `http_requests_total{method,route,status}` and
  /// `http_request_duration_seconds{method,route}`, by the route's pattern, never by the path.
  ///
  /// It must be the outermost except for `requestIdentity()`, whose ID it logs.
  public static func accessLog(logger: Logger, metrics: MetricsRegistry) -> Middleware {
    let log = AccessLog(logger: logger, metrics: metrics)
    return { request, next in
      let start = ContinuousClock.now
      let response = try await next(request)
      log.note(request, response, took: ContinuousClock.now - start)
      return response
    }
  }
}

/// Keeps the metrics of each route at hand, so that an answer needs no look-up by text.
private final class AccessLog: Sendable {
  private struct Key: Hashable {
    let method: HTTPMethod
    let pattern: String
    let status: Int
  }

  private struct Metrics {
    let requests: Counter
    let duration: Histogram
  }

  private let logger: Logger
  private let registry: MetricsRegistry
  private let known = Guarded<[Key: Metrics]>([:])

  init(logger: Logger, metrics: MetricsRegistry) {
    self.logger = logger
    registry = metrics
  }

  func note(_ request: HTTPRequest, _ response: HTTPResponse, took duration: Duration) {
    let key = Key(method: request.method, pattern: request.routePattern, status: response.status.code)
    let metrics = known.withLock { known in
      if let found = known[key] { return found }
      let made = make(key)
      known[key] = made
      return made
    }
    metrics.requests.increment()
    metrics.duration.observe(duration)
    logger.with(requestID: request.id).info("request", metadata: Self.metadata(request, response, duration))
  }

  private func make(_ key: Key) -> Metrics {
    let route = key.pattern.isEmpty ? "unmatched" : key.pattern
    return Metrics(
      requests: registry.counter(
        "http_requests_total", help: "Requests answered by a handler.",
        labels: [("method", key.method.rawValue), ("route", route), ("status", String(key.status))]),
      duration: registry.histogram(
        "http_request_duration_seconds", help: "From the handler's start to its answer.",
        labels: [("method", key.method.rawValue), ("route", route)]))
  }

  private static func metadata(
    _ request: HTTPRequest, _ response: HTTPResponse, _ duration: Duration
  ) -> Logger.Metadata {
    let (seconds, attoseconds) = duration.components
    var metadata: Logger.Metadata = [
      // The query is left out, because it contains people's searches.
      "method": .string(request.method.rawValue), "path": .string(request.rawPath),
      "route": .string(request.routePattern), "status": .integer(response.status.code),
      "duration_ms": .number(Double(seconds) * 1e3 + Double(attoseconds / 1_000_000_000_000) / 1e3),
      "remote": .string(request.remoteAddress),
    ]
    if let count = response.body.count { metadata["bytes"] = .integer(count) }
    if let trace = request.trace {
      metadata["trace_id"] = .string(String(trace.traceparent.dropFirst(3).prefix(32)))
    }
    return metadata
  }
}

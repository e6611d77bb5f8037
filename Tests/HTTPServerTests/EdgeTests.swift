// The server's limits at their edges, and what it says of time:
// 1. A body of exactly the limit is taken, one byte more is refused with 413: announced or in chunks, under the server's
//    limit and under a route's own, be that larger or smaller.
// 2. A text of exactly 1,024 bytes is compressed, one byte less is not.
// 3. Each answer by which the server asks for patience says for how long: a full queue, a passed deadline.
// 4. A route's own deadline is in force, be it longer or shorter than the server's.
// 5. A log line's duration is in milliseconds and the metric's in seconds.
import Foundation
import HTTPServer
import Telemetry
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(2))) struct EdgeTests {
  private static func post(_ target: String, _ bytes: Int, isChunked: Bool) -> String {
    let body = String(repeating: "x", count: bytes)
    guard isChunked else {
      return "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(bytes)\r\n\r\n\(body)"
    }
    let chunk = bytes == 0 ? "" : "\(String(bytes, radix: 16))\r\n\(body)\r\n"
    return "POST \(target) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n"
  }

  @Test("1: bodies", arguments: [false, true])
  func bodies(isChunked: Bool) async throws {
    try await withServer {
      $0.maxBodyBytes = 1_000
    } routes: { router in
      let handler: Handler = { request in .text("\(request.body.count)") }
      router.post("/server", RouteOptions(name: "server"), handler)
      var larger = RouteOptions(name: "larger")
      larger.maxBodyBytes = 5_000
      router.post("/larger", larger, handler)
      var smaller = RouteOptions(name: "smaller")
      smaller.maxBodyBytes = 10
      router.post("/smaller", smaller, handler)
    } body: { server in
      for (target, limit) in [("/server", 1_000), ("/larger", 5_000), ("/smaller", 10)] {
        for bytes in [0, limit - 1, limit, limit + 1, limit + 100] {
          let answer = try await onThread {
            let client = try server.client()
            try client.send(Self.post(target, bytes, isChunked: isChunked))
            return try client.readResponse()
          }
          #expect(answer.status == (bytes <= limit ? 200 : 413), "\(target), \(bytes) bytes")
          if bytes <= limit { #expect(answer.text == "\(bytes)") }
        }
      }
    }
  }

  @Test("2: compression", arguments: [1_023, 1_024])
  func compression(bytes: Int) async throws {
    try await withServer(routes: { router in
      router.use(Middlewares.gzip())
      router.get("/text") { _ in .text(String(repeating: "x", count: bytes)) }
    }) { server in
      let answer = try await onThread {
        let client = try server.client()
        try client.send("GET /text HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
        return try client.readResponse()
      }
      #expect(answer.headers["Content-Encoding"] == (bytes == 1_024 ? "gzip" : nil))
    }
  }

  /// Waits until its task is cancelled.
  private static let endless: Handler = { _ in
    try await Task.sleep(for: .seconds(3_600))
    return .text("never")
  }

  @Test("3, 4: deadlines")
  func deadlines() async throws {
    try await withServer {
      $0.deadline = .milliseconds(50)
      $0.retryAfterSeconds = 7
    } routes: { router in
      router.get("/endless", RouteOptions(name: "endless"), Self.endless)
      var patient = RouteOptions(name: "patient")
      patient.deadline = .seconds(3_600)
      router.get("/patient", patient) { request in
        // The server's own deadline passes meanwhile.
        try await Task.sleep(for: .milliseconds(200))
        return .text(request.deadline > .now + .seconds(3_000) ? "in time" : "late")
      }
      var hasty = RouteOptions(name: "hasty")
      hasty.deadline = .milliseconds(1)
      router.get("/hasty", hasty, Self.endless)
    } body: { server in
      func ask(_ target: String) async throws -> RawClient.Response {
        try await HTTPClient(port: server.port).get(target)
      }
      for target in ["/endless", "/hasty"] {
        let late = try await ask(target)
        #expect(late.status == 503 && late.headers["Retry-After"] == "7", "\(target): \(late.text)")
        #expect(late.text.contains("deadline-exceeded"))
      }
      #expect(try await ask("/patient").text == "in time")
    }
    try await withServer {
      $0.deadline = .seconds(3_600)
    } routes: { router in
      var hasty = RouteOptions(name: "hasty")
      hasty.deadline = .milliseconds(20)
      router.get("/hasty", hasty, Self.endless)
    } body: { server in
      let status = try await HTTPClient(port: server.port).get("/hasty").status
      #expect(status == 503)
    }
  }

  @Test("5: durations")
  func durations() async throws {
    let (sink, metrics) = (MemorySink(), MetricsRegistry())
    try await withServer(routes: { router in
      router.use(Middlewares.accessLog(logger: Logger(label: "test", sink: sink), metrics: metrics))
      router.get("/slow", RouteOptions(name: "slow")) { _ in
        try await Task.sleep(for: .milliseconds(40))
        return .text("done")
      }
    }) { server in
      let status = try await HTTPClient(port: server.port).get("/slow").status
      #expect(status == 200)
    }
    let line = try #require(sink.lines.first)
    let members = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let milliseconds = try #require(members["duration_ms"] as? Double)
    #expect((40..<30_000).contains(milliseconds))
    let sum = metrics.exposition().split(separator: "\n").first { $0.hasPrefix("http_request_duration_seconds_sum") }
    let seconds = try #require(sum?.split(separator: " ").last.flatMap { Double($0) })
    #expect(abs(seconds * 1_000 - milliseconds) < 0.01)
  }
}

// 1. A request is answered by its route's handler, immediate or in a task, and the connection is kept for the next.
// 2. Requests split byte by byte and pipelined requests are answered completely and in order.
// 3. Bodies come with a length or chunked; streams are sent chunked to HTTP/1.1 and until close to HTTP/1.0.
// 4. HEAD has GET's head and no body.
// 5. `Expect: 100-continue` is answered, and too large a body is refused before it is sent.
// 6. Unknown paths are 404, other methods 405 with Allow; errors are problem+json and reveal nothing internal.
// 7. A taken port is an error that names the port.
import Glibc
import HTTPServer
import Telemetry
import TestSupport
import Testing

@Suite struct HTTPServerTests {
  private struct Secret: Error, CustomStringConvertible {
    var description: String { "password=hunter2" }
  }

  static func addRoutes(_ router: inout Router) {
    router.get("/now", RouteOptions(name: "now", isImmediate: true)) { _ in .text("now") }
    router.get("/task", RouteOptions(name: "task")) { request in
      await Task.yield()
      return .text("task \(request.rawQuery)")
    }
    router.get("/late", RouteOptions(name: "late", isImmediate: true)) { _ in
      try await Task.sleep(for: .milliseconds(5))
      return .text("late")
    }
    router.get("/products/{id}", RouteOptions(name: "product")) { request in .text(request.pathParameters["id"]!) }
    router.post("/echo", RouteOptions(name: "echo", maxBodyBytes: 200_000)) { request in
      .bytes(request.body, contentType: "application/octet-stream")
    }
    router.get("/secret", RouteOptions(name: "secret")) { _ in throw Secret() }
    router.get("/query", RouteOptions(name: "query")) { request in .text(try request.query["q"] ?? "none") }
    router.get("/stream", RouteOptions(name: "stream")) { _ in
      .stream(contentType: "text/plain") { writer in
        for number in 0..<5 {
          try await writer.write("part \(number);")
          await Task.yield()
        }
      }
    }
  }

  @Test("1: routes answer, at once and by a task, over one connection", .timeLimit(.minutes(3)))
  func answers() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        for (target, body) in [
          ("/now", "now"), ("/task?a=b", "task a=b"), ("/late", "late"), ("/products/P%2F1", "P/1"), ("/now", "now"),
          ("/query?q=rot%20+%C3%A9", "rot  é"),
        ] {
          try client.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
          let response = try client.readResponse()
          #expect(response.status == 200)
          #expect(response.text == body)
          #expect(response.headers["Connection"] == nil)
        }
      }
    }
  }

  @Test("2: split byte by byte", .timeLimit(.minutes(3)))
  func splitRequest() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        let request =
          "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        for byte in request.utf8 { try client.send([byte]) }
        #expect(try client.readResponse().text == "hello world")
      }
    }
  }

  @Test("2: pipelined, in order", .timeLimit(.minutes(3)))
  func pipelined() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        let targets = (0..<100).map { $0 % 3 == 0 ? "/now" : "/task?\($0)" }
        try client.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
        for target in targets {
          let response = try client.readResponse()
          #expect(response.text == (target == "/now" ? "now" : "task " + target.dropFirst(6)))
        }
      }
    }
  }

  @Test("3: bodies with a length and chunked; a megabyte comes back whole", .timeLimit(.minutes(3)))
  func bodies() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        let body = (0..<150_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
        try client.send(body)
        #expect(try client.readResponse().body == body)
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: body.count, by: 30_000) {
          try client.send(String(30_000, radix: 16) + "\r\n")
          try client.send(Array(body[start..<start + 30_000]))
          try client.send("\r\n")
        }
        try client.send("0\r\n\r\n")
        #expect(try client.readResponse().body == body)
      }
    }
  }

  @Test("3: a stream is chunked to HTTP/1.1, and ends with the connection for HTTP/1.0", .timeLimit(.minutes(3)))
  func streams() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let expected = (0..<5).map { "part \($0);" }.joined()
        let client = try server.client()
        for _ in 0..<3 {
          try client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
          let response = try client.readResponse()
          #expect(response.headers["Transfer-Encoding"] == "chunked")
          #expect(response.text == expected)
        }
        let old = try server.client()
        try old.send("GET /stream HTTP/1.0\r\n\r\n")
        let response = try old.readResponse()
        #expect(response.headers["Transfer-Encoding"] == nil)
        #expect(response.text == expected)
      }
    }
  }

  @Test("4: HEAD", .timeLimit(.minutes(3)))
  func head() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        // A stream's length is unknown, and the library can signal its end only by closing.
        let other = try server.client()
        try other.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try other.readResponse(toHead: true).headers["Content-Type"] == "text/plain")
        #expect(try other.readToEnd() == "")
        for target in ["/now", "/task", "/nothing"] {
          try client.send("HEAD \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
          let response = try client.readResponse(toHead: true)
          #expect(response.status == (target == "/nothing" ? 404 : 200))
          if target == "/now" { #expect(response.headers["Content-Length"] == "3") }
        }
        // No body shifts the next response.
        try client.send("GET /now HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readResponse().text == "now")
      }
    }
  }

  @Test("5: 100-continue, and 413 before the body", .timeLimit(.minutes(3)))
  func expectContinue() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.readResponse().status == 100)
        try client.send("abc")
        #expect(try client.readResponse().text == "abc")
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\nExpect: 100-continue\r\n\r\n")
        let refusal = try client.readResponse()
        #expect(refusal.status == 413)
        #expect(refusal.headers["Connection"] == "close")
        #expect(try client.isAtEnd())
      }
    }
  }

  @Test("6: 404, 405 with Allow, 500 with nothing internal, 400 for a query", .timeLimit(.minutes(3)))
  func problems() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      try await onThread {
        let client = try server.client()
        for (request, status, code) in [
          ("GET /nothing", 404, "not-found"), ("DELETE /echo", 405, "method-not-allowed"),
          ("TRACE /echo", 405, "method-not-allowed"),
          ("GET /secret", 500, "internal-error"), ("GET /query?q=%zz", 400, "invalid-query"),
          ("GET /query?q=%ff", 400, "invalid-query"),
        ] {
          try client.send("\(request) HTTP/1.1\r\nHost: x\r\n\r\n")
          let response = try client.readResponse()
          #expect(response.status == status)
          #expect(response.headers["Content-Type"] == "application/problem+json")
          #expect(response.text.contains("\"code\":\"\(code)\""))
          #expect(!response.text.contains("hunter2"))
          if status == 405 { #expect(response.headers["Allow"] == "POST") }
        }
      }
      #expect(server.log.lines.contains { $0.contains("hunter2") })
    }
  }

  @Test("7: an error names the taken port")
  func takenPort() async throws {
    try await withServer(routes: Self.addRoutes) { server in
      var configuration = HTTPServer.Configuration()
      configuration.port = server.port
      let second = HTTPServer(
        configuration: configuration, router: Router(), logger: Logger(label: "test", sink: NullSink()),
        metrics: MetricsRegistry())
      let error = #expect(throws: HTTPServer.StartError.self) { try second.start() }
      #expect(error.map { "\($0)" }?.contains("port \(server.port)") == true)
      await second.shutdown()
    }
  }
}

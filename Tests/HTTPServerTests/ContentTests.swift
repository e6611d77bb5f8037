// 1. gzip: for clients that accept it, for text, from 1 KB on; unpacking gives the original.
// 2. Server-sent events are encoded as in the standard, and arrive one by one.
// 3. Request IDs and traces are accepted or made, logged and returned; answers are counted by route.
// 4. The router: literals before parameters before the rest, escaped slashes stay in their segment.
// 5. Query parameters: order, repetition, decoding, faults.
// 6. Problems are problem+json with their extensions; header values cannot begin another header.
import Foundation
import Glibc
import HTTPServer
import Telemetry
import TestSupport
import Testing

@Suite struct ContentTests {
  private static func get(_ target: String, _ headers: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n"
  }

  @Test("1: gzip", .timeLimit(.minutes(3)))
  func gzip() async throws {
    let text = String(repeating: "red dress, blue dress. ", count: 500)
    try await withServer(routes: { router in
      router.use(Middlewares.gzip())
      router.get("/text") { _ in
        var response = HTTPResponse.text(text)
        response.headers["ETag"] = "\"1\""
        return response
      }
      router.get("/short") { _ in .text("short") }
      router.get("/png") { _ in .bytes([UInt8](repeating: 0, count: 5_000), contentType: "image/png") }
    }) { server in
      let compressed = try await onThread {
        let client = try server.client()
        func ask(_ target: String, _ headers: String = "") throws -> RawClient.Response {
          try client.send(Self.get(target, headers))
          return try client.readResponse()
        }
        let response = try ask("/text", "Accept-Encoding: br;q=1.0, gzip;q=0.8\r\n")
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["Vary"] == "Accept-Encoding")
        #expect(response.headers["ETag"] == "W/\"1\"")
        for refusing in ["", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n", "Accept-Encoding: *;q=0\r\n"] {
          let plain = try ask("/text", refusing)
          #expect(plain.headers["Content-Encoding"] == nil)
          #expect(plain.headers["Vary"] == "Accept-Encoding")
          #expect(plain.text == text)
        }
        #expect(try ask("/text", "Accept-Encoding: *\r\n").headers["Content-Encoding"] == "gzip")
        #expect(try ask("/short", "Accept-Encoding: gzip\r\n").headers["Content-Encoding"] == nil)
        #expect(try ask("/png", "Accept-Encoding: gzip\r\n").headers["Content-Encoding"] == nil)
        return response.body
      }
      #expect(compressed.count < text.utf8.count / 10)
      #expect(try await onThread { try Self.gunzip(compressed) } == text)
    }
  }

  /// Unpacks with the gzip program: another implementation of the format than ours.
  private static func gunzip(_ bytes: [UInt8]) throws -> String {
    let path = NSTemporaryDirectory() + "vitrine-gzip-\(UUID().uuidString).gz"
    defer { unlink(path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test("2: events", .timeLimit(.minutes(3)))
  func events() async throws {
    #expect(ServerSentEvent(data: "a").encoded == "data: a\n\n")
    #expect(
      ServerSentEvent(data: "a\nb\r\nc\rd", event: "price\nx", id: "7", retryMilliseconds: 50).encoded
        == "id: 7\nevent: pricex\nretry: 50\ndata: a\ndata: b\ndata: c\ndata: d\n\n")
    let (stream, continuation) = AsyncStream<ServerSentEvent>.makeStream()
    try await withServer(routes: { $0.get("/events") { _ in .events(stream) } }) { server in
      try await onThread {
        let client = try server.client()
        try client.send(Self.get("/events"))
        let head = try client.read(through: "\r\n\r\n")
        #expect(head.contains("Content-Type: text/event-stream"))
        for number in 0..<20 {
          // The client reads each event before the next is sent.
          continuation.yield(ServerSentEvent(data: "\(number)"))
          _ = try client.read(through: "data: \(number)\n\n")
        }
        continuation.finish()
        #expect(try client.read(through: "\r\n0\r\n\r\n").hasSuffix("0\r\n\r\n"))
      }
    }
  }

  @Test("3: identity, log and metrics", .timeLimit(.minutes(3)))
  func identity() async throws {
    let sink = MemorySink()
    let registry = MetricsRegistry()
    try await withServer(routes: { router in
      router.use(Middlewares.requestIdentity())
      router.use(Middlewares.accessLog(logger: Logger(label: "access", sink: sink), metrics: registry))
      router.use(Middlewares.securityHeaders(contentSecurityPolicy: "default-src 'self'"))
      router.get("/products/{id}") { request in .text(request.trace!.traceparent) }
    }) { server in
      try await onThread {
        let client = try server.client()
        func ask(_ target: String, _ headers: String = "") throws -> RawClient.Response {
          try client.send(Self.get(target, headers))
          return try client.readResponse()
        }
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let response = try ask("/products/1?q=private", "X-Request-ID: mine-1\r\ntraceparent: \(parent)\r\n")
        #expect(response.headers["X-Request-ID"] == "mine-1")
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["Content-Security-Policy"] == "default-src 'self'")
        #expect(response.text.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-"))
        #expect(!response.text.contains("00f067aa0ba902b7"))
        let forged = try ask("/products/2", "X-Request-ID: a\"b\r\n")
        #expect(forged.headers["X-Request-ID"] != "a\"b")
        #expect(try ask("/nothing").status == 404)
      }
    }
    #expect(sink.lines.count == 3)
    #expect(sink.lines[0].contains("\"request_id\":\"mine-1\""))
    #expect(sink.lines[0].contains("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""))
    #expect(!sink.lines[0].contains("private"))
    let text = registry.exposition()
    #expect(text.contains("http_requests_total{method=\"GET\",route=\"/products/{id}\",status=\"200\"} 2"))
    #expect(text.contains("http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1"))
    #expect(text.contains("http_request_duration_seconds_count{method=\"GET\",route=\"/products/{id}\"} 2"))
  }

  @Test("4: routing", .timeLimit(.minutes(3)))
  func routing() async throws {
    try await withServer(routes: { router in
      for pattern in ["/", "/a", "/a/", "/a/{x}", "/a/b", "/a/{x}/c", "/a/b/d", "/files/{rest...}", "/{any}/z"] {
        router.get(pattern) { request in
          .text(pattern + request.pathParameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined())
        }
      }
      router.delete("/a") { _ in .text("deleted") }
      #expect(router.routes.count == 10)
      #expect(router.routes[3].pattern == "/a/{x}")
    }) { server in
      try await onThread {
        let client = try server.client()
        for (target, answer) in [
          ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b", "/a/b"), ("/a/%62", "/a/b"), ("/a/q", "/a/{x} x=q"),
          ("/a/b/c", "/a/{x}/c x=b"), ("/a/b/d", "/a/b/d"), ("/a/%2F/c", "/a/{x}/c x=/"),
          ("/files/", "/files/{rest...} rest="),
          ("/files/1/2", "/files/{rest...} rest=1/2"), ("/a/z", "/a/{x} x=z"), ("/q/z", "/{any}/z any=q"),
          ("/a?b=/c", "/a"), ("/caf%C3%A9/z", "/{any}/z any=café"),
        ] {
          try client.send(Self.get(target))
          #expect(try client.readResponse().text == answer, "\(target)")
        }
        for target in ["/b", "/a/b/c/d", "/files", "//"] {
          try client.send(Self.get(target))
          #expect(try client.readResponse().status == 404, "\(target)")
        }
        try client.send("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        #expect(try client.readResponse().headers["Allow"] == "DELETE, GET, HEAD")
      }
    }
  }

  @Test("5: queries")
  func queries() throws {
    let query = try HTTPRequest(target: "/s?q=red+dress&f=a%26b&f=c&&empty=&bare&%C3%A9=%C3%BC").query
    #expect(
      query.parameters.map { "\($0.name)=\($0.value)" } == ["q=red dress", "f=a&b", "f=c", "empty=", "bare=", "é=ü"])
    #expect(query["f"] == "a&b")
    #expect(query.values("f") == ["a&b", "c"])
    #expect(query["none"] == nil)
    #expect(query.names == ["q", "f", "empty", "bare", "é"])
    for target in ["/s?q=%", "/s?q=%a", "/s?q=%zz", "/s?q=%ff", "/s?q=%C3", "/s?%00=1", "/s?q=%ED%A0%80"] {
      #expect(throws: QueryParameters.Fault.self, "\(target)") { try HTTPRequest(target: target).query }
    }
    let many = "/s?" + String(repeating: "a=b&", count: 1_001)
    #expect(throws: QueryParameters.Fault.self) { try HTTPRequest(target: many).query }
    for target in ["", "s", "/%", "/%00", "/%C3%28"] {
      #expect(throws: HTTPRequest.TargetFault.self, "\(target)") { try HTTPRequest(target: target) }
    }
    #expect(try HTTPRequest(target: "/a+b/%C3%A9?x").path == "/a+b/é")
  }

  @Test("6: problems and headers")
  func problems() throws {
    let problem = Problem(
      ServerProblem.invalidQuery, detail: "page \"0\" is below 1\n",
      extensions: [
        "parameter": .string("page"), "allowed": .strings(["1", "2"]), "n": .integer(3), "b": .boolean(true),
      ],
      headers: ["Retry-After": "3"])
    let response = problem.response(requestID: "r1")
    #expect(response.headers["Retry-After"] == "3")
    guard case .bytes(let bytes) = response.body else {
      Issue.record("no body")
      return
    }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(object["status"] as? Int == 400)
    #expect(object["detail"] as? String == "page \"0\" is below 1\n")
    #expect(object["instance"] as? String == "urn:vitrine:request:r1")
    #expect(object["allowed"] as? [String] == ["1", "2"])
    #expect(object["n"] as? Int == 3)
    var headers = HTTPHeaders()
    headers.add("X", "a\r\nSet-Cookie: b\0")
    #expect(headers["x"] == "a  Set-Cookie: b ")
    headers.add("x", "c")
    #expect(headers.values("X") == ["a  Set-Cookie: b ", "c"])
    headers["X"] = nil
    #expect(headers.fields.isEmpty)
  }
}

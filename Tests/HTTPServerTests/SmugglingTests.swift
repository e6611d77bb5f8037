// 1. A head that two parsers may read as different requests is refused with 400 and the connection is closed: two
//    lengths, a length and chunks, other codings, bare LF, bare CR, obs-fold, spaces before the colon, control bytes.
// 2. Odd but permitted heads are accepted: no space after the colon, empty values, blanks at the end of a value.
// 3. A malformed chunked body is refused with 400 and the connection is closed; the bytes after it are never a request.
// 4. Heads, targets and bodies beyond their limits are 431, 414 and 413, and the connection is closed.
// 5. Whatever bytes arrive, the server answers or closes, and continues to serve others.
import HTTPServer
import Telemetry
import TestSupport
import Testing
import Threading

@Suite struct SmugglingTests {
  /// Targets that reached a handler.
  private final class Seen: Sendable {
    private let targets = Guarded<[String]>([])
    func note(_ request: HTTPRequest) { targets.withLock { $0.append(request.target) } }
    var all: [String] { targets.withLock { $0 } }
  }

  private static func routes(_ seen: Seen) -> (inout Router) -> Void {
    { router in
      router.get("/ok", RouteOptions(isImmediate: true)) { request in
        seen.note(request)
        return .text(request.headers["A"] ?? "none")
      }
      router.post("/echo", RouteOptions(maxBodyBytes: 1_000)) { request in
        seen.note(request)
        return .bytes(request.body, contentType: "text/plain")
      }
      router.get("/smuggled") { request in
        seen.note(request)
        return .text("smuggled")
      }
    }
  }

  private static let follower = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

  static let refusedHeads: [String] = [
    "GET /ok HTTP/1.1\nHost: x\n\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked \r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\t\r\n\r\n",
    "GET /ok HTTP/1.1\nHost: x\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA: b\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\n\n",
    "GET /ok HTTP/1.1\r\nHost: x\rA: b\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\nD: e\r\n\r\n",
    "GET /ok HTTP/1.1\r\n Host: x\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nAbc\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA\0c: b\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA: b\u{1}c\r\n\r\n",
    "GET /ok HTTP/1.1\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "GET  /ok HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /ok  HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /ok /x HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://x/ok HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 0\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ]

  @Test("1: refused with 400 and closed", .timeLimit(.minutes(5)))
  func refused() async throws {
    let seen = Seen()
    try await withServer(routes: Self.routes(seen)) { server in
      try await onThread {
        for head in Self.refusedHeads {
          let client = try server.client()
          try client.send(head + Self.follower)
          let answer = try client.readToEnd()
          #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(head.debugDescription) → \(answer.prefix(40))")
          #expect(answer.contains("Connection: close"), "\(head.debugDescription)")
        }
      }
      #expect(seen.all == [])
    }
  }

  @Test("2: odd but permitted", .timeLimit(.minutes(3)))
  func allowed() async throws {
    let seen = Seen()
    try await withServer(routes: Self.routes(seen)) { server in
      try await onThread {
        for (head, value) in [
          ("Host:x\r\nA:b", "b"), ("Host:\tx\r\nA: \t b", "b"), ("Host: x\r\nA: b  ", "b"), ("Host: x\r\nA:", ""),
          ("Host: x\r\nA: \r\nB: c", ""), ("Host: x\r\na: b c", "b c"), ("hOST: x", "none"),
        ] {
          let client = try server.client()
          try client.send("GET /ok HTTP/1.1\r\n\(head)\r\n\r\n")
          let response = try client.readResponse()
          #expect(response.status == 200, "\(head.debugDescription)")
          #expect(response.text == value, "\(head.debugDescription)")
        }
        // An empty line before a request is allowed (RFC 9112 section 2.2).
        let client = try server.client()
        try client.send("\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readResponse().status == 200)
      }
    }
  }

  static let refusedChunks: [String] = [
    "3\rabc\r0\r\r", "3;a\nb\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n",
    "-3\r\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", "3\r\nabcXX0\r\n\r\n",
    "\r\nabc\r\n0\r\n\r\n", "g\r\nabc\r\n0\r\n\r\n",
  ]

  @Test("3: malformed chunks", .timeLimit(.minutes(3)))
  func chunks() async throws {
    let seen = Seen()
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    try await withServer(routes: Self.routes(seen)) { server in
      try await onThread {
        for chunks in Self.refusedChunks {
          let client = try server.client()
          try client.send(head + chunks + Self.follower)
          let answer = try client.readToEnd()
          #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(chunks.debugDescription) → \(answer.prefix(40))")
        }
        let client = try server.client()
        try client.send(head + "10000000000000003\r\nabc\r\n0\r\n\r\n" + Self.follower)
        #expect(try client.readToEnd().hasPrefix("HTTP/1.1 413 "))
        // Extensions and trailers are dropped, and the next request follows.
        let good = try server.client()
        try good.send(
          head + "3;a=\"b\"\r\nabc\r\n0\r\nContent-Length: 99\r\nA: b\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try good.readResponse().text == "abc")
        #expect(try good.readResponse().text == "none")
      }
      #expect(!seen.all.contains("/smuggled"))
    }
  }

  @Test(
    "3: the library accepts a bare LF after a chunk's size, and the framing is the same", .timeLimit(.minutes(3)))
  func chunkLineFeeds() async throws {
    let seen = Seen()
    try await withServer(routes: Self.routes(seen)) { server in
      try await onThread {
        let client = try server.client()
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n")
        try client.send("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readResponse().text == "abc")
        #expect(try client.readResponse().text == "none")
      }
    }
  }

  @Test("4: head, target and body too large", .timeLimit(.minutes(3)))
  func oversized() async throws {
    let seen = Seen()
    try await withServer(routes: Self.routes(seen)) { server in
      try await onThread {
        for (request, status) in [
          ("GET /ok HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431),
          ("GET /ok HTTP/1.1\r\nHost: x\r\n\(String(repeating: "A: b\r\n", count: 120))\r\n", 431),
          ("GET /ok?\(String(repeating: "a", count: 60_000)) HTTP/1.1\r\n", 414),
          ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413),
          ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
          (
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3e9\r\n\(String(repeating: "a", count: 1_001))\r\n0\r\n\r\n", 413
          ),
        ] {
          let client = try server.client()
          // The server may close before it has read everything.
          try? client.send(request)
          let head = try client.read(through: "\r\n")
          #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(60)) → \(head)")
          _ = try client.readToEnd()
        }
      }
      #expect(seen.all == [])
    }
  }

  @Test("4: an endless chunked body is cut off", .timeLimit(.minutes(3)))
  func endlessBody() async throws {
    try await withServer(routes: Self.routes(Seen())) { server in
      try await onThread {
        let client = try server.client()
        try client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let piece = Array(("10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n").utf8)
        #expect(throws: RawClient.Failure.self) {
          for _ in 0..<10_000 { try client.send(piece) }
        }
      }
    }
  }

  @Test("5: random bytes and mutilated requests", .timeLimit(.minutes(5)))
  func fuzz() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("SmugglingTests.fuzz seed \(seed)")
    try await withServer({ $0.idleTimeout = .seconds(2) }, routes: Self.routes(Seen())) { server in
      try await onThread {
        var random = SeededGenerator(seed: seed)
        let base = Array(
          ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            + Self.follower).utf8)
        for _ in 0..<300 {
          var bytes = base
          for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: index)
            }
          }
          let client = try server.client()
          // The server may have closed already.
          try? client.send(bytes)
          client.halfClose()
          _ = try client.readToEnd()
        }
        let client = try server.client()
        try client.send("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readResponse().status == 200)
      }
    }
  }
}

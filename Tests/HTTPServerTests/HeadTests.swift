// 1. A head within its limit reaches its handler, whatever fills it: a long path, thousands of parameters, one long
//    field, as many fields as are allowed, as many cookies as a browser keeps.
// 2. A head beyond its limit is answered with 414 or 431 and the connection is closed: at any size, whatever fills it,
//    in one piece or in many.
// 3. Each refusal whose head the library can parse is a problem+json.
import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite struct HeadTests {
  private static func server<Result: Sendable>(_ body: (TestServer) async throws -> Result) async throws -> Result {
    try await withServer(routes: { router in
      router.get("/{rest...}", RouteOptions(isImmediate: true)) { request in
        // `query` accepts at most 1,000.
        let parameters = request.rawQuery.split(separator: "&")
        return .text("\(parameters.count) \(request.headers.fields.count)")
      }
    }) { try await body($0) }
  }

  /// A head of about a given size, filled in one way.
  struct Filling: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let head: @Sendable (Int) -> String

    private static let frame = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8.count

    /// `unit` repeated as often as it fits.
    private static func repeated(_ bytes: Int, _ unit: (Int) -> String) -> String {
      var text = ""
      var number = 0
      while text.utf8.count + unit(number).utf8.count <= bytes - frame {
        text += unit(number)
        number += 1
      }
      return text
    }

    private static func request(_ target: String, _ fields: String = "") -> String {
      "GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    static let path = Filling(testDescription: "a long path") { bytes in
      request("/" + repeated(bytes) { _ in "a" })
    }
    static let value = Filling(testDescription: "a long value of a parameter") { bytes in
      request("/?q=" + repeated(bytes - 3) { _ in "a" })
    }
    static let parameters = Filling(testDescription: "many parameters") { bytes in
      request("/?" + repeated(bytes - 1) { _ in "a&" })
    }
    static let filters = Filling(testDescription: "many filters") { bytes in
      request("/?" + repeated(bytes - 1) { "filter=colour:value\($0)&" })
    }
    static let field = Filling(testDescription: "a long field") { bytes in
      request("/", "A: " + repeated(bytes - 5) { _ in "a" } + "\r\n")
    }
    static let fields = Filling(testDescription: "many fields") { bytes in
      request("/", repeated(bytes) { "A\($0): a\r\n" })
    }
    static let cookies = Filling(testDescription: "many cookies") { bytes in
      request("/", "Cookie: " + repeated(bytes - 10) { "name\($0)=\(String(repeating: "v", count: 80)); " } + "\r\n")
    }

    static let all = [path, value, parameters, filters, field, fields, cookies]
  }

  @Test("1: a head within its limit", .timeLimit(.minutes(3)), arguments: Filling.all)
  func within(_ filling: Filling) async throws {
    try await Self.server { server in
      try await onThread {
        let client = try server.client()
        // A head may have at most 100 such fields of 8 bytes.
        let limit = filling.testDescription == Filling.fields.testDescription ? 800 : 16_384
        for size in stride(from: 200, through: limit, by: 97).reversed() {
          let head = filling.head(size)
          #expect(head.utf8.count <= limit && head.utf8.count > size - 100)
          try client.send(head)
          let response = try client.readResponse()
          #expect(response.status == 200, "\(size): \(response.text)")
        }
      }
    }
  }

  @Test("1: every parameter arrives", .timeLimit(.minutes(3)), arguments: [1, 400, 4_000])
  func parameters(count: Int) async throws {
    try await Self.server { server in
      try await onThread {
        let client = try server.client()
        let query = (0..<count).map { _ in "a=1" }.joined(separator: "&")
        try client.send("GET /x?\(query) HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n")
        #expect(try client.readResponse().text == "\(count) 2")
      }
    }
  }

  @Test("2: a head beyond its limit", .timeLimit(.minutes(5)), arguments: Filling.all)
  func beyond(_ filling: Filling) async throws {
    try await Self.server { server in
      try await onThread {
        for size in stride(from: 16_500, through: 120_000, by: 1_511) {
          let client = try server.client()
          // The server may close before it has read everything.
          try? client.send(filling.head(size))
          let line = try client.read(through: "\r\n")
          #expect(line.hasPrefix("HTTP/1.1 431 ") || line.hasPrefix("HTTP/1.1 414 "), "\(size): \(line)")
          #expect(try client.readToEnd().contains("Connection: close"), "\(size)")
        }
      }
    }
  }

  @Test("2: a head beyond its limit, in pieces", .timeLimit(.minutes(5)), arguments: Filling.all)
  func beyondInPieces(_ filling: Filling) async throws {
    try await Self.server { server in
      try await onThread {
        for piece in [100, 1_000, 10_000] {
          let client = try server.client()
          let bytes = Array(filling.head(60_000).utf8)
          for start in stride(from: 0, to: bytes.count, by: piece) {
            // The server may close before it has read everything.
            try? client.send(Array(bytes[start..<min(bytes.count, start + piece)]))
          }
          let line = try client.read(through: "\r\n")
          #expect(line.hasPrefix("HTTP/1.1 431 ") || line.hasPrefix("HTTP/1.1 414 "), "\(piece): \(line)")
        }
      }
    }
  }

  /// Checks that the answer is the whole problem, and that the connection ends with it.
  private static func expectProblem(
    _ client: RawClient, _ problem: ServerProblem, _ context: String, detail: String? = nil
  ) throws {
    let response = try client.readResponse()
    #expect(response.status == problem.status.code, "\(context)")
    #expect(response.headers["Content-Type"] == "application/problem+json", "\(context)")
    #expect(response.headers["Cache-Control"] == "no-store", "\(context)")
    #expect(response.headers["Connection"] == "close", "\(context)")
    let head =
      "{\"type\":\"urn:vitrine:problem:\(problem.code)\",\"title\":\"\(problem.title)\","
      + "\"status\":\(problem.status.code),\"code\":\"\(problem.code)\",\"detail\":\""
      + (detail.map { $0 + "\"" } ?? "")
    #expect(response.text.hasPrefix(head), "\(context): \(response.text)")
    #expect(response.text.contains("\",\"instance\":\"urn:vitrine:request:"), "\(context): \(response.text)")
    #expect(try client.isAtEnd(), "\(context)")
  }

  @Test(
    "3: a head that is too large", .timeLimit(.minutes(3)),
    arguments: [Filling.path, .value, .parameters, .filters, .field])
  func tooLarge(_ filling: Filling) async throws {
    try await Self.server { server in
      try await onThread {
        // Up to twice the limit fits into a connection's memory in one piece.
        for size in stride(from: 16_500, through: 32_768, by: 509) {
          let client = try server.client()
          try client.send(filling.head(size))
          try Self.expectProblem(
            client, .headTooLarge, "\(size)", detail: "The head is larger than 16384 bytes; send less.")
        }
      }
    }
  }

  @Test("3: too many fields", .timeLimit(.minutes(3)), arguments: [101, 200, 500])
  func tooManyFields(count: Int) async throws {
    try await Self.server { server in
      try await onThread {
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: count - 1) + "\r\n")
        try Self.expectProblem(
          client, .headTooLarge, "\(count)", detail: "The head has more than 100 fields; send fewer.")
      }
    }
  }

  /// Heads that the library refuses before it calls us (docs/explain/http.md).
  private static let refusedByLibrary: Set<String> = [
    "GET /ok HTTP/1.1\r\nHost: x\r\nAbc\r\n\r\n",
    "GET /ok HTTP/1.1\r\nHost: x\r\nA\0c: b\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nabc",
  ]

  @Test("3: a head that is malformed", .timeLimit(.minutes(3)), arguments: SmugglingTests.refusedHeads)
  func malformed(_ head: String) async throws {
    try await Self.server { server in
      try await onThread {
        let client = try server.client()
        try client.send(head)
        if Self.refusedByLibrary.contains(head) {
          // If this becomes a problem, the page that says otherwise must be corrected.
          let answer = try client.readToEnd()
          #expect(answer.hasPrefix("HTTP/1.1 400 ") && !answer.contains("problem+json"), "\(head.debugDescription)")
        } else {
          try Self.expectProblem(client, .malformedRequest, head.debugDescription)
        }
      }
    }
  }
}

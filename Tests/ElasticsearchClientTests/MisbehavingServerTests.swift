// Properties proved here, against a scripted server in the test:
// 1. Half a body, an HTML page, a broken gzip, an endless head, too large an answer, and answers that are not HTTP,
//    JSON or UTF-8 give a clear error, after retries or at once, which never contains the text of a page.
// 2. A good gzip is read, and so are fifty megabytes; a small gzip that expands beyond the limit is not unpacked.
// 3. An answer that never begins, never ends or drips: the deadline ends the request and closes its connection.
// 4. A cancelled task's request ends and its connection is closed.
// 5. Thousands of requests that fail in each of these ways leave no open descriptor and no used memory.
import Foundation
import Glibc
import SearchDSL
import TestSupport
import Testing

@testable import ElasticsearchClient

private func head(_ lines: String...) -> [UInt8] {
  Array((["HTTP/1.1 200 OK", "Content-Type: application/json"] + lines + ["", ""]).joined(separator: "\r\n").utf8)
}

/// One kind of wrong answer.
struct Misbehaviour: Sendable, CustomTestStringConvertible {
  let name: String
  let behaviour: ScriptedServer.Behaviour
  /// A text that the error must contain.
  let told: String
  /// How often the client asks: more than once if a repetition may help.
  var attempts = 1

  var testDescription: String { name }

  private static let gzip = GzipSamples.count
  private static let secretPage = "<html>secret page</html>"

  static let all: [Misbehaviour] = [
    Misbehaviour(
      name: "half a body", behaviour: .sendAndClose(head("Content-Length: 100") + Array(#"{"cou"#.utf8)),
      told: "cut its answer short", attempts: 4),
    Misbehaviour(
      name: "half a chunk",
      behaviour: .sendAndClose(head("Transfer-Encoding: chunked") + Array("40\r\n{\"cou".utf8)),
      told: "cut its answer short", attempts: 4),
    Misbehaviour(
      name: "half a head", behaviour: .sendAndClose(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)),
      told: "of 0 bytes"),
    Misbehaviour(name: "no byte", behaviour: .sendAndClose([]), told: "without an answer", attempts: 4),
    Misbehaviour(
      name: "a reset in the body", behaviour: .sendAndReset(head("Content-Length: 100") + Array(#"{"cou"#.utf8)),
      told: "cut its answer short", attempts: 4),
    Misbehaviour(name: "a reset at once", behaviour: .sendAndReset([]), told: "without an answer", attempts: 4),
    Misbehaviour(name: "a page", behaviour: .html(secretPage, status: 200), told: "text/html"),
    Misbehaviour(
      name: "a page behind a redirect",
      behaviour: .html(secretPage, status: 302, ["Location: http://127.0.0.1:1/secret"]), told: "302 text/html"),
    Misbehaviour(name: "a page of 404", behaviour: .html(secretPage, status: 404), told: "404 text/html"),
    Misbehaviour(name: "no JSON", behaviour: .json(""), told: "application/json of 0 bytes"),
    Misbehaviour(name: "not UTF-8", behaviour: .answer(status: 200, body: [123, 34, 0xFF, 34, 125]), told: "not JSON"),
    Misbehaviour(
      name: "nested without end", behaviour: .json(String(repeating: "[", count: 100_000)), told: "not JSON"),
    Misbehaviour(name: "no count", behaviour: .json("{}"), told: "no count"),
    Misbehaviour(
      name: "too large", behaviour: .json("[\(String(repeating: "1,", count: 600_000))1]"),
      told: "more than 1000000 bytes"),
    Misbehaviour(
      name: "a gzip of 100 MB", behaviour: .encoded(GzipSamples.hundredMegabytesOfZeros),
      told: "more than 1000000 bytes"),
    Misbehaviour(
      name: "a broken gzip", behaviour: .encoded(Array(gzip.prefix(12)) + [1, 2, 3, 4, 5, 6, 7, 8]),
      told: "compressed its answer wrongly"),
    Misbehaviour(name: "half a gzip", behaviour: .encoded(Array(gzip.prefix(30))), told: "not JSON"),
    Misbehaviour(
      name: "a gzip with another checksum", behaviour: .encoded(gzip.dropLast(5) + [0] + gzip.suffix(4)),
      told: "compressed its answer wrongly"),
    Misbehaviour(
      name: "an encoding that was not asked for", behaviour: .encoded(gzip, as: "snappy"),
      told: "compressed its answer wrongly"),
    Misbehaviour(
      name: "not HTTP", behaviour: .sendAndClose(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), told: "HTTP"),
    Misbehaviour(
      name: "a line of the head without end",
      behaviour: .forever(Array("HTTP/1.1 200 OK\r\nX: ".utf8), again: Array(repeating: 120, count: 1_000)),
      told: "head"),
    Misbehaviour(
      name: "a head without end",
      behaviour: .forever(Array("HTTP/1.1 200 OK\r\n".utf8), again: Array("X-Bomb: 0123456789\r\n".utf8)),
      told: "head"),
    Misbehaviour(
      name: "for ever 'go on'", behaviour: .forever([], again: Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)),
      told: "head"),
  ]
}

@Suite struct MisbehavingServerTests {
  @Test("1. meaningless answers", .timeLimit(.minutes(5)), arguments: Misbehaviour.all)
  func nonsense(kind: Misbehaviour) async throws {
    let server = try ScriptedServer { _, _ in kind.behaviour }
    defer { server.stop() }
    let client = try client([server]) { $0.maxAnswerBytes = 1_000_000 }
    let told = try #require(await client.failure()).description
    #expect(told.contains(kind.told) && !told.contains("secret"), "\(told)")
    #expect(told.utf8.count < 1_000)
    #expect(server.requests.count == kind.attempts)
    try await until { server.openCount <= 1 }
  }

  @Test("2. a good gzip is read") func compressed() async throws {
    let server = try ScriptedServer { _, _ in .encoded(GzipSamples.count) }
    defer { server.stop() }
    #expect(try await client([server]).ask() == 42)
    #expect(server.requests.first?.contains("Accept-Encoding: gzip") == true)
  }

  @Test("2. fifty megabytes are read") func large() async throws {
    let body = #"{"pad":""# + String(repeating: "x", count: 50 << 20) + #"","# + countAnswer.dropFirst()
    let server = try ScriptedServer { _, _ in .json(body) }
    defer { server.stop() }
    #expect(try await client([server]).ask() == 42)
  }

  @Test(
    "3. the deadline ends endless answers", .timeLimit(.minutes(5)),
    arguments: [
      ScriptedServer.Behaviour.silence, .endless,
      .drip(head("Content-Length: 35") + Array(countAnswer.utf8), pauseMicroseconds: 1_000_000),
      .forever(head("Content-Length: 35"), again: [32], pauseMicroseconds: 1_000_000),
    ])
  func deadline(behaviour: ScriptedServer.Behaviour) async throws {
    let server = try ScriptedServer { _, _ in behaviour }
    defer { server.stop() }
    let client = try client([server])
    let start = ContinuousClock.now
    #expect(await client.failure(within: .milliseconds(1_300)) == .deadlineExceeded)
    let time = ContinuousClock.now - start
    #expect(time >= .milliseconds(1_300) && time < .seconds(10), "\(time)")
    try await until { server.openCount == 0 }
    #expect(server.requests.count == 1)
  }

  @Test("4. cancellation ends the request") func cancellation() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server])
    let task = Task { await client.failure(within: .seconds(3_600)) }
    try await until { server.requests.count == 1 }
    task.cancel()
    #expect(await task.value == .unavailable(reason: "the request was cancelled"))
    try await until { server.openCount == 0 }
  }

  @Test("5. nothing is left behind", .timeLimit(.minutes(5))) func leaks() async throws {
    // Each answer is or announces a megabyte, so that a leaked one shows.
    let large = "[\(String(repeating: "1,", count: 500_000))1]"
    let half = head("Content-Length: 2000000") + Array(large.utf8)
    let behaviours: [ScriptedServer.Behaviour] = [
      .json(large), .sendAndClose(half), .sendAndReset(half), .html(large, status: 502), .html(large, status: 200),
      .encoded(GzipSamples.hundredMegabytesOfZeros), .encoded(Array(large.utf8)), .silence,
      .forever(head("Content-Length: 9000000"), again: Array(large.utf8), pauseMicroseconds: 1_000),
    ]
    let server = try ScriptedServer { number, _ in behaviours[number % behaviours.count] }
    defer { server.stop() }
    /// Sends requests through a new client, whose connections end with it.
    func round(_ requests: Int) async throws {
      let client = try client([server]) {
        $0.maxAnswerBytes = 4_000_000
        $0.maxConnections = 8
        $0.retries.maxAttempts = 1
      }
      await withTaskGroup { group in
        for _ in 0..<requests {
          group.addTask {
            // An error is expected; some requests are refused by the open circuit, and some end by the deadline.
            _ = try? await client.ask(within: .milliseconds(300))
          }
        }
      }
    }
    // The allocator keeps the memory that many threads once needed; its size has settled by then.
    for _ in 0..<20 { try await round(60) }
    try await until { server.openCount == 0 }
    let before = (descriptors: Usage.openDescriptors(), bytes: Usage.residentBytes(), requests: server.requests.count)
    // On a slow machine fewer of a round's requests reach the server, so run more rounds.
    while server.requests.count <= before.requests + 1_000 { try await round(60) }
    try await until { server.openCount == 0 }
    let after = (descriptors: Usage.openDescriptors(), bytes: Usage.residentBytes(), requests: server.requests.count)
    let requests = after.requests - before.requests
    print("leaks: \(before) before, \(after) after \(requests) requests")
    // Other tests of the process may have a few open.
    #expect(after.descriptors < before.descriptors + 50)
    // Less than every sixth of 1,000 answers of a megabyte each.
    #expect(after.bytes < before.bytes + 150 << 20)
  }
}

/// Resources that this process uses.
enum Usage {
  static func openDescriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  static func residentBytes() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}

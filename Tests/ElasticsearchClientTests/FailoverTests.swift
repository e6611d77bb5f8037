// Properties proved here, against scripted servers in the test:
// 1. 429, 502, 503 and 504 and a refused connection are retried until they succeed; after the last attempt the error
//    gives the status, type and reason.
// 2. The client waits for Retry-After; if that is beyond the deadline, the error comes at once.
// 3. A change is not repeated once it may have arrived, not even by libcurl over a kept connection.
// 4. A node that fails, hangs or cannot be connected to is left out, and requests continue with the others.
// 5. When no node answers, requests are refused at once, and continue when one is back.
// 6. A node's restart breaks all its connections at once: each request is retried, and none is refused.
import Glibc
import JSON
import SearchDSL
import Synchronization
import Testing

@testable import ElasticsearchClient

@Suite struct FailoverTests {
  @Test("1. temporary failures are retried", arguments: [429, 502, 503, 504]) func retries(status: Int) async throws {
    let server = try ScriptedServer { number, _ in number < 2 ? .html("", status: status) : .json(countAnswer) }
    defer { server.stop() }
    #expect(try await client([server]).ask() == 42)
    #expect(server.requests.count == 3)
  }

  @Test("1. a cluster that loses a node answers 500, a temporary failure") func lostNode() async throws {
    @Sendable func answer(_ type: String) -> ScriptedServer.Behaviour {
      .json(
        #"{"error":{"root_cause":[{"type":"\#(type)","reason":"[node-2] disconnected"}],"type":"search_phase_execution_exception"},"status":500}"#,
        status: 500)
    }
    let server = try ScriptedServer { number, _ in
      switch number {
      case 0: answer("node_disconnected_exception")
      case 1: .json(countAnswer)
      default: answer("null_pointer_exception")
      }
    }
    defer { server.stop() }
    let client = try client([server])
    #expect(try await client.ask() == 42)
    guard case .refused(500, "null_pointer_exception", _, _)? = await client.failure() else {
      Issue.record("another error")
      return
    }
    #expect(server.requests.count == 3)
  }

  @Test("1. after the last attempt the error gives the answer") func givingUp() async throws {
    let server = try ScriptedServer { _, _ in
      .json(#"{"error":{"type":"circuit_breaking_exception","reason":"too much data"},"status":503}"#, status: 503)
    }
    defer { server.stop() }
    #expect(
      try await client([server]).failure() == .unavailable(reason: "503 circuit_breaking_exception: too much data"))
    #expect(server.requests.count == RetryPolicy().maxAttempts)
  }

  @Test("1. no server: reported within the attempts") func nobody() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    server.stop()
    guard case .unavailable(let reason)? = try await client([server]).failure() else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains(server.address), "\(reason)")
  }

  @Test("2. the client waits for Retry-After", arguments: [429, 503]) func retryAfter(status: Int) async throws {
    let server = try ScriptedServer { number, _ in
      number == 0
        ? .answer(
          status: status, body: Array("{}".utf8), headers: ["Content-Type: application/json", "Retry-After: 1"])
        : .json(countAnswer)
    }
    defer { server.stop() }
    #expect(try await client([server]).ask() == 42)
    let times = server.arrivals.map(\.time)
    try #require(times.count == 2)
    #expect(times[1] - times[0] >= .seconds(1))
  }

  @Test("2. a Retry-After beyond the deadline is reported at once") func retryLater() async throws {
    let server = try ScriptedServer { _, _ in
      .answer(
        status: 429, body: Array(#"{"error":{"type":"es_rejected_execution_exception","reason":"full"}}"#.utf8),
        headers: ["Content-Type: application/json", "Retry-After: 3600"])
    }
    defer { server.stop() }
    let start = ContinuousClock.now
    #expect(
      try await client([server]).failure() == .unavailable(reason: "429 es_rejected_execution_exception: full"))
    #expect(ContinuousClock.now - start < ample / 2 && server.requests.count == 1)
  }

  @Test("3. a change is not repeated once it may have arrived") func changes() async throws {
    let server = try ScriptedServer { number, _ in
      switch number {
      case 0: .answer(status: 503, body: [])
      case 1: .sendAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".utf8))
      default: .json(#"{"acknowledged":true}"#)
      }
    }
    defer { server.stop() }
    let client = try client([server])
    await #expect(throws: SearchEngineError.self) {
      try await client.createIndex("i", body: [:], deadline: .now + ample)
    }
    #expect(server.requests.count == 2)
  }

  @Test("3. nor over a kept connection") func keptConnection() async throws {
    let server = try ScriptedServer { number, _ in number == 0 ? .json(countAnswer) : .sendAndClose([]) }
    defer { server.stop() }
    let client = try client([server])
    #expect(try await client.ask() == 42)
    await #expect(throws: SearchEngineError.self) {
      try await client.updateAliases([.add(index: "i", alias: "a")], deadline: .now + ample)
    }
    #expect(server.requests.count == 2)
  }

  @Test("4. a failing node is left out") func nodes() async throws {
    let good = try ScriptedServer { _, _ in .json(countAnswer) }
    let bad = try ScriptedServer { _, _ in .sendAndClose([]) }
    let gone = try ScriptedServer { _, _ in .silence }
    gone.stop()
    defer {
      good.stop()
      bad.stop()
    }
    let client = try client([bad, gone, good])
    for _ in 0..<100 { #expect(try await client.ask() == 42) }
    #expect(good.requests.count == 100)
    // Each pause is at least half a second and longer than the last; however slow the machine, few of the 100 requests
    // try the node.
    #expect(bad.requests.count < 50, "\(bad.requests.count)")
  }

  @Test("4. a node that hangs is left out after its deadlines") func hanging() async throws {
    let good = try ScriptedServer { _, _ in .json(countAnswer) }
    let hanging = try ScriptedServer { _, _ in .silence }
    defer {
      good.stop()
      hanging.stop()
    }
    let client = try client([hanging, good])
    var failures = 0
    for _ in 0..<300 {
      do { _ = try await client.ask(within: .milliseconds(200)) } catch { failures += 1 }
    }
    #expect(failures >= 1 && failures < 30, "\(failures)")
  }

  @Test("4. a node whose connection does not open is passed over within the deadline") func unreachable() async throws {
    let good = try ScriptedServer { _, _ in .json(countAnswer) }
    let full = try FullBacklog()
    defer {
      good.stop()
      full.close()
    }
    var settings = try ElasticsearchSettings(nodes: [full.address, good.address])
    settings.connectTimeout = .seconds(3_600)
    let client = ElasticsearchClient(settings: settings)
    for _ in 0..<20 { #expect(try await client.ask(within: .seconds(5)) == 42) }
  }

  @Test("5. the circuit opens and closes") func circuit() async throws {
    let isBack = Atomic(false)
    let server = try ScriptedServer { _, _ in isBack.load(ordering: .relaxed) ? .json(countAnswer) : .sendAndClose([]) }
    defer { server.stop() }
    let client = try client([server])
    for _ in 0..<50 { _ = await client.failure() }
    #expect(server.requests.count < 40, "\(server.requests.count)")
    isBack.store(true, ordering: .relaxed)
    let end = ContinuousClock.now + ample
    // Refused until the next probe: `try?` drops only that refusal.
    while (try? await client.ask()) != 42 {
      try #require(ContinuousClock.now < end)
      try await Task.sleep(for: .milliseconds(20))
    }
    for _ in 0..<20 { #expect(try await client.ask() == 42) }
  }

  @Test("6. a burst of broken connections") func burst() async throws {
    let server = try ScriptedServer { number, _ in number < 32 ? .sendAndClose([]) : .json(countAnswer) }
    defer { server.stop() }
    let client = try client([server])
    try await withThrowingTaskGroup { group in
      for _ in 0..<32 { group.addTask { try await client.ask() } }
      for try await value in group { #expect(value == 42) }
    }
  }
}

/// A listening socket with a full queue: the kernel makes new connections wait.
private final class FullBacklog {
  let address: String
  private var sockets: [Int32] = []

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    sockets = [listener]
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, address, &length) == 0
      }
    }
    try #require(isBound)
    address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    // A backlog of 0 holds one connection; the second waits for ever, which shows that the queue is full.
    for _ in 0..<2 {
      let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
      _ = withUnsafePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, length) }
      }
      sockets.append(filler)
    }
  }

  func close() { for socket in sockets { Glibc.close(socket) } }
}

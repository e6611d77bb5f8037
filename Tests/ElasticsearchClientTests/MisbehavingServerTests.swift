// Properties proved here, against a server in the test that does as it is told:
// 1. Half a body, a page of HTML, a broken gzip, an answer that is too large: a clear error, after retries or at once.
// 2. An answer that never begins or never ends: the deadline ends the request and closes its connection.
// 3. A cancelled task's request ends and its connection is closed.
// 4. 429, 502, 503 and 504 are retried and end well; what changes something is not repeated after it may have arrived.
// 5. Connections are kept alive and bounded, requests beyond the queue's bound are refused at once, and one that
//    waits in the queue ends by its deadline.
// 6. A node that fails is left out, and requests go on with the others.
// 7. Credentials go with every request and stand in no error and no description.
// 8. A server that is neither Elasticsearch 7.10, OpenSearch nor vitrine node is refused by name.
// 9. A program that is started while a request runs does not keep its connection open.
// 10. Hundreds of requests without an answer keep no thread of the cooperative pool: others go on.
import Glibc
import JSON
import SearchDSL
import Synchronization
import Testing

@testable import ElasticsearchClient

private let count = #"{"count":42,"_shards":{"failed":0}}"#
/// Time enough for a busy machine; only what is to fail by its deadline has a short one.
private let ample: Duration = .seconds(60)

private func client(_ servers: [ScriptedServer], _ change: (inout ElasticsearchSettings) -> Void = { _ in }) throws
  -> ElasticsearchClient
{
  var settings = try ElasticsearchSettings(nodes: servers.map(\.address))
  change(&settings)
  return ElasticsearchClient(settings: settings)
}

/// Waits for what another thread brings about; what never comes is a failure of the test.
private func eventually(_ condition: () -> Bool) async throws {
  let end = ContinuousClock.now + ample
  while !condition() {
    try #require(ContinuousClock.now < end, "it did not come about")
    try await Task.sleep(for: .milliseconds(5))
  }
}

private func failure(_ body: () async throws(SearchEngineError) -> Int) async -> SearchEngineError? {
  do throws(SearchEngineError) {
    let value = try await body()
    Issue.record("no failure, but \(value)")
    return nil
  } catch { return error }
}

@Suite struct MisbehavingServerTests {
  static let gzip: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 206, 47, 205, 43, 81, 178, 50, 49, 210, 81, 138, 47, 206, 72, 44, 74,
    41, 86, 178, 170, 86, 74, 75, 204, 204, 73, 77, 81, 178, 50, 168, 173, 5, 0, 128, 206, 88, 80, 35, 0, 0, 0,
  ]

  @Test(
    "1. answers that make no sense",
    arguments: [
      ("half", "cut its answer short", 4), ("html", "text/html", 1), ("gzip", "compressed its answer wrongly", 1),
      ("large", "more than 1000 bytes", 1), ("empty", "cut its answer short", 4), ("nothing", "application/json", 1),
      ("notCount", "no count", 1),
    ])
  func nonsense(kind: String, reason: String, attempts: Int) async throws {
    let server = try ScriptedServer { _, _ in
      switch kind {
      case "half":
        .sendAndClose(
          Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"cou".utf8))
      case "html":
        .answer(status: 200, body: Array("<html>secret page</html>".utf8), headers: ["Content-Type: text/html"])
      case "gzip":
        .answer(
          status: 200, body: Array(Self.gzip.prefix(12)) + [1, 2, 3, 4, 5, 6, 7, 8],
          headers: ["Content-Encoding: gzip", "Content-Type: application/json"])
      case "large": .json("[\(String(repeating: "1,", count: 600))1]")
      case "empty": .sendAndClose([])
      case "nothing": .json("")
      default: .json("{}")
      }
    }
    defer { server.stop() }
    let client = try client([server]) { $0.maximumAnswerBytes = 1_000 }
    let error = await failure { () throws(SearchEngineError) in
      try await client.count(.matchAll(), in: "i", deadline: .now + ample)
    }
    guard case .malformedAnswer(let told) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(told.contains(reason) && !told.contains("secret"), "\(told)")
    #expect(server.requests.count == attempts)
  }

  @Test("1. a good gzip is read") func compressed() async throws {
    let server = try ScriptedServer { _, _ in
      .answer(status: 200, body: Self.gzip, headers: ["Content-Encoding: gzip", "Content-Type: application/json"])
    }
    defer { server.stop() }
    #expect(try await client([server]).count(.matchAll(), in: "i", deadline: .now + ample) == 42)
    #expect(server.requests.first?.contains("Accept-Encoding: gzip") == true)
  }

  @Test("1. fifty megabytes are read") func large() async throws {
    let body = #"{"pad":""# + String(repeating: "x", count: 50 << 20) + #"","# + count.dropFirst()
    let server = try ScriptedServer { _, _ in .json(body) }
    defer { server.stop() }
    #expect(try await client([server]).count(.matchAll(), in: "i", deadline: .now + ample) == 42)
  }

  @Test("2. the deadline ends what does not end", arguments: [ScriptedServer.Behaviour.silence, .endless])
  func deadline(behaviour: ScriptedServer.Behaviour) async throws {
    let server = try ScriptedServer { _, _ in behaviour }
    defer { server.stop() }
    let client = try client([server])
    let start = ContinuousClock.now
    let error = await failure { () throws(SearchEngineError) in
      try await client.count(.matchAll(), in: "i", deadline: start + .milliseconds(300))
    }
    #expect(error == .deadlineExceeded)
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    try await eventually { server.openCount == 0 }
    #expect(server.requests.count == 1)
  }

  @Test("3. cancellation ends the request") func cancellation() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server])
    let task = Task { () -> SearchEngineError? in
      await failure { () throws(SearchEngineError) in
        try await client.count(.matchAll(), in: "i", deadline: .now + .seconds(3_600))
      }
    }
    try await eventually { server.requests.count == 1 }
    task.cancel()
    #expect(await task.value == .unavailable(reason: "the request was cancelled"))
    try await eventually { server.openCount == 0 }
  }

  @Test("4. what may pass is asked again", arguments: [429, 502, 503, 504]) func retries(status: Int) async throws {
    let server = try ScriptedServer { number, _ in
      number < 2
        ? .answer(status: status, body: Array("<html>".utf8), headers: ["Content-Type: text/html"]) : .json(count)
    }
    defer { server.stop() }
    #expect(try await client([server]).count(.matchAll(), in: "i", deadline: .now + ample) == 42)
    #expect(server.requests.count == 3)
  }

  @Test("4. after the last attempt the error says what came") func givingUp() async throws {
    let server = try ScriptedServer { _, _ in
      .json(#"{"error":{"type":"circuit_breaking_exception","reason":"too much data"},"status":503}"#, status: 503)
    }
    defer { server.stop() }
    let client = try client([server])
    let error = await failure { () throws(SearchEngineError) in
      try await client.count(.matchAll(), in: "i", deadline: .now + ample)
    }
    #expect(error == .unavailable(reason: "503 circuit_breaking_exception: too much data"))
    #expect(server.requests.count == RetryPolicy().maximumAttempts)
  }

  @Test("4. what changes something is not repeated once it may have arrived") func changes() async throws {
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

  @Test("4. nobody there: told within the attempts") func nobody() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    server.stop()
    let client = try client([server])
    guard
      case .unavailable(let reason) = await failure({ () throws(SearchEngineError) in
        try await client.count(.matchAll(), in: "i", deadline: .now + ample)
      })
    else {
      Issue.record("another error")
      return
    }
    #expect(reason.contains(server.address), "\(reason)")
  }

  @Test("5. connections are kept and bounded") func connections() async throws {
    let server = try ScriptedServer { _, _ in .json(count) }
    defer { server.stop() }
    let one = try client([server])
    for _ in 0..<50 { _ = try await one.count(.matchAll(), in: "i", deadline: .now + ample) }
    #expect(server.connectionCount == 1)
    let three = try client([server]) { $0.maximumConnections = 3 }
    try await withThrowingTaskGroup { group in
      for _ in 0..<200 { group.addTask { try await three.count(.matchAll(), in: "i", deadline: .now + ample) } }
      for try await value in group { #expect(value == 42) }
    }
    #expect(server.requests.count == 250 && server.connectionCount <= 4 && server.mostOpen <= 4)
  }

  @Test("5. the queue is bounded, and waiting ends by the deadline") func queue() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server]) {
      $0.maximumConnections = 1
      $0.maximumQueuedRequests = 1
    }
    let first = Task { try await client.count(.matchAll(), in: "i", deadline: .now + .seconds(3_600)) }
    try await eventually { server.requests.count == 1 }
    let second = await failure { () throws(SearchEngineError) in
      try await client.count(.matchAll(), in: "i", deadline: .now + .milliseconds(100))
    }
    #expect(second == .deadlineExceeded)
    let refusals = await withTaskGroup { group in
      for _ in 0..<3 {
        group.addTask {
          await failure { () throws(SearchEngineError) in
            try await client.count(.matchAll(), in: "i", deadline: .now + .milliseconds(500))
          }
        }
      }
      return await group.reduce(into: [SearchEngineError?]()) { $0.append($1) }
    }
    #expect(refusals.count { $0 == .deadlineExceeded } == 1, "\(refusals)")
    #expect(refusals.count { "\(String(describing: $0))".contains("waiting for a connection") } == 2, "\(refusals)")
    first.cancel()
    await #expect(throws: SearchEngineError.self) { try await first.value }
  }

  @Test("6. a failing node is left out") func nodes() async throws {
    let good = try ScriptedServer { _, _ in .json(count) }
    let bad = try ScriptedServer { _, _ in .sendAndClose([]) }
    let gone = try ScriptedServer { _, _ in .silence }
    gone.stop()
    defer {
      good.stop()
      bad.stop()
    }
    let client = try client([bad, gone, good])
    for _ in 0..<100 { #expect(try await client.count(.matchAll(), in: "i", deadline: .now + ample) == 42) }
    #expect(good.requests.count == 100)
    // Left out for half a second and longer each time; however slow the machine, few of the 100 try it.
    #expect(bad.requests.count < 50, "\(bad.requests.count)")
  }

  @Test("6. when no node answers, requests are refused at once, and go on when one is back") func circuit() async throws
  {
    let isBack = Atomic(false)
    let server = try ScriptedServer { _, _ in isBack.load(ordering: .relaxed) ? .json(count) : .sendAndClose([]) }
    defer { server.stop() }
    let client = try client([server])
    for _ in 0..<50 {
      _ = await failure { () throws(SearchEngineError) in
        try await client.count(.matchAll(), in: "i", deadline: .now + ample)
      }
    }
    #expect(server.requests.count < 40, "\(server.requests.count)")
    isBack.store(true, ordering: .relaxed)
    let end = ContinuousClock.now + ample
    // Refused until the next probe: what is thrown away here is that refusal.
    while (try? await client.count(.matchAll(), in: "i", deadline: .now + ample)) != 42 {
      try #require(ContinuousClock.now < end)
      try await Task.sleep(for: .milliseconds(20))
    }
    for _ in 0..<20 { #expect(try await client.count(.matchAll(), in: "i", deadline: .now + ample) == 42) }
  }

  @Test("7. credentials are sent and kept to ourselves") func credentials() async throws {
    let server = try ScriptedServer { _, _ in .json(#"{"error":"no","status":401}"#, status: 401) }
    defer { server.stop() }
    let basic = try client([server]) { $0.credentials = .basic(user: "shop", password: "pässword") }
    let key = try client([server]) { $0.credentials = .apiKey("c2VjcmV0OmtleQ==") }
    for client in [basic, key] {
      let error = await failure { () throws(SearchEngineError) in
        try await client.count(.matchAll(), in: "i", deadline: .now + ample)
      }
      #expect(error == .refused(status: 401, type: "error", reason: "no", index: nil))
    }
    #expect(server.requests[0].contains("Authorization: Basic c2hvcDpww6Rzc3dvcmQ="))
    #expect(server.requests[1].contains("Authorization: ApiKey c2VjcmV0OmtleQ=="))
    var settings = try ElasticsearchSettings(nodes: ["http://a:1/"], credentials: .apiKey("hush"))
    settings.credentials = .basic(user: "u", password: "hush")
    #expect("\(settings)" == "nodes http://a:1" && !String(reflecting: settings).contains("hush"))
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!dumped.contains("hush") && dumped.contains("basic"), "\(dumped)")
  }

  @Test(
    "7. addresses are checked",
    arguments: [
      [], ["localhost:9200"], ["http://"], ["http://u:hush@a:1"], ["ftp://a"], ["http://a b"], ["http://a:1/?x"],
    ])
  func addresses(nodes: [String]) {
    #expect { try ElasticsearchSettings(nodes: nodes) } throws: { !"\($0)".contains("hush") }
  }

  @Test(
    "8. other servers are refused by name",
    arguments: [
      (#"{"version":{"number":"7.9.3"},"tagline":"You Know, for Search"}"#, "elasticsearch 7.9.3"),
      (#"{"version":{"number":"9.5","distribution":"solr"}}"#, "solr 9.5"), (#"{"status":"ok"}"#, "search server"),
      (#"{"version":{"number":"new"},"tagline":"You Know, for Search"}"#, "elasticsearch new"),
    ])
  func otherServers(answer: String, told: String) async throws {
    let server = try ScriptedServer { _, _ in .json(answer) }
    defer { server.stop() }
    let client = try client([server])
    await #expect { try await client.information(deadline: .now + ample) } throws: {
      guard case .refused(_, "unsupported_server", let reason, _) = $0 as? SearchEngineError else { return false }
      return reason.contains(told)
    }
  }

  @Test("9. connections are not inherited") func inheritance() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server])
    let task = Task { try await client.count(.matchAll(), in: "i", deadline: .now + .seconds(3_600)) }
    try await eventually { server.requests.count == 1 }
    // posix_spawn, for Foundation's Process closes descriptors by itself.
    var program: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("3600"), nil]
    try #require(posix_spawnp(&program, "sleep", nil, nil, &arguments, environ) == 0)
    defer {
      kill(program, SIGKILL)
      waitpid(program, nil, 0)
      for argument in arguments { free(argument) }
    }
    task.cancel()
    await #expect(throws: SearchEngineError.self) { try await task.value }
    try await eventually { server.openCount == 0 }
  }

  @Test("10. waiting requests keep no thread") func manyWaiting() async throws {
    let server = try ScriptedServer { _, head in head.hasPrefix("POST /slow") ? .silence : .json(count) }
    defer { server.stop() }
    let client = try client([server]) { $0.maximumConnections = 400 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<300 {
        group.addTask { _ = try await client.count(.matchAll(), in: "slow", deadline: .now + .seconds(3_600)) }
      }
      try await eventually { server.requests.count == 300 }
      for _ in 0..<20 { #expect(try await client.count(.matchAll(), in: "i", deadline: .now + ample) == 42) }
      group.cancelAll()
      while let result = await group.nextResult() { #expect(throws: SearchEngineError.self) { try result.get() } }
    }
    try await eventually { server.openCount <= 1 }
  }
}

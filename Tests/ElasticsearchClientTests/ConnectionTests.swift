// Properties proved here, against a scripted server in the test:
// 1. Connections are kept alive and limited; requests beyond the queue's limit are refused at once, and a queued
//    request ends by its deadline.
// 2. A program that is started while a request runs does not keep its connection open.
// 3. Hundreds of requests without an answer block no thread of the cooperative pool: other tasks continue.
// 4. A server that is neither Elasticsearch 7.10, OpenSearch nor vitrine node is refused by name.
import Glibc
import SearchDSL
import TestSupport
import Testing

@testable import ElasticsearchClient

@Suite struct ConnectionTests {
  @Test("1. connections are kept and bounded") func connections() async throws {
    let server = try ScriptedServer { _, _ in .json(countAnswer) }
    defer { server.stop() }
    let one = try client([server])
    for _ in 0..<50 { _ = try await one.ask() }
    #expect(server.connectionCount == 1)
    let three = try client([server]) { $0.maxConnections = 3 }
    try await withThrowingTaskGroup { group in
      for _ in 0..<200 { group.addTask { try await three.ask() } }
      for try await value in group { #expect(value == 42) }
    }
    #expect(server.requests.count == 250 && server.connectionCount <= 4 && server.maxOpen <= 4)
  }

  @Test("1. the queue is bounded, and waiting ends by the deadline") func queue() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server]) {
      $0.maxConnections = 1
      $0.maxQueuedRequests = 1
    }
    let first = Task { try await client.ask(within: .seconds(3_600)) }
    try await until { server.requests.count == 1 }
    #expect(await client.failure(within: .milliseconds(100)) == .deadlineExceeded)
    let refusals = await withTaskGroup { group in
      for _ in 0..<3 { group.addTask { await client.failure(within: .milliseconds(500)) } }
      return await group.reduce(into: [SearchEngineError?]()) { $0.append($1) }
    }
    #expect(refusals.count { $0 == .deadlineExceeded } == 1, "\(refusals)")
    #expect(refusals.count { "\(String(describing: $0))".contains("waiting for a connection") } == 2, "\(refusals)")
    first.cancel()
    await #expect(throws: SearchEngineError.self) { try await first.value }
  }

  @Test("2. connections are not inherited") func inheritance() async throws {
    let server = try ScriptedServer { _, _ in .silence }
    defer { server.stop() }
    let client = try client([server])
    let task = Task { try await client.ask(within: .seconds(3_600)) }
    try await until { server.requests.count == 1 }
    // posix_spawn, because Foundation's Process closes descriptors itself.
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
    try await until { server.openCount == 0 }
  }

  @Test("3. waiting requests block no thread") func manyWaiting() async throws {
    let server = try ScriptedServer { _, head in head.hasPrefix("POST /slow") ? .silence : .json(countAnswer) }
    defer { server.stop() }
    let client = try client([server]) { $0.maxConnections = 400 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<300 { group.addTask { _ = try await client.ask("slow", within: .seconds(3_600)) } }
      try await until { server.requests.count == 300 }
      for _ in 0..<20 { #expect(try await client.ask() == 42) }
      group.cancelAll()
      while let result = await group.nextResult() { #expect(throws: SearchEngineError.self) { try result.get() } }
    }
    try await until { server.openCount <= 1 }
  }

  @Test(
    "4. other servers are refused by name",
    arguments: [
      (#"{"version":{"number":"7.9.3"},"tagline":"You Know, for Search"}"#, "elasticsearch 7.9.3"),
      (#"{"version":{"number":"9.5","distribution":"solr"}}"#, "solr 9.5"), (#"{"status":"ok"}"#, "search server"),
      (#"{"version":{"number":"new"},"tagline":"You Know, for Search"}"#, "elasticsearch new"),
      ("[]", "search server"), ("<html>Welcome to nginx!</html>", "200 text/html"),
    ])
  func otherServers(answer: String, told: String) async throws {
    let server = try ScriptedServer { _, _ in answer.hasPrefix("<") ? .html(answer, status: 200) : .json(answer) }
    defer { server.stop() }
    let client = try client([server])
    await #expect { try await client.information(deadline: .now + ample) } throws: {
      guard case .refused(_, "unsupported_server", let reason, _) = $0 as? SearchEngineError else { return false }
      return reason.contains(told) && reason.contains(server.address)
    }
  }

  @Test(
    "4. supported servers are recognised",
    arguments: [
      (#"{"version":{"number":"7.10.2"},"tagline":"You Know, for Search"}"#, "elasticsearch", "7.10.2"),
      (#"{"version":{"number":"9.1.0"},"tagline":"You Know, for Search"}"#, "elasticsearch", "9.1.0"),
      (#"{"version":{"number":"1.0.0","distribution":"opensearch"}}"#, "opensearch", "1.0.0"),
      (#"{"version":{"number":"3.2.0-SNAPSHOT","distribution":"opensearch"}}"#, "opensearch", "3.2.0-SNAPSHOT"),
      (#"{"version":{"number":"1.0.0","distribution":"vitrine"}}"#, "vitrine", "1.0.0"),
    ])
  func supportedServers(answer: String, distribution: String, version: String) async throws {
    let server = try ScriptedServer { _, _ in .json(answer) }
    defer { server.stop() }
    let information = try await client([server]).information(deadline: .now + ample)
    #expect(information == EngineInformation(distribution: distribution, version: version))
  }
}

// The built executable beside a real Postgres, a real search server and a real Redis:
// 1. `index sync` answers /livez, /readyz and /metrics at the port that it prints: the writer, and the written
//    documents. A second sync, which stands by, is ready as well.
// 2. A taken port is one clear line and exit code 1.
// 3. Redis is stopped and killed under `serve` and `index sync`: changes are found as before, and /readyz says that
//    Redis is down and that the shop is ready; afterwards Redis is back.
import Glibc
import JSON
import LocalServices
import PostgresClient
import TestSupport
import Testing
import Threading

@Suite(
  .enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"),
  .enabled(if: LocalSearchServer.absence == nil, "no search server to index into"))
struct SyncProcessTests {
  @Test("1: the operators' port", .timeLimit(.minutes(10)))
  func operatorsPort() async throws {
    let stand = try await IndexStand(products: 20)
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let first = try stand.run(["index", "sync"])
    defer { first.kill() }
    let port = try await first.port(after: "metrics at http://127.0.0.1:")
    #expect(try await ask("/livez", port) == "ok\n")
    try await until("it writes") { try await ask("/metrics", port).contains("vitrine_index_is_writer 1\n") }
    let ready = try JSONValue(parsing: Array(try await ask("/readyz", port).utf8))
    #expect(ready == ["ready": true, "checks": ["search": "ok", "postgres": "ok", "freshness": "ok"]])

    let second = try stand.run(["index", "sync"])
    defer { second.kill() }
    let secondPort = try await second.port(after: "metrics at http://127.0.0.1:")
    #expect(try await ask("/metrics", secondPort).contains("vitrine_index_is_writer 0\n"))
    #expect(try await ask("/readyz", secondPort).contains(#""ready":true"#))

    try await stand.pool.execute("UPDATE catalog.product SET title = 'Counted kettle'")
    try await until("20 documents were written") {
      try await ask("/metrics", port).contains("vitrine_index_documents_total 20\n")
    }
    #expect(try await ask("/metrics", secondPort).contains("vitrine_index_documents_total 0\n"))
    for process in [first, second] {
      process.interrupt()
      #expect(try await process.exitStatus() == 0)
    }
    try await stand.end()
  }

  @Test("2: a taken port", .timeLimit(.minutes(10)))
  func takenPort() async throws {
    let stand = try await IndexStand(products: 1)
    let (descriptor, port) = try listeningSocket()
    defer { close(descriptor) }
    let process = try stand.run(["index", "sync", "--indexer-port", String(port)])
    defer { process.kill() }
    #expect(try await process.exitStatus() == 1)
    let error = try process.standardError()
    #expect(error.contains("port \(port)") && error.contains("taken"), "\(error)")
    try await stand.end()
  }

  @Test("3: Redis stopped, then killed", .timeLimit(.minutes(10)))
  func redisAway() async throws {
    let stand = try await IndexStand(products: 20)
    let redis = try await LocalRedis.startTemporary()
    let socket = redis.folder + "/redis.sock"
    #expect(try await stand.run(["index", "full"]).exitStatus() == 0)
    let sync = try stand.run(["index", "sync", "--redis-socket", socket])
    defer { sync.kill() }
    // A cold engine on a busy machine: this test asks what is found, not how fast.
    let serve = try stand.run([
      "serve", "--http-port", "0", "--redis-socket", socket, "--search-deadline-milliseconds", "10000",
    ])
    defer { serve.kill() }
    let port = try await serve.port(after: "serving at http://127.0.0.1:")
    func isFound(_ word: String) async throws {
      try await stand.pool.execute("UPDATE catalog.product SET title = \(word) WHERE code = 'K-1'")
      try await until("\(word) is found") {
        let found = try JSONValue(parsing: Array(try await ask("/v1/search?q=\(word)", port).utf8))
        return found["products"]?.array?.first?["title"]?.string == word
      }
    }
    func states() async throws -> JSONValue? {
      try JSONValue(parsing: Array(try await ask("/readyz", port).utf8))["checks"]?["redis"]
    }
    try await isFound("Quixotic")
    try await until("the engine is warm") { try await HTTPClient(port: port).get("/readyz").status == 200 }
    #expect(try await states() == "ok")
    await redis.stop()
    try await isFound("Bodacious")
    #expect(try await states() == "down")
    try await redis.startAgain()
    try await until("Redis is there again") { try await states() == "ok" }
    kill(try #require(redis.processID), SIGKILL)
    try await isFound("Zeppelin")
    try await redis.startAgain()
    try await until("Redis is there again") { try await states() == "ok" }
    for process in [sync, serve] {
      process.interrupt()
      #expect(try await process.exitStatus() == 0)
    }
    await redis.stop()
    try await stand.end()
  }

  private func ask(_ target: String, _ port: Int) async throws -> String {
    try await HTTPClient(port: port).text(target)
  }
}

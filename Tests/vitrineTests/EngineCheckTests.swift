// The built executable beside a simulated search engine:
// 1. `serve` and `index` refuse an engine that is another product or too old: one line that names it, exit code 1.
// 2. `serve` starts beside an engine that is down and says so; when the engine appears it is named, and SIGINT ends the
//    shop with exit code 0.
// 3. If the engine that appears is unsuitable, `serve` ends with its name.
// 4. A refused password is neither in the error nor in the log.
import Foundation
import HTTPServer
import LocalServices
import PostgresClient
import Telemetry
import TestSupport
import Testing
import Threading

private let openSearch = #"{"version":{"number":"2.19.4","distribution":"opensearch"}}"#
private let solr = #"{"version":{"number":"9.5.0","distribution":"solr"}}"#
private let secret = "Hu5h-Hu5h"

@Suite(.enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct EngineCheckTests {
  @Test("1: an unsuitable engine", .timeLimit(.minutes(10)), arguments: ["serve", "index full", "index sync"])
  func refused(command: String) async throws {
    let answers = [
      (solr, "solr 9.5.0"),
      (#"{"version":{"number":"7.9.3"},"tagline":"You Know, for Search"}"#, "elasticsearch 7.9.3"),
      ("<html>Welcome to nginx!</html>", "text/html"),
    ]
    for (answer, told) in answers {
      let engine = PlayedEngine(answer)
      let port = try engine.start()
      try await withProcess(command, enginePort: port) { process in
        #expect(try await process.exitStatus() == 1)
        let lines = try process.standardError().split(separator: "\n")
        let line = try #require(lines.first)
        #expect(lines.count == 1 && line.contains(told) && line.contains("127.0.0.1:\(port)"), "\(lines)")
        #expect(line.contains("Elasticsearch 7.10 to 9, OpenSearch 1 to 3"))
        #expect(try process.standardOutput().isEmpty)
      }
      await engine.stop()
    }
  }

  @Test("2: an engine that is down and appears", .timeLimit(.minutes(10)))
  func awaited() async throws {
    let port = try await freePort()
    try await withProcess("serve", enginePort: port) { process in
      try await until("the shop is open") { try process.standardOutput().contains("serving at http://127.0.0.1:") }
      try await until("it says that the engine is waited for") {
        try process.standardError().contains("search engine is waited for")
      }
      let engine = PlayedEngine(openSearch, port: port)
      _ = try engine.start()
      try await until("it names the engine") {
        try process.standardError().contains(#""distribution":"opensearch","version":"2.19.4""#)
      }
      process.interrupt()
      #expect(try await process.exitStatus() == 0)
      await engine.stop()
    }
  }

  @Test("3: the engine that appears is unsuitable", .timeLimit(.minutes(10)))
  func disappointed() async throws {
    let port = try await freePort()
    try await withProcess("serve", enginePort: port) { process in
      try await until("the shop is open") { try process.standardOutput().contains("serving at http://127.0.0.1:") }
      let engine = PlayedEngine(solr, port: port)
      _ = try engine.start()
      #expect(try await process.exitStatus() == 1)
      #expect(try process.standardError().contains("solr 9.5.0"))
      await engine.stop()
    }
  }

  @Test("4: a refused password", .timeLimit(.minutes(10)), arguments: ["serve", "index full"])
  func unauthorized(command: String) async throws {
    let engine = PlayedEngine(
      #"{"error":{"type":"security_exception","reason":"no user of password \#(secret)"},"status":401}"#, status: 401)
    let port = try engine.start()
    try await withProcess(command, enginePort: port) { process in
      #expect(try await process.exitStatus() == 1)
      let said = try process.standardError()
      #expect(said.contains("401 security_exception") && said.contains("search.password"), "\(said)")
      #expect(!said.contains(secret))
    }
    await engine.stop()
  }

  /// Runs a command on a migrated database, with credentials for the engine.
  private func withProcess(
    _ command: String, enginePort: Int, _ body: (VitrineProcess) async throws -> Void
  ) async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let database = try await TestPostgres.shared.makeDatabase()
    let process = try VitrineProcess(
      folder: folder,
      command.split(separator: " ").map(String.init) + [
        "--http-port", "0", "--no-redis-enabled", "--search-engine", "http://127.0.0.1:\(enginePort)",
        "--search-username", "shop", "--postgres-host", database.host, "--postgres-port", "\(database.port)",
        "--postgres-database", database.database, "--postgres-user", database.user,
      ], environment: ["VITRINE_SEARCH_PASSWORD": secret, "VITRINE_POSTGRES_PASSWORD": database.password ?? ""])
    defer { process.kill() }
    try await body(process)
  }

  /// A port on which nobody listens.
  private func freePort() async throws -> Int {
    let engine = PlayedEngine("")
    let port = try engine.start()
    await engine.stop()
    return port
  }
}

/// Answers `GET /`, the only request of the check.
private struct PlayedEngine {
  private let server: HTTPServer

  init(_ answer: String, status: Int = 200, port: Int = 0) {
    var router = Router()
    router.get("/", RouteOptions(name: "engine")) { _ in
      var response = HTTPResponse.text(answer, status: HTTPStatus(status))
      response.headers["Content-Type"] = answer.hasPrefix("<") ? "text/html" : "application/json"
      return response
    }
    var configuration = HTTPServer.Configuration()
    configuration.port = port
    server = HTTPServer(
      configuration: configuration, router: router, logger: Logger(label: "engine", sink: NullSink()),
      metrics: MetricsRegistry())
  }

  func start() throws -> Int { try server.start() }
  func stop() async { await server.shutdown(gracePeriod: .zero) }
}

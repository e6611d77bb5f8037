// The built executable, `vitrine up`, is killed while events come in:
// 1. Every event that was answered 202 is in the database of the next start, once; the demo's history, whose loading was
//    killed too, is completed by the next start, and the recommender is trained after it (VITRINE_SOAK=1).
// 2. The next start's pages answer.
import Foundation
import JSON
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing
import Threading

@Suite(.enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct KilledShopTests {
  /// Posts events until the server is gone, and returns those that were answered 202.
  private func send(_ port: Int, _ product: String, kill: () async throws -> Void) async throws -> Set<String> {
    let accepted = Guarded<Set<String>>([])
    try await withThrowingTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          let client = HTTPClient(port: port)
          while true {
            let ids = (0..<5).map { _ in "\(EventID.random())" }
            let events = ids.map { "{\"id\":\"\($0)\",\"type\":\"view\",\"product_id\":\"\(product)\"}" }
            let answer = try? await client.get(
              "/v1/events", method: "POST", headers: "Content-Type: application/json\r\n",
              body: "{\"events\":[\(events.joined(separator: ","))]}")
            guard let answer else { return }  // The server is gone.
            if answer.status == 202 { accepted.withLock { $0.formUnion(ids) } }
          }
        }
      }
      try await until("events are taken") { accepted.withLock { $0.count } > 100 }
      try await kill()
      try await group.waitForAll()
    }
    return accepted.withLock { $0 }
  }

  @Test("1, 2: kill -9", .timeLimit(.minutes(10)))
  func killed() async throws {
    let folder = try StateFolder()
    defer { folder.remove() }
    let first = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
    defer { first.kill() }
    let port = try await first.port()
    let found = try JSONValue(parsing: try await HTTPClient(port: port).get("/v1/search?q=dress").body)
    let product = try #require(found["products"]?[0]?["id"]?.string)
    let accepted = try await send(port, product) {
      first.kill()
      _ = try await first.exitStatus()
    }
    let second = try VitrineProcess.up(folder: folder, ["--http-port", "0"])
    defer { second.kill() }
    let next = HTTPClient(port: try await second.port())
    for page in ["/", "/search?q=dress", "/products/\(product)"] {
      #expect(try await next.get(page).status == 200, "\(page)")
    }
    let settings = try #require(LocalPostgres.running(in: folder.path + "/postgres", database: "vitrine"))
    let pool = PostgresPool(settings)
    let stored = try await pool.query(
      "SELECT id::text FROM behaviour.event WHERE product_id = \(Int64(product) ?? 0)"
    ).map { try $0.decode(String.self, at: 0) }
    #expect(accepted.subtracting(stored).isEmpty, "\(accepted.count) were answered 202")
    #expect(stored.count == Set(stored).count)
    let jobs = PostgresJobs(pool)
    // Training takes minutes in a debug build: the long form waits for it.
    for job in isSoak ? ["load-demo-history", "train-recommender"] : ["load-demo-history"] {
      try await until("\(job) has succeeded", within: .seconds(240)) {
        try await jobs.runs(of: JobName(job), limit: 20).contains { $0.state == .succeeded }
      }
    }
    let doubled: Int = try await pool.query(
      "SELECT count(*) FROM (SELECT id FROM behaviour.event GROUP BY id HAVING count(*) > 1) AS twice")[0].decode(at: 0)
    #expect(doubled == 0)
    await pool.close()
    second.interrupt()
    #expect(try await second.exitStatus() == 0)
    #expect(folder.processes() == [])
  }
}

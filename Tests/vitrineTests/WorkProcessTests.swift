// The built executable's workers on a real Postgres:
// 1. The job of a worker that is killed is taken up by another within ten seconds, and ended by it.
// 2. `jobs` lists, runs, pauses and tells the ledger; an unknown name is wrong usage; `models` tells what was trained.
// 3. A worker that is told to stop gives its job back, and answers /metrics while it runs.
import Bootstrap
import Catalog
import Foundation
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import TestSupport
import Testing

@Suite(.enabled(if: VitrineProcess.executable != nil, "the executable is not beside the tests: run `swift build`"))
struct WorkProcessTests {
  private struct Stand {
    let pool: PostgresPool
    let jobs: PostgresJobs
    let folder: StateFolder
    let environment: [String: String]

    init() async throws {
      let settings = try await TestPostgres.shared.makeDatabase()
      pool = PostgresPool(settings)
      jobs = PostgresJobs(pool)
      folder = try StateFolder()
      environment = [
        "VITRINE_POSTGRES_HOST": settings.host, "VITRINE_POSTGRES_PORT": String(settings.port),
        "VITRINE_POSTGRES_DATABASE": settings.database, "VITRINE_POSTGRES_USER": settings.user,
        "VITRINE_STATE_FOLDER": folder.path, "VITRINE_JOBS_PORT": "0",
      ]
      _ = try await PostgresCatalog(pool).upsert((1...20).map(IndexStand.record), source: "test")
    }

    func run(_ arguments: [String]) throws -> VitrineProcess {
      try VitrineProcess(folder: folder, arguments, environment: environment)
    }

    /// The output of a command that ends with 0.
    func output(_ arguments: [String]) async throws -> String {
      let process = try run(arguments)
      let status = try await process.exitStatus()
      let error = try process.standardError()
      try #require(status == 0, "\(arguments): \(error)")
      return try process.standardOutput()
    }

    func runs() async throws -> [JobRun] { try await jobs.runs(of: "train-recommender", limit: 20) }

    func states() async throws -> [JobRunState] { try await runs().reversed().map(\.state) }

    func end() async {
      await pool.close()
      folder.remove()
    }
  }

  @Test("1: a worker is killed", .timeLimit(.minutes(10)))
  func killed() async throws {
    let stand = try await Stand()
    let workers = [try stand.run(["work"]), try stand.run(["work"])]
    defer { for worker in workers { worker.kill() } }
    for worker in workers { _ = try await worker.port(after: "metrics at http://127.0.0.1:") }
    var heir: VitrineProcess?
    var killedAt = Timestamp(microsecondsSinceEpoch: 0)
    // The training reads the catalog, and waits here for as long as the table is locked.
    try await stand.pool.withTransaction { connection in
      try await connection.execute("LOCK TABLE catalog.product IN ACCESS EXCLUSIVE MODE")
      _ = try await stand.jobs.requestRun(of: "train-recommender", now: SystemClock().now())
      try await until("the job runs") { try await stand.states() == [.running] }
      let holder = try await stand.runs()[0].holder
      let killed = try #require(workers.first { holder.hasSuffix("process \($0.id)") }, "\(holder)")
      heir = workers.first { $0.id != killed.id }
      killed.kill()
      killedAt = SystemClock().now()
      try await until("another has it", within: .seconds(60)) { try await stand.states() == [.lost, .running] }
    }
    try await until("it ends", within: .seconds(60)) { try await stand.states() == [.lost, .succeeded] }
    let run = try await stand.runs()[0]
    #expect(run.trigger == .takeover && run.attempt == 2 && run.figures["products"] == 20)
    let seconds = Double(run.startedAt.microsecondsSinceEpoch - killedAt.microsecondsSinceEpoch) / 1e6
    print("WorkProcessTests.killed: taken up after \(seconds) s")
    #expect((0...10).contains(seconds))
    heir?.interrupt()
    #expect(try await heir?.exitStatus() == 0)
    await stand.end()
  }

  @Test("2: commands", .timeLimit(.minutes(10)))
  func commands() async throws {
    let stand = try await Stand()
    #expect(try await stand.output(["jobs", "list"]).contains("train-recommender; next "))
    #expect(try await stand.output(["jobs", "pause", "train-recommender"]).contains("is paused"))
    #expect(try await stand.output(["jobs", "list", "--json"]).contains(#""is_paused":true"#))
    #expect(try await stand.output(["jobs", "resume", "train-recommender"]).contains("on its schedule"))
    let unknown = try stand.run(["jobs", "run", "make-coffee"])
    #expect(try await unknown.exitStatus() == 2)
    #expect(try unknown.standardError().contains("train-recommender"))
    #expect(try await stand.output(["train", "recommender"]).contains("serving"))
    #expect(try await stand.output(["models", "list"]).contains("recommender  serving"))
    #expect(try await stand.output(["models", "show", "1"]).contains("products: 20"))
    let none = try stand.run(["models", "show", "7"])
    #expect(try await none.exitStatus() == 2)
    #expect(try await stand.output(["jobs", "log", "train-recommender"]).isEmpty)
    await stand.end()
  }

  @Test("3: a worker is told to stop", .timeLimit(.minutes(10)))
  func stopped() async throws {
    let stand = try await Stand()
    let worker = try stand.run(["work"])
    defer { worker.kill() }
    let port = try await worker.port(after: "metrics at http://127.0.0.1:")
    _ = try await stand.output(["jobs", "run", "train-recommender"])
    try await stand.pool.withTransaction { connection in
      try await connection.execute("LOCK TABLE catalog.product IN ACCESS EXCLUSIVE MODE")
      try await until("the job runs") { try await stand.states() == [.running] }
      let metrics = try await HTTPClient(port: port).text("/metrics")
      #expect(metrics.contains(#"vitrine_job_running{job="train-recommender"} 1"#))
      worker.interrupt()
      #expect(try await worker.exitStatus() == 0)
    }
    #expect(try await stand.states() == [.interrupted])
    let next = try stand.run(["work"])
    defer { next.kill() }
    try await until("the job ends") { try await stand.states() == [.interrupted, .succeeded] }
    await stand.end()
  }
}

// Workers on a real Postgres:
// 1. A job starts at its times, and once for times that were missed; a job by request starts at once, even when paused; a
//    paused job does not start otherwise.
// 2. Runs of one job never overlap, however many workers offer it.
// 3. A failed run is tried again after its pause, as often as the job says; then the job waits for its next time.
// 4. A run beyond its timeout is cancelled and counts as a failure.
// 5. A success starts the jobs after it, a failure does not, and a job does not start while one before it runs.
// 6. A worker that is told to stop ends its runs, and another takes them up without counting the try.
// 7. A worker whose lease ran out cannot end the run; another has taken it up, as often as the job may be tried. A paused job
//    is noted as lost and not taken up until it is resumed.
// 8. The ledger tells progress, figures and reasons, and keeps a bounded number of runs.
// 9. Jobs that wait for one another in a circle, and two of one name, are refused.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Telemetry
import TestSupport
import Testing
import Threading
import Workers

private final class SetClock: WallClock {
  private let moment: Guarded<Timestamp>

  init(_ text: String) { moment = Guarded(Timestamp(text)!) }

  func now() -> Timestamp { moment.withLock { $0 } }

  func set(_ text: String) { moment.withLock { $0 = Timestamp(text)! } }
}

private struct Broken: Error, CustomStringConvertible { let description = "the supplier's file is empty" }

@Suite struct WorkerTests {
  private let store: PostgresJobs
  private let pool: PostgresPool
  private let clock = SetClock("2026-11-30T12:00:00Z")

  init() async throws {
    pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    store = PostgresJobs(pool)
  }

  private func worker(_ jobs: [Job], name: String = "worker", lease: Duration = .seconds(30)) throws -> Worker {
    var options = Worker.Options()
    options.parallel = 4
    options.pollPause = .milliseconds(10)
    options.heartbeat = .milliseconds(20)
    options.lease = lease
    return try Worker(
      jobs: jobs, store: store, clock: clock, holder: name, logger: Logger(label: "test", sink: NullSink()),
      metrics: MetricsRegistry(), options: options)
  }

  /// Runs `body` beside workers.
  private func beside(_ workers: [Worker], _ body: () async throws -> Void) async throws {
    let tasks = workers.map { worker in Task { await worker.run() } }
    do { try await body() } catch {
      for task in tasks { task.cancel() }
      throw error
    }
    for task in tasks {
      task.cancel()
      await task.value
    }
  }

  private func runs(_ job: JobName) async throws -> [JobRun] { try await store.runs(of: job, limit: 100).reversed() }

  private func until(_ job: JobName, has count: Int, _ state: JobRunState) async throws {
    try await TestSupport.until("\(count) runs of \(job) that are \(state)") {
      try await runs(job).filter { $0.state == state }.count >= count
    }
  }

  @Test("1: schedule, request and pause")
  func schedule() async throws {
    let job = Job("count", schedule: try JobSchedule("0 * * * *")) { _ in [:] }
    try await beside([worker([job])]) {
      try await TestSupport.until("the job is known") { try await store.statuses().count == 1 }
      #expect(try await store.statuses()[0].entry.nextAt == Timestamp("2026-11-30T13:00:00Z"))
      clock.set("2026-11-30T16:30:00Z")
      try await until("count", has: 1, .succeeded)
      #expect(try await store.statuses()[0].entry.nextAt == Timestamp("2026-11-30T17:00:00Z"))
      #expect(try await store.setPaused(true, job: "count"))
      clock.set("2026-11-30T17:30:00Z")
      #expect(try await store.requestRun(of: "count", now: clock.now()))
      try await until("count", has: 2, .succeeded)
      #expect(try await store.setPaused(false, job: "count"))
      clock.set("2026-11-30T18:00:00Z")
      try await until("count", has: 3, .succeeded)
    }
    // The three missed hours are one run, and the request answered the hour of the pause.
    #expect(try await runs("count").map(\.trigger) == [.schedule, .hand, .schedule])
    #expect(try await store.requestRun(of: "nothing", now: clock.now()) == false)
    #expect(try await store.setPaused(true, job: "nothing") == false)
  }

  @Test("2: no overlap")
  func noOverlap() async throws {
    let (under, most, ended) = (Guarded(0), Guarded(0), Guarded(0))
    let job = Job("alone") { _ in
      let now = under.withLock { value in
        value += 1
        return value
      }
      most.withLock { $0 = max($0, now) }
      try await Task.sleep(for: .milliseconds(5))
      under.withLock { $0 -= 1 }
      ended.withLock { $0 += 1 }
      return [:]
    }
    try await beside(try (0..<4).map { try worker([job], name: "worker \($0)") }) {
      try await TestSupport.until("twenty runs") {
        _ = try await store.requestRun(of: "alone", now: clock.now())
        return ended.withLock { $0 } >= 20
      }
    }
    #expect(most.withLock { $0 } == 1)
  }

  @Test("3: retries")
  func retries() async throws {
    let job = Job("fail", schedule: try JobSchedule("@daily"), pauses: [.seconds(60), .seconds(600)]) { _ in
      throw Broken()
    }
    try await beside([worker([job])]) {
      try await TestSupport.until("the job is known") { try await store.statuses().count == 1 }
      clock.set("2026-12-01T00:00:00Z")
      try await until("fail", has: 1, .failed)
      #expect(try await store.statuses()[0].retryAt == Timestamp("2026-12-01T00:01:00Z"))
      clock.set("2026-12-01T00:01:00Z")
      try await until("fail", has: 2, .failed)
      #expect(try await store.statuses()[0].retryAt == Timestamp("2026-12-01T00:11:00Z"))
      clock.set("2026-12-01T00:11:00Z")
      try await until("fail", has: 3, .failed)
      #expect(try await store.statuses()[0].retryAt == nil)
      clock.set("2026-12-02T00:00:00Z")
      try await until("fail", has: 4, .failed)
    }
    let ledger = try await runs("fail")
    #expect(ledger.map(\.attempt) == [1, 2, 3, 1])
    #expect(ledger.map(\.trigger) == [.schedule, .retry, .retry, .schedule])
    #expect(ledger[0].reason == "the supplier's file is empty")
  }

  @Test("4: timeout")
  func timeout() async throws {
    let job = Job("slow", timeout: .milliseconds(30), pauses: []) { context in
      while true {
        try context.note(1)
        try await Task.sleep(for: .seconds(60))
      }
    }
    try await beside([worker([job])]) {
      try await TestSupport.until("it is known") { try await store.requestRun(of: "slow", now: clock.now()) }
      try await until("slow", has: 1, .timedOut)
    }
    #expect(try await runs("slow")[0].reason?.contains("longer than") == true)
  }

  @Test("5: after another")
  func dependencies() async throws {
    let (mayEnd, fails) = (Guarded(false), Guarded(true))
    let first = Job("import", pauses: []) { _ in
      while !mayEnd.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      if fails.withLock({ $0 }) { throw Broken() }
      return [:]
    }
    let second = Job("train", after: ["import", "purchases"]) { _ in [:] }
    try await beside([worker([first, second])]) {
      try await TestSupport.until("it is known") { try await store.requestRun(of: "import", now: clock.now()) }
      try await TestSupport.until("it runs") { try await !runs("import").isEmpty }
      _ = try await store.requestRun(of: "train", now: clock.now())
      mayEnd.withLock { $0 = true }
      try await until("import", has: 1, .failed)
      // By request, after the import ended.
      try await until("train", has: 1, .succeeded)
      fails.withLock { $0 = false }
      _ = try await store.requestRun(of: "import", now: clock.now())
      try await until("train", has: 2, .succeeded)
      try await store.announce("purchases", now: clock.now())
      try await until("train", has: 3, .succeeded)
    }
    #expect(try await runs("train").map(\.trigger) == [.hand, .dependency, .dependency])
    let order = try await store.runs(of: nil, limit: 100).reversed().map(\.job.text)
    #expect(order == ["import", "train", "import", "train", "train"])
  }

  @Test("6: a worker is told to stop")
  func interruption() async throws {
    let started = Guarded(0)
    let job = Job("long") { _ in
      let number = started.withLock { value in
        value += 1
        return value
      }
      if number == 1 { try await Task.sleep(for: .seconds(600)) }
      return [:]
    }
    try await beside([worker([job], name: "first")]) {
      try await TestSupport.until("it is known") { try await store.requestRun(of: "long", now: clock.now()) }
      try await TestSupport.until("it runs") { started.withLock { $0 } == 1 }
    }
    #expect(try await runs("long").map(\.state) == [.interrupted])
    try await beside([worker([job], name: "second")]) { try await until("long", has: 1, .succeeded) }
    let ledger = try await runs("long")
    #expect(ledger.map(\.attempt) == [1, 1])
    #expect(ledger.map(\.holder) == ["first", "second"])
  }

  @Test("7: a lost lease")
  func lostLease() async throws {
    let entry = JobEntry(name: "lost", schedule: nil, timeZone: "UTC", after: [], nextAt: nil)
    try await store.register([entry])
    _ = try await store.requestRun(of: "lost", now: clock.now())
    let offer = JobOffer(name: "lost", nextAt: nil, maxAttempts: 2)
    func claim(_ holder: String) async throws -> JobRun? {
      try await store.claim([offer], holder: holder, lease: .milliseconds(1), now: clock.now())
    }
    let first = try #require(try await claim("killed"))
    var second: JobRun?
    try await TestSupport.until("the lease ends") {
      second = try await claim("heir")
      return second != nil
    }
    #expect(second?.trigger == .takeover && second?.attempt == 2)
    #expect(try await store.renew(run: first.id, progress: JobProgress(), lease: .seconds(9)) == false)
    #expect(try await store.finish(run: first.id, JobEnd(state: .succeeded), now: clock.now()) == false)
    // The heir is lost too: the job is not started for ever.
    try await TestSupport.until("both are lost") {
      #expect(try await claim("third") == nil)
      return try await runs("lost").map(\.state) == [.lost, .lost]
    }
    // Another request begins anew.
    _ = try await store.requestRun(of: "lost", now: clock.now())
    #expect(try await claim("fourth")?.attempt == 1)
  }

  @Test("7: a lost run of a paused job")
  func lostAndPaused() async throws {
    try await store.register([JobEntry(name: "killer", schedule: nil, timeZone: "UTC", after: [], nextAt: nil)])
    _ = try await store.requestRun(of: "killer", now: clock.now())
    let offer = JobOffer(name: "killer", nextAt: nil, maxAttempts: 3)
    func claim(_ holder: String) async throws -> JobRun? {
      try await store.claim([offer], holder: holder, lease: .milliseconds(1), now: clock.now())
    }
    #expect(try await claim("killed") != nil)
    #expect(try await store.setPaused(true, job: "killer"))
    try await TestSupport.until("it is noted as lost") {
      #expect(try await claim("heir") == nil)
      return try await runs("killer").map(\.state) == [.lost]
    }
    #expect(try await claim("heir") == nil)
    #expect(try await store.setPaused(false, job: "killer"))
    let next = try #require(try await claim("heir"))
    #expect(next.attempt == 2 && next.trigger == .retry)
  }

  @Test("7: a worker notices that its lease is lost")
  func noticedLoss() async throws {
    let (started, cancelled) = (Guarded(0), Guarded(0))
    let job = Job("stolen") { _ in
      let number = started.withLock { value in
        value += 1
        return value
      }
      guard number == 1 else { return [:] }
      do { try await Task.sleep(for: .seconds(600)) } catch {
        cancelled.withLock { $0 += 1 }
        throw error
      }
      return [:]
    }
    try await beside([worker([job])]) {
      try await TestSupport.until("it is known") { try await store.requestRun(of: "stolen", now: clock.now()) }
      try await TestSupport.until("it runs") { started.withLock { $0 } == 1 }
      try await pool.execute("UPDATE jobs.run SET state = 'lost', finished_at = now()")
      try await TestSupport.until("the work is cancelled") { cancelled.withLock { $0 } == 1 }
      _ = try await store.requestRun(of: "stolen", now: clock.now())
      try await until("stolen", has: 1, .succeeded)
    }
    #expect(try await runs("stolen").map(\.state) == [.lost, .succeeded])
  }

  @Test("8: the ledger")
  func ledger() async throws {
    let job = Job("tell") { context in
      try context.note(40, of: 100, "reading")
      while try await store.runs(of: "tell", limit: 1)[0].progress.done == 0 {
        try await Task.sleep(for: .milliseconds(5))
      }
      try context.note(100, of: 100, "done")
      return ["rows": 100, "share": 0.25, "nothing": .nan]
    }
    try await beside([worker([job])]) {
      try await TestSupport.until("it is known") { try await store.requestRun(of: "tell", now: clock.now()) }
      try await until("tell", has: 1, .succeeded)
    }
    let run = try await runs("tell")[0]
    #expect(run.figures == ["rows": 100, "share": 0.25])
    #expect(run.progress == JobProgress(done: 100, total: 100, note: "done"))
    #expect(try await store.statuses()[0].last == run)
    try await pool.execute(
      """
      INSERT INTO jobs.run (job, trigger, attempt, state, holder, started_at, finished_at, lease_until)
      SELECT 'tell', 'hand', 1, 'succeeded', 'h', now(), now(), now() FROM generate_series(1, 700)
      """)
    _ = try await store.requestRun(of: "tell", now: clock.now())
    let offer = JobOffer(name: "tell", nextAt: nil, maxAttempts: 1)
    let last = try #require(
      try await store.claim([offer], holder: "h", lease: .seconds(60), now: clock.now()))
    #expect(try await store.finish(run: last.id, JobEnd(state: .succeeded), now: clock.now()))
    #expect(try await store.runs(of: "tell", limit: 10_000).count == 501)
  }

  @Test("9: jobs that do not fit together")
  func circles() {
    func job(_ name: JobName, after: [JobName]) -> Job { Job(name, after: after) { _ in [:] } }
    let circle = #expect(throws: InvalidJobs.self) {
      try worker([job("a", after: ["b"]), job("b", after: ["c"]), job("c", after: ["a"]), job("d", after: ["a"])])
    }
    #expect(circle?.description.contains("a, b, c, d") == true)
    #expect(throws: InvalidJobs.self) { try worker([job("a", after: []), job("a", after: [])]) }
    #expect(throws: Never.self) { try worker([job("a", after: ["outside"]), job("b", after: ["a"])]) }
  }
}

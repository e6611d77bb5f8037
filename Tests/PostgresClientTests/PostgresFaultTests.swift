// Properties of the pool under faults:
// 1. A task waits for a connection no longer than its time limit, and behind no more than the permitted others.
// 2. A cancelled task stops its statement on the server at once, and the connection continues to serve.
// 3. A killed backend fails the running statement with `connectionLost`; the next statement works.
// 4. A server that restarts in the middle of work loses no committed data, and work continues by itself.
// 5. Deadlocks and serialization failures are tried again, up to the limit.
// 6. A statement stops at its time limit.
// 7. 64 sessions wait in the server at once while the cooperative pool continues.
// 8. The public text of an error contains neither SQL nor values nor passwords.
// 9. A backend that hangs does not hold a cancelled task.
// 10. Prepared statements survive a change of the schema and more texts than the cache holds.
import FoundationEssentials
import Glibc
import LocalServices
import PostgresClient
import TestSupport
import Testing

@Suite struct PostgresFaultTests {
  @Test("1: waiting is limited")
  func exhaustion() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    settings.maxWaiters = 1
    settings.waitTimeout = .seconds(60)
    let pool = PostgresPool(settings)
    let gate = Gate()
    async let holder: Void = pool.withConnection { _ in await gate.hold() }
    await gate.held()
    let waiter = Task {
      while true {
        // A further task that came first has the place in the queue for a moment.
        do { return try await pool.query("SELECT 1") } catch PostgresError.poolExhausted { await Task.yield() }
      }
    }
    // The waiter is in the queue as soon as a further task is refused because the queue is full.
    try await until { await refusal(of: pool) == .poolExhausted(connections: 1, waiters: 1) }
    waiter.cancel()
    await #expect(throws: PostgresError.cancelled) { try await waiter.value }
    let second = Task { try await pool.query("SELECT 1").count }
    gate.open()
    try await holder
    #expect(try await second.value == 1)
    await pool.close()
    await #expect(throws: PostgresError.poolClosed) { try await pool.query("SELECT 1") }
  }

  @Test("1: waiting ends in time")
  func waitTimeout() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    settings.waitTimeout = .milliseconds(50)
    let pool = PostgresPool(settings)
    let gate = Gate()
    async let holder: Void = pool.withConnection { _ in await gate.hold() }
    await gate.held()
    await #expect(throws: PostgresError.poolExhausted(connections: 1, waiters: 0)) { try await pool.query("SELECT 1") }
    gate.open()
    try await holder
    await pool.close()
  }

  @Test("2: cancellation reaches the server")
  func cancellation() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    let pool = PostgresPool(settings)
    let observer = PostgresPool(settings)
    let process = try await pool.withConnection { await $0.processID }
    for _ in 0..<5 {
      let started = ContinuousClock.now
      let sleeper = Task { try await pool.query("SELECT pg_sleep(300)") }
      try await until { try await observer.isRunning("SELECT pg_sleep(300)") }
      sleeper.cancel()
      await #expect(throws: PostgresError.cancelled) { try await sleeper.value }
      #expect(ContinuousClock.now - started < .seconds(100))
      #expect(try await !observer.isRunning("SELECT pg_sleep(300)"))
      // The cancel neither hit the next statement nor cost the connection.
      let row = try await pool.query("SELECT pg_backend_pid()")[0]
      #expect(try row.decode(Int32.self, at: 0) == process)
    }
    await pool.close()
    await observer.close()
  }

  @Test("2: a cancelled transaction is undone")
  func cancelledTransaction() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute("CREATE TABLE t (id bigint)")
    let work = Task {
      try await pool.withTransaction { connection in
        try await connection.execute("INSERT INTO t VALUES (1)")
        try await connection.query("SELECT pg_sleep(300)")
      }
    }
    try await until { try await pool.isRunning("SELECT pg_sleep(300)") }
    work.cancel()
    await #expect(throws: PostgresError.cancelled) { try await work.value }
    #expect(try await pool.query("SELECT * FROM t").isEmpty)
    await pool.close()
  }

  @Test("2: cancelling at random moments never harms a later statement")
  func randomCancellation() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 2
    let pool = PostgresPool(settings)
    let seed = UInt64.random(in: 0...UInt64.max)
    print("randomCancellation: seed \(seed)")
    var state = seed
    for turn in 0..<300 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let pause = Int(state >> 33) % 2_000
      let victim = Task { try await pool.query("SELECT pg_sleep(0.001), \(turn)") }
      try await Task.sleep(for: .microseconds(pause))
      victim.cancel()
      switch await victim.result {
      case .success(let rows): #expect(try rows[0].decode(Int.self, at: 1) == turn)
      case .failure(let error): #expect(error as? PostgresError == .cancelled)
      }
      let row = try await pool.query("SELECT \(turn)")[0]
      #expect(try row.decode(Int.self, at: 0) == turn)
    }
    await pool.close()
  }

  @Test("3: a killed backend")
  func killedBackend() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let sleeper = Task { try await pool.query("SELECT pg_sleep(301)") }
    try await until { try await pool.isRunning("SELECT pg_sleep(301)") }
    try await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(301)'")
    let error = await #expect(throws: PostgresError.self) { try await sleeper.value }
    guard case .connectionLost = error else {
      Issue.record("expected connectionLost, got \(String(describing: error))")
      return
    }
    // Killed idle connections are replaced silently.
    try await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    for _ in 0..<10 { #expect(try await pool.query("SELECT 1").count == 1) }
    await pool.close()
  }

  @Test("4: a restart in the middle of work")
  func restart() async throws {
    let folder = "/tmp/vitrine-restart-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let server = try await LocalPostgres.start(in: folder, durability: .durable)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var settings = server.settings()
    settings.maxConnections = 4
    settings.waitTimeout = .seconds(60)
    let pool = PostgresPool(settings)
    try await pool.execute("CREATE TABLE done (worker bigint, step bigint, PRIMARY KEY (worker, step))")
    let confirmed = Shared(0)
    let failed = Shared(0)
    let isOver = Shared(false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          var step = 0
          while !isOver.value {
            do {
              try await pool.withTransaction { connection in
                try await connection.execute("INSERT INTO done VALUES (\(worker), \(step))")
              }
              confirmed.update { $0 += 1 }
            } catch let error as PostgresError {
              switch error {
              case .connectionLost, .connectionFailed: failed.update { $0 += 1 }
              default: throw error
              }
            }
            step += 1
          }
        }
      }
      for _ in 0..<2 {
        let before = confirmed.value
        try await until { confirmed.value > before + 50 }
        try await server.startAgain()
      }
      let before = confirmed.value
      try await until { confirmed.value > before + 50 }
      isOver.update { $0 = true }
      try await group.waitForAll()
    }
    let count = try await pool.query("SELECT count(*) FROM done")[0].decode(Int.self, at: 0)
    // A COMMIT whose answer was lost may or may not have been done.
    let sure = confirmed.value
    #expect(count >= sure && count <= sure + failed.value)
    await pool.close()
    await server.stop()
  }

  @Test("5: a deadlock is tried again")
  func deadlock() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute("CREATE TABLE t (id bigint PRIMARY KEY, n bigint NOT NULL)")
    try await pool.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
    let meeting = Meeting(2)
    let attempts = Shared(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (first, second) in [(1, 2), (2, 1)] {
        group.addTask {
          try await pool.withTransaction { connection in
            attempts.update { $0 += 1 }
            try await connection.execute("UPDATE t SET n = n + 1 WHERE id = \(first)")
            await meeting.arrive()  // both hold one row before either asks for the other
            try await connection.execute("UPDATE t SET n = n + 1 WHERE id = \(second)")
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(attempts.value == 3)
    let sum = try await pool.query("SELECT sum(n)::bigint FROM t")[0].decode(Int.self, at: 0)
    #expect(sum == 4)
    await pool.close()
  }

  @Test("5: serialization failures are tried again")
  func serialization() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute("CREATE TABLE t (n bigint NOT NULL)")
    try await pool.execute("INSERT INTO t VALUES (0)")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<10 {
            try await pool.withTransaction(isolation: .serializable, maxAttempts: 1_000) { connection in
              let n = try await connection.query("SELECT n FROM t")[0].decode(Int.self, at: 0)
              try await connection.execute("UPDATE t SET n = \(n + 1)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await pool.query("SELECT n FROM t")[0].decode(Int.self, at: 0) == 40)
    var attempts = 0
    let error = await #expect(throws: PostgresError.self) {
      try await pool.withTransaction(maxAttempts: 3) { connection in
        attempts += 1
        try await connection.executeScript("DO $$ BEGIN RAISE serialization_failure; END $$")
      }
    }
    #expect(attempts == 3)
    #expect(error?.isRetryable == true)
    await pool.close()
  }

  @Test("6: a statement stops at its time limit")
  func statementTimeout() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.statementTimeout = .milliseconds(50)
    let pool = PostgresPool(settings)
    await #expect(throws: PostgresError.statementTimeout) { try await pool.query("SELECT pg_sleep(300)") }
    try await pool.withConnection { connection in
      try await connection.withStatementTimeout(.seconds(60)) {
        let rows = try await connection.query("SELECT pg_sleep(0.2)")
        #expect(rows.count == 1)
      }
      await #expect(throws: PostgresError.statementTimeout) { try await connection.query("SELECT pg_sleep(300)") }
    }
    await pool.close()
  }

  @Test("7: 64 sessions wait in the server while the cooperative pool continues")
  func sixtyFourSessions() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 64
    settings.waitTimeout = .seconds(300)
    settings.statementTimeout = nil
    let pool = PostgresPool(settings)
    let observer = PostgresPool(settings)
    let isOver = Shared(false)
    let ticker = Task {
      var longest = Duration.zero
      while !isOver.value {
        let before = ContinuousClock.now
        await Task.yield()
        longest = max(longest, ContinuousClock.now - before)
      }
      return longest
    }
    try await observer.withConnection { controller in
      try await controller.query("SELECT pg_advisory_lock(64)")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<64 {
          group.addTask { try await pool.query("SELECT pg_advisory_lock_shared(64), pg_sleep(0.2)") }
        }
        // If the calls ran on the cooperative pool, only as many as the machine has cores could ever wait at once, and
        // this task would not run to see it.
        try await until {
          let row = try await controller.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'")[0]
          return try row.decode(Int.self, at: 0) == 64
        }
        try await controller.query("SELECT pg_advisory_unlock(64)")
        try await group.waitForAll()
      }
    }
    isOver.update { $0 = true }
    let longest = await ticker.value
    print("64 sessions: the cooperative pool's longest stall was \(longest)")
    // 64 sleeps of 0.2 s on two threads would stall it for 6.4 s; other tests share the two cores meanwhile.
    #expect(longest < .seconds(5))
    await pool.close()
    await observer.close()
  }

  @Test("8: errors show no secrets")
  func secrets() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    let pool = PostgresPool(settings)
    try await pool.execute("CREATE TABLE account (mail text CONSTRAINT one_mail UNIQUE, age int)")
    try await pool.execute("INSERT INTO account VALUES ('secret@example.com')")
    let mail = "secret@example.com"
    let refused = await #expect(throws: PostgresError.self) {
      try await pool.execute("INSERT INTO account VALUES (\(mail))")
    }
    #expect("\(refused!)" == "Postgres 23505 unique violation, constraint one_mail, table account")
    #expect(refused!.detailedDescription.contains("INSERT INTO account VALUES ($1)"))
    let misread = await #expect(throws: PostgresError.self) {
      try await pool.execute("INSERT INTO account (age) VALUES (\("secret"))")
    }
    #expect(!"\(misread!)".contains("secret"))
    settings.password = "secret"
    settings.user = "nobody-by-this-name"
    let stranger = PostgresPool(settings)
    let unknown = await #expect(throws: PostgresError.self) { try await stranger.query("SELECT 1") }
    #expect(!"\(unknown!)".contains("secret") && !"\(settings)".contains("secret"))
    await pool.close()
    await stranger.close()
  }

  @Test("9: a backend that hangs does not hold a cancelled task")
  func hungBackend() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let process = Shared<Int32>(0)
    let work = Task {
      try await pool.withConnection { connection in
        let id = await connection.processID
        process.update { $0 = id }
        try await connection.query("SELECT pg_sleep(302)")
      }
    }
    try await until { try await pool.isRunning("SELECT pg_sleep(302)") }
    let id = process.value
    #expect(kill(id, SIGSTOP) == 0)
    defer { kill(id, SIGCONT) }
    work.cancel()
    await #expect(throws: PostgresError.self) { try await work.value }
    #expect(try await pool.query("SELECT 1").count == 1)
    await pool.close()
  }

  @Test("10: prepared statements survive")
  func preparedStatements() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    let pool = PostgresPool(settings)
    try await pool.execute("CREATE TABLE t (a bigint)")
    try await pool.execute("INSERT INTO t VALUES (1)")
    #expect(try await pool.query("SELECT * FROM t")[0].columnNames == ["a"])
    try await pool.execute("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")
    let row = try await pool.query("SELECT * FROM t")[0]
    #expect(row.columnNames == ["a", "b"])
    #expect(try row.decode("b", as: String.self) == "x")
    for number in 0..<600 {
      let row = try await pool.query("SELECT \(unsafeRaw: String(number))::bigint + \(1)")[0]
      #expect(try row.decode(Int.self, at: 0) == number + 1)
    }
    let kept = try await pool.query("SELECT count(*) FROM pg_prepared_statements")[0].decode(Int.self, at: 0)
    #expect(kept <= 256)
    await #expect(throws: PostgresError.self) { try await pool.query("SELECT \("a\0b")") }
    await pool.close()
  }
}

private func refusal(of pool: PostgresPool) async -> PostgresError? {
  let attempt = Task { try await pool.query("SELECT 1") }
  let giveUp = Task {
    try await Task.sleep(for: .milliseconds(50))
    attempt.cancel()
  }
  defer { giveUp.cancel() }
  if case .failure(let error) = await attempt.result { return error as? PostgresError }
  return nil
}

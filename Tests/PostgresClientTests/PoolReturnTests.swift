// Over a pool of one connection, for each way in which a task may leave the connection and each way to take it next:
// 1. A connection that was left within a transaction, in a failed one, or with another time limit serves nobody else,
//    and its work is undone.
// 2. A connection that died, while it was lent or while it was idle, is replaced without an error.
// 3. A connection that was left as it was found is kept.
import Glibc
import LocalServices
import PostgresClient
import TestSupport
import Testing

/// The misuse of a lent connection by a task.
private enum Misuse: String, CaseIterable {
  case openTransaction, failedTransaction, transactionOverQuery, timeLimitInFailedTransaction, terminated
  case terminatedWithinTransaction
}

/// The ways to take a connection.
private enum Taking: String, CaseIterable {
  case query, execute, withConnection, withTransaction

  /// The backend's process and the number of rows that it sees.
  func look(at pool: PostgresPool) async throws -> (process: Int32, rows: Int) {
    let statement: SQL = "SELECT pg_backend_pid(), (SELECT count(*) FROM t)::bigint"
    let rows =
      switch self {
      case .query: try await pool.query(statement)
      case .execute:
        // It gives no rows: the statement alone is tried here.
        try await { () async throws -> [PostgresRow] in
          #expect(try await pool.execute("UPDATE t SET id = id") == 1)
          return try await pool.query(statement)
        }()
      case .withConnection: try await pool.withConnection { try await $0.query(statement) }
      case .withTransaction: try await pool.withTransaction { try await $0.query(statement) }
      }
    return (try rows[0].decode(Int32.self, at: 0), try rows[0].decode(Int.self, at: 1))
  }
}

@Suite struct PoolReturnTests {
  @Test("1, 2: after each misuse", .timeLimit(.minutes(2)), arguments: Misuse.allCases)
  fileprivate func misuse(_ misuse: Misuse) async throws {
    let (pool, observer) = try await pools()
    for taking in Taking.allCases {
      let before = try await Taking.withConnection.look(at: pool).process
      await spoil(pool, misuse, observer)
      let after = try await taking.look(at: pool)
      #expect(after.process != before, "\(misuse), then \(taking): the spoilt connection is lent again")
      #expect(after.rows == 1, "\(misuse), then \(taking): its work is not undone")
      // A backend whose connection was closed is seen for a moment more.
      try await until("no transaction is open: \(misuse), then \(taking)") {
        try await observer.query(
          """
          SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
          """
        ).isEmpty
      }
      let limit = try await pool.query("SHOW statement_timeout")[0].decode(String.self, at: 0)
      #expect(limit == "31s", "\(misuse), then \(taking)")
    }
    await pool.close()
    await observer.close()
  }

  @Test("2: after its death while idle", .timeLimit(.minutes(2)), arguments: Taking.allCases)
  fileprivate func idleDeath(_ taking: Taking) async throws {
    let (pool, observer) = try await pools()
    for _ in 0..<5 {
      let process = try await Taking.query.look(at: pool).process
      try await end(process, observer)
      let after = try await taking.look(at: pool)
      #expect(after.process != process && after.rows == 1)
    }
    await pool.close()
    await observer.close()
  }

  @Test("3: a connection without a fault is kept", .timeLimit(.minutes(2)))
  func kept() async throws {
    let (pool, observer) = try await pools()
    let process = try await Taking.query.look(at: pool).process
    for taking in Taking.allCases {
      #expect(try await taking.look(at: pool).process == process, "\(taking)")
      await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1 / 0") }
      await #expect(throws: PostgresError.self) {
        try await pool.withTransaction { try await $0.query("SELECT 1 / 0") }
      }
      _ = try await pool.withConnection { connection in
        try await connection.withStatementTimeout(.seconds(2)) { try await connection.query("SELECT 1") }
      }
      #expect(try await taking.look(at: pool).process == process, "\(taking), after refused statements")
    }
    await pool.close()
    await observer.close()
  }

  /// A pool of one connection to a table with one row, and another to look from.
  private func pools() async throws -> (PostgresPool, observer: PostgresPool) {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    settings.statementTimeout = .seconds(31)
    let pool = PostgresPool(settings)
    try await pool.execute("CREATE TABLE t (id bigint)")
    try await pool.execute("INSERT INTO t VALUES (1)")
    return (pool, PostgresPool(settings))
  }

  private func spoil(_ pool: PostgresPool, _ misuse: Misuse, _ observer: PostgresPool) async {
    // The errors are the misuse's own.
    switch misuse {
    case .openTransaction:
      try? await pool.withConnection { connection in
        try await connection.executeScript("BEGIN")
        try await connection.execute("INSERT INTO t VALUES (2)")
      }
    case .failedTransaction:
      try? await pool.withConnection { connection in
        try await connection.executeScript("BEGIN")
        try await connection.execute("INSERT INTO t VALUES (2)")
        try await connection.query("SELECT 1 / 0")
      }
    case .transactionOverQuery: _ = try? await pool.query("BEGIN")
    case .timeLimitInFailedTransaction:
      try? await pool.withConnection { connection in
        try await connection.withStatementTimeout(.seconds(7)) {
          try await connection.executeScript("BEGIN")
          try await connection.query("SELECT 1 / 0")
        }
      }
    case .terminated:
      try? await pool.withConnection { try await end($0.processID, observer) }
    case .terminatedWithinTransaction:
      try? await pool.withTransaction { connection in
        try await connection.execute("INSERT INTO t VALUES (2)")
        try await end(connection.processID, observer)
      }
    }
  }

  /// Ends a backend and waits until its process, and with it its socket, is gone.
  private func end(_ process: Int32, _ observer: PostgresPool) async throws {
    try await observer.query("SELECT pg_terminate_backend(\(process))")
    try await until("backend \(process) has ended") { kill(process, 0) != 0 && errno == ESRCH }
  }
}

// Requests of a caller reach the server:
// 1. A transaction has the isolation and the right to write that were asked for.
// 2. A time limit of statements holds within its body, also none at all, and is what it was afterwards.
// 3. A server that takes a connection and says nothing costs the time for connecting, in seconds.
import Glibc
import LocalServices
import PostgresClient
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct PassedOnTests {
  @Test(
    "1: transactions",
    arguments: [PostgresIsolation.readCommitted, .repeatableRead, .serializable], [false, true])
  func transactions(isolation: PostgresIsolation, readOnly: Bool) async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute("CREATE TABLE t (id bigint)")
    try await pool.withTransaction(isolation: isolation, readOnly: readOnly) { connection in
      let level = try await connection.query("SHOW transaction_isolation")[0].decode(String.self, at: 0)
      #expect(level.uppercased() == isolation.rawValue)
    }
    do {
      try await pool.withTransaction(isolation: isolation, readOnly: readOnly) {
        try await $0.execute("INSERT INTO t VALUES (1)")
      }
      #expect(!readOnly)
    } catch PostgresError.server(let error) {
      #expect(readOnly && error.sqlState == "25006")
    }
    #expect(try await pool.query("SELECT * FROM t").count == (readOnly ? 0 : 1))
    await pool.close()
  }

  @Test("2: time limits", arguments: [nil, 1_500, 120_000] as [Int?])
  func timeLimits(milliseconds: Int?) async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.maxConnections = 1
    settings.statementTimeout = .seconds(77)
    let pool = PostgresPool(settings)
    func limit(_ connection: PostgresConnection) async throws -> Int {
      try await connection.query("SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'")[0].decode(
        Int.self, at: 0)
    }
    try await pool.withConnection { connection in
      #expect(try await limit(connection) == 77_000)
      try await connection.withStatementTimeout(milliseconds.map { .milliseconds($0) }) {
        let within = try await limit(connection)
        #expect(within == milliseconds ?? 0)
      }
      #expect(try await limit(connection) == 77_000)
      await #expect(throws: PostgresError.self) {
        try await connection.withStatementTimeout(milliseconds.map { .milliseconds($0) }) {
          try await connection.query("SELECT 1 / 0")
        }
      }
      #expect(try await limit(connection) == 77_000)
    }
    await pool.close()
  }

  @Test("3: a silent server")
  func silentServer() async throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 5) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(isListening)
    var settings = PostgresSettings(
      host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port)), database: "none", user: "none")
    settings.connectTimeout = .seconds(2)
    settings.waitTimeout = .milliseconds(1)
    let pool = PostgresPool(settings)
    let start = ContinuousClock.now
    let error = await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
    guard case .connectionFailed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(ContinuousClock.now - start < .seconds(60))
    await pool.close()
  }
}

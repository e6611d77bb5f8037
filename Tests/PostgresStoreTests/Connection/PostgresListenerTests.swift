// What LISTEN promises:
// 1. After `listening`, each notice arrives in order, with its payload, on channels of any name.
// 2. A lost connection is made anew, and says so by another `listening`.
// 3. A dropped stream leaves no connection.
import LocalServices
import PostgresStore
import Testing

@Suite struct PostgresListenerTests {
  @Test("1, 2, 3: notices arrive, also after a lost connection")
  func notices() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    settings.applicationName = "listener"
    let pool = PostgresPool(settings)
    let channel = #"Out"box"#
    let listening = Task {
      var notices = pool.listen(to: [channel, "other"]).makeAsyncIterator()
      #expect(await notices.next() == .listening)
      for number in 0..<3 { try await pool.query("SELECT pg_notify(\(channel), \(String(number)))") }
      try await pool.query("SELECT pg_notify('other', '')")
      for number in 0..<3 {
        #expect(await notices.next() == .notification(channel: channel, payload: String(number)))
      }
      #expect(await notices.next() == .notification(channel: "other", payload: ""))
      try await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^LISTEN'"
      )
      #expect(await notices.next() == .listening)
      try await pool.query("SELECT pg_notify(\(channel), 'again')")
      #expect(await notices.next() == .notification(channel: channel, payload: "again"))
    }
    try await listening.value
    try await until {
      try await pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^LISTEN'"
      ).isEmpty
    }
    await pool.close()
  }
}

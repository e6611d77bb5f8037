// On a real database:
// 1. The right password opens a session whose token the browser did not have before; a wrong one, a name that does not exist
//    and a disabled member are refused alike.
// 2. Guesses lock an account with growing pauses: of 10,000, one each second, 19 are checked; guesses at once count
//    as guesses in a row; the right password during a pause opens nothing, after it it does.
// 3. An address that guesses many names is locked, another address is not. While it is locked it counts against no
//    account, and a success from it does not end its pause.
// 4. A session ends when it is not used, after a working day, at sign-out, with another password, when its member is disabled,
//    and everywhere on demand; the token of another session goes on.
// 5. A program's token has its roles until it expires or is revoked; the store has neither tokens nor passwords in clear.
// 6. Names, passwords, roles and days outside of their bounds are refused with what to do, and every change is audited;
//    an entry of the audit can be neither changed nor deleted.
// 7. A try that the hasher was too busy to check is taken back.
// 8. A sign-in with the former password, overtaken by the change of the password, opens nothing.
import Catalog
import LocalServices
import Ports
import PostgresClient
import PostgresStore
import Signing
import TestSupport
import Testing

@testable import Accounts

@Suite(.serialized) struct SignInTests {
  /// A clock that the test moves.
  final class MovedClock: WallClock {
    private let state = TestClockState()
    func now() -> Timestamp { state.now }
    func move(seconds: Int) { state.move(seconds) }
  }

  private static let hasher = try! PasswordHasher()
  private let password = "correct horse battery"

  private func stand(_ options: Accounts.Options = .init()) async throws -> (Accounts, MovedClock, PostgresPool) {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    _ = try await Migrator.shop.migrate(pool)
    let clock = MovedClock()
    let accounts = Accounts(store: PostgresAccounts(pool), hasher: Self.hasher, clock: clock, options: options)
    _ = try await accounts.add(name: "Anna", password: password, roles: [.merchandiser], by: "test")
    return (accounts, clock, pool)
  }

  private func token(_ outcome: SignInOutcome) -> String? {
    if case .signedIn(let token, _) = outcome { token } else { nil }
  }

  @Test("1: right and wrong", .timeLimit(.minutes(2)))
  func rightAndWrong() async throws {
    let (accounts, _, pool) = try await stand()
    let first = try #require(token(try await accounts.signIn(name: "ANNA", password: password, address: "a")))
    let second = try #require(
      token(try await accounts.signIn(name: "anna", password: password, address: "a", formerToken: first)))
    #expect(first != second)
    #expect(try await accounts.session(token: second)?.member.name == "anna")
    // The browser's former session has ended.
    #expect(try await accounts.session(token: first) == nil)
    #expect(try await accounts.signIn(name: "anna", password: password + " ", address: "a") == .refused)
    #expect(try await accounts.signIn(name: "nobody", password: password, address: "a") == .refused)
    try await accounts.setDisabled(true, "anna", by: "test")
    #expect(try await accounts.signIn(name: "anna", password: password, address: "a") == .refused)
    await pool.close()
  }

  @Test("2: guesses", .timeLimit(.minutes(5)))
  func guesses() async throws {
    let (accounts, clock, pool) = try await stand()
    let store = PostgresAccounts(pool)
    // As many at once as the hasher takes.
    let outcomes = try await withThrowingTaskGroup(of: SignInOutcome.self) { group in
      for guess in 0..<20 {
        group.addTask { try await accounts.signIn(name: "anna", password: "guess \(guess)", address: "\(guess)") }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == .refused } == 5)
    #expect(outcomes.contains { if case .locked = $0 { true } else { false } })
    guard case .locked = try await accounts.signIn(name: "anna", password: password, address: "b") else {
      Issue.record("the right password opened a locked account")
      return
    }
    // A guess each second for 10,000 seconds: the store alone, for a hash takes its time. The fifth failure, at second
    // 0, paused the account for 1 second. The pauses after the next ones are 2, 4, … 512 seconds, so that tries are
    // checked at the seconds 1, 3, 7, … 1,023: ten. After that every pause is 900 seconds: 1,923, 2,823, … 9,123: nine
    // more.
    let limit = AttemptLimit(subject: "account anna", freeFailures: 5, longestPauseSeconds: 900)
    var checked: [Int] = []
    for second in 0..<10_000 {
      if try await store.countAttempt([limit], now: clock.now()) == nil { checked.append(second) }
      clock.move(seconds: 1)
    }
    let doubled: [Int] = (1...10).map { (1 << $0) - 1 }
    let steady: [Int] = (1...9).map { 1_023 + $0 * 900 }
    #expect(checked == doubled + steady)
    clock.move(seconds: 901)
    #expect(token(try await accounts.signIn(name: "anna", password: password, address: "b")) != nil)
    await pool.close()
  }

  @Test("3: addresses", .timeLimit(.minutes(2)))
  func addresses() async throws {
    var options = Accounts.Options()
    options.freeFailuresOfAddress = 3
    let (accounts, clock, pool) = try await stand(options)
    for guess in 0..<3 {
      #expect(try await accounts.signIn(name: "name\(guess)", password: "x", address: "bad") == .refused)
    }
    guard case .locked(let seconds) = try await accounts.signIn(name: "anna", password: password, address: "bad") else {
      Issue.record("the address is not locked")
      return
    }
    #expect(seconds > 0 && seconds <= 900)
    // Neither the account that exists nor an invented one has a row from a locked address.
    for name in ["anna", "invented", "anna", "invented2", "anna", "anna", "anna"] {
      guard case .locked = try await accounts.signIn(name: name, password: "x", address: "bad") else {
        Issue.record("the address is not locked for \(name)")
        return
      }
    }
    let touched = try await pool.query(
      "SELECT subject FROM accounts.sign_in_attempt WHERE subject ~ '^account (anna|invented)'")
    #expect(touched.isEmpty)
    #expect(token(try await accounts.signIn(name: "anna", password: password, address: "good")) != nil)
    // The pause of the third failure was 1 second, that of the fourth try is 2, and the try's success does not end it.
    // The success only takes back its own try: the next pause is 2 seconds again.
    for _ in 0..<2 {
      clock.move(seconds: 2)
      #expect(token(try await accounts.signIn(name: "anna", password: password, address: "bad")) != nil)
      #expect(try await accounts.signIn(name: "anna", password: password, address: "bad") == .locked(seconds: 2))
    }
    await pool.close()
  }

  @Test("4: ends of sessions", .timeLimit(.minutes(2)))
  func ends() async throws {
    let (accounts, clock, pool) = try await stand()
    func open() async throws -> String {
      try #require(token(try await accounts.signIn(name: "anna", password: password, address: "a")))
    }
    let unused = try await open()
    clock.move(seconds: 2 * 3_600 + 1)
    #expect(try await accounts.session(token: unused) == nil)
    let used = try await open()
    for _ in 0..<12 {
      #expect(try await accounts.session(token: used) != nil)
      clock.move(seconds: 3_600)
    }
    #expect(try await accounts.session(token: used) == nil)
    let (one, other) = (try await open(), try await open())
    try await accounts.signOut(try #require(try await accounts.session(token: one)))
    #expect(try await accounts.session(token: one) == nil)
    #expect(try await accounts.session(token: other) != nil)
    let third = try await open()
    #expect(try await accounts.endSessions(of: "anna", by: "anna") == 3)
    #expect(try await accounts.session(token: third) == nil)
    let fourth = try await open()
    try await accounts.setPassword("another horse staple", of: "anna", by: "test")
    #expect(try await accounts.session(token: fourth) == nil)
    await pool.close()
  }

  @Test("5: tokens", .timeLimit(.minutes(2)))
  func tokens() async throws {
    let (accounts, clock, pool) = try await stand()
    let text = try await accounts.addToken(name: "erp", roles: [.service], days: 2, by: "test")
    #expect(text.hasPrefix("vitrine_"))
    #expect(try await accounts.program(token: text)?.roles == [.service])
    #expect(try await accounts.program(token: text + "x") == nil)
    let brief = try await accounts.addToken(name: "brief", roles: [.analyst], days: 1, by: "test")
    try await accounts.revokeToken("brief", by: "test")
    #expect(try await accounts.program(token: brief) == nil)
    clock.move(seconds: 2 * 86_400)
    #expect(try await accounts.program(token: text) == nil)
    let stored = try await pool.query(
      "SELECT row_to_json(t)::text FROM accounts.api_token t UNION ALL SELECT row_to_json(s)::text FROM accounts.staff s"
    )
    for row in stored {
      let row: String = try row.decode(at: 0)
      #expect(!row.contains(text) && !row.contains(password))
    }
    await pool.close()
  }

  @Test("6: bounds and the audit", .timeLimit(.minutes(2)))
  func bounds() async throws {
    let (accounts, _, pool) = try await stand()
    for (name, password, roles) in [
      ("anna", "correct horse staple", [Role.analyst]), ("", "correct horse staple", [.analyst]),
      ("a b", "correct horse staple", [.analyst]), ("x", "short", [.analyst]), ("x", "aaaaaaaaaaaaaaaa", [.analyst]),
      ("x", "correct horse staple", []), ("x", "correct horse staple", [.visitor]),
      ("bertram", "bertram's horse", [.analyst]),
    ] {
      await #expect(throws: Accounts.Refusal.self, "\(name) \(password)") {
        try await accounts.add(name: name, password: password, roles: Set(roles), by: "test")
      }
    }
    for days in [0, 367] {
      await #expect(throws: Accounts.Refusal.self) {
        try await accounts.addToken(name: "t", roles: [.service], days: days, by: "test")
      }
    }
    await #expect(throws: Accounts.Refusal.self) { try await accounts.revokeToken("none", by: "test") }
    _ = try await accounts.signIn(name: "anna", password: password, address: "a")
    let entries = try await accounts.audit(limit: 10)
    #expect(entries.map(\.action) == ["signed in", "added staff"])
    #expect(entries.map(\.actor) == ["anna", "test"] && entries.allSatisfy { $0.subject == "anna" })
    await #expect(throws: PostgresError.self) {
      try await pool.execute("UPDATE accounts.audit SET actor = 'nobody'")
    }
    await #expect(throws: PostgresError.self) { try await pool.execute("DELETE FROM accounts.audit") }
    #expect(try await accounts.audit(limit: 10) == entries)
    await pool.close()
  }

  @Test("7: a busy hasher", .timeLimit(.minutes(2)))
  func busy() async throws {
    let (accounts, _, pool) = try await stand()
    // More at once than may wait for the hasher; each with a name and an address of its own, so that nothing is locked.
    let refused: Int = try await withThrowingTaskGroup(of: Bool.self) { group in
      for guess in 0..<80 {
        group.addTask {
          do {
            return try await accounts.signIn(name: "name\(guess)", password: "x", address: "\(guess)") == .refused
          } catch is PasswordHasher.Busy {
            return false
          }
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(refused >= 24 && refused < 80)
    for kind in ["account", "address"] {
      let row = try await pool.query(
        "SELECT sum(failures)::bigint FROM accounts.sign_in_attempt WHERE subject LIKE \(kind + " %")::text")[0]
      #expect(try row.decode(Int.self, at: 0) == refused, "\(kind)")
    }
    await pool.close()
  }

  @Test("8: a password that changes meanwhile", .timeLimit(.minutes(2)))
  func overtaken() async throws {
    let (accounts, clock, pool) = try await stand()
    let store = PostgresAccounts(pool)
    let anna = try #require(try await store.member(named: "anna")?.member.id)
    let other = try await Self.hasher.hash("another horse staple")
    // The sign-in reads the former hash and stands in line behind these.
    let ahead = (0..<20).map { _ in Task { try await Self.hasher.hash("somebody else's") } }
    let former = password
    let late = Task { try await accounts.signIn(name: "anna", password: former, address: "a") }
    try await until("the try is counted") {
      try await pool.query("SELECT 1 FROM accounts.sign_in_attempt WHERE subject = 'account anna'").count == 1
    }
    try await Task.sleep(for: .milliseconds(50))
    let entry = AuditEntry(at: clock.now(), actor: "test", action: "changed password", subject: "anna")
    try await store.setPassword(other, of: anna, audit: entry)
    #expect(try await late.value == .refused)
    for task in ahead { _ = try await task.value }
    #expect(try await pool.query("SELECT 1 FROM accounts.session").isEmpty)
    // The store itself: a member who is disabled gets no session.
    try await accounts.setDisabled(true, "anna", by: "test")
    let isBegun = try await store.begin(
      digest: String(repeating: "0", count: 64), of: anna, passwordHash: other, replacing: nil, now: clock.now(),
      expiresAt: clock.now(), audit: entry)
    #expect(!isBegun)
    #expect(try await pool.query("SELECT 1 FROM accounts.session").isEmpty)
    await pool.close()
  }
}

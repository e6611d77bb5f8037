// On a real database:
// 1. The right password opens a session whose token the browser did not have before; a wrong one, a name that does not exist
//    and a disabled member are refused alike.
// 2. Guesses lock an account with growing pauses: of 10,000 in a row from as many addresses a handful are checked; guesses at
//    once are counted as guesses in a row; the right password during a pause opens nothing, after it it does.
// 3. An address that guesses many names is locked, another address is not.
// 4. A session ends when it is not used, after a working day, at sign-out, with another password, when its member is disabled,
//    and everywhere on demand; the token of another session goes on.
// 5. A program's token has its roles until it expires or is revoked; the store has neither tokens nor passwords in clear.
// 6. Names, passwords, roles and days outside of their bounds are refused with what to do, and every change is audited.
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
    // A guess each second for 10,000 seconds: the store alone, for a hash takes its time.
    let limit = AttemptLimit(subject: "account anna", freeFailures: 5, longestPauseSeconds: 900)
    var checked = 0
    for _ in 0..<10_000 where try await store.countAttempt([limit], now: clock.now()) == nil {
      checked += 1
      clock.move(seconds: 1)
    }
    #expect(checked <= 20, "\(checked) of 10,000 guesses were checked")
    clock.move(seconds: 901)
    #expect(token(try await accounts.signIn(name: "anna", password: password, address: "b")) != nil)
    await pool.close()
  }

  @Test("3: addresses", .timeLimit(.minutes(2)))
  func addresses() async throws {
    var options = Accounts.Options()
    options.freeFailuresOfAddress = 3
    let (accounts, _, pool) = try await stand(options)
    for guess in 0..<3 {
      #expect(try await accounts.signIn(name: "name\(guess)", password: "x", address: "bad") == .refused)
    }
    guard case .locked(let seconds) = try await accounts.signIn(name: "anna", password: password, address: "bad") else {
      Issue.record("the address is not locked")
      return
    }
    #expect(seconds > 0 && seconds <= 900)
    #expect(token(try await accounts.signIn(name: "anna", password: password, address: "good")) != nil)
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
    await pool.close()
  }
}

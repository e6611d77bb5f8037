import Threading

/// One connection to Postgres, on its own thread; take one from `PostgresPool`.
///
/// Its calls run one after the other. Cancelling the task stops the statement on the server.
public actor PostgresConnection {
  private let thread: ThreadExecutor
  nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private var openSession: Session?
  private var isStreaming = false
  private var cursorCount = 0

  private init(thread: ThreadExecutor) { self.thread = thread }

  deinit { thread.stop() }

  /// Opens a connection; while no server answers, tries again with growing pauses until `deadline`.
  static func open(
    _ settings: PostgresSettings, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> PostgresConnection {
    let connection = PostgresConnection(thread: try newThread())
    var pause = Duration.milliseconds(20)
    while true {
      do {
        try await connection.connect(settings)
        return connection
      } catch {
        // If the server accepts other clients, its refusal is final: a wrong name, password or database, or no free
        // slot.
        guard ContinuousClock.now + pause < deadline, await !connection.serverAccepts(settings) else { throw error }
      }
      do { try await Task.sleep(for: pause) } catch { throw .cancelled }
      pause = min(pause * 2, .milliseconds(500))
    }
  }

  private static func newThread() throws(PostgresError) -> ThreadExecutor {
    do { return try ThreadExecutor() } catch { throw .connectionFailed("\(error)") }
  }

  private func connect(_ settings: PostgresSettings) throws(PostgresError) { openSession = try Session(settings) }
  private func serverAccepts(_ settings: PostgresSettings) -> Bool { Session.serverAccepts(settings) }

  /// Closes the connection on its thread; later calls throw `connectionLost`.
  func close() { openSession = nil }

  private var session: Session {
    get throws(PostgresError) {
      guard let openSession, !openSession.isBroken else { throw .connectionLost("closed") }
      return openSession
    }
  }

  /// The server's process for this connection, as in `pg_stat_activity.pid`.
  public var processID: Int32 { openSession?.processID ?? 0 }

  public var isInTransaction: Bool { openSession?.isInTransaction ?? false }

  // MARK: Statements

  /// Runs a statement and returns its rows.
  @discardableResult
  public func query(_ statement: SQL) async throws(PostgresError) -> [PostgresRow] {
    try await cancellable { session throws(PostgresError) in
      try session.run(statement).rows
    }
  }

  /// A statement's rows, or the reason why there are none.
  func result(of statement: SQL) async -> Result<[PostgresRow], PostgresError> {
    do { return .success(try await query(statement)) } catch { return .failure(error) }
  }

  /// The same for an idle connection; also tells whether it can be idle again. nil if the server has closed it, in
  /// which case nothing was sent.
  func queryWhileAlive(
    _ statement: SQL
  ) async -> (rows: Result<[PostgresRow], PostgresError>, isReusable: Bool)? {
    guard isAlive() else { return nil }
    let rows = await result(of: statement)
    return (rows, isReusable())
  }

  /// Runs a statement and returns the number of rows that it changed.
  @discardableResult
  public func execute(_ statement: SQL) async throws(PostgresError) -> Int {
    try await cancellable { session throws(PostgresError) in
      try session.run(statement).affectedRows
    }
  }

  /// Runs text that may contain several statements and takes no parameters, such as a migration.
  public func executeScript(_ text: String) async throws(PostgresError) {
    try await cancellable { session throws(PostgresError) in try session.command(text) }
  }

  /// Runs text even in a cancelled task, as ROLLBACK must.
  func commandIgnoringCancellation(_ text: String) throws(PostgresError) {
    let session = try session
    session.deadline = monotonicSeconds() + Double(Session.graceSeconds)
    defer { session.deadline = nil }
    try session.command(text)
  }

  /// Runs `body` on the session; a cancellation of the task goes to the server meanwhile.
  func cancellable<T>(_ body: (Session) throws(PostgresError) -> T) async throws(PostgresError) -> T {
    guard !isStreaming else { throw .misuse("connection is in a COPY: end it before the next statement") }
    return try await cancellableWhileStreaming(body)
  }

  func cancellableWhileStreaming<T>(
    _ body: (Session) throws(PostgresError) -> T
  ) async throws(PostgresError) -> T {
    let session = try session
    guard !Task.isCancelled else { throw .cancelled }
    let gate = session.gate
    let serial = gate.begin()
    // `perform` belongs to the actor: a closure that did not name the actor would run on the cooperative pool.
    let outcome = await withTaskCancellationHandler {
      perform(body, session)
    } onCancel: {
      gate.cancel(serial)
    }
    return try settle(outcome, session)
  }

  private func perform<T>(
    _ body: (Session) throws(PostgresError) -> T, _ session: Session
  ) -> Result<T, PostgresError> {
    Result { () throws(PostgresError) in try body(session) }
  }

  private func settle<T>(
    _ outcome: Result<T, PostgresError>, _ session: Session
  ) throws(PostgresError) -> T {
    switch session.gate.finish() {
    case .notCancelled: break
    case .stuck:
      session.markBroken()
      throw .cancelled
    case .cancelled:
      if !isStreaming { absorbLateCancel(session) }
      if case .failure(.server(let error)) = outcome, error.sqlState == "57014" { throw .cancelled }
    }
    return try outcome.get()
  }

  /// Runs an empty statement: a cancel that reached the server after the statement's end may hit the next one.
  private func absorbLateCancel(_ session: Session) {
    do {
      try session.command("")
    } catch {
      if case .server = error { return }
      session.markBroken()
    }
  }

  // MARK: Transactions

  /// Runs `body` within a savepoint: if it throws, its changes are undone, and the transaction continues.
  @discardableResult
  public func withSavepoint<T>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
  ) async throws -> T {
    guard await isInTransaction else { throw PostgresError.misuse("a savepoint needs a transaction around it") }
    try await executeScript("SAVEPOINT vitrine")
    do {
      let result = try await body()
      try await executeScript("RELEASE SAVEPOINT vitrine")
      return result
    } catch {
      try await commandIgnoringCancellation("ROLLBACK TO SAVEPOINT vitrine; RELEASE SAVEPOINT vitrine")
      throw error
    }
  }

  /// Whether the connection can serve another task: alive, and outside any transaction or COPY.
  func isReusable() -> Bool {
    guard let openSession, !isStreaming, !openSession.isBroken else { return false }
    return openSession.isInOriginalState && openSession.isAliveWhileIdle
  }

  /// Runs work that a cancelled task must do too; after a failure the connection will be dropped.
  func withSessionIgnoringCancellation(_ body: (Session) throws(PostgresError) -> Void) {
    guard let openSession, !openSession.isBroken else { return }
    openSession.deadline = monotonicSeconds() + Double(Session.graceSeconds)
    defer { openSession.deadline = nil }
    do {
      try body(openSession)
    } catch {
      if case .server = error { return }
      openSession.markBroken()
    }
  }

  /// Runs text that puts the session back to its defaults, in a cancelled task too; where that fails, the pool throws
  /// the connection away.
  public func reset(with text: String) {
    withSessionIgnoringCancellation { session throws(PostgresError) in try session.command(text) }
  }

  func isAlive() -> Bool { openSession?.isAliveWhileIdle ?? false }

  func setStreaming(_ value: Bool) { isStreaming = value }

  /// Sets the time limit of the statements that `body` runs here; nil sets none, for long jobs.
  @discardableResult
  public func withStatementTimeout<T>(
    _ limit: Duration?, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
  ) async throws -> T {
    let before = try await setStatementTimeout(limit)
    do {
      let result = try await body()
      _ = try await setStatementTimeout(before)
      return result
    } catch {
      // If the setting cannot be restored (a failed transaction, a lost connection), the pool drops the connection.
      _ = try? await setStatementTimeout(before)
      throw error
    }
  }

  private func setStatementTimeout(_ limit: Duration?) throws(PostgresError) -> Duration? {
    try session.setStatementTimeout(limit)
  }

  func nextCursorName() -> String {
    cursorCount += 1
    return "vitrine_\(cursorCount)"
  }
}

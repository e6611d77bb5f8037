import Threading

/// Connections to one database, opened on demand, at most `maxConnections`, and shared by all tasks.
///
///     let pool = PostgresPool(settings)
///     let rows = try await pool.query("SELECT id, title FROM catalog.product WHERE brand_id = \(brand)")
///     for row in rows { titles.append(try row.decode("title", as: String.self)) }
///
/// A task that finds all connections in use waits its turn, in order, up to `waitTimeout` and behind at most
/// `maxWaiters` others. Connections that the server closed are replaced.
public final class PostgresPool: Sendable {
  public let settings: PostgresSettings
  private let log: @Sendable (String) -> Void
  private let state: Guarded<State>

  private struct State {
    var free: Int
    var idle: [PostgresConnection] = []
    /// In the order of arrival, without those that gave up.
    var waiters: [Waiter] = []
    var waiterCount: UInt64 = 0
    var isClosed = false

    /// Takes a turn without waiting; false if none is free.
    mutating func takeFree() -> Bool {
      guard !isClosed, free > 0 else { return false }
      free -= 1
      return true
    }
  }

  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<PostgresError?, Never>
  }

  /// Makes a pool; it connects on first use.
  ///
  /// `log` receives one line for each connection that breaks and each transaction that is tried again.
  public init(_ settings: PostgresSettings, log: @escaping @Sendable (String) -> Void = { _ in }) {
    self.settings = settings
    self.log = log
    state = Guarded(State(free: settings.maxConnections))
  }

  // MARK: Use

  /// Runs a statement on any connection and returns its rows.
  @discardableResult
  public func query(_ statement: SQL) async throws -> [PostgresRow] {
    guard !Task.isCancelled else { throw PostgresError.cancelled }
    let deadline = ContinuousClock.now + settings.waitTimeout
    try await takeTurn(until: deadline)
    if let connection = state.withLock({ $0.idle.popLast() }) {
      // Check, use and check again in one visit to the connection's thread: each visit costs two thread switches.
      if let (rows, isReusable) = await connection.queryWhileAlive(statement) {
        await putBack(connection, isReusable: isReusable)
        return try rows.get()
      }
      await replaceDead(connection)
    }
    let connection = try await connect(until: deadline)
    let rows = await connection.result(of: statement)
    await release(connection)
    return try rows.get()
  }

  /// Runs a statement on any connection and returns the number of rows that it changed.
  @discardableResult
  public func execute(_ statement: SQL) async throws -> Int {
    try await withConnection { try await $0.execute(statement) }
  }

  /// Lends `body` one connection for several statements.
  @discardableResult
  public func withConnection<T>(
    isolation: isolated (any Actor)? = #isolation, _ body: (PostgresConnection) async throws -> T
  ) async throws -> T {
    let connection = try await acquire()
    do {
      let result = try await body(connection)
      await release(connection)
      return result
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Refuses new work, waits for lent connections to return and closes all.
  public func close() async {
    let (idle, waiters) = state.withLock { state in
      defer {
        state.idle = []
        state.waiters = []
      }
      state.isClosed = true
      return (state.idle, state.waiters)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .poolClosed) }
    for connection in idle { await connection.close() }
  }

  func note(_ line: String) { log(line) }

  // MARK: Lending

  private func acquire() async throws(PostgresError) -> PostgresConnection {
    guard !Task.isCancelled else { throw .cancelled }
    let deadline = ContinuousClock.now + settings.waitTimeout
    try await takeTurn(until: deadline)
    return try await connect(until: deadline)
  }

  /// An idle connection that is alive, otherwise a new one.
  private func connect(until deadline: ContinuousClock.Instant) async throws(PostgresError) -> PostgresConnection {
    while let connection = state.withLock({ $0.idle.popLast() }) {
      if await connection.isAlive() { return connection }
      await replaceDead(connection)
    }
    do {
      return try await PostgresConnection.open(settings, until: deadline)
    } catch {
      log("Postgres connection refused: \(error.detailedDescription)")
      passTurn()
      throw error
    }
  }

  private func replaceDead(_ connection: PostgresConnection) async {
    log("Postgres connection closed by the server: opening another")
    await connection.close()
  }

  private func release(_ connection: PostgresConnection) async {
    await putBack(connection, isReusable: await connection.isReusable())
  }

  private func putBack(_ connection: PostgresConnection, isReusable: Bool) async {
    var isKept = isReusable
    if isKept {
      isKept = state.withLock { state in
        guard !state.isClosed else { return false }
        state.idle.append(connection)
        return true
      }
    }
    if !isKept { await connection.close() }
    passTurn()
  }

  private enum Turn { case taken, refused(PostgresError), wait }

  private func takeTurn(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    if state.withLock({ $0.takeFree() }) { return }
    let id = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    let alarm = Guarded<Task<Void, Never>?>(nil)
    let refusal = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let turn = self.enter(Waiter(id: id, continuation: continuation))
        switch turn {
        case .taken: continuation.resume(returning: nil)
        case .refused(let error): continuation.resume(returning: error)
        case .wait:
          if Task.isCancelled { self.giveUp(id, .cancelled) }
          let task = Task {
            // Only a cancelled sleep throws: then the task's turn has come.
            guard (try? await Task.sleep(until: deadline)) != nil else { return }
            self.giveUp(
              id, .poolExhausted(connections: self.settings.maxConnections, waiters: self.waiterCount - 1))
          }
          alarm.withLock { $0 = task }
        }
      }
    } onCancel: {
      self.giveUp(id, .cancelled)
    }
    alarm.withLock { $0 }?.cancel()
    if let refusal { throw refusal }
  }

  private func enter(_ waiter: Waiter) -> Turn {
    state.withLock { state in
      if state.isClosed { return .refused(.poolClosed) }
      if state.takeFree() { return .taken }
      guard state.waiters.count < settings.maxWaiters else {
        return .refused(
          .poolExhausted(connections: settings.maxConnections, waiters: state.waiters.count))
      }
      state.waiters.append(waiter)
      return .wait
    }
  }

  private var waiterCount: Int { state.withLock { $0.waiters.count } }

  private func giveUp(_ id: UInt64, _ error: PostgresError) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiters.remove(at: index)
    }
    waiter?.continuation.resume(returning: error)
  }

  private func passTurn() {
    let next = state.withLock { state -> Waiter? in
      guard !state.waiters.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiters.removeFirst()
    }
    next?.continuation.resume(returning: nil)
  }
}

/// How much a transaction sees of others' changes.
public enum PostgresIsolation: String, Sendable {
  case readCommitted = "READ COMMITTED"
  case repeatableRead = "REPEATABLE READ"
  case serializable = "SERIALIZABLE"
}

extension PostgresPool {
  /// Attempts that one transaction may take after serialization failures and deadlocks before the error is thrown.
  public static let defaultAttempts = 5

  /// Runs `body` in one transaction: committed when it returns, undone when it throws.
  ///
  /// After a serialization failure (40001) or a deadlock (40P01) the whole of `body` runs again, after a short random
  /// pause, up to `maxAttempts` times in total: `body` must not do anything that may not be repeated.
  @discardableResult
  public func withTransaction<T>(
    isolation level: PostgresIsolation = .readCommitted, readOnly: Bool = false,
    maxAttempts: Int = PostgresPool.defaultAttempts,
    actor: isolated (any Actor)? = #isolation,
    _ body: (PostgresConnection) async throws -> T
  ) async throws -> T {
    var attempt = 1
    while true {
      do {
        return try await withConnection { connection in
          try await connection.transaction(isolation: level, readOnly: readOnly, body)
        }
      } catch let error as PostgresError where error.isRetryable && attempt < maxAttempts {
        note("transaction tried again (attempt \(attempt + 1) of \(maxAttempts)): \(error)")
        let ceiling = 5 << min(attempt, 6)  // milliseconds; random, so that two that collided do not collide again
        do { try await Task.sleep(for: .milliseconds(Int.random(in: 1...ceiling))) } catch {
          throw PostgresError.cancelled
        }
        attempt += 1
      }
    }
  }
}

extension PostgresConnection {
  /// One attempt of a transaction on this connection.
  @discardableResult
  public func transaction<T>(
    isolation level: PostgresIsolation = .readCommitted, readOnly: Bool = false,
    actor: isolated (any Actor)? = #isolation,
    _ body: (PostgresConnection) async throws -> T
  ) async throws -> T {
    try await executeScript("BEGIN ISOLATION LEVEL \(level.rawValue) \(readOnly ? "READ ONLY" : "READ WRITE")")
    do {
      let result = try await body(self)
      try await commit()
      return result
    } catch {
      await rollBack()
      throw error
    }
  }

  /// COMMIT of a failed transaction answers ROLLBACK, which must not look like success.
  private func commit() async throws(PostgresError) {
    let tag = try await cancellable { session throws(PostgresError) in try session.commandTag("COMMIT") }
    guard tag == "COMMIT" else {
      throw .misuse("transaction undone: a statement in it had failed and its error was caught; use withSavepoint")
    }
  }

  /// Undoes the transaction; if that fails, the pool closes the connection and the server undoes it.
  private func rollBack() {
    guard isInTransaction else { return }
    // After a failure the connection is still in the transaction or broken, and `isReusable` is then false.
    try? commandIgnoringCancellation("ROLLBACK")
  }
}

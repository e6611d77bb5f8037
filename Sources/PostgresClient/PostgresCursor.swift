extension PostgresConnection {
  /// Rows of one FETCH: enough to make the round trip cheap, few enough to keep memory constant.
  public static let defaultBatchSize = 1_000

  /// Reads a SELECT of any size through a server-side cursor, a batch at a time, in constant memory.
  ///
  /// Outside a transaction it opens one while it reads, so that all rows come from one snapshot.
  public func forEachBatch(
    _ statement: SQL, batchSize: Int = PostgresConnection.defaultBatchSize,
    isolation: isolated (any Actor)? = #isolation, _ body: ([PostgresRow]) async throws -> Void
  ) async throws {
    precondition(batchSize > 0, "a batch holds at least one row")
    guard await isInTransaction else {
      return try await transaction { connection in
        try await connection.forEachBatch(statement, batchSize: batchSize, body)
      }
    }
    let name = try await declareCursor(statement)
    var columns: PostgresColumns?
    do {
      while true {
        let result = try await fetch(batchSize, from: name, columns: columns)
        columns = result.columns
        let rows = result.rows
        if !rows.isEmpty { try await body(rows) }
        if rows.count < batchSize { break }
      }
    } catch {
      // The failure is thrown below; a cursor that cannot be closed ends with its transaction.
      try? await commandIgnoringCancellation("CLOSE \(name)")
      throw error
    }
    try await executeScript("CLOSE \(name)")
  }

  /// Like `forEachBatch`, row by row.
  public func forEachRow(
    _ statement: SQL, batchSize: Int = PostgresConnection.defaultBatchSize,
    isolation: isolated (any Actor)? = #isolation, _ body: (PostgresRow) async throws -> Void
  ) async throws {
    try await forEachBatch(statement, batchSize: batchSize) { rows in
      for row in rows { try await body(row) }
    }
  }

  private func declareCursor(_ statement: SQL) async throws(PostgresError) -> String {
    let name = nextCursorName()
    _ = try await cancellable { session throws(PostgresError) in
      try session.runOnce("DECLARE \(unsafeRaw: name) NO SCROLL CURSOR FOR \(fragment: statement)")
    }
    return name
  }

  private func fetch(
    _ count: Int, from cursor: String, columns: PostgresColumns?
  ) async throws(PostgresError) -> PostgresResult {
    try await cancellable { session throws(PostgresError) in
      try session.runOnce("FETCH FORWARD \(unsafeRaw: String(count)) FROM \(unsafeRaw: cursor)", columns: columns)
    }
  }
}

extension PostgresPool {
  /// Reads a SELECT of any size on any connection, row by row, in constant memory.
  public func forEachRow(
    _ statement: SQL, batchSize: Int = PostgresConnection.defaultBatchSize,
    isolation: isolated (any Actor)? = #isolation, _ body: (PostgresRow) async throws -> Void
  ) async throws {
    try await withConnection { connection in
      try await connection.forEachRow(statement, batchSize: batchSize, body)
    }
  }
}

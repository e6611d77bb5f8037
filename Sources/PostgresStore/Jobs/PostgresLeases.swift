public import Ports
public import PostgresClient

/// A lease is an advisory lock of one session. The server frees it when the session ends, so that a killed holder holds
/// nothing; the table beside it names the holder, for people.
/// Leases by advisory locks of sessions.
public struct PostgresLeases: Leases {
  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  /// How often the holder checks that its session still exists.
  private static let heartbeat = Duration.seconds(1)

  public func withLease<Value: Sendable>(
    _ name: String, holder: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await pool.reaching {
      try await pool.withConnection { connection in
        guard try await Self.acquire(name, holder: holder, on: connection) else {
          throw LeaseHeld(name: name, holder: try await leaseHolder(name) ?? "a process that just let it go")
        }
        do {
          let value = try await Self.holding(name, on: connection, body)
          await Self.release(name, on: connection)
          return value
        } catch {
          await Self.release(name, on: connection)
          throw error
        }
      }
    }
  }

  public func leaseHolder(_ name: String) async throws -> String? {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT holder || ', since ' || to_char(acquired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
        FROM indexing.lease WHERE name = \(name) AND EXISTS (
          SELECT 1 FROM pg_locks, hashtextextended(\(name), 0) AS key
          WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid::bigint = (key >> 32) & 4294967295 AND objid::bigint = key & 4294967295)
        """
      ).first?.decode(at: 0)
    }
  }

  private static func acquire(_ name: String, holder: String, on connection: PostgresConnection) async throws -> Bool {
    // A holder whose machine has vanished sends nothing any more: the server ends its session after 4 s, not 2 hours.
    try await connection.executeScript(
      "SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 4000"
    )
    let isMine: Bool = try await connection.query(
      "SELECT pg_try_advisory_lock(hashtextextended(\(name), 0))")[0].decode(at: 0)
    guard isMine else { return false }
    try await connection.execute(
      """
      INSERT INTO indexing.lease (name, holder) VALUES (\(name), \(holder))
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, acquired_at = clock_timestamp()
      """)
    return true
  }

  /// Runs `body` beside the heartbeat; whichever ends first ends the other.
  private static func holding<Value: Sendable>(
    _ name: String, on connection: PostgresConnection, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while true {
          try await Task.sleep(for: heartbeat)
          do { try await connection.query("SELECT 1") } catch is PostgresError {
            try Task.checkCancellation()
            throw LeaseLost(name: name)
          }
        }
      }
      defer { group.cancelAll() }
      while let ended = try await group.next() { if let value = ended { return value } }
      throw CancellationError()
    }
  }

  /// Frees the lock, which belongs to the session: if this fails, the connection is dropped, and the lock with it.
  private static func release(_ name: String, on connection: PostgresConnection) async {
    await connection.reset(
      with: """
        RESET tcp_keepalives_idle; RESET tcp_keepalives_interval; RESET tcp_keepalives_count; RESET tcp_user_timeout;
        SELECT pg_advisory_unlock_all()
        """)
  }
}

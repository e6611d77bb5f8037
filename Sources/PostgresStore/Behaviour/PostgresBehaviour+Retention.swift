public import Catalog
public import Ports
import PostgresClient
import Threading

extension PostgresBehaviour {
  public func forget(now: Timestamp, retention: BehaviourRetention) async throws {
    try await pool.reaching {
      for (parent, days) in [
        ("event_browsing", retention.browsingDays), ("event_order", retention.orderDays),
        ("impression", retention.shownDays),
      ] {
        // One at a time, each in its own transaction: a drop waits for readers of its table, and holds the parent's lock.
        for name in try await expired(of: parent, before: now.day.advanced(by: 1 - days)) {
          try await pool.execute("DROP TABLE IF EXISTS behaviour.\(unsafeRaw: name)")
        }
      }
      try await pool.execute(
        """
        DELETE FROM behaviour.event_aside WHERE received_at < \(now.day.advanced(by: 1 - retention.shownDays).start)
        """)
    }
    partitions.withLock { $0 = [] }
    // No event is as late by then.
    try await pool.reaching {
      _ = try await pool.execute(
        "DELETE FROM behaviour.erasure WHERE erased_at < \(now.day.advanced(by: -Self.nearDays).start)")
    }
  }

  /// The partitions whose last day is before `oldest`; their names are our own, of letters and digits.
  private func expired(of parent: String, before oldest: CalendarDay) async throws -> [String] {
    try await pool.query(
      """
      SELECT child.relname::text FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
      WHERE inhparent = ('behaviour.' || \(parent))::regclass
        AND substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$TO \\('([0-9-]+)'\\)$re$)::date
          <= \(oldest)::date
      ORDER BY 1
      """
    ).map { try $0.decode(at: 0) }
  }
}

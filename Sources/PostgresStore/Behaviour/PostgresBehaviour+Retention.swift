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
        while try await dropPartition(of: parent, before: now.day.advanced(by: 1 - days)) {}
      }
      try await pool.execute(
        """
        DELETE FROM behaviour.event_aside WHERE received_at < \(now.day.advanced(by: 1 - retention.shownDays).start)
        """)
      try await pool.execute(
        "DELETE FROM behaviour.exposure WHERE last_at < \(now.day.advanced(by: 1 - retention.browsingDays).start)")
    }
    partitions.withLock { $0 = [] }
    // No event is as late by then.
    try await pool.reaching {
      _ = try await pool.execute(
        "DELETE FROM behaviour.erasure WHERE erased_at < \(now.day.advanced(by: -Self.nearDays).start)")
      _ = try await pool.execute(
        "DELETE FROM behaviour.counted WHERE counted_at < \(now.day.advanced(by: -Self.nearDays).start)")
    }
  }

  /// Drops one partition whose last day is before `oldest`, with the rights of the tables' owner; false if there is none.
  private func dropPartition(of parent: String, before oldest: CalendarDay) async throws -> Bool {
    try await pool.query("SELECT behaviour.drop_partition(\(parent), \(oldest)::date)")[0].decode(at: 0)
  }
}

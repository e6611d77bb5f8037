public import Catalog
public import Ports
import PostgresClient

extension PostgresSearchLog {
  /// One at a time among all processes.
  static let lock = "vitrine search log"

  public func rollUp(now: Timestamp) async throws -> Bool {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          let isMine: Bool = try await connection.query(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(\(Self.lock), 0))")[0].decode(at: 0)
          guard isMine else { return false }
          try await connection.execute(Self.enoughMemory)
          // The previous day may still get clicks.
          let last: Timestamp? = try await connection.query(
            """
            SELECT coalesce(rolled_up_at, (SELECT min(searched_at) FROM behaviour.search)) FROM behaviour.search_log
            """)[0].decode(at: 0)
          let first = min(now.day, last?.day ?? now.day).advanced(by: -1)
          for day in first.daysSinceEpoch...now.day.daysSinceEpoch {
            try await Self.count(CalendarDay(daysSinceEpoch: day), on: connection)
          }
          try await connection.execute("UPDATE behaviour.search_log SET rolled_up_at = \(now)")
          return true
        }
      }
    }
  }

  private static func count(_ day: CalendarDay, on connection: PostgresConnection) async throws {
    let (start, end) = (day.start, day.advanced(by: 1).start)
    try await connection.execute(
      """
      WITH click AS (
        SELECT search.id AS search_id, min(first_rank + array_position(products, event.product_id) - 1) AS rank
        FROM behaviour.search JOIN behaviour.event ON event.list = search.id
        WHERE searched_at >= \(start) AND searched_at < \(end) AND event.kept = 1 AND event.kind = 'click'
          AND event.day BETWEEN \(day)::date AND \(day.advanced(by: 1))::date AND event.product_id = ANY (products)
        GROUP BY search.id
      ), asked AS (
        SELECT query, bool_or(visitor IS NOT NULL) AS is_visitor,
          min(network) FILTER (WHERE visitor IS NOT NULL) AS network,
          bool_or(outcome = 'nothing' AND filter_count = 0) AS found_nothing,
          bool_or(outcome = 'relaxed' AND filter_count = 0) AS relaxed,
          bool_or(outcome = 'corrected' AND filter_count = 0) AS corrected, min(click.rank) AS rank
        FROM behaviour.search LEFT JOIN click ON search_id = id
        WHERE searched_at >= \(start) AND searched_at < \(end) AND sender = 'shopper'
        GROUP BY query, coalesce(visitor, id)
      )
      INSERT INTO behaviour.search_day AS kept
        (day, query, searches, visitors, networks, found_nothing, relaxed, corrected, clicked, reciprocal_ranks)
      SELECT \(day)::date, query, count(*), count(*) FILTER (WHERE is_visitor), count(DISTINCT network),
        count(*) FILTER (WHERE found_nothing),
        count(*) FILTER (WHERE relaxed), count(*) FILTER (WHERE corrected), count(rank),
        coalesce(sum(1.0::double precision / rank), 0)
      FROM asked GROUP BY query
      ON CONFLICT (day, query) DO UPDATE SET
        searches = excluded.searches, visitors = excluded.visitors, networks = excluded.networks,
        found_nothing = excluded.found_nothing,
        relaxed = excluded.relaxed, corrected = excluded.corrected, clicked = excluded.clicked,
        reciprocal_ranks = excluded.reciprocal_ranks
      WHERE (kept.searches, kept.visitors, kept.networks, kept.found_nothing, kept.relaxed, kept.corrected, kept.clicked,
          kept.reciprocal_ranks)
        IS DISTINCT FROM (excluded.searches, excluded.visitors, excluded.networks, excluded.found_nothing,
          excluded.relaxed, excluded.corrected, excluded.clicked, excluded.reciprocal_ranks)
      """)
  }

  /// A query's weight halves in a week; after four weeks little is left.
  private static let halfLifeDays = 7.0
  private static let popularDays = 28

  public func popularQueries(now: Timestamp, limit: Int) async throws -> [PopularQuery] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT query, sum(networks * power(0.5, (\(now.day)::date - day) / \(Self.halfLifeDays))) AS weight
        FROM behaviour.search_day
        WHERE day > \(now.day.advanced(by: -Self.popularDays))::date AND query <> ''
          -- As in the index: a parameter would not be seen to agree with it.
          AND visitors >= \(unsafeRaw: String(Self.fewestVisitors)) AND networks >= \(Self.fewestVisitors)
        GROUP BY query HAVING 2 * sum(found_nothing + relaxed + corrected) < sum(searches)
        ORDER BY weight DESC, query LIMIT \(limit)
        """
      ).map { PopularQuery(text: try $0.decode(at: 0), weight: try $0.decode(at: 1)) }
    }
  }
}

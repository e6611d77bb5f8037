public import Catalog
public import Ports
import PostgresClient

extension PostgresSearchLog {
  private typealias Figures = SearchReport.Figures

  /// A rate of fewer searches than this says too little.
  private static let fewestSearches = 10
  /// Quantile of the standard normal distribution for a one-sided 97.5 %: the upper end of a 95 % interval.
  private static let z = 1.96
  /// A later search has another purpose.
  private static let nextWithin = "10 minutes"
  private static let maxNext = 3

  private static let sums: SQL = """
    coalesce(sum(searches), 0)::bigint AS searches, coalesce(sum(found_nothing), 0)::bigint AS found_nothing,
    coalesce(sum(relaxed), 0)::bigint AS relaxed, coalesce(sum(corrected), 0)::bigint AS corrected,
    coalesce(sum(clicked), 0)::bigint AS clicked, coalesce(sum(reciprocal_ranks), 0) AS reciprocal_ranks
    """

  public func report(days: Int, now: Timestamp, limit: Int) async throws -> SearchReport {
    let first = now.day.advanced(by: 1 - days)
    return try await pool.reaching {
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.execute(Self.enoughMemory)
          let byDay = try await Self.byDay(from: first, to: now.day, on: connection)
          var report = SearchReport(
            days: days,
            countedAt: try await connection.query("SELECT rolled_up_at FROM behaviour.search_log")[0].decode(at: 0),
            before: try await Self.figures(
              from: first.advanced(by: -days), to: first.advanced(by: -1), on: connection),
            byDay: byDay)
          try await Self.addQueries(
            to: &report, from: first, usual: report.totals.clickThrough ?? 0, limit: limit, on: connection)
          try await Self.addNext(to: &report.unanswered, since: first.start, on: connection)
          return report
        }
      }
    }
  }

  /// Adds the three lists, with one pass over the days.
  private static func addQueries(
    to report: inout SearchReport, from first: CalendarDay, usual: Double, limit: Int,
    on connection: PostgresConnection
  ) async throws {
    let rows = try await connection.query(
      """
      WITH asked AS MATERIALIZED (
        SELECT query, \(fragment: sums) FROM behaviour.search_day
        WHERE day >= \(first)::date AND query <> '' GROUP BY query
      )
      (SELECT 0 AS list, * FROM asked ORDER BY searches DESC, query LIMIT \(limit))
      UNION ALL
      (SELECT 1, * FROM asked WHERE found_nothing + relaxed > 0
        ORDER BY found_nothing + relaxed DESC, query LIMIT \(limit))
      UNION ALL
      (SELECT 2, * FROM asked WHERE \(fragment: seldomClicked(than: usual))
        ORDER BY \(usual) * searches - clicked DESC, query LIMIT \(limit))
      """)
    for row in rows {
      let query = SearchReport.Query(text: try row.decode("query"), figures: try Figures(row))
      switch try row.decode("list") as Int {
      case 0: report.popular.append(query)
      case 1: report.unanswered.append(query)
      default: report.seldomClicked.append(query)
      }
    }
  }

  /// Whether the upper end of the Wilson score interval of the query's own click-through is below the usual one.
  private static func seldomClicked(than usual: Double) -> SQL {
    let z: SQL = "\(z)::double precision"
    let share: SQL = "(clicked::double precision / searches)"
    return """
      searches >= \(fewestSearches) AND 2 * (found_nothing + relaxed) < searches
      AND (\(fragment: share) + \(fragment: z) ^ 2 / (2 * searches) + \(fragment: z) * sqrt(
          \(fragment: share) * (1 - \(fragment: share)) / searches
          + \(fragment: z) ^ 2 / (4 * searches::double precision ^ 2)))
        / (1 + \(fragment: z) ^ 2 / searches) < \(usual)
      """
  }

  private static func figures(
    from first: CalendarDay, to last: CalendarDay, on connection: PostgresConnection
  ) async throws -> Figures {
    try Figures(
      try await connection.query(
        """
        SELECT \(fragment: sums) FROM behaviour.search_day WHERE day BETWEEN \(first)::date AND \(last)::date
        """)[0])
  }

  private static func byDay(
    from first: CalendarDay, to last: CalendarDay, on connection: PostgresConnection
  ) async throws -> [SearchReport.Day] {
    let rows = try await connection.query(
      """
      SELECT day::text AS day, \(fragment: sums) FROM behaviour.search_day
      WHERE day BETWEEN \(first)::date AND \(last)::date GROUP BY day
      """)
    var figures: [CalendarDay: Figures] = [:]
    for row in rows { if let day = CalendarDay(try row.decode("day")) { figures[day] = try Figures(row) } }
    return (first.daysSinceEpoch...last.daysSinceEpoch).map { number in
      let day = CalendarDay(daysSinceEpoch: number)
      return SearchReport.Day(day: day, figures: figures[day] ?? Figures())
    }
  }

  /// Adds the queries that each query's visitors searched for next with success; one visitor alone is not enough evidence.
  private static func addNext(
    to queries: inout [SearchReport.Query], since start: Timestamp, on connection: PostgresConnection
  ) async throws {
    let rows = try await connection.query(
      """
      SELECT first.query AS query, next.query AS next, count(DISTINCT first.visitor) AS visitors
      FROM behaviour.search AS first, LATERAL (
        SELECT query FROM behaviour.search AS later
        WHERE later.visitor = first.visitor AND later.searched_at > first.searched_at
          AND later.searched_at <= first.searched_at + \(nextWithin)::interval
          AND later.query <> first.query AND later.outcome IN ('found', 'corrected')
        ORDER BY later.searched_at LIMIT 1
      ) AS next
      WHERE first.query = ANY (\(queries.map(\.text))) AND first.searched_at >= \(start)
        AND first.visitor IS NOT NULL AND first.outcome IN ('relaxed', 'nothing')
      GROUP BY first.query, next.query HAVING count(DISTINCT first.visitor) > 1
      ORDER BY visitors DESC, next.query
      """)
    var next: [String: [String]] = [:]
    for row in rows { next[try row.decode("query"), default: []].append(try row.decode("next")) }
    for index in queries.indices {
      queries[index].thenFound = Array((next[queries[index].text] ?? []).prefix(maxNext))
    }
  }
}

extension SearchReport.Figures {
  fileprivate init(_ row: PostgresRow) throws {
    self.init(
      searches: try row.decode("searches"), foundNothing: try row.decode("found_nothing"),
      relaxed: try row.decode("relaxed"), corrected: try row.decode("corrected"),
      clicked: try row.decode("clicked"), reciprocalRanks: try row.decode("reciprocal_ranks"))
  }
}

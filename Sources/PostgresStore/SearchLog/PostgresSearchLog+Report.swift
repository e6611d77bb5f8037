public import Catalog
public import Ports

extension PostgresSearchLog {
  private typealias Figures = SearchReport.Figures

  /// A rate of fewer searches than this says too little.
  private static let fewestSearches = 10
  /// Of the standard normal distribution, for a one-sided 97.5 %: the upper end of a 95 % interval.
  private static let z = 1.96
  /// What comes later is another errand.
  private static let nextWithin = "10 minutes"
  private static let mostNext = 3

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
          let byDay = try await Self.byDay(from: first, to: now.day, on: connection)
          let totals = try await Self.figures(from: first, to: now.day, on: connection)
          let before = try await Self.figures(
            from: first.advanced(by: -days), to: first.advanced(by: -1), on: connection)
          var report = SearchReport(
            days: days, totals: totals, before: before, byDay: byDay, popular: [], unanswered: [], seldomClicked: [])
          report.popular = try await Self.queries(
            from: first, "true", order: "sum(searches) DESC", limit, on: connection)
          report.unanswered = try await Self.queries(
            from: first, "sum(found_nothing + relaxed) > 0", order: "sum(found_nothing + relaxed) DESC", limit,
            on: connection)
          try await Self.addNext(to: &report.unanswered, since: first.start, on: connection)
          if let usual = totals.clickThrough, usual > 0 {
            report.seldomClicked = try await Self.queries(
              from: first, seldomClicked(than: usual),
              order: "\(usual) * sum(searches) - sum(clicked) DESC", limit, on: connection)
          }
          return report
        }
      }
    }
  }

  /// The upper end of the Wilson score interval of the query's own click-through is below the usual one.
  private func seldomClicked(than usual: Double) -> SQL {
    let (n, z): (SQL, SQL) = ("sum(searches)", "\(Self.z)::double precision")
    let share: SQL = "(sum(clicked)::double precision / \(fragment: n))"
    return """
      \(fragment: n) >= \(Self.fewestSearches) AND 2 * sum(found_nothing + relaxed) < \(fragment: n)
      AND (\(fragment: share) + \(fragment: z) ^ 2 / (2 * \(fragment: n)) + \(fragment: z) * sqrt(
          \(fragment: share) * (1 - \(fragment: share)) / \(fragment: n) + \(fragment: z) ^ 2 / (4 * \(fragment: n) ^ 2)))
        / (1 + \(fragment: z) ^ 2 / \(fragment: n)) < \(usual)
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
    try await connection.query(
      """
      SELECT day.start::date::text AS day, counted.* FROM
        generate_series(\(first)::date::timestamp, \(last)::date::timestamp, '1 day') AS day (start),
        LATERAL (SELECT \(fragment: sums) FROM behaviour.search_day WHERE search_day.day = day.start::date) AS counted
      ORDER BY day.start
      """
    ).compactMap { row in
      guard let day = CalendarDay(try row.decode("day")) else { return nil }
      return SearchReport.Day(day: day, figures: try Figures(row))
    }
  }

  private static func queries(
    from first: CalendarDay, _ condition: SQL, order: SQL, _ limit: Int, on connection: PostgresConnection
  ) async throws -> [SearchReport.Query] {
    try await connection.query(
      """
      SELECT query, \(fragment: sums) FROM behaviour.search_day WHERE day >= \(first)::date AND query <> ''
      GROUP BY query HAVING \(fragment: condition) ORDER BY \(fragment: order), query LIMIT \(limit)
      """
    ).map { SearchReport.Query(text: try $0.decode("query"), figures: try Figures($0)) }
  }

  /// What the visitors of each query searched for next and found; of one visitor alone it is no sign.
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
      queries[index].thenFound = Array((next[queries[index].text] ?? []).prefix(mostNext))
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

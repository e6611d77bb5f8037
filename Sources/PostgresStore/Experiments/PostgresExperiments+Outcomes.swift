public import Catalog
public import Experiments
public import Ports
import PostgresClient

extension PostgresExperiments: ExperimentOutcomeReader {
  /// Days before a visitor's first exposure whose figures CUPED takes out.
  static let daysBefore = 28
  /// Of an experiment on millions of visitors.
  private static let statementTimeout = Duration.seconds(300)

  public func outcomes(
    of experiment: StoredExperiment, until: Timestamp, currency: Currency
  ) async throws -> ExperimentOutcomes {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.execute(PostgresSearchLog.enoughMemory)
          return switch experiment.plan.kind {
          case .arms: try await Self.arms(of: experiment, until, currency, on: connection)
          case .interleaving: try await Self.interleaving(of: experiment, until, on: connection)
          }
        }
      }
    }
  }

  // MARK: Arms

  private static func arms(
    of experiment: StoredExperiment, _ until: Timestamp, _ currency: Currency, on connection: PostgresConnection
  ) async throws -> ExperimentOutcomes {
    let start = experiment.startedAt ?? until
    let rows = try await connection.query(statement(of: experiment.plan.name, from: start, until: until, currency))
    var outcomes = ExperimentOutcomes(arms: experiment.plan.arms.map { _ in .init() })
    for row in rows {
      let place: Int = try row.decode("arm")
      guard let metric = try row.decode("metric", as: String?.self) else {
        outcomes.inSeveral = try row.decode("visitors")
        continue
      }
      guard let metric = ExperimentMetric(rawValue: metric), outcomes.arms.indices.contains(place) else { continue }
      let count: Int = try row.decode("visitors")
      outcomes.arms[place].visitors = count
      outcomes.arms[place].metrics[metric] = AdjustedStatistics(
        outcome: SampleStatistics(
          count: count, sum: try row.decode("sum"), sumOfSquares: max(0, try row.decode("squares"))),
        before: SampleStatistics(
          count: count, sum: try row.decode("sum_before"), sumOfSquares: max(0, try row.decode("squares_before"))),
        sumOfProducts: try row.decode("products"))
    }
    return outcomes
  }

  /// The sums of each arm and metric; a row without a metric counts the visitors of several arms.
  ///
  /// A visitor's deeds count from the first exposure on; those of the weeks before it cannot depend on the arm.
  private static func statement(
    of name: String, from start: Timestamp, until: Timestamp, _ currency: Currency
  ) -> SQL {
    let first = start.day.advanced(by: -daysBefore)
    let percentile = ExperimentMetric.revenue.winsorizedAt ?? 1
    return """
      WITH exposed AS MATERIALIZED (
        SELECT shopper, min(arm)::int AS arm, count(*) AS arms, min(first_at) AS since, sum(searches)::float8 AS searches,
          sum(milliseconds) AS milliseconds
        FROM behaviour.exposure WHERE experiment = \(name) AND first_at < \(until) GROUP BY shopper
      ), deeds AS MATERIALIZED (
        SELECT exposed.shopper,
          (count(*) FILTER (WHERE is_click AND is_after) > 0)::int::float8 AS clicked,
          (count(*) FILTER (WHERE is_click AND NOT is_after) > 0)::int::float8 AS clicked_before,
          (count(*) FILTER (WHERE NOT is_click AND is_after) > 0)::int::float8 AS bought,
          (count(*) FILTER (WHERE NOT is_click AND NOT is_after) > 0)::int::float8 AS bought_before,
          coalesce(sum(amount) FILTER (WHERE is_after), 0) AS revenue,
          coalesce(sum(amount) FILTER (WHERE NOT is_after), 0) AS revenue_before
        FROM exposed JOIN behaviour.event ON event.shopper = exposed.shopper
        CROSS JOIN LATERAL (
          SELECT kind = 'click' AS is_click, occurred_at >= since AS is_after,
            CASE WHEN kind = 'purchase' AND currency = \(currency.code)
              THEN quantity::float8 * unit_minor_units ELSE 0 END AS amount
        ) AS deed
        WHERE exposed.arms = 1 AND event.sender = 'shopper' AND event.occurred_at < \(until)
          AND event.day BETWEEN \(first)::date AND \(until.day)::date
          AND event.occurred_at >= since - \(daysBefore) * interval '1 day'
          AND (kind = 'purchase' OR (kind = 'click' AND list IS NOT NULL
            AND (placement IS NULL OR placement IN ('search', 'listing'))))
        GROUP BY exposed.shopper
      ), visitor AS MATERIALIZED (
        SELECT arm, coalesce(clicked, 0) AS clicked, coalesce(clicked_before, 0) AS clicked_before,
          coalesce(bought, 0) AS bought, coalesce(bought_before, 0) AS bought_before, coalesce(revenue, 0) AS revenue,
          coalesce(revenue_before, 0) AS revenue_before, milliseconds / searches AS latency
        FROM exposed LEFT JOIN deeds USING (shopper) WHERE arms = 1
      ), bound AS (
        SELECT percentile_disc(\(percentile)::float8) WITHIN GROUP (ORDER BY revenue)
            FILTER (WHERE revenue > 0) AS revenue,
          percentile_disc(\(percentile)::float8) WITHIN GROUP (ORDER BY revenue_before)
            FILTER (WHERE revenue_before > 0) AS revenue_before,
          percentile_disc(\(percentile)::float8) WITHIN GROUP (ORDER BY latency) AS latency
        FROM visitor
      )
      SELECT arm, metric, count(*) AS visitors, sum(y) AS sum, sum(y * y) AS squares, sum(x) AS sum_before,
        sum(x * x) AS squares_before, sum(x * y) AS products
      FROM visitor CROSS JOIN bound CROSS JOIN LATERAL (VALUES
        (\(ExperimentMetric.clickThrough.rawValue), clicked, clicked_before),
        (\(ExperimentMetric.conversion.rawValue), bought, bought_before),
        (\(ExperimentMetric.revenue.rawValue), least(visitor.revenue, bound.revenue),
          least(visitor.revenue_before, bound.revenue_before)),
        (\(ExperimentMetric.latency.rawValue), least(visitor.latency, bound.latency), 0)
      ) AS figure (metric, y, x)
      GROUP BY arm, metric
      UNION ALL
      SELECT -1, NULL, count(*), 0, 0, 0, 0, 0 FROM exposed WHERE arms > 1
      """
  }

  // MARK: Interleaving

  /// A page is won by the side with more clicks on its picks; a page without clicks is a tie.
  private static func interleaving(
    of experiment: StoredExperiment, _ until: Timestamp, on connection: PostgresConnection
  ) async throws -> ExperimentOutcomes {
    let row = try await connection.query(
      """
      WITH page AS (
        SELECT search.id, search.visitor,
          count(*) FILTER (WHERE is_treatment AND clicked) AS treatment,
          count(*) FILTER (WHERE NOT is_treatment AND clicked) AS control
        FROM behaviour.search_interleaving AS mixed JOIN behaviour.search ON search.id = mixed.search_id
        CROSS JOIN LATERAL (
          SELECT is_treatment, EXISTS (
              SELECT FROM behaviour.event_browsing AS event
              WHERE event.list = search.id AND event.kind = 'click' AND event.sender = 'shopper'
                AND event.product_id = shown.product_id AND event.occurred_at < \(until)
                AND event.day BETWEEN (search.searched_at AT TIME ZONE 'UTC')::date
                  AND (search.searched_at AT TIME ZONE 'UTC')::date + 1
            ) AS clicked
          FROM unnest(search.products, mixed.is_treatments) AS shown (product_id, is_treatment)
        ) AS place
        WHERE mixed.experiment = \(experiment.plan.name) AND search.sender = 'shopper' AND search.searched_at < \(until)
        GROUP BY search.id, search.visitor
      )
      SELECT count(DISTINCT visitor) AS visitors, count(*) FILTER (WHERE treatment > control) AS wins,
        count(*) FILTER (WHERE treatment < control) AS losses, count(*) FILTER (WHERE treatment = control) AS ties
      FROM page
      """)[0]
    let visitors: Int = try row.decode("visitors")
    return ExperimentOutcomes(
      arms: experiment.plan.arms.map { _ in .init(visitors: visitors) },
      interleaving: InterleavingResult(
        wins: try row.decode("wins"), losses: try row.decode("losses"), ties: try row.decode("ties")))
  }
}

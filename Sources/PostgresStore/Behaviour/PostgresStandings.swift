public import Catalog
public import Customers
import JSON
public import Ports
public import PostgresClient

/// Customers' standings, in the schema `behaviour` because they are records about people, and the runs in `analytics`.
public struct PostgresStandings: Sendable {
  private static let statementTimeout = Duration.seconds(600)
  private static let batch = 5_000
  /// Runs that are kept.
  private static let maxRuns = 30

  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  private static func standing(_ row: PostgresRow) throws -> CustomerStanding {
    func day(_ name: String) throws -> CalendarDay { CalendarDay(daysSinceEpoch: try row.decode(name)) }
    return CustomerStanding(
      shopper: ShopperID(rawValue: try row.decode("shopper")), purchases: try row.decode("purchases"),
      firstPurchase: try day("first_purchase"), lastPurchase: try day("last_purchase"),
      totalMinorUnits: try row.decode("total_minor_units"), recency: try row.decode("recency"),
      frequency: try row.decode("frequency"), monetary: try row.decode("monetary"),
      segment: try row.decode("segment"), probabilityAlive: try row.decode("probability_alive"),
      valueMinorUnits: try row.decode("value_minor_units"), churn: try row.decode("churn"),
      churnReasons: try row.decode("churn_reasons"), isHoldout: try row.decode("is_holdout"))
  }
}

extension PostgresStandings: CustomerStore {
  public func forEachBatch(
    from: CalendarDay, through: CalendarDay, in currency: Currency,
    _ body: @Sendable ([CustomerOrder]) async throws -> Void
  ) async throws {
    try await pool.reaching {
      try await pool.withConnection { connection in
        try await connection.withStatementTimeout(Self.statementTimeout) {
          try await connection.forEachBatch(
            """
            SELECT shopper::text AS customer, (day - '1970-01-01'::date) AS day,
              sum(CASE kind WHEN 'purchase' THEN 1 ELSE -1 END * quantity * unit_minor_units)::int8 AS value
            FROM behaviour.event
            WHERE kept = 2 AND kind IN ('purchase', 'return') AND sender = 'shopper' AND shopper IS NOT NULL
              AND currency = \(currency.code) AND day BETWEEN \(from)::date AND \(through)::date
            GROUP BY shopper, day ORDER BY shopper, day
            """, batchSize: Self.batch
          ) { rows in
            try await body(
              try rows.map { row in
                CustomerOrder(
                  customer: try row.decode(at: 0), day: CalendarDay(daysSinceEpoch: try row.decode(at: 1)),
                  valueMinorUnits: try row.decode(at: 2))
              })
          }
        }
      }
    }
  }

  public func replace(_ standings: [CustomerStanding], _ run: CustomerRun) async throws -> Int64 {
    let figures = JSONValue.object(
      JSONObject(run.figures.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })
    ).text
    return try await pool.reaching {
      try await pool.withTransaction { connection in
        // An erasure waits, and then finds the new standing; one that came before has left no record.
        try await PostgresBehaviour.lockPeople(alone: false, on: connection)
        try await connection.execute("DELETE FROM behaviour.standing")
        for start in stride(from: 0, to: standings.count, by: Self.batch) {
          try await Self.add(
            Array(standings[start..<min(start + Self.batch, standings.count)]), at: run.madeAt, connection)
        }
        let number: Int64 = try await connection.query(
          """
          INSERT INTO analytics.customer_run (made_at, data_through, data_digest, code_version, customers, figures, notes)
          VALUES (\(run.madeAt), \(run.dataThrough)::date, \(run.dataDigest), \(run.codeVersion), \(run.customers),
            \(figures)::jsonb, \(run.notes)) RETURNING number
          """)[0].decode(at: 0)
        try await connection.execute(
          "DELETE FROM analytics.customer_run WHERE number <= \(number - Int64(Self.maxRuns))")
        return number
      }
    }
  }

  private static func add(
    _ rows: [CustomerStanding], at moment: Timestamp, _ connection: PostgresConnection
  ) async throws {
    // Reasons are the program's own words, without a line break.
    let reasons = rows.map { $0.churnReasons.joined(separator: "\n") }
    try await connection.execute(
      """
      INSERT INTO behaviour.standing (shopper, counted_at, purchases, first_purchase, last_purchase, total_minor_units,
        recency, frequency, monetary, segment, probability_alive, value_minor_units, churn, churn_reasons, is_holdout)
      SELECT person, \(moment), purchases, '1970-01-01'::date + first, '1970-01-01'::date + last, total, recency, frequency,
        monetary, segment, alive, value, churn, string_to_array(reasons, E'\\n'), holdout
      FROM unnest(\(rows.map(\.shopper.rawValue)), \(rows.map { Int32(clamping: $0.purchases) }),
        \(rows.map { Int32(clamping: $0.firstPurchase.daysSinceEpoch) }),
        \(rows.map { Int32(clamping: $0.lastPurchase.daysSinceEpoch) }), \(rows.map(\.totalMinorUnits)),
        \(rows.map { Int16(clamping: $0.recency) }), \(rows.map { Int16(clamping: $0.frequency) }),
        \(rows.map { Int16(clamping: $0.monetary) }), \(rows.map(\.segment)), \(rows.map(\.probabilityAlive)),
        \(rows.map(\.valueMinorUnits)), \(rows.map(\.churn)), \(reasons), \(rows.map(\.isHoldout)))
        AS given (person, purchases, first, last, total, recency, frequency, monetary, segment, alive, value, churn, reasons,
          holdout)
      WHERE EXISTS (SELECT FROM behaviour.event WHERE event.shopper = given.person AND event.kept = 2)
      """)
  }

  public func run() async throws -> CustomerRun? {
    try await pool.reaching {
      guard
        let row = try await pool.query(
          """
          SELECT number, made_at, (data_through - '1970-01-01'::date) AS data_through, data_digest, code_version,
            customers, figures::text AS figures, notes FROM analytics.customer_run ORDER BY number DESC LIMIT 1
          """
        ).first
      else { return nil }
      let figures = try JSONValue(parsing: try row.decode("figures", as: String.self)).object?.members ?? []
      return CustomerRun(
        number: try row.decode("number"), madeAt: try row.decode("made_at"),
        dataThrough: CalendarDay(daysSinceEpoch: try row.decode("data_through")),
        dataDigest: try row.decode("data_digest"), codeVersion: try row.decode("code_version"),
        customers: try row.decode("customers"), figures: figures.reduce(into: [:]) { $0[$1.name] = $1.value.double },
        notes: try row.decode("notes"))
    }
  }

  public func segments() async throws -> [SegmentSize] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT segment, count(*) AS customers, count(*) FILTER (WHERE is_holdout) AS holdout,
          sum(total_minor_units)::int8 AS total, coalesce(sum(value_minor_units), 0)::int8 AS value, avg(churn) AS churn
        FROM behaviour.standing GROUP BY segment ORDER BY value DESC, total DESC, segment
        """
      ).map { row in
        SegmentSize(
          name: try row.decode("segment"), customers: try row.decode("customers"), holdout: try row.decode("holdout"),
          totalMinorUnits: try row.decode("total"), valueMinorUnits: try row.decode("value"),
          meanChurn: try row.decode("churn"))
      }
    }
  }

  public func members(
    of segment: String, includesHoldout: Bool, after: ShopperID?, limit: Int
  ) async throws -> [CustomerStanding] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT shopper, purchases, (first_purchase - '1970-01-01'::date) AS first_purchase,
          (last_purchase - '1970-01-01'::date) AS last_purchase, total_minor_units, recency, frequency, monetary, segment,
          probability_alive, value_minor_units, churn, churn_reasons, is_holdout
        FROM behaviour.standing
        WHERE segment = \(segment) AND (\(includesHoldout) OR NOT is_holdout)
          AND shopper > \(after?.rawValue ?? Int64.min)
        ORDER BY shopper LIMIT \(max(0, limit))
        """
      ).map(Self.standing)
    }
  }
}

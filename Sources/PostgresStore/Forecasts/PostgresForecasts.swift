public import Catalog
import Forecasting
import JSON
public import Ports
public import PostgresClient

/// Forecasts, in the schema `analytics`.
public struct PostgresForecasts: Sendable {
  /// Rows of one statement.
  private static let batch = 1_000

  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  private static let runColumns: SQL = """
    number, made_at, (data_through - '1970-01-01'::date) AS data_through, data_digest, code_version, seed::text AS seed,
    horizon, coverage, products, refusal, figures::text AS figures
    """

  private static func run(_ row: PostgresRow) throws -> ForecastRun {
    let figures = try JSONValue(parsing: try row.decode("figures", as: String.self)).array ?? []
    return ForecastRun(
      number: try row.decode("number"), madeAt: try row.decode("made_at"),
      dataThrough: CalendarDay(daysSinceEpoch: try row.decode("data_through")),
      dataDigest: try row.decode("data_digest"), codeVersion: try row.decode("code_version"),
      seed: UInt64(try row.decode("seed", as: String.self)) ?? 0, horizon: try row.decode("horizon"),
      coverage: try row.decode("coverage"), products: try row.decode("products"), refusal: try row.decode("refusal"),
      figures: figures.map { line in
        ForecastRun.Figures(
          group: line["group"]?.string ?? "", model: line["model"]?.string ?? "",
          figures: BacktestFigures(
            windows: Int(line["windows"]?.int ?? 0), mase: line["mase"]?.double, smape: line["smape"]?.double ?? 0,
            bias: line["bias"]?.double, coverage: line["coverage"]?.double))
      })
  }

  private static func text(_ figures: [ForecastRun.Figures]) -> String {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return JSONValue.array(
      figures.map { line in
        [
          "group": .string(line.group), "model": .string(line.model), "windows": .int(Int64(line.figures.windows)),
          "mase": number(line.figures.mase), "smape": .double(line.figures.smape), "bias": number(line.figures.bias),
          "coverage": number(line.figures.coverage),
        ]
      }
    ).text
  }

  /// As Postgres writes an array; nil where an element is missing.
  private static func array(_ values: [Double?]) -> String? {
    let known = values.compactMap { $0 }
    guard known.count == values.count, !known.isEmpty else { return nil }
    return "{\(known.map(\.description).joined(separator: ","))}"
  }

  private static func stored(_ row: PostgresRow) throws -> StoredForecast {
    let product: ProductID = try row.decode("product_id")
    let first = CalendarDay(daysSinceEpoch: try row.decode("first_day"))
    let mean: [Double] = try row.decode("mean")
    func bound(_ name: String) throws -> [Double?] {
      let given: [Double]? = try row.decode(name)
      return mean.indices.map { given?.indices.contains($0) == true ? given?[$0] : nil }
    }
    let weights = try JSONValue(parsing: try row.decode("weights", as: String.self)).object?.members ?? []
    return StoredForecast(
      product: product,
      forecast: ProductForecast(
        product: product.description, category: nil,
        demandClass: DemandClass(rawValue: try row.decode("demand_class")) ?? .short,
        days: mean.indices.map { first.advanced(by: $0) }, mean: mean, lower: try bound("lower"),
        upper: try bound("upper"), weights: weights.reduce(into: [:]) { $0[$1.name] = $1.value.double },
        note: try row.decode("note")), refusal: try row.decode("refusal"))
  }

  private static let columns: SQL = """
    product_id, demand_class, (first_day - '1970-01-01'::date) AS first_day, mean, lower, upper,
    weights::text AS weights, note, refusal
    """
}

extension PostgresForecasts: ForecastStore {
  public func add(_ run: ForecastRun, _ forecasts: [StoredForecast], keeping: Int) async throws -> Int64 {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        let number: Int64 = try await connection.query(
          """
          INSERT INTO analytics.forecast_run (made_at, data_through, data_digest, code_version, seed, horizon, coverage,
            products, refusal, figures)
          VALUES (\(run.madeAt), \(run.dataThrough)::date, \(run.dataDigest), \(run.codeVersion),
            \(String(run.seed))::numeric, \(run.horizon), \(run.coverage), \(run.products), \(run.refusal),
            \(Self.text(run.figures))::jsonb)
          RETURNING number
          """)[0].decode(at: 0)
        for start in stride(from: 0, to: forecasts.count, by: Self.batch) {
          try await Self.add(Array(forecasts[start..<min(start + Self.batch, forecasts.count)]), to: number, connection)
        }
        try await connection.execute(
          """
          DELETE FROM analytics.forecast_run WHERE number NOT IN (
            SELECT number FROM analytics.forecast_run ORDER BY number DESC LIMIT \(max(1, keeping)))
            AND number IS DISTINCT FROM (SELECT max(number) FROM analytics.forecast_run WHERE refusal IS NULL)
          """)
        return number
      }
    }
  }

  private static func add(_ rows: [StoredForecast], to run: Int64, _ connection: PostgresConnection) async throws {
    let weights = rows.map { row in
      JSONValue.object(
        JSONObject(row.forecast.weights.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) })
      ).text
    }
    try await connection.execute(
      """
      INSERT INTO analytics.forecast (run_number, product_id, demand_class, first_day, mean, lower, upper, weights, note,
        refusal)
      SELECT \(run), product, class, '1970-01-01'::date + first, mean::float8[], lower::float8[], upper::float8[],
        weights::jsonb, note, refusal
      FROM unnest(\(rows.map(\.product)), \(rows.map(\.forecast.demandClass.rawValue)),
        \(rows.map { Int32(clamping: $0.forecast.days.first?.daysSinceEpoch ?? 0) }),
        \(rows.map { Self.array($0.forecast.mean) ?? "{}" }), \(rows.map { Self.array($0.forecast.lower) }),
        \(rows.map { Self.array($0.forecast.upper) }), \(weights), \(rows.map(\.forecast.note)), \(rows.map(\.refusal)))
        AS given (product, class, first, mean, lower, upper, weights, note, refusal)
      """)
  }

  public func runs(limit: Int) async throws -> [ForecastRun] {
    try await pool.reaching {
      try await pool.query(
        "SELECT \(fragment: Self.runColumns) FROM analytics.forecast_run ORDER BY number DESC LIMIT \(max(0, limit))"
      ).map(Self.run)
    }
  }

  public func passedRun() async throws -> ForecastRun? {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.runColumns) FROM analytics.forecast_run WHERE refusal IS NULL
        ORDER BY number DESC LIMIT 1
        """
      ).first.map(Self.run)
    }
  }

  public func forecasts(run: Int64, after: ProductID?, limit: Int) async throws -> [StoredForecast] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.columns) FROM analytics.forecast
        WHERE run_number = \(run) AND product_id > \(after ?? ProductID(rawValue: 0))
        ORDER BY product_id LIMIT \(max(0, limit))
        """
      ).map(Self.stored)
    }
  }

  public func forecast(run: Int64, of product: ProductID) async throws -> StoredForecast? {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.columns) FROM analytics.forecast
        WHERE run_number = \(run) AND product_id = \(product)
        """
      ).first.map(Self.stored)
    }
  }
}

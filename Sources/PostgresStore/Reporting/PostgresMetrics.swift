public import Catalog
public import Ports
public import PostgresClient

/// The figures of the catalogue of metrics, over sums of the history that `count` makes.
public struct PostgresMetrics: Sendable {
  static let statementTimeout = Duration.seconds(1_800)

  let pool: PostgresPool
  let currency: Currency

  public init(_ pool: PostgresPool, currency: Currency) {
    self.pool = pool
    self.currency = currency
  }

  // MARK: Reading

  private static func columns(_ entry: MetricCatalog.Entry) -> SQL {
    // The catalogue is a part of the program.
    SQL(unsafeRaw: "(\(entry.numerator))::float8, (\(entry.denominator ?? "1"))::float8")
  }

  private static func value(_ row: PostgresRow, at place: Int) throws -> Double? {
    guard let numerator: Double = try row.decode(at: place), let denominator: Double = try row.decode(at: place + 1),
      denominator != 0
    else { return nil }
    return numerator / denominator
  }

  /// The source's rows within a period; `day`, `product_id` and `category` where the dimension needs them.
  private func rows(
    of source: MetricCatalog.Source, by dimension: Metric.Dimension?, in period: ReportPeriod
  ) -> SQL {
    let category: SQL = """
      LEFT JOIN LATERAL (
        SELECT category_id AS category FROM catalog.product_category AS place
        WHERE place.product_id = counted.product_id ORDER BY position LIMIT 1
      ) AS category ON true
      """
    let days: SQL = "day BETWEEN \(period.first)::date AND \(period.last)::date"
    switch (source, dimension) {
    case (.trade, .product?):
      return "analytics.trade_product_day AS counted WHERE \(fragment: days) AND currency = \(currency.code)"
    case (.trade, .category?):
      return """
        analytics.trade_product_day AS counted \(fragment: category)
        WHERE \(fragment: days) AND currency = \(currency.code)
        """
    case (.trade, _): return "analytics.trade_day AS counted WHERE \(fragment: days) AND currency = \(currency.code)"
    case (.visits, _): return "analytics.visit_day AS counted WHERE \(fragment: days)"
    case (.searches, _): return "behaviour.search_day AS counted WHERE \(fragment: days)"
    case (.stock, let dimension): return stock(dimension == .category ? category : "", through: period.last)
    }
  }

  /// A row for each listed variant; its product's sales stand at the first one alone.
  private func stock(_ category: SQL, through last: CalendarDay) -> SQL {
    """
    (
      SELECT variant.product_id, coalesce(stock.units, 0) AS on_hand, coalesce(cost.amount_minor_units, 0) AS cost,
        CASE WHEN is_first THEN coalesce(sold.units, 0) ELSE 0 END AS sold_units,
        CASE WHEN is_first THEN coalesce(sold.margin, 0) ELSE 0 END AS margin
      FROM (
        SELECT id, product_id, row_number() OVER (PARTITION BY product_id ORDER BY position, id) = 1 AS is_first
        FROM catalog.variant
      ) AS variant JOIN catalog.product ON product.id = variant.product_id AND lifecycle = 'listed'
      LEFT JOIN (SELECT variant_id, sum(on_hand)::int8 AS units FROM inventory.stock GROUP BY variant_id) AS stock
        ON stock.variant_id = variant.id
      LEFT JOIN pricing.cost ON cost.variant_id = variant.id AND cost.currency = \(currency.code)
      LEFT JOIN (
        SELECT product_id, sum(units)::int8 AS units, sum(costed - cost)::int8 AS margin
        FROM analytics.trade_product_day
        WHERE day BETWEEN \(last.advanced(by: -27))::date AND \(last)::date AND currency = \(currency.code)
        GROUP BY product_id
      ) AS sold ON sold.product_id = variant.product_id
    ) AS counted \(fragment: category) WHERE true
    """
  }

  private static let sources: [MetricCatalog.Source] = [.trade, .visits, .searches, .stock]
}

extension PostgresMetrics: MetricStore {
  public var metrics: [Metric] { MetricCatalog.all.map(\.metric) }

  public func countedAt() async throws -> Timestamp? {
    try await pool.reaching {
      try await pool.query("SELECT counted_at FROM analytics.rollup").first?.decode(at: 0)
    }
  }

  public func values(_ codes: [String], in period: ReportPeriod) async throws -> [String: Double] {
    var values: [String: Double] = [:]
    for source in Self.sources {
      let entries = MetricCatalog.all.filter { $0.source == source && codes.contains($0.metric.code) }
      guard !entries.isEmpty else { continue }
      let columns = SQL.joined(entries.map(Self.columns), separator: ", ")
      let row = try await pool.reaching {
        try await pool.query(
          "SELECT \(fragment: columns) FROM \(fragment: rows(of: source, by: nil, in: period))")[0]
      }
      for (index, entry) in entries.enumerated() {
        values[entry.metric.code] = try Self.value(row, at: 2 * index)
      }
    }
    return values
  }

  public func parts(
    of code: String, by dimension: Metric.Dimension, in period: ReportPeriod, limit: Int
  ) async throws -> [MetricPart] {
    guard let entry = MetricCatalog.entry(code), entry.metric.dimensions.contains(dimension) else { return [] }
    let from = rows(of: entry.source, by: dimension, in: period)
    let (key, name, join): (SQL, SQL, SQL) =
      switch dimension {
      case .day: ("day::text", "key", "")
      case .category: ("category::text", "category.name", "LEFT JOIN catalog.category ON category.id::text = key")
      case .product: ("product_id::text", "product.title", "LEFT JOIN catalog.product ON product.id::text = key")
      }
    let order: SQL = dimension == .day ? "key" : "numerator / nullif(denominator, 0) DESC NULLS LAST, key"
    return try await pool.reaching {
      try await pool.withConnection { connection in
        try await connection.query(
          """
          SELECT numerator, denominator, coalesce(key, '') AS key, coalesce(\(fragment: name), '') AS name
          FROM (
            SELECT \(fragment: key) AS key, \(fragment: Self.named(entry)) FROM \(fragment: from) GROUP BY 1
          ) AS part \(fragment: join)
          ORDER BY \(fragment: order) LIMIT \(max(0, limit))
          """
        ).map { row in
          MetricPart(key: try row.decode("key"), name: try row.decode("name"), value: try Self.value(row, at: 0))
        }
      }
    }
  }

  private static func named(_ entry: MetricCatalog.Entry) -> SQL {
    SQL(unsafeRaw: "(\(entry.numerator))::float8 AS numerator, (\(entry.denominator ?? "1"))::float8 AS denominator")
  }
}

public import Catalog
import JSON
public import Ports
public import PostgresClient
public import Pricing

/// The price desk in the schema `pricing`: sales, proposals and rules.
public struct PostgresPriceDesk: PriceDeskStore {
  let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  func changing<T>(_ entry: AuditEntry, _ change: (PostgresConnection) async throws -> T?) async throws -> T? {
    try await PostgresAccounts(pool).changing(entry, change)
  }

  /// Proposals that a later run replaced are kept so long, for reports.
  private static let keptDays = 30
  /// Rows of one statement.
  private static let batchSize = 500

  // MARK: Sales and products

  public func sales(
    in days: Range<CalendarDay>, currency: Currency, products limit: Int
  ) async throws -> [DailySales] {
    let (first, end) = (days.lowerBound.start, days.upperBound.start)
    return try await pool.reaching {
      // No column of a shopper is read: nothing of a person can enter a price.
      try await pool.query(
        """
        WITH sold AS (
          SELECT product_id, day, sum(quantity)::float8 AS units, sum(quantity::float8 * unit_minor_units) AS revenue
          FROM behaviour.event
          WHERE kept = 2 AND kind = 'purchase' AND sender = 'shopper' AND currency = \(currency.code)
            AND unit_minor_units > 0 AND day >= (\(first) AT TIME ZONE 'UTC')::date
            AND day < (\(end) AT TIME ZONE 'UTC')::date
          GROUP BY product_id, day
        ), most AS (
          SELECT product_id FROM sold GROUP BY product_id ORDER BY sum(units) DESC, product_id LIMIT \(limit)
        )
        SELECT product_id, (day - date '1970-01-01')::bigint, units, revenue FROM sold JOIN most USING (product_id)
        ORDER BY product_id, day
        """
      ).map { row in
        DailySales(
          product: try row.decode(at: 0), day: CalendarDay(daysSinceEpoch: try row.decode(at: 1)),
          units: try row.decode(at: 2), revenue: try row.decode(at: 3))
      }
    }
  }

  public func deskProducts(
    _ ids: [ProductID], currency: Currency, at time: Timestamp
  ) async throws -> [DeskProduct] {
    var products: [DeskProduct] = []
    for start in stride(from: 0, to: ids.count, by: Self.batchSize) {
      let batch = Array(ids[start..<min(start + Self.batchSize, ids.count)])
      products += try await pool.reaching {
        try await pool.query(Self.products(batch, currency, time)).map { row in
          DeskProduct(
            id: try row.decode("id"), code: try row.decode("code"), title: try row.decode("title"),
            brand: try row.decode("brand"), category: try row.decode("category"), price: try row.decode("price"),
            cost: try row.decode("cost"), priceAWeekAgo: try row.decode("price_a_week_ago"),
            changedAt: try row.decode("changed_at"))
        }
      }
    }
    return products
  }

  private static func products(_ ids: [ProductID], _ currency: Currency, _ time: Timestamp) -> SQL {
    """
    SELECT product.id, product.code, product.title, coalesce(brand.name, '') AS brand,
      coalesce(home.name, '') AS category, base.amount AS price, cost.amount_minor_units AS cost,
      (SELECT min(before_minor_units) FROM pricing.published_price AS changed WHERE changed.product_id = product.id
        AND publication = (SELECT number FROM pricing.published_price AS any_changed
          JOIN pricing.publication ON number = any_changed.publication
          WHERE any_changed.product_id = product.id AND published_at > \(time) - interval '7 days'
          ORDER BY number LIMIT 1)) AS price_a_week_ago,
      (SELECT max(published_at) FROM pricing.published_price AS changed
        JOIN pricing.publication ON number = changed.publication WHERE changed.product_id = product.id) AS changed_at
    FROM catalog.product LEFT JOIN catalog.brand ON brand.id = product.brand_id
    LEFT JOIN LATERAL (
      SELECT category.name FROM catalog.product_category AS part JOIN catalog.category ON category.id = category_id
      WHERE part.product_id = product.id ORDER BY part.position, category_id LIMIT 1) AS home ON true
    JOIN LATERAL (
      SELECT variant_id, amount_minor_units AS amount
      FROM (\(fragment: regularPrices(currency, time))) AS regular WHERE regular.product_id = product.id
      ORDER BY amount_minor_units, variant_id LIMIT 1) AS base ON true
    LEFT JOIN pricing.cost ON cost.variant_id = base.variant_id AND cost.currency = \(currency.code)
    WHERE product.id = ANY (\(ids)) ORDER BY product.id
    """
  }

  /// The retail prices of one piece that are in force: the rows that the desk changes.
  static func regularPrices(_ currency: Currency, _ time: Timestamp) -> SQL {
    """
    SELECT price.id AS price_id, variant.product_id, variant_id, amount_minor_units, was_minor_units
    FROM pricing.price JOIN pricing.price_list ON price_list.id = list_id
    JOIN catalog.variant ON variant.id = variant_id
    WHERE price_list.code = 'retail' AND price.currency = \(currency.code) AND minimum_quantity = 1
      AND (valid_from IS NULL OR valid_from <= \(time)) AND (valid_until IS NULL OR valid_until > \(time))
    """
  }

  // MARK: Proposals

  public func replaceOpen(
    _ proposals: [(product: ProductID, proposal: PriceProposal)], currency: Currency, audit: AuditEntry
  ) async throws {
    _ = try await changing(audit) { connection -> Bool? in
      // Before any row, as a publication does: otherwise each could hold what the other waits for.
      try await Self.standInLine(connection)
      try await connection.execute("LOCK TABLE pricing.proposal IN SHARE ROW EXCLUSIVE MODE")
      try await connection.execute(
        """
        DELETE FROM pricing.proposal
        WHERE state = 'superseded' AND made_at < \(audit.at) - make_interval(days => \(Int32(clamping: Self.keptDays)))
        """)
      try await connection.execute("UPDATE pricing.proposal SET state = 'superseded' WHERE state = 'open'")
      for start in stride(from: 0, to: proposals.count, by: Self.batchSize) {
        let batch = proposals[start..<min(start + Self.batchSize, proposals.count)]
        try await connection.execute(
          """
          INSERT INTO pricing.proposal (product_id, currency, decision, gain, record, made_at)
          SELECT product.id, \(currency.code), given.decision, given.gain::float8, given.record::jsonb, \(audit.at)
          FROM unnest(\(batch.map(\.product)), \(batch.map { Self.kind($0.proposal).rawValue }),
            \(batch.map { "\($0.proposal.gain)" }), \(batch.map { $0.proposal.record.text }))
            AS given (product_id, decision, gain, record)
          JOIN catalog.product ON product.id = given.product_id
          """)
      }
      return true
    }
  }

  private static func kind(_ proposal: PriceProposal) -> ProposalKind {
    switch proposal.decision {
    case .change: .change
    case .keep: .keep
    case .refused: .refused
    }
  }

  private static let columns: SQL = """
    proposal.id, proposal.product_id, product.title, proposal.state, proposal.made_at, proposal.decided_at,
    proposal.decided_by, proposal.reason, proposal.publication, proposal.record::text AS record
    """

  /// nil for a proposal that a newer program wrote.
  private static func proposal(_ row: PostgresRow) throws -> KeptProposal? {
    guard let state = KeptProposal.State(rawValue: try row.decode("state")),
      let json = try? JSONValue(parsing: Array(try row.decode("record", as: String.self).utf8)),
      let proposal = PriceProposal(record: json)
    else { return nil }
    return KeptProposal(
      id: try row.decode("id"), product: try row.decode("product_id"), title: try row.decode("title"), state: state,
      madeAt: try row.decode("made_at"), decidedAt: try row.decode("decided_at"),
      decidedBy: try row.decode("decided_by"), reason: try row.decode("reason"),
      publication: try row.decode("publication"), proposal: proposal)
  }

  public func proposals(
    _ kind: ProposalKind, state: KeptProposal.State, limit: Int, offset: Int
  ) async throws -> [KeptProposal] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.columns) FROM pricing.proposal JOIN catalog.product ON product.id = product_id
        WHERE proposal.state = \(state.rawValue) AND decision = \(kind.rawValue)
        ORDER BY gain DESC, proposal.id LIMIT \(limit) OFFSET \(offset)
        """
      ).compactMap(Self.proposal)
    }
  }

  public func counts() async throws -> [ProposalKind: Int] {
    try await pool.reaching {
      try await pool.query("SELECT decision, count(*) FROM pricing.proposal WHERE state = 'open' GROUP BY decision")
        .reduce(into: [:]) { counts, row in
          guard let kind = ProposalKind(rawValue: try row.decode(at: 0)) else { return }
          counts[kind] = try row.decode(at: 1)
        }
    }
  }

  public func proposal(_ id: Int64) async throws -> KeptProposal? {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.columns) FROM pricing.proposal JOIN catalog.product ON product.id = product_id
        WHERE proposal.id = \(id)
        """
      ).first.flatMap(Self.proposal)
    }
  }

  public func reject(_ ids: [Int64], reason: String, audit: AuditEntry) async throws -> Int {
    try await changing(audit) { connection -> Int? in
      let count = try await connection.execute(
        """
        UPDATE pricing.proposal SET state = 'rejected', decided_at = \(audit.at), decided_by = \(audit.actor),
          reason = \(reason) WHERE id = ANY (\(ids)) AND state = 'open'
        """)
      return count > 0 ? count : nil
    } ?? 0
  }

  // MARK: Rules

  public func rules() async throws -> NumberedDeskRules? {
    try await pool.reaching {
      guard
        let row = try await pool.query(
          """
          SELECT number, content::text AS content, author, reason, published_at FROM pricing.desk_rules
          ORDER BY number DESC LIMIT 1
          """
        ).first
      else { return nil }
      let json = try JSONValue(parsing: Array(try row.decode("content", as: String.self).utf8))
      return NumberedDeskRules(
        number: try row.decode("number"), rules: try PriceDeskRules(json: json), author: try row.decode("author"),
        reason: try row.decode("reason"), publishedAt: try row.decode("published_at"))
    }
  }

  /// New rules wait for a publication under the rules in force, and a publication waits for new rules.
  static func lockRules(_ connection: PostgresConnection) async throws {
    try await connection.execute("LOCK TABLE pricing.desk_rules IN SHARE ROW EXCLUSIVE MODE")
  }

  public func addRules(
    _ rules: PriceDeskRules, after base: Int64, reason: String, audit: AuditEntry
  ) async throws -> Int64? {
    try await changing(audit) { connection in
      try await Self.lockRules(connection)
      return try await connection.query(
        """
        INSERT INTO pricing.desk_rules (number, content, author, reason, published_at)
        SELECT \(base) + 1, \(rules.json.text)::jsonb, \(audit.actor), \(reason), \(audit.at)
        WHERE \(base) = (SELECT coalesce(max(number), 0) FROM pricing.desk_rules) RETURNING number
        """
      ).first?.decode(at: 0)
    }
  }
}

public import Catalog
import Forecasting
public import Ports
import PostgresClient

extension PostgresPurchasing {
  private static let planColumns: SQL = """
    plan.product_id, product.title, plan.supplier_id, class, on_hand, on_order, daily_demand, cover_days,
    (stockout_day - '1970-01-01'::date)::int8 AS stockout_day,
    (earliest_stockout_day - '1970-01-01'::date)::int8 AS earliest_stockout_day, stockout_probability,
    shortage_minor_units, overstock_units, overstock_minor_units, is_markdown_candidate, proposed_units, units,
    unit_cost_minor_units, reason, refusal
    """

  private static func planRow(_ row: PostgresRow) throws -> PlanRow {
    PlanRow(
      product: try row.decode("product_id"), title: try row.decode("title"), supplier: try row.decode("supplier_id"),
      abc: ABCClass(rawValue: try row.decode("class")) ?? .c, onHand: try row.decode("on_hand"),
      onOrder: try row.decode("on_order"), dailyDemand: try row.decode("daily_demand"),
      coverDays: try row.decode("cover_days"), stockoutDay: try day(row, "stockout_day"),
      earliestStockoutDay: try day(row, "earliest_stockout_day"),
      stockoutProbability: try row.decode("stockout_probability"),
      shortageMinorUnits: try row.decode("shortage_minor_units"), overstockUnits: try row.decode("overstock_units"),
      overstockMinorUnits: try row.decode("overstock_minor_units"),
      isMarkdownCandidate: try row.decode("is_markdown_candidate"), proposedUnits: try row.decode("proposed_units"),
      units: try row.decode("units"), unitCostMinorUnits: try row.decode("unit_cost_minor_units"),
      reason: try row.decode("reason"), refusal: try row.decode("refusal"))
  }

  private func plan(_ rest: SQL) async throws -> [PlanRow] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.planColumns) FROM purchasing.plan JOIN catalog.product ON product.id = product_id
        \(fragment: rest)
        """
      ).map(Self.planRow)
    }
  }

  public func plan(in order: PlanOrder, limit: Int) async throws -> [PlanRow] {
    let rest: SQL =
      switch order {
      case .urgency:
        """
        WHERE refusal IS NULL AND (units > 0 OR stockout_probability > 0.1)
        ORDER BY stockout_day NULLS LAST, shortage_minor_units DESC, product_id
        """
      case .money:
        """
        WHERE refusal IS NULL AND (units > 0 OR shortage_minor_units > 0)
        ORDER BY shortage_minor_units DESC, units * coalesce(unit_cost_minor_units, 0) DESC, product_id
        """
      case .overstock: "WHERE overstock_units > 0 ORDER BY overstock_minor_units DESC, product_id"
      case .refused: "WHERE refusal IS NOT NULL ORDER BY on_hand, product_id"
      }
    return try await plan("\(fragment: rest) LIMIT \(max(0, limit))")
  }

  public func planRow(of product: ProductID) async throws -> PlanRow? {
    try await plan("WHERE plan.product_id = \(product)").first
  }

  public func orderCounts() async throws -> [SupplierID: Int64] {
    try await pool.reaching { try Self.counts(try await pool.query(Self.countOrders)) }
  }

  private static let countOrders: SQL =
    "SELECT supplier_id, count(*) AS orders FROM purchasing.purchase_order GROUP BY supplier_id"

  private static func counts(_ rows: [PostgresRow]) throws -> [SupplierID: Int64] {
    Dictionary(uniqueKeysWithValues: try rows.map { (try $0.decode(at: 0), try $0.decode(at: 1)) })
  }

  public func replacePlan(
    _ rows: [PlanRow], _ proposals: [Proposal], run: Int64, since orders: [SupplierID: Int64], now: Timestamp
  ) async throws -> Int {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        // A buyer who edits or orders meanwhile waits. A proposal that is made again has another revision then, by the
        // sequence, so that nobody orders by a page from before this plan.
        try await connection.execute("LOCK TABLE purchasing.proposal IN SHARE ROW EXCLUSIVE MODE")
        var kept: Set<SupplierID> = Set(
          try await connection.query("SELECT supplier_id FROM purchasing.proposal WHERE edited_by IS NOT NULL").map {
            try $0.decode(at: 0)
          })
        for (supplier, count) in try Self.counts(try await connection.query(Self.countOrders))
        where count != orders[supplier, default: 0] { kept.insert(supplier) }
        try await connection.execute(
          "DELETE FROM purchasing.plan WHERE supplier_id IS NULL OR NOT supplier_id = ANY (\(Array(kept)))")
        try await connection.execute("DELETE FROM purchasing.proposal WHERE edited_by IS NULL")
        let fresh = rows.filter { row in row.supplier.map { !kept.contains($0) } ?? true }
        for start in stride(from: 0, to: fresh.count, by: Self.batch) {
          try await Self.add(
            Array(fresh[start..<min(start + Self.batch, fresh.count)]), run: run, now: now, connection)
        }
        for proposal in proposals where !kept.contains(proposal.supplier.id) {
          try await connection.execute(
            """
            INSERT INTO purchasing.proposal (supplier_id, run_number, made_at, note)
            SELECT id, \(run), \(now), \(proposal.note) FROM purchasing.supplier WHERE id = \(proposal.supplier.id)
            """)
        }
        return kept.count
      }
    }
  }

  /// A product or supplier that went meanwhile is left out.
  private static func add(
    _ rows: [PlanRow], run: Int64, now: Timestamp, _ connection: PostgresConnection
  ) async throws {
    func days(_ day: KeyPath<PlanRow, CalendarDay?>) -> [Int32?] {
      rows.map { row in row[keyPath: day].map { Int32(clamping: $0.daysSinceEpoch) } }
    }
    try await connection.execute(
      """
      INSERT INTO purchasing.plan (product_id, run_number, made_at, supplier_id, class, on_hand, on_order, daily_demand,
        cover_days, stockout_day, earliest_stockout_day, stockout_probability, shortage_minor_units, overstock_units,
        overstock_minor_units, is_markdown_candidate, proposed_units, units, unit_cost_minor_units, reason, refusal)
      SELECT given.product, \(run), \(now), supplier.id, class, on_hand, on_order, demand, cover,
        '1970-01-01'::date + stockout, '1970-01-01'::date + earliest, probability, shortage, over_units, over_money,
        markdown, units, units, cost, reason, refusal
      FROM unnest(\(rows.map(\.product)), \(rows.map(\.supplier)), \(rows.map(\.abc.rawValue)), \(rows.map(\.onHand)),
        \(rows.map(\.onOrder)), \(rows.map(\.dailyDemand)), \(rows.map(\.coverDays)), \(days(\.stockoutDay)),
        \(days(\.earliestStockoutDay)), \(rows.map(\.stockoutProbability)), \(rows.map(\.shortageMinorUnits)),
        \(rows.map(\.overstockUnits)), \(rows.map(\.overstockMinorUnits)), \(rows.map(\.isMarkdownCandidate)),
        \(rows.map { Int32(clamping: $0.proposedUnits) }), \(rows.map(\.unitCostMinorUnits)),
        \(rows.map { String($0.reason.unicodeScalars.prefix(1_000)) }),
        \(rows.map { $0.refusal.map { String($0.unicodeScalars.prefix(500)) } }))
        AS given (product, supplier, class, on_hand, on_order, demand, cover, stockout, earliest, probability, shortage,
          over_units, over_money, markdown, units, cost, reason, refusal)
      JOIN catalog.product ON product.id = given.product
      LEFT JOIN purchasing.supplier ON supplier.id = given.supplier
      ON CONFLICT (product_id) DO NOTHING
      """)
  }

  // MARK: Proposals

  private func proposals(_ supplier: SupplierID?) async throws -> [Proposal] {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT \(fragment: Self.supplierColumns), proposal.run_number, proposal.made_at, revision, edited_by, note, lines,
          total, (first_day - '1970-01-01'::date)::int8 AS first_day
        FROM purchasing.proposal JOIN purchasing.supplier ON supplier.id = proposal.supplier_id
        CROSS JOIN LATERAL (
          SELECT count(*)::int8 AS lines, least(coalesce(sum(units::numeric * unit_cost_minor_units), 0), 9e15)::int8 AS total,
            min(stockout_day) AS first_day
          FROM purchasing.plan WHERE plan.supplier_id = supplier.id AND units > 0
        ) AS line
        WHERE \(supplier)::int8 IS NULL OR supplier.id = \(supplier)
        ORDER BY first_day NULLS LAST, total DESC, supplier.code
        """
      ).compactMap { row in
        try Self.supplier(row).map { supplier in
          Proposal(
            supplier: supplier, runNumber: try row.decode("run_number"), madeAt: try row.decode("made_at"),
            revision: try row.decode("revision"), editedBy: try row.decode("edited_by"), note: try row.decode("note"),
            lineCount: try row.decode("lines"), totalMinorUnits: try row.decode("total"),
            firstStockoutDay: try Self.day(row, "first_day"))
        }
      }
    }
  }

  public func proposals() async throws -> [Proposal] { try await proposals(nil) }

  public func proposal(of supplier: SupplierID) async throws -> (proposal: Proposal, lines: [PlanRow])? {
    guard let proposal = try await proposals(supplier).first else { return nil }
    let lines = try await plan(
      """
      WHERE plan.supplier_id = \(supplier) AND (units > 0 OR proposed_units > 0)
      ORDER BY stockout_day NULLS LAST, units * coalesce(unit_cost_minor_units, 0) DESC, product_id
      """)
    return (proposal, lines)
  }

  public func edit(
    _ supplier: SupplierID, revision: Int, units: [ProductID: Int], audit: AuditEntry
  ) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let changed = try await connection.execute(
        """
        UPDATE purchasing.proposal SET revision = nextval('purchasing.proposal_revision'), edited_by = \(audit.actor)
        WHERE supplier_id = \(supplier) AND revision = \(revision)
        """)
      guard changed == 1 else { return nil }
      let lines = units.sorted { $0.key < $1.key }
      try await connection.execute(
        """
        UPDATE purchasing.plan SET units = given.units
        FROM unnest(\(lines.map(\.key)), \(lines.map { Int32(clamping: $0.value) })) AS given (product, units)
        WHERE plan.product_id = given.product AND plan.supplier_id = \(supplier) AND plan.refusal IS NULL
        """)
      return true
    } ?? false
  }

  public func reset(_ supplier: SupplierID, revision: Int, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let changed = try await connection.execute(
        """
        UPDATE purchasing.proposal SET revision = nextval('purchasing.proposal_revision'), edited_by = NULL
        WHERE supplier_id = \(supplier) AND revision = \(revision)
        """)
      guard changed == 1 else { return nil }
      try await connection.execute(
        "UPDATE purchasing.plan SET units = proposed_units WHERE supplier_id = \(supplier)")
      return true
    } ?? false
  }
}

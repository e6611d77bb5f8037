public import Catalog
public import Ports
import PostgresClient

extension PostgresPurchasing {
  public func order(_ order: PurchaseOrder, revision: Int, audit: AuditEntry) async throws -> Int64? {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        // Two who order at once stand in line here; the second finds no proposal.
        let ended = try await connection.execute(
          "DELETE FROM purchasing.proposal WHERE supplier_id = \(order.supplierID) AND revision = \(revision)")
        guard ended == 1 else { return nil }
        let number: Int64 = try await connection.query(
          """
          INSERT INTO purchasing.purchase_order (supplier_id, state, currency, ordered_at, ordered_by, expected_on)
          VALUES (\(order.supplierID), 'ordered', \(order.currency.code), \(order.orderedAt), \(order.orderedBy),
            \(order.expectedOn)::date)
          RETURNING number
          """)[0].decode(at: 0)
        let lines = order.lines
        try await connection.execute(
          """
          INSERT INTO purchasing.purchase_order_line (order_number, variant_id, product_id, sku, title, units,
            unit_cost_minor_units)
          SELECT \(number), given.* FROM unnest(\(lines.map(\.variant)), \(lines.map(\.product)), \(lines.map(\.sku)),
            \(lines.map(\.title)), \(lines.map { Int32(clamping: $0.units) }), \(lines.map(\.unitCostMinorUnits))) AS given
          """)
        // Until the next plan: the units are on their way.
        try await connection.execute(
          """
          UPDATE purchasing.plan SET on_order = on_order + units, units = 0, proposed_units = 0,
            reason = left('Ordered as number ' || \(number)::text || '. ' || reason, 1000)
          WHERE supplier_id = \(order.supplierID) AND units > 0
          """)
        var entry = audit
        entry.subject = "purchase order \(number)"
        try await connection.add(entry)
        return number
      }
    }
  }

  private static let orderColumns: SQL = """
    number, supplier_id, supplier.code, supplier.name, state, currency::text AS currency, ordered_at, ordered_by,
    (expected_on - '1970-01-01'::date)::int8 AS expected_on, revision,
    (SELECT least(coalesce(sum(units::numeric * unit_cost_minor_units), 0), 9e15)::int8 FROM purchasing.purchase_order_line
      WHERE order_number = number) AS total
    """

  /// nil for a state or currency of a newer program.
  private static func order(_ row: PostgresRow) throws -> PurchaseOrder? {
    guard let state = PurchaseOrder.State(rawValue: try row.decode("state")),
      let currency = Currency(code: try row.decode("currency")), let expected = try day(row, "expected_on")
    else { return nil }
    return PurchaseOrder(
      number: try row.decode("number"), supplierID: try row.decode("supplier_id"),
      supplierCode: try row.decode("code"), supplierName: try row.decode("name"), state: state, currency: currency,
      orderedAt: try row.decode("ordered_at"), orderedBy: try row.decode("ordered_by"), expectedOn: expected,
      revision: try row.decode("revision"), totalMinorUnits: try row.decode("total"), lines: [])
  }

  private func orders(_ rest: SQL) async throws -> [PurchaseOrder] {
    try await pool.query(
      """
      SELECT \(fragment: Self.orderColumns) FROM purchasing.purchase_order
      JOIN purchasing.supplier ON supplier.id = supplier_id \(fragment: rest)
      """
    ).compactMap(Self.order)
  }

  public func orders(limit: Int) async throws -> [PurchaseOrder] {
    try await pool.reaching { try await orders("ORDER BY number DESC LIMIT \(max(0, limit))") }
  }

  public func order(_ number: Int64) async throws -> PurchaseOrder? {
    try await pool.reaching {
      guard var order = try await orders("WHERE number = \(number)").first else { return nil }
      order.lines = try await pool.query(
        """
        SELECT variant_id, product_id, sku, title, units, received_units, unit_cost_minor_units
        FROM purchasing.purchase_order_line WHERE order_number = \(number) ORDER BY sku
        """
      ).map { row in
        PurchaseOrder.Line(
          variant: try row.decode("variant_id"), product: try row.decode("product_id"), sku: try row.decode("sku"),
          title: try row.decode("title"), units: try row.decode("units"),
          receivedUnits: try row.decode("received_units"), unitCostMinorUnits: try row.decode("unit_cost_minor_units"))
      }
      return order
    }
  }

  public func warehouses() async throws -> [String] {
    try await pool.reaching {
      try await pool.query("SELECT code FROM inventory.warehouse ORDER BY code").map { try $0.decode(at: 0) }
    }
  }

  /// Moves an open order of that revision on; nil if it is another by now.
  private static func move(
    _ number: Int64, revision: Int, _ connection: PostgresConnection
  ) async throws -> Bool? {
    try await connection.execute(
      """
      UPDATE purchasing.purchase_order SET revision = revision + 1
      WHERE number = \(number) AND revision = \(revision) AND state = 'ordered'
      """) == 1 ? true : nil
  }

  public func receive(
    _ number: Int64, revision: Int, into warehouse: String, units: [VariantID: Int], audit: AuditEntry
  ) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      let rows = try await connection.query("SELECT id FROM inventory.warehouse WHERE code = \(warehouse)")
      guard let place: Int64 = try rows.first?.decode(at: 0),
        try await Self.move(number, revision: revision, connection) == true
      else { return nil }
      // In the order of the ids, so that two receipts wait rather than deadlock.
      for (variant, count) in units.sorted(by: { $0.key < $1.key }) where count > 0 {
        let changed = try await connection.execute(
          """
          UPDATE purchasing.purchase_order_line SET received_units = received_units + \(Int32(clamping: count))
          WHERE order_number = \(number) AND variant_id = \(variant)
          """)
        guard changed == 1 else { continue }
        // A variant that the catalog has no longer has no stock.
        try await connection.query(
          """
          SELECT inventory.receive(id, \(place), \(Int64(count)), \("purchase order \(number)"), \(audit.actor),
            \(audit.at))::text
          FROM catalog.variant WHERE id = \(variant)
          """)
      }
      try await connection.execute(
        """
        UPDATE purchasing.purchase_order SET state = 'received' WHERE number = \(number) AND NOT EXISTS (
          SELECT FROM purchasing.purchase_order_line WHERE order_number = number AND received_units < units)
        """)
      return true
    } ?? false
  }

  public func cancel(_ number: Int64, revision: Int, audit: AuditEntry) async throws -> Bool {
    try await changing(audit) { connection -> Bool? in
      guard try await Self.move(number, revision: revision, connection) == true else { return nil }
      try await connection.execute(
        "UPDATE purchasing.purchase_order SET state = 'cancelled' WHERE number = \(number)")
      return true
    } ?? false
  }
}

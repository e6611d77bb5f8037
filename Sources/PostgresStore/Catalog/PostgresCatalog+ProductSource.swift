public import Catalog
public import Ports

extension PostgresCatalog: ProductSource {
  /// Everything below the oldest transaction that is still open is visible; the cursor stands right before it.
  public func captureCursor() async throws -> OutboxCursor {
    try await reaching {
      let rows = try await pool.query("SELECT pg_snapshot_xmin(pg_current_snapshot())")
      let oldestOpen: UInt64 = try rows[0].decode(at: 0)
      return OutboxCursor(transactionID: oldestOpen - 1, id: .max)
    }
  }

  /// Entries after the cursor that every transaction before them has ended, oldest first.
  public func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] {
    try await reaching {
      let rows = try await pool.query(
        """
        SELECT transaction_id, id, product_id, changed_at FROM indexing.outbox
        WHERE (transaction_id, id) > (\(cursor.transactionID), \(cursor.id))
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY transaction_id, id LIMIT \(limit)
        """)
      return try rows.map { row in
        OutboxEntry(
          cursor: OutboxCursor(transactionID: try row.decode("transaction_id"), id: try row.decode("id")),
          product: try row.decode("product_id"), committedAt: try row.decode("changed_at"))
      }
    }
  }

  /// All products in id order, in batches, from one server-side cursor, as they are at one moment; after an id, only
  /// those above it.
  public func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws {
    precondition(size > 0, "a batch holds at least one product")
    try await reaching {
      // One attempt: `body` cannot be taken back.
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, maximumAttempts: 1) { connection in
        let reader = ProductSnapshotReader(connection: connection)
        let ids: SQL = "SELECT id FROM catalog.product WHERE id > \(after?.rawValue ?? 0) ORDER BY id"
        try await connection.forEachBatch(ids, batchSize: size) { rows in
          try await body(try await reader.read(try rows.map { try $0.decode(at: 0) }))
        }
      }
    }
  }

  public func productCount() async throws -> Int {
    // As `ProductSnapshot.isSearchable` has it.
    let rows = try await reaching {
      try await pool.query(
        """
        SELECT count(*) FROM catalog.product p
        WHERE EXISTS (SELECT 1 FROM catalog.variant v WHERE v.product_id = p.id)
          AND (p.lifecycle = 'listed' OR p.lifecycle = 'discontinued' AND EXISTS (
            SELECT 1 FROM catalog.variant v JOIN inventory.stock s ON s.variant_id = v.id
            WHERE v.product_id = p.id GROUP BY v.id HAVING sum(s.on_hand - s.reserved) > 0))
        """)
    }
    return try rows[0].decode(at: 0)
  }

  /// Ends when something was committed to the outbox, or after the time given, whichever is first.
  public func waitForChange(atMost duration: Duration) async throws {
    try await bell.wait(atMost: duration)
  }

  /// Removes entries that every generation has read.
  public func pruneOutbox(through cursor: OutboxCursor) async throws {
    _ = try await reaching {
      try await pool.execute(
        """
        DELETE FROM indexing.outbox WHERE (transaction_id, id) <= (\(cursor.transactionID), \(cursor.id))
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        """)
    }
  }
}

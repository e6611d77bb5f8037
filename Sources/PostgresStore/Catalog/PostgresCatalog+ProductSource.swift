public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: ProductSource {
  /// A cursor right before the oldest open transaction: everything below it is visible.
  public func captureCursor() async throws -> OutboxCursor {
    try await reaching {
      let rows = try await pool.query("SELECT pg_snapshot_xmin(pg_current_snapshot())")
      let oldestOpen: UInt64 = try rows[0].decode(at: 0)
      return OutboxCursor(transactionID: oldestOpen - 1, id: .max)
    }
  }

  /// Entries after the cursor for which every earlier transaction has ended, oldest first.
  public func outbox(after cursor: OutboxCursor, limit: Int) async throws -> [OutboxEntry] {
    try await reaching {
      let rows = try await pool.query(
        """
        SELECT transaction_id, id, product_id, changed_at
        FROM indexing.outbox_after(\(cursor.transactionID), \(cursor.id), \(Int64(limit)))
        """)
      return try rows.map { row in
        OutboxEntry(
          cursor: OutboxCursor(transactionID: try row.decode("transaction_id"), id: try row.decode("id")),
          product: try row.decode("product_id"), committedAt: try row.decode("changed_at"))
      }
    }
  }

  /// All products in ID order, in batches, as of one moment; with `after`, only those with higher IDs.
  public func forEachProductBatch(
    size: Int, after: ProductID?, _ body: @Sendable ([ProductSnapshot]) async throws -> Void
  ) async throws {
    precondition(size > 0, "a batch holds at least one product")
    try await reaching {
      // One attempt, because `body` cannot be undone.
      try await pool.withTransaction(isolation: .repeatableRead, readOnly: true, maxAttempts: 1) { connection in
        var scan = try await ProductScan(connection, after: after)
        while true {
          let products = try await scan.next(size)
          if !products.isEmpty { try await body(products) }
          if products.count < size { return }
        }
      }
    }
  }

  public func productCount() async throws -> Int {
    try await reaching {
      try await pool.query("SELECT count(*) FROM indexing.searchable_product")[0].decode(at: 0)
    }
  }

  /// The last committed entry; the start if there is none.
  public func outboxEnd() async throws -> OutboxCursor {
    try await reaching {
      try await pool.query(
        "SELECT transaction_id, id FROM indexing.outbox ORDER BY transaction_id DESC, id DESC LIMIT 1"
      ).first.map { OutboxCursor(transactionID: try $0.decode(at: 0), id: try $0.decode(at: 1)) } ?? .start
    }
  }

  /// Entries are removed only after a generation's cursor has passed them, so that the last of both is the last change.
  /// Each part is one look into an index, because several processes look every second.
  public func catalogMark() async throws -> CatalogMark {
    try await reaching {
      let row = try await pool.query(
        """
        WITH noted AS (
          SELECT transaction_id, id FROM indexing.outbox WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
          ORDER BY transaction_id DESC, id DESC LIMIT 1
        ), carried AS (
          SELECT cursor_transaction_id AS transaction_id, cursor_id AS id FROM indexing.generation
          ORDER BY cursor_transaction_id DESC, cursor_id DESC LIMIT 1
        ), last AS (
          SELECT transaction_id, id FROM (SELECT * FROM noted UNION ALL SELECT * FROM carried) AS change
          ORDER BY transaction_id DESC, id DESC LIMIT 1
        )
        SELECT transaction_id, id, (SELECT coalesce(max(id), 0) FROM catalog.product) AS product
        FROM (VALUES (1)) AS always LEFT JOIN last ON true
        """)[0]
      let transaction: UInt64? = try row.decode("transaction_id")
      let id: Int64? = try row.decode("id")
      return CatalogMark(
        position: OutboxCursor(transactionID: transaction ?? 0, id: id ?? 0), lastProduct: try row.decode("product"))
    }
  }

  /// The entries after the cursor, whether open transactions hold them back or not; counts at most `limit`.
  public func outboxLag(after cursor: OutboxCursor, limit: Int) async throws -> OutboxLag {
    try await reaching {
      let row = try await pool.query(
        """
        SELECT count(*) AS entries, min(changed_at) AS oldest FROM (
          SELECT changed_at FROM indexing.outbox
          WHERE (transaction_id, id) > (\(cursor.transactionID), \(cursor.id))
          ORDER BY transaction_id, id LIMIT \(limit)) AS unread
        """)[0]
      return OutboxLag(entries: try row.decode("entries"), oldest: try row.decode("oldest"))
    }
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

  /// Removes the entries up to the cursor except each product's last.
  ///
  /// The table then holds, besides unread entries, at most one entry for each product, however long an old generation
  /// is kept: a replay reads the current rows, so that the last entry replaces all earlier ones.
  public func compactOutbox(through cursor: OutboxCursor) async throws {
    _ = try await reaching {
      try await pool.execute(
        """
        DELETE FROM indexing.outbox WHERE id IN (
          SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY product_id ORDER BY transaction_id DESC, id DESC) AS place
            FROM indexing.outbox
            WHERE (transaction_id, id) <= (\(cursor.transactionID), \(cursor.id))
              AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())) AS entry
          WHERE place > 1)
        """)
    }
  }

  /// Passes on the next products of changes that touch many, in short transactions; returns their number, 0 if none
  /// waits.
  public func fanOut(limit: Int, at moment: Timestamp) async throws -> Int {
    try await reaching {
      // Each statement is a transaction: none locks product rows for longer than its batch takes. Usually nothing
      // waits, and the first statement is the only one.
      let due = try await pool.query(
        """
        SELECT EXISTS (SELECT 1 FROM indexing.fan_out), EXISTS (SELECT 1 FROM indexing.price_clock
          WHERE looked_through < \(moment) - interval '1 second'), EXISTS (SELECT 1 FROM indexing.fan_out_product)
        """)[0]
      let (areChangesDue, arePricesDue) = (try due.decode(Bool.self, at: 0), try due.decode(Bool.self, at: 1))
      if areChangesDue { try await pool.query("SELECT indexing.line_up_fan_out()") }
      if arePricesDue { try await pool.query("SELECT indexing.line_up_price_changes(\(moment))") }
      guard try areChangesDue || arePricesDue || due.decode(Bool.self, at: 2) else { return 0 }
      return try await pool.query("SELECT indexing.note_fan_out(\(Int32(clamping: limit)))")[0].decode(at: 0)
    }
  }
}

public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: PriceSource {
  public func changes(after cursor: OutboxCursor, limit: Int) async throws -> [ProductChange] {
    try await reaching {
      try await pool.query(
        """
        SELECT transaction_id, id, product_id, transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AS is_settled
        FROM indexing.outbox WHERE (transaction_id, id) > (\(cursor.transactionID), \(cursor.id))
        ORDER BY transaction_id, id LIMIT \(limit)
        """
      ).map { row in
        ProductChange(
          cursor: OutboxCursor(transactionID: try row.decode(at: 0), id: try row.decode(at: 1)),
          product: try row.decode(at: 2), isSettled: try row.decode(at: 3))
      }
    }
  }

  public func productIDs(after: ProductID?, limit: Int) async throws -> [ProductID] {
    try await reaching {
      try await pool.query(
        "SELECT id FROM catalog.product WHERE id > \(after?.rawValue ?? 0) ORDER BY id LIMIT \(limit)"
      ).map { try $0.decode(at: 0) }
    }
  }
}

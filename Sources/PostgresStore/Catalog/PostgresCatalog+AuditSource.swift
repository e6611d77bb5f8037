public import Catalog
public import Ports
import PostgresClient

extension PostgresCatalog: AuditSource {
  /// The number of searchable products in each bucket, and the sums of their versions and checksums.
  public func auditBuckets() async throws -> [Int: AuditBucket] {
    try await reaching {
      let rows = try await pool.withTransaction(readOnly: true) { connection in
        // Scan all products and the index over their variants in parallel, and keep the buckets in one small table. The
        // planner would take the stock check to be expensive for each product, although few need it, and would
        // therefore sort or hash all variants; and compiling the statement takes longer than it saves.
        try await connection.executeScript(
          """
          SET LOCAL enable_hashjoin = off; SET LOCAL enable_sort = off; SET LOCAL jit = off;
          SET LOCAL max_parallel_workers_per_gather = 0
          """)
        return try await connection.query(Self.buckets)
      }
      var buckets: [Int: AuditBucket] = [:]
      for row in rows {
        buckets[try row.decode("bucket")] = AuditBucket(
          count: try row.decode("count"), versionSum: try row.decode("version_sum"),
          checksumSum: try row.decode("checksum_sum"))
      }
      return buckets
    }
  }

  /// x and y are AuditBucket.checksum's. The innermost condition is that of `indexing.searchable_product`, which serves
  /// look-ups of some IDs; here, OFFSET 0 keeps the stock check out of the join of products and variants.
  private static let buckets: SQL = """
    SELECT id % 1024 AS bucket, count(*) AS count, least(sum(document_version), 9223372036854775807)::bigint AS version_sum,
      sum((y # (y >> 31)) & 4294967295)::bigint AS checksum_sum
    FROM (
      SELECT id, document_version, ((x # (x >> 29)) & 2147483647) * 3266489909 AS y FROM (
        SELECT id, document_version,
          ((id & 2147483647) * 2654435761) # ((document_version & 2147483647) * 2246822507) AS x
        FROM (
          SELECT id, document_version, lifecycle FROM catalog.product
          WHERE lifecycle IN ('listed', 'discontinued')
            AND EXISTS (SELECT 1 FROM catalog.variant WHERE product_id = product.id)
          OFFSET 0) AS product
        WHERE lifecycle = 'listed' OR EXISTS (
          SELECT 1 FROM catalog.variant JOIN inventory.stock ON variant_id = variant.id
          WHERE product_id = product.id GROUP BY variant.id 
          HAVING sum(inventory.available_quantity(on_hand, reserved)) > 0)
      ) AS multiplied) AS mixed
    GROUP BY bucket
    """

  /// The versions of the searchable products in these buckets.
  public func auditVersions(inBuckets buckets: [Int]) async throws -> [ProductID: Int64] {
    try await reaching {
      let rows = try await pool.query(
        """
        SELECT id, document_version FROM indexing.searchable_product
        WHERE id % 1024 = ANY (\(buckets))
        """)
      var versions: [ProductID: Int64] = [:]
      versions.reserveCapacity(rows.count)
      for row in rows { versions[try row.decode(at: 0)] = try row.decode(Int64.self, at: 1) }
      return versions
    }
  }

  /// The state of each of these products, from one snapshot; a product is pending if the outbox has an entry for it
  /// after the cursor.
  public func auditStates(of ids: [ProductID], after cursor: OutboxCursor) async throws -> [ProductID: AuditState] {
    try await reaching {
      let rows = try await pool.query(
        """
        SELECT product.id, searchable.document_version, EXISTS (
          SELECT 1 FROM indexing.outbox WHERE product_id = product.id
            AND (transaction_id, outbox.id) > (\(cursor.transactionID), \(cursor.id))) AS is_pending
        FROM unnest(\(ids)) AS product (id) LEFT JOIN indexing.searchable_product AS searchable USING (id)
        """)
      var states: [ProductID: AuditState] = [:]
      for row in rows {
        states[try row.decode("id")] = AuditState(
          documentVersion: try row.decode("document_version"), isPending: try row.decode("is_pending"))
      }
      return states
    }
  }

  /// Raises these products' versions above the given ones, and puts them in the outbox.
  public func raiseVersions(_ floors: [ProductID: Int64]) async throws {
    let ids = floors.keys.sorted()
    let least = ids.map { floors[$0] ?? 0 }
    try await reaching {
      try await pool.withTransaction { connection in
        try await connection.execute(
          "SELECT FROM catalog.product WHERE id = ANY (\(ids)) ORDER BY id FOR NO KEY UPDATE")
        try await connection.execute(
          """
          UPDATE catalog.product SET document_version = least(greatest(document_version, least), 9223372036854775806) + 1
          FROM unnest(\(ids), \(least)) AS floor (product_id, least) WHERE id = product_id
          """)
        try await connection.execute(
          """
          INSERT INTO indexing.outbox (product_id) SELECT unnest(\(ids))
          ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING
          """)
      }
    }
  }
}

public import Catalog
public import Ports
public import PostgresClient

/// The ledger of index generations and dead letters, in the schema `indexing`.
public struct PostgresIndexingLedger: IndexingLedger {
  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  /// Records that an index is being built; its name is the alias and the generation's number.
  public func beginGeneration(
    alias: String, mappingHash: String, mapping: String, cursor: OutboxCursor
  ) async throws -> IndexGeneration {
    try await pool.reaching {
      let rows = try await pool.query(
        """
        INSERT INTO indexing.generation
          (number, alias, index_name, mapping_hash, mapping, cursor_transaction_id, cursor_id)
        OVERRIDING SYSTEM VALUE
        SELECT number, \(alias), \(alias) || '-' || number, \(mappingHash), \(mapping), \(cursor.transactionID),
          \(cursor.id)
        FROM nextval(pg_get_serial_sequence('indexing.generation', 'number')) AS number
        RETURNING *
        """)
      return try IndexGeneration(rows[0])
    }
  }

  /// Records that all products up to this one are in the generation's index.
  public func noteLoaded(through product: ProductID, generation number: Int64) async throws {
    _ = try await pool.reaching {
      try await pool.execute(
        """
        UPDATE indexing.generation SET loaded_through = \(product)
        WHERE number = \(number) AND loaded_through < \(product)
        """)
    }
  }

  /// Moves a generation's cursor, which never goes back; removes the dead letters of `settled` products.
  public func advance(generation number: Int64, to cursor: OutboxCursor, settled: [ProductID]) async throws {
    _ = try await pool.reaching {
      try await pool.execute(
        """
        WITH settled AS (
          DELETE FROM indexing.dead_letter WHERE generation_number = \(number) AND product_id = ANY (\(settled)))
        UPDATE indexing.generation
        SET cursor_transaction_id = \(cursor.transactionID), cursor_id = \(cursor.id)
        WHERE number = \(number)
          AND (cursor_transaction_id, cursor_id) < (\(cursor.transactionID), \(cursor.id))
        """)
    }
  }

  /// Makes a generation the only live one of its alias: the previous one is retired in the same step.
  public func putInUse(generation number: Int64, checks: String) async throws {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.execute(
          """
          UPDATE indexing.generation SET state = 'retired'
          WHERE state = 'live' AND number <> \(number)
            AND alias = (SELECT alias FROM indexing.generation WHERE number = \(number))
          """)
        try await connection.execute(
          """
          UPDATE indexing.generation SET state = 'live', checks = \(checks), swapped_in_at = clock_timestamp()
          WHERE number = \(number)
          """)
      }
    }
  }

  public func setFailed(generation number: Int64) async throws {
    _ = try await pool.reaching {
      try await pool.execute("UPDATE indexing.generation SET state = 'failed' WHERE number = \(number)")
    }
  }

  /// Forgets a generation with its dead letters.
  public func removeGeneration(_ number: Int64) async throws {
    _ = try await pool.reaching { try await pool.execute("DELETE FROM indexing.generation WHERE number = \(number)") }
  }

  /// Newest first; nil: of all aliases.
  public func generations(alias: String?) async throws -> [IndexGeneration] {
    try await pool.reaching {
      try await pool.query(
        "SELECT * FROM indexing.generation WHERE alias = coalesce(\(alias), alias) ORDER BY number DESC"
      ).map { try IndexGeneration($0) }
    }
  }

  /// Keeps the last refusal of each product.
  public func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws {
    guard !letters.isEmpty else { return }
    let last = Dictionary(letters.map { ($0.product, $0) }, uniquingKeysWith: { $1 }).values.sorted {
      $0.product < $1.product
    }
    _ = try await pool.reaching {
      try await pool.execute(
        """
        INSERT INTO indexing.dead_letter (generation_number, product_id, document_version, reason, document)
        SELECT \(number), product, version, reason, nullif(document, '') FROM unnest(
          \(last.map(\.product)), \(last.map(\.documentVersion)), \(last.map { Self.keepable($0.reason) }),
          \(last.map { Self.keepable($0.document ?? "") })) AS letter (product, version, reason, document)
        ON CONFLICT (generation_number, product_id) DO UPDATE
        SET document_version = excluded.document_version, reason = excluded.reason, document = excluded.document,
          created_at = now()
        """)
    }
  }

  public func deadLetterCount(generation number: Int64) async throws -> Int {
    try await pool.reaching {
      try await pool.query(
        "SELECT count(*) FROM indexing.dead_letter WHERE generation_number = \(number)"
      )[0].decode(at: 0)
    }
  }

  /// Oldest first; nil: of all products.
  public func deadLetters(generation number: Int64, of products: [ProductID]?, limit: Int) async throws -> [DeadLetter]
  {
    try await pool.reaching {
      try await pool.query(
        """
        SELECT product_id, document_version, reason, document, created_at FROM indexing.dead_letter
        WHERE \(fragment: Self.letters(number, products)) ORDER BY created_at, product_id LIMIT \(limit)
        """
      ).map { row in
        DeadLetter(
          product: try row.decode("product_id"), documentVersion: try row.decode("document_version"),
          reason: try row.decode("reason"), document: try row.decode("document"),
          createdAt: try row.decode("created_at"))
      }
    }
  }

  /// The letters stay until their documents are written.
  public func retryDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int {
    try await pool.reaching {
      try await pool.query(
        """
        WITH letter AS (
          SELECT array_agg(product_id) AS products FROM indexing.dead_letter
          WHERE \(fragment: Self.letters(number, products)))
        SELECT coalesce(cardinality(products), 0), indexing.note_change(products)::text FROM letter
        """)[0].decode(at: 0)
    }
  }

  public func discardDeadLetters(generation number: Int64, of products: [ProductID]?) async throws -> Int {
    try await pool.reaching {
      try await pool.execute(
        "DELETE FROM indexing.dead_letter WHERE \(fragment: Self.letters(number, products))")
    }
  }

  private static func letters(_ generation: Int64, _ products: [ProductID]?) -> SQL {
    if let products { return "generation_number = \(generation) AND product_id = ANY (\(products))" }
    return "generation_number = \(generation)"
  }

  /// A search engine's text may contain a NUL, which Postgres's text cannot.
  private static func keepable(_ reason: String) -> String { reason.filter { $0 != "\0" } }
}

extension IndexGeneration {
  fileprivate init(_ row: PostgresRow) throws {
    let state: String = try row.decode("state")
    guard let state = State(rawValue: state) else {
      throw PostgresError.misuse("indexing.generation.state is \(state), which this program does not know: update it")
    }
    self.init(
      number: try row.decode("number"), alias: try row.decode("alias"), indexName: try row.decode("index_name"),
      mappingHash: try row.decode("mapping_hash"), mapping: try row.decode("mapping"),
      cursor: OutboxCursor(
        transactionID: try row.decode("cursor_transaction_id"), id: try row.decode("cursor_id")),
      state: state, loadedThrough: try row.decode("loaded_through"), checks: try row.decode("checks"),
      createdAt: try row.decode("created_at"), swappedInAt: try row.decode("swapped_in_at"))
  }
}

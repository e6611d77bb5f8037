public import Ports

extension PostgresCatalog: IndexingLedger {
  /// Notes that an index is being built; its name is the alias and the generation's number.
  public func beginGeneration(alias: String, mappingHash: String, cursor: OutboxCursor) async throws -> IndexGeneration
  {
    try await reaching {
      let rows = try await pool.query(
        """
        INSERT INTO indexing.generation
          (number, alias, index_name, mapping_hash, cursor_transaction_id, cursor_id)
        OVERRIDING SYSTEM VALUE
        SELECT number, \(alias), \(alias) || '-' || number, \(mappingHash), \(cursor.transactionID), \(cursor.id)
        FROM nextval(pg_get_serial_sequence('indexing.generation', 'number')) AS number
        RETURNING *
        """)
      return try IndexGeneration(rows[0])
    }
  }

  /// Moves a generation's cursor; it never goes back.
  public func advance(generation number: Int64, to cursor: OutboxCursor) async throws {
    _ = try await reaching {
      try await pool.execute(
        """
        UPDATE indexing.generation
        SET cursor_transaction_id = \(cursor.transactionID), cursor_id = \(cursor.id)
        WHERE number = \(number)
          AND (cursor_transaction_id, cursor_id) < (\(cursor.transactionID), \(cursor.id))
        """)
    }
  }

  /// Of one alias one generation is live: the one that was is retired with it.
  public func setState(_ state: IndexGeneration.State, ofGeneration number: Int64) async throws {
    try await reaching {
      try await pool.withTransaction { connection in
        if state == .live {
          try await connection.execute(
            """
            UPDATE indexing.generation SET state = 'retired'
            WHERE state = 'live' AND number <> \(number)
              AND alias = (SELECT alias FROM indexing.generation WHERE number = \(number))
            """)
        }
        try await connection.execute(
          """
          UPDATE indexing.generation SET state = \(state.rawValue),
            swapped_in_at = CASE WHEN \(state == .live) THEN clock_timestamp() ELSE swapped_in_at END
          WHERE number = \(number)
          """)
      }
    }
  }

  /// Newest first.
  public func generations(alias: String) async throws -> [IndexGeneration] {
    try await reaching {
      try await pool.query(
        "SELECT * FROM indexing.generation WHERE alias = \(alias) ORDER BY number DESC"
      ).map { try IndexGeneration($0) }
    }
  }

  /// Keeps the last refusal of each product.
  public func addDeadLetters(_ letters: [DeadLetter], generation number: Int64) async throws {
    guard !letters.isEmpty else { return }
    let last = Dictionary(letters.map { ($0.product, $0) }, uniquingKeysWith: { $1 }).values.sorted {
      $0.product < $1.product
    }
    _ = try await reaching {
      try await pool.execute(
        """
        INSERT INTO indexing.dead_letter (generation_number, product_id, document_version, reason)
        SELECT \(number), * FROM unnest(
          \(last.map(\.product)), \(last.map(\.documentVersion)), \(last.map { Self.keepable($0.reason) }))
        ON CONFLICT (generation_number, product_id) DO UPDATE
        SET document_version = excluded.document_version, reason = excluded.reason, created_at = now()
        """)
    }
  }

  public func deadLetterCount(generation number: Int64) async throws -> Int {
    try await reaching {
      try await pool.query(
        "SELECT count(*) FROM indexing.dead_letter WHERE generation_number = \(number)"
      )[0].decode(at: 0)
    }
  }

  /// A search engine's words may hold a NUL, which Postgres's text cannot.
  private static func keepable(_ reason: String) -> String { reason.filter { $0 != "\0" } }
}

extension IndexGeneration {
  fileprivate init(_ row: PostgresRow) throws {
    let state: String = try row.decode("state")
    guard let state = State(rawValue: state) else {
      throw PostgresError.misuse("indexing.generation.state is \(state), which this program does not know: update it")
    }
    self.init(
      number: try row.decode("number"), indexName: try row.decode("index_name"),
      mappingHash: try row.decode("mapping_hash"),
      cursor: OutboxCursor(
        transactionID: try row.decode("cursor_transaction_id"), id: try row.decode("cursor_id")),
      state: state, createdAt: try row.decode("created_at"), swappedInAt: try row.decode("swapped_in_at"))
  }
}

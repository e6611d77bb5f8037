public import Catalog
import JSON
public import Ports
public import PostgresClient

/// The ledger of models, in the schema `analytics`.
public struct PostgresModels: Sendable {
  private let pool: PostgresPool

  public init(_ pool: PostgresPool) { self.pool = pool }

  private static let columns: SQL = """
    number, kind, state, file, data_digest, code_version, seed::text AS seed, metrics::text AS metrics, data_through,
    trained_at, promoted_at, is_held, findings
    """

  private func read(_ rest: SQL) async throws -> [ModelEntry] {
    try await pool.reaching {
      try await pool.query("SELECT \(fragment: Self.columns) FROM analytics.model \(fragment: rest)")
        .compactMap(Self.entry)
    }
  }

  /// nil for a row of a newer program's kind.
  private static func entry(_ row: PostgresRow) throws -> ModelEntry? {
    guard let state = ModelEntry.State(rawValue: try row.decode("state")),
      let seed = UInt64(try row.decode("seed", as: String.self))
    else { return nil }
    let metrics = try JSONValue(parsing: try row.decode("metrics", as: String.self)).object?.members ?? []
    return ModelEntry(
      number: try row.decode("number"), kind: try row.decode("kind"), state: state, file: try row.decode("file"),
      dataDigest: try row.decode("data_digest"), codeVersion: try row.decode("code_version"), seed: seed,
      metrics: metrics.reduce(into: [:]) { $0[$1.name] = $1.value.double },
      dataThrough: try row.decode("data_through"), trainedAt: try row.decode("trained_at"),
      promotedAt: try row.decode("promoted_at"), isHeld: try row.decode("is_held"),
      findings: try row.decode("findings"))
  }
}

extension PostgresModels: ModelLedger {
  public func add(_ entry: ModelEntry) async throws -> Int64 {
    let metrics = JSONValue.object(
      JSONObject(entry.metrics.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) }))
    return try await pool.reaching {
      try await pool.query(
        """
        INSERT INTO analytics.model
          (kind, state, file, data_digest, code_version, seed, metrics, data_through, trained_at, findings)
        VALUES (\(entry.kind), \(entry.state.rawValue), \(entry.file), \(entry.dataDigest), \(entry.codeVersion),
          \(String(entry.seed))::numeric, \(metrics.text)::jsonb, \(entry.dataThrough), \(entry.trainedAt),
          \(String(entry.findings.unicodeScalars.prefix(2_000))))
        RETURNING number
        """)[0].decode(at: 0)
    }
  }

  public func models(kind: String?, limit: Int) async throws -> [ModelEntry] {
    try await read("WHERE \(kind)::text IS NULL OR kind = \(kind) ORDER BY number DESC LIMIT \(max(0, limit))")
  }

  public func model(_ number: Int64) async throws -> ModelEntry? { try await read("WHERE number = \(number)").first }

  public func serving(kind: String) async throws -> ModelEntry? {
    try await read("WHERE kind = \(kind) AND state = 'serving'").first
  }

  public func promote(_ number: Int64, by promoter: ModelPromoter, now: Timestamp) async throws -> Bool {
    try await withKind(of: number) { kind, _, connection in
      let held = try await connection.query(
        "SELECT FROM analytics.model WHERE kind = \(kind) AND state = 'serving' AND is_held")
      guard promoter == .person || held.isEmpty else { return false }
      try await connection.execute(
        """
        UPDATE analytics.model SET state = 'retired', is_held = false
        WHERE kind = \(kind) AND state = 'serving' AND number <> \(number)
        """)
      try await connection.execute(
        """
        UPDATE analytics.model SET state = 'serving', promoted_at = \(now), is_held = false WHERE number = \(number)
        """)
      return true
    }
  }

  public func rollBack(to number: Int64, now: Timestamp) async throws -> Bool {
    try await withKind(of: number) { kind, state, connection in
      guard state == ModelEntry.State.retired.rawValue else { return false }
      try await connection.execute(
        """
        UPDATE analytics.model SET state = 'refused', is_held = false,
          findings = left(\("taken out of use by a rollback at \(now); ") || findings, 2000)
        WHERE kind = \(kind) AND state = 'serving'
        """)
      try await connection.execute(
        """
        UPDATE analytics.model SET state = 'serving', promoted_at = \(now), is_held = true WHERE number = \(number)
        """)
      return true
    }
  }

  /// Runs `body` with the model's kind and state; false if there is no such model. Two at once wait for each other.
  private func withKind(
    of number: Int64, _ body: (_ kind: String, _ state: String, PostgresConnection) async throws -> Bool
  ) async throws -> Bool {
    try await pool.reaching {
      try await pool.withTransaction { connection in
        try await connection.execute("LOCK TABLE analytics.model IN SHARE ROW EXCLUSIVE MODE")
        let found = try await connection.query("SELECT kind, state FROM analytics.model WHERE number = \(number)")
        guard let row = found.first else { return false }
        return try await body(try row.decode(at: 0), try row.decode(at: 1), connection)
      }
    }
  }

  public func prune(kind: String, keeping count: Int) async throws -> [String] {
    try await pool.reaching {
      try await pool.query(
        """
        DELETE FROM analytics.model USING (
          SELECT number, row_number() OVER (PARTITION BY state ORDER BY number DESC) AS place
          FROM analytics.model WHERE kind = \(kind) AND state <> 'serving'
        ) AS kept
        WHERE kept.number = model.number AND place > \(max(0, count)) AND state <> 'serving'
          -- An arm of an experiment needs its model.
          AND NOT EXISTS (
            SELECT FROM experiments.experiment, jsonb_array_elements(arms) AS arm
            WHERE experiment.state <> 'stopped' AND arm ->> 'value' ~ ('model:' || model.number || '(,|$)'))
        RETURNING file
        """
      ).map { try $0.decode(at: 0) }
    }
  }
}

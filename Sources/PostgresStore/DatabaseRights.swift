public import PostgresClient

/// The rights that one of the shop's processes needs in Postgres: its own role has no others (docs/howto/deploy.md).
///
/// A process checks them at its start. It would else run for hours and lose what it may not write.
public struct DatabaseRights: Sendable {
  /// All tables of each schema, also those of later migrations.
  private let reads: [String]
  private let writes: [String]
  /// Whether it takes goods into stock, by the function that writes the movement and the balance.
  private let receivesGoods: Bool
  /// Whether it gives products of the index a newer version, to repair the index.
  private let raisesVersions: Bool

  private init(reads: [String], writes: [String], receivesGoods: Bool = false, raisesVersions: Bool) {
    self.reads = reads
    self.writes = writes
    self.receivesGoods = receivesGoods
    self.raisesVersions = raisesVersions
  }

  private static let catalog = ["public", "catalog", "inventory", "pricing", "merchandising", "indexing"]

  /// `vitrine serve`. With the embedded engine it keeps its own index.
  public static func serve(isEmbedded: Bool) -> DatabaseRights {
    DatabaseRights(
      reads: catalog + ["behaviour", "jobs", "analytics", "accounts", "experiments", "purchasing"],
      writes: ["behaviour", "accounts", "merchandising", "experiments", "pricing", "purchasing"]
        + (isEmbedded ? ["indexing"] : []),
      receivesGoods: true, raisesVersions: isEmbedded)
  }

  /// `vitrine index sync`.
  public static let sync = DatabaseRights(reads: catalog, writes: ["indexing"], raisesVersions: true)

  /// `vitrine work`.
  public static let work = DatabaseRights(
    reads: catalog + ["behaviour", "jobs", "analytics", "experiments", "purchasing"],
    writes: ["behaviour", "jobs", "analytics", "pricing", "purchasing"],
    raisesVersions: false)

  /// A role may not do what its process must.
  public struct Missing: Error, Sendable, CustomStringConvertible {
    /// So many are told.
    private static let maxTold = 5

    let role: String
    /// `INSERT on behaviour.event`
    public let rights: [String]

    public var description: String {
      let more = rights.count > Self.maxTold ? " and \(rights.count - Self.maxTold) more" : ""
      return
        "the role \(role) lacks rights in Postgres: \(rights.prefix(Self.maxTold).joined(separator: ", "))\(more): run the GRANTs of docs/howto/deploy.md as the owner of the tables"
    }
  }

  /// Throws `Missing` where the connection's role lacks some. Rows of the audit are only added: no process needs to
  /// change or delete them.
  public func check(_ pool: PostgresPool) async throws {
    let needs =
      reads.map { ($0, "SELECT") }
      + writes.flatMap { schema in
        ["INSERT", "UPDATE", "DELETE"].map { (schema, $0) }
      }
    let rows = try await pool.query(
      """
      WITH need AS (
        SELECT namespace.oid, nspname, privilege, has_schema_privilege(namespace.oid, 'USAGE') AS is_open
        FROM unnest(\(needs.map(\.0)), \(needs.map(\.1))) AS given (schema, privilege)
        JOIN pg_namespace AS namespace ON nspname = schema
      )
      SELECT DISTINCT 1 AS place, 'USAGE on schema ' || nspname AS missing FROM need WHERE NOT is_open
      UNION ALL
      SELECT 2, privilege || ' on ' || nspname || '.' || relname FROM need JOIN pg_class ON relnamespace = need.oid
      WHERE is_open AND relkind IN ('r', 'p') AND NOT relispartition AND NOT has_table_privilege(pg_class.oid, privilege)
        AND NOT (nspname = 'public' AND relname <> 'schema_migration')
        AND NOT (nspname = 'accounts' AND relname = 'audit' AND privilege IN ('UPDATE', 'DELETE'))
      UNION ALL
      SELECT 3, 'UPDATE (document_version, updated_at) on catalog.product'
      FROM pg_class JOIN need ON relnamespace = need.oid
      WHERE \(raisesVersions) AND is_open AND nspname = 'catalog' AND relname = 'product'
        AND NOT (has_column_privilege(pg_class.oid, 'document_version', 'UPDATE')
          AND has_column_privilege(pg_class.oid, 'updated_at', 'UPDATE'))
      UNION ALL
      SELECT 4, 'EXECUTE on function inventory.receive' FROM pg_proc JOIN need ON pronamespace = need.oid
      WHERE \(receivesGoods) AND is_open AND nspname = 'inventory' AND proname = 'receive'
        AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE')
      UNION ALL
      SELECT 5, 'USAGE on sequence purchasing.proposal_revision' FROM pg_class JOIN need ON relnamespace = need.oid
      WHERE is_open AND nspname = 'purchasing' AND privilege = 'INSERT' AND relname = 'proposal_revision'
        AND CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege(pg_class.oid, 'USAGE') ELSE false END
      ORDER BY 1, 2
      """)
    guard !rows.isEmpty else { return }
    throw Missing(
      role: try await pool.query("SELECT current_user::text")[0].decode(at: 0),
      rights: try rows.map { try $0.decode(at: 1) })
  }
}

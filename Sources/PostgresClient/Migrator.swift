/// One step of the database's schema: a number, a name and the SQL.
public struct Migration: Sendable, Equatable {
  public let number: Int
  public let name: String
  public let sql: String

  public init(number: Int, name: String, sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }

  /// SHA-256 of the SQL's bytes in hexadecimal.
  public var checksum: String { SHA256.hexadecimal(of: sql.utf8) }

  /// The file's name in `Migrations/`.
  public var fileName: String { label + ".sql" }

  var label: String { String(repeating: "0", count: max(0, 4 - String(number).count)) + "\(number)_\(name)" }
}

/// Why the database is not migrated: the program and the database do not fit together, or a migration fails.
public enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
  case changed(migration: String)
  case missing(number: Int, in: String)
  case newerDatabase(database: Int, program: Int)
  case failed(migration: String, reason: PostgresError)

  public var description: String {
    switch self {
    case .changed(let migration):
      "migration \(migration) was changed after it had run: restore the file, and put the change in a new migration"
    case .missing(let number, let place):
      "migration \(number) is missing in the \(place): migrations are numbered from 1 without a gap"
    case .newerDatabase(let database, let program):
      "database is at migration \(database), this program knows \(program): run the newer program"
    case .failed(let migration, let reason):
      "migration \(migration) failed and was undone: \(reason)"
    }
  }
}

/// Migrates a database forward to the schema that the program needs.
///
/// Each migration runs in its own transaction, which also records it, under an advisory lock: if several programs start
/// at once, one migrates and the others wait and find it done.
public struct Migrator: Sendable {
  /// Chosen once; `pg_locks` shows it as objid.
  static let advisoryLock = 7_386_253

  public let migrations: [Migration]

  public init(_ migrations: [Migration]) { self.migrations = migrations }

  /// The migrations that have run and those that have not.
  public struct Status: Sendable, Equatable {
    public let applied: [String]
    public let pending: [String]
    public var isCurrent: Bool { pending.isEmpty }
  }

  /// Runs the pending migrations and returns their names.
  ///
  /// If there are none it only reads, so that a role without rights on the schema may call it.
  @discardableResult
  public func migrate(_ pool: PostgresPool) async throws -> [String] {
    if try await status(pool).isCurrent { return [] }
    return try await pool.withConnection { connection in
      // A migration may take longer than a statement of the shop may, and so may the wait for another migrator.
      try await connection.withStatementTimeout(nil) {
        try await connection.query("SELECT pg_advisory_lock(\(Self.advisoryLock))")
        let outcome = await result { try await run(on: connection) }
        // The lock belongs to the session: if this fails the connection is lost, and the lock with it.
        try? await connection.commandIgnoringCancellation("SELECT pg_advisory_unlock(\(Self.advisoryLock))")
        return try outcome.get()
      }
    }
  }

  /// Compares the database with the program; throws like `migrate` if they do not fit together.
  public func status(_ pool: PostgresPool) async throws -> Status {
    try await pool.withConnection { connection in
      let present = try await connection.query("SELECT to_regclass('public.schema_migration') IS NOT NULL")
      let isPresent = try present[0].decode(Bool.self, at: 0)
      let done = isPresent ? try await check(connection) : try check([])
      return Status(
        applied: migrations.prefix(done).map(\.label), pending: migrations.dropFirst(done).map(\.label))
    }
  }

  private func run(on connection: PostgresConnection) async throws -> [String] {
    try await connection.executeScript(
      """
      SET client_min_messages = warning;
      CREATE TABLE IF NOT EXISTS public.schema_migration (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      );
      RESET client_min_messages
      """)
    let done = try await check(connection)
    var names: [String] = []
    for migration in migrations.dropFirst(done) {
      try await apply(migration, on: connection)
      names.append(migration.label)
    }
    return names
  }

  private func apply(_ migration: Migration, on connection: PostgresConnection) async throws {
    do {
      try await connection.transaction { connection in
        try await connection.executeScript(migration.sql)
        try await connection.execute(
          """
          INSERT INTO public.schema_migration (number, name, checksum)
          VALUES (\(migration.number), \(migration.name), \(migration.checksum))
          """)
      }
    } catch let error as PostgresError {
      throw MigrationError.failed(migration: migration.label, reason: error)
    }
  }

  private func check(_ connection: PostgresConnection) async throws -> Int {
    let rows = try await connection.query("SELECT number, name, checksum FROM public.schema_migration ORDER BY number")
    return try check(
      try rows.map { row in
        Applied(
          number: try row.decode("number"), name: try row.decode("name"), checksum: try row.decode("checksum"))
      })
  }

  struct Applied {
    let number: Int
    let name: String
    let checksum: String
  }

  /// The number of migrations that have run, after comparing each with the program's.
  func check(_ applied: [Applied]) throws(MigrationError) -> Int {
    for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
      throw .missing(number: index + 1, in: "program")
    }
    for (index, entry) in applied.enumerated() {
      guard entry.number == index + 1 else { throw .missing(number: index + 1, in: "database") }
      guard index < migrations.count else {
        throw .newerDatabase(database: applied[applied.count - 1].number, program: migrations.count)
      }
      guard entry.checksum == migrations[index].checksum, entry.name == migrations[index].name else {
        throw .changed(migration: migrations[index].label)
      }
    }
    return applied.count
  }

  private func result<T>(_ body: () async throws -> T) async -> Result<T, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}

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

extension Migration {
  /// The shop's schema, in order.
  ///
  /// The files in `Migrations/` are compiled into the program (`.embedInCode` in Package.swift), so that it can be
  /// moved without a folder beside it. SwiftPM makes a constant of each, whose name is the file's with a leading
  /// digit and the dot as underscores: `0002_catalog.sql` is `_002_catalog_sql`. Add a line for each new file; a test
  /// compares this list with the folder. A file that has been on main is never changed: write the next one.
  public static let all: [Migration] = [
    Migration(number: 1, name: "schemas", embedded: PackageResources._001_schemas_sql),
    Migration(number: 2, name: "catalog", embedded: PackageResources._002_catalog_sql),
    Migration(number: 3, name: "indexing", embedded: PackageResources._003_indexing_sql),
    Migration(number: 4, name: "index_lifecycle", embedded: PackageResources._004_index_lifecycle_sql),
    Migration(number: 5, name: "price_of_variant", embedded: PackageResources._005_price_of_variant_sql),
    Migration(number: 6, name: "virtual_categories", embedded: PackageResources._006_virtual_categories_sql),
    Migration(number: 7, name: "query_log", embedded: PackageResources._007_query_log_sql),
    Migration(
      number: 8, name: "commits_are_not_notified", embedded: PackageResources._008_commits_are_not_notified_sql),
    Migration(number: 9, name: "plans_for_long_lines", embedded: PackageResources._009_plans_for_long_lines_sql),
    Migration(
      number: 10, name: "networks_of_searches", embedded: PackageResources._010_networks_of_searches_sql),
  ]

  private init(number: Int, name: String, embedded bytes: [UInt8]) {
    self.init(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self))
  }
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

/// Carries a database forward to the schema that the program needs.
///
/// Each migration runs in a transaction of its own that also notes it, under an advisory lock: of several programs
/// that start at once, one migrates and the others wait and find it done.
public struct Migrator: Sendable {
  /// Chosen once; `pg_locks` shows it as objid.
  static let advisoryLock = 7_386_253

  public let migrations: [Migration]

  public init(_ migrations: [Migration] = Migration.all) { self.migrations = migrations }

  /// What has run and what has not.
  public struct Status: Sendable, Equatable {
    public let applied: [String]
    public let pending: [String]
    public var isCurrent: Bool { pending.isEmpty }
  }

  /// Runs what has not run yet, and gives the names of what it ran.
  ///
  /// Where nothing is to be done it only reads, so that a role without rights on the schema may call it.
  @discardableResult
  public func migrate(_ pool: PostgresPool) async throws -> [String] {
    if try await status(pool).isCurrent { return [] }
    return try await pool.withConnection { connection in
      // A migration may take longer than a statement of the shop may, and so may the wait for another migrator.
      try await connection.withStatementTimeout(nil) {
        try await connection.query("SELECT pg_advisory_lock(\(Self.advisoryLock))")
        let outcome = await result { try await run(on: connection) }
        // The lock is the session's: where this fails the connection is lost, and with it the lock.
        try? await connection.commandIgnoringCancellation("SELECT pg_advisory_unlock(\(Self.advisoryLock))")
        return try outcome.get()
      }
    }
  }

  /// Compares the database with the program; throws as `migrate` does where they do not fit together.
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

// Properties of migrations:
// 1. Each runs once, in order, and is recorded; a second run does nothing.
// 2. A failing migration is undone completely, and the ones before it stay.
// 3. A changed migration, a gap, and a database newer than the program are refused.
// 4. Of several migrators at once, one migrates and the others find it done.
// 5. A role that may only read the list finds a current database current, and cannot migrate another.
import LocalServices
import PostgresClient
import Testing

@Suite struct MigratorTests {
  private let first = Migration(number: 1, name: "first", sql: "CREATE TABLE a (id bigint); INSERT INTO a VALUES (1)")
  private let second = Migration(number: 2, name: "second", sql: "CREATE TABLE b (id bigint)")

  @Test("1: in order, once")
  func once() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    #expect(try await Migrator([first, second]).status(pool).pending == ["0001_first", "0002_second"])
    #expect(try await Migrator([first]).migrate(pool) == ["0001_first"])
    #expect(try await Migrator([first, second]).migrate(pool) == ["0002_second"])
    #expect(try await Migrator([first, second]).migrate(pool) == [])
    let status = try await Migrator([first, second]).status(pool)
    #expect(status.isCurrent && status.applied == ["0001_first", "0002_second"])
    #expect(try await pool.query("SELECT * FROM a").count == 1)
    await pool.close()
  }

  @Test("2: a failure is undone completely")
  func failure() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let broken = Migration(number: 2, name: "broken", sql: "CREATE TABLE b (id bigint); SELECT nonsense")
    let error = await #expect(throws: MigrationError.self) { try await Migrator([first, broken]).migrate(pool) }
    #expect("\(error!)" == "migration 0002_broken failed and was undone: Postgres 42703 no such column")
    #expect(try await Migrator([first, second]).migrate(pool) == ["0002_second"])
    await pool.close()
  }

  @Test("3: a mismatch is refused")
  func refusals() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await Migrator([first, second]).migrate(pool)
    let changed = Migration(number: 1, name: "first", sql: "CREATE TABLE a (id integer)")
    await #expect(throws: MigrationError.changed(migration: "0001_first")) {
      try await Migrator([changed, second]).migrate(pool)
    }
    await #expect(throws: MigrationError.newerDatabase(database: 2, program: 1)) {
      try await Migrator([first]).migrate(pool)
    }
    let fourth = Migration(number: 4, name: "fourth", sql: "SELECT 1")
    await #expect(throws: MigrationError.missing(number: 3, in: "program")) {
      try await Migrator([first, second, fourth]).migrate(pool)
    }
    try await pool.execute("DELETE FROM schema_migration WHERE number = 1")
    await #expect(throws: MigrationError.missing(number: 1, in: "database")) {
      try await Migrator([first, second]).migrate(pool)
    }
    await #expect(throws: MigrationError.missing(number: 1, in: "database")) {
      try await Migrator([first, second]).status(pool)
    }
    await pool.close()
  }

  @Test("4: several at once")
  func concurrent() async throws {
    let settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    let slow = Migration(number: 2, name: "slow", sql: "CREATE TABLE b (id bigint); SELECT pg_sleep(0.2)")
    let migrations = [first, slow]
    let applied = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<6 {
        group.addTask {
          let pool = PostgresPool(settings)
          let names = try await Migrator(migrations).migrate(pool)
          await pool.close()
          return names
        }
      }
      return try await group.reduce(into: [String]()) { $0 += $1 }
    }
    #expect(applied == ["0001_first", "0002_slow"])
  }

  @Test("5: a role without rights on the schema")
  func leastRights() async throws {
    var settings = try await TestPostgres.shared.makeDatabase(isMigrated: false)
    let owner = PostgresPool(settings)
    try await Migrator([first]).migrate(owner)
    let role = "reader_of_\(settings.database)"
    try await owner.execute("CREATE ROLE \"\(unsafeRaw: role)\" LOGIN")
    try await owner.execute("GRANT SELECT ON public.schema_migration TO \"\(unsafeRaw: role)\"")
    settings.user = role
    let pool = PostgresPool(settings)
    #expect(try await Migrator([first]).migrate(pool) == [])
    await #expect(throws: PostgresError.self) { try await Migrator([first, second]).migrate(pool) }
    #expect(try await Migrator([first]).status(owner).isCurrent)
    await pool.close()
    await owner.close()
  }
}

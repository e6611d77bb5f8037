public import PostgresClient
import PostgresStore

/// One PostgreSQL server for all tests of a process, with any number of fresh databases.
///
///     let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
///     defer { … }  // nothing to clean: the server and its folder end with the process
///
/// The server starts on first use, in its own folder under /tmp; test processes never share one. It ends with the
/// process, even if that is killed.
public actor TestPostgres {
  public static let shared = TestPostgres()

  private static let template = "vitrine_template"

  private var starting: Task<LocalPostgres, any Error>?
  private var preparing: Task<Void, any Error>?
  private var databaseCount = 0

  /// The server, started if necessary.
  public func server() async throws -> LocalPostgres {
    if starting == nil {
      starting = Task {
        let server = try await LocalPostgres.startTemporary()
        ServersAtExit.add { server.stopAndWait() }
        return server
      }
    }
    return try await starting!.value
  }

  /// Settings of a new database, migrated to the program's schema unless `isMigrated` is false.
  public func makeDatabase(isMigrated: Bool = true) async throws -> PostgresSettings {
    let server = try await server()
    if isMigrated {
      if preparing == nil { preparing = Task { try await Self.prepareTemplate(on: server) } }
      try await preparing!.value
    }
    databaseCount += 1
    let name = "test_\(databaseCount)"
    let template = isMigrated ? Self.template : "template1"
    try await Self.create(name, from: template, on: server)
    return server.settings(database: name)
  }

  private static func prepareTemplate(on server: LocalPostgres) async throws {
    try await create(template, from: "template1", on: server)
    let pool = PostgresPool(server.settings(database: template))
    try await Migrator.shop.migrate(pool)
    await pool.close()
  }

  private static func create(_ name: String, from template: String, on server: LocalPostgres) async throws {
    var settings = server.settings()
    settings.statementTimeout = .seconds(300)  // many tests on a busy machine make databases at once
    let pool = PostgresPool(settings)
    let statement = SQL("CREATE DATABASE \(unsafeRaw: name) TEMPLATE \(unsafeRaw: template)")
    // The last session on the template may not have ended yet (55006, object in use).
    for attempt in 1... {
      do {
        try await pool.execute(statement)
        break
      } catch PostgresError.server(let error) where error.sqlState == "55006" && attempt < 100 {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    await pool.close()
  }
}

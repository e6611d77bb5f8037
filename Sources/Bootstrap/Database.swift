import Configuration
import Glibc
package import LocalServices
package import PostgresClient
import PostgresStore

/// The Postgres of a command: the one in the settings, otherwise the private one in the state folder.
package struct Database {
  /// The database's name in a private server.
  private static let name = "vitrine"

  package let pool: PostgresPool
  /// The private server, if this process started it.
  package let server: LocalPostgres?

  /// Whether there is a database to connect to: one that the settings name, or a private one from an earlier command.
  package static func exists(_ context: CommandContext) -> Bool {
    context.settings.postgres.server != nil || access(context.settings.stateFolder + "/postgres", F_OK) == 0
  }

  /// Connects; if the settings name no server, uses the private one, and starts it if it is not running.
  ///
  /// `statementTimeout` replaces the settings' for long jobs.
  package static func open(_ context: CommandContext, statementTimeout: Duration? = nil) async throws -> Database {
    let settings = context.settings.postgres
    var server: LocalPostgres?
    var target: PostgresSettings
    if let given = settings.server {
      target = PostgresSettings(
        host: given.host, port: given.port, database: given.database, user: given.user, password: given.password,
        additionalKeywords: ["sslmode": given.sslMode.rawValue])
    } else {
      let folder = context.settings.stateFolder + "/postgres"
      if let running = LocalPostgres.running(in: folder, database: name) {
        target = running
      } else {
        let started = try await LocalPostgres.start(in: folder)
        server = started
        do {
          target = try await started.makeDatabase(named: name)
        } catch {
          let error = started.fault ?? error
          await started.stop()
          throw error
        }
      }
    }
    target.maxConnections = settings.poolSize
    target.connectTimeout = .seconds(settings.connectTimeoutSeconds)
    target.waitTimeout = .milliseconds(settings.poolWaitMilliseconds)
    target.statementTimeout = statementTimeout ?? .milliseconds(settings.statementTimeoutMilliseconds)
    let terminal = context.terminal
    return Database(pool: PostgresPool(target) { terminal.printError("vitrine: postgres: \($0)") }, server: server)
  }

  /// Runs `body` with the database, migrated, and closes it afterwards.
  package static func with<Result>(
    _ context: CommandContext, statementTimeout: Duration? = nil, _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    let database = try await open(context, statementTimeout: statementTimeout)
    do {
      _ = try await Migrator.shop.migrate(database.pool)
      let result = try await body(database.pool)
      await database.close()
      return result
    } catch {
      let error = database.explained(error)
      await database.close()
      throw error
    }
  }

  /// The error, or its cause from a private server's log.
  package func explained(_ error: any Error) -> any Error { server?.fault ?? error }

  package func close() async {
    await pool.close()
    await server?.stop()
  }
}

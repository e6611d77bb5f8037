import LocalServices
package import PostgresClient
import PostgresStore

extension Database {
  private static let temporaryName = "temporary"

  /// Runs `body` with an empty, migrated database on a temporary server, so that a measurement does not touch the
  /// shop's database.
  package static func withTemporary<Result>(
    statementTimeout: Duration, _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    let server = try await LocalPostgres.startTemporary()
    do {
      var settings = try await server.makeDatabase(named: temporaryName)
      settings.statementTimeout = statementTimeout
      let pool = PostgresPool(settings)
      do {
        _ = try await Migrator.shop.migrate(pool)
        let result = try await body(pool)
        await pool.close()
        await server.stop()
        return result
      } catch {
        await pool.close()
        throw error
      }
    } catch {
      await server.stop()
      throw error
    }
  }
}

import Bootstrap
import Configuration
import PostgresClient
import PostgresStore

/// `vitrine migrate`
struct MigrateCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings the database's schema up to this version's.")

  /// A migration may rewrite a large table.
  private static let statementTimeout = Duration.seconds(3600)

  func run(_ context: CommandContext) async throws {
    let database = try await Database.open(context, statementTimeout: Self.statementTimeout)
    do {
      let applied = try await Migrator.shop.migrate(database.pool)
      context.terminal.print(
        applied.isEmpty ? "the database is up to date" : applied.map { "applied \($0)" }.joined(separator: "\n"))
      await database.close()
    } catch {
      await database.close()
      throw error
    }
  }
}

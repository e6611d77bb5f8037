import Bootstrap
import Configuration
import Indexer
import PostgresClient

/// `vitrine index`
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Carries the catalog into the search engine.",
    subcommands: [
      IndexFullCommand.self, IndexSyncCommand.self, IndexStatusCommand.self, IndexVerifyCommand.self,
      IndexRollbackCommand.self, IndexPruneCommand.self, DeadLettersCommand.self,
    ])
}

/// The error for an embedded engine, which lives in another process.
struct NeedsOutsideEngine: Error, CustomStringConvertible {
  let description =
    "the embedded engine lives in the process of 'vitrine up' or 'serve', which index by themselves; set --search-engine to the URL of an Elasticsearch or OpenSearch"
}

extension CommandContext {
  /// Statements of a job that reads all products may take long.
  private static let statementTimeout = Duration.seconds(600)

  /// Runs `body` with the shop on an outside engine; if a gate refuses, the command ends with its own exit code.
  func withIndexedShop(_ body: (Shop) async throws -> Void) async throws {
    guard settings.search.engine != .embedded else { throw NeedsOutsideEngine() }
    do {
      try await Database.with(self, statementTimeout: Self.statementTimeout) { pool in
        let shop = try Shop(self, pool: pool)
        // The check names and refuses an unsuitable engine; if the engine is down, the command waits for it or reports
        // it.
        _ = try await shop.engineCheck().isPassed()
        try await body(shop)
      }
    } catch let error as IndexingError {
      terminal.printError("vitrine: \(error)")
      if case .gateRefused = error { throw ExitCode.gateRefused }
      throw ExitCode.failure
    }
  }
}

import Configuration
import Indexer
import Ports
import PostgresStore

/// `vitrine index`
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Carries the catalog into the search engine.",
    subcommands: [IndexFullCommand.self, IndexSyncCommand.self])
}

/// Refused where the embedded engine lives in another process.
struct NeedsOutsideEngine: Error, CustomStringConvertible {
  let description =
    "the embedded engine lives in the process of 'vitrine up' or 'serve', which index by themselves; set --search-engine to the URL of an Elasticsearch or OpenSearch"
}

/// `vitrine index full`
struct IndexFullCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "full", abstract: "Builds a new index from Postgres and puts it in use.", listsSettings: true)

  @Flag(help: "Prints one JSON object.") var json = false

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    guard context.settings.search.engine != .embedded else { throw NeedsOutsideEngine() }
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool)
      let meter = context.terminal.progress("index full", unit: "products", json: json)
      let report = try await shop.indexFull { meter.advance(by: $0.documents) }
      meter.finish()
      let rate = Int(Double(report.documents) / max(report.seconds, 0.001))
      let seconds = (report.seconds * 100).rounded() / 100
      context.terminal.print(
        json
          ? "{\"index\":\"\(report.generation.indexName)\",\"documents\":\(report.documents),\"replayed\":\(report.replayed),\"dead_letters\":\(report.deadLetters),\"seconds\":\(seconds)}"
          : "\(report.generation.indexName) is in use: \(report.documents) products in \(seconds) s (\(rate) a second), \(report.replayed) changes replayed, \(report.deadLetters) dead letters"
      )
    }
  }
}

/// `vitrine index sync`
struct IndexSyncCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Carries every committed change into the index in use, until stopped.",
    listsSettings: true)

  func run(_ context: CommandContext) async throws {
    guard context.settings.search.engine != .embedded else { throw NeedsOutsideEngine() }
    try await Database.with(context) { pool in
      let shop = try Shop(context, pool: pool)
      try await context.run([ServiceConfiguration(name: "index sync", service: SyncService(sync: shop.indexSync()))])
    }
  }
}

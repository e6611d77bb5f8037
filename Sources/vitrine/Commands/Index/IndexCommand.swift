import Configuration
import Glibc
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

/// Refused where the embedded engine lives in another process.
struct NeedsOutsideEngine: Error, CustomStringConvertible {
  let description =
    "the embedded engine lives in the process of 'vitrine up' or 'serve', which index by themselves; set --search-engine to the URL of an Elasticsearch or OpenSearch"
}

extension CommandContext {
  /// Statements of a job that reads all products may take long.
  private static let statementTimeout = Duration.seconds(600)

  /// Runs `body` with the shop on an outside engine; a gate that refuses ends the command with its own exit code.
  func withIndexedShop(_ body: (Shop) async throws -> Void) async throws {
    guard settings.search.engine != .embedded else { throw NeedsOutsideEngine() }
    do {
      try await Database.with(self, statementTimeout: Self.statementTimeout) { pool in
        let shop = try Shop(self, pool: pool)
        // An engine that will not do is named and refused; one that is down is the command's to wait for or to report.
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

extension Shop {
  /// Who a lease's holder is, for the person who finds it held.
  static func holder(of command: String) -> String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "'vitrine \(command)' on \(host), process \(getpid())"
  }
}

/// Seconds as a report prints them.
func inSeconds(_ value: Double) -> String { "\((value * 100).rounded() / 100) s" }

import Bootstrap
import Configuration
import Indexer
import JSON
import Ports

/// `vitrine index rollback`
struct IndexRollbackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Puts an older index back in use, after all changes that it missed.",
    discussion: "Exit code 3: the gate refused, nothing was changed.")

  @Option(help: "The generation's number, as `vitrine index status` lists it; else the one in use before.")
  var to: Int?
  @Option(help: "Refused documents that are let through.") var maxDeadLetters = 0
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    try await context.withIndexedShop { shop in
      var gate = IndexGate.Options()
      gate.maxDeadLetters = maxDeadLetters
      let report = try await shop.rollBackIndex(to: to.map { Int64($0) }, gate: gate)
      let value: JSONValue = [
        "index": .string(report.generation.indexName), "replaced": .string(report.replaced.indexName),
        "replayed": .int(Int64(report.replayed)), "checks": .string(report.checks), "seconds": .double(report.seconds),
      ]
      context.terminal.print(
        json
          ? value.text
          : "\(report.generation.indexName) is in use again instead of \(report.replaced.indexName), \(report.replayed) changes replayed, in \(inSeconds(report.seconds))\ngate: \(report.checks)"
      )
    }
  }
}

/// `vitrine index prune`
struct IndexPruneCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Deletes the indexes that are too old for a rollback.")

  @Option(help: "How many stay, the one in use counted; else the setting indexer.keptGenerations.") var keep: Int?

  func run(_ context: CommandContext) async throws {
    if let keep, keep < 1 {
      context.terminal.printError("vitrine: --keep \(keep): at least 1 stays, the index in use")
      throw ExitCode.validationFailure
    }
    try await context.withIndexedShop { shop in
      let deleted = try await shop.pruneIndices(keeping: keep ?? context.settings.indexer.keptGenerations)
      context.terminal.print(deleted.isEmpty ? "nothing to delete" : "deleted \(deleted.joined(separator: ", "))")
    }
  }
}

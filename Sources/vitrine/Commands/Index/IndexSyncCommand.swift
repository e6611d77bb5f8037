import Configuration
import Indexer

/// `vitrine index sync`
struct IndexSyncCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Carries every committed change into the index in use, until stopped.",
    discussion: "Several may run: one writes, the others stand by and take over within seconds of its end.",
    listsSettings: true)

  func run(_ context: CommandContext) async throws {
    try await context.withIndexedShop { shop in
      await shop.warnOfChangedMapping()
      try await context.run([ServiceConfiguration(name: "index sync", service: SyncService(sync: shop.indexSync()))])
    }
  }
}

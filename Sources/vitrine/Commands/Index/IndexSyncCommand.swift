import Bootstrap
import Configuration
import HTTPServer
import Indexer
import PostgresStore

/// `vitrine index sync`
struct IndexSyncCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Carries every committed change into the index in use, until stopped.",
    discussion: """
      Several may run: one writes, the others stand by and take over within seconds of its end. Each answers /livez,
      /readyz and /metrics at http.host and indexer.port.
      """)

  func run(_ context: CommandContext) async throws {
    Heap.useOneArena()
    try await context.withIndexedShop { shop in
      try await DatabaseRights.sync.check(shop.pool)
      let server = shop.syncServer()
      // Made before the start, so that the metrics of sync exist from the first answer on.
      let services = shop.syncServices(server: server)
      let port = try server.start()
      context.terminal.print("metrics at http://\(shop.settings.http.host):\(port)/metrics")
      await shop.warnOfChangedMapping()
      try await context.run(services)
    }
  }
}

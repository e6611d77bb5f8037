import Configuration
import HTTPServer
import Indexer

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
      let settings = shop.settings
      // Made first, so that its metrics exist from the first answer on.
      let sync = SyncService(sync: shop.indexSync())
      let server = shop.server(router: shop.syncRouter(), port: settings.indexer.port)
      let port = try server.start()
      context.terminal.print("metrics at http://\(settings.http.host):\(port)/metrics")
      await shop.warnOfChangedMapping()
      try await context.run([
        ServiceConfiguration(
          name: "http", service: HTTPService(server: server, drain: .seconds(settings.http.drainSeconds))),
        ServiceConfiguration(name: "index sync", service: sync),
      ])
    }
  }
}

import Bootstrap
import Configuration
import HTTPServer
import PostgresClient
import PostgresStore
import Telemetry

/// `vitrine serve`
struct ServeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the shop from an existing Postgres.",
    discussion: """
      With the embedded engine it builds the index first and keeps it in step. With an outside engine the index is kept
      by 'vitrine index full' and 'vitrine index sync'. The database is not migrated: run 'vitrine migrate' before.
      """)

  func run(_ context: CommandContext) async throws {
    let database = try await Database.open(context)
    let redis = try await Redis.open(context, startsPrivate: false)
    do {
      let status = try await Migrator.shop.status(database.pool)
      guard status.pending.isEmpty else { throw NotMigrated(pending: status.pending.count) }
      let shop = try Shop(context, pool: database.pool, redis: redis.client)
      try await DatabaseRights.serve(isEmbedded: shop.isEmbedded).check(database.pool)
      // Before anything is served: an unsuitable engine then gives the only line of output. An engine that is down does
      // not prevent the start, because it may come back, and the pages say so until then.
      let check = shop.engineCheck()
      let isEngineKnown = shop.isEmbedded ? true : try await check.isPassed()
      if shop.settings.security.signingKey == nil {
        shop.logger.warning(
          "no security.signingKey is set: cursors and cookies end with this process, and no other server takes them")
      }
      await shop.takeUpRules()
      let server = try shop.server()
      let port = try server.start()
      if shop.isEmbedded { _ = try await shop.indexFull() } else { await shop.warnOfChangedMapping() }
      await shop.takeUpPrices()
      context.terminal.print("serving at http://\(context.settings.http.host):\(port)")
      var services = shop.services(server: server)
      if !isEngineKnown {
        services.append(
          ServiceConfiguration(name: "engine check", service: check, successTerminationBehavior: .ignore))
      }
      try await context.run(services)
      await redis.close()
      await database.close()
    } catch {
      let error = database.explained(error)
      await redis.close()
      await database.close()
      throw error
    }
  }

  struct NotMigrated: Error, CustomStringConvertible {
    let pending: Int
    var description: String { "the database lacks \(pending) migrations: run `vitrine migrate`" }
  }
}

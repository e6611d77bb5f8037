import Bootstrap
import Catalog
import Configuration
import Foundation
import Glibc
import HTTPServer
import Indexer
import Ports
import PostgresClient
import PostgresStore
import Workers

/// `vitrine up`
struct UpCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Runs the whole shop on this machine, with demo products the first time.",
    discussion: """
      Starts a private Postgres and a private Redis in the state folder (unless servers are set), migrates, fills an
      empty catalog with the demo products, indexes them and serves the shop. Ctrl-C ends all of it.
      """)

  @Flag(help: "Leaves an empty catalog empty.") var noDemo = false

  func run(_ context: CommandContext) async throws {
    let start = ContinuousClock.now
    let terminal = context.terminal
    let database = try await Database.open(context)
    do {
      let redis = try await Redis.open(context, startsPrivate: true)
      do {
        try await serve(context, database: database, redis: redis, start: start) { terminal.printError($0) }
        await redis.close()
      } catch {
        await redis.close()
        throw error
      }
      await database.close()
    } catch {
      let error = database.explained(error)
      await database.close()
      throw error
    }
  }

  private func serve(
    _ context: CommandContext, database: Database, redis: Redis, start: ContinuousClock.Instant,
    say: @Sendable (String) -> Void
  ) async throws {
    let pool = database.pool
    let applied = try await Migrator.shop.migrate(pool)
    let (settings, state) = (context.settings, context.settings.stateFolder)
    let signingKey = settings.security.signingKey == nil ? try SecretFile.signingKey(in: state).secret() : nil
    let shop = try Shop(context, pool: pool, redis: redis.client, signingKey: signingKey)
    // If the engine is down, the index's first build below fails.
    if !shop.isEmbedded { _ = try await shop.engineCheck().isPassed() }
    await shop.takeUpRules()
    let server = try shop.server()
    let port = try server.start()  // Before any output: a taken port is the only line then.

    if !applied.isEmpty { say("migrated the database: \(applied.joined(separator: ", "))") }
    let worker = try shop.worker("up")
    let isNew = noDemo ? false : try await shop.catalog.productCount() == 0
    if isNew {
      // Asked for first: whenever this process ends, a later one fills the catalog or loads the rest of the history.
      try await worker.register()
      _ = try await shop.jobStore.requestRun(of: Shop.demoHistoryLoading, now: shop.clock.now())
      let outcome = try await DemoCatalog.load(into: shop.catalog)
      say("filled the empty catalog with \(outcome.inserted) demo products")
      for refusal in outcome.refused { say("demo product \(refusal.offset + 1) was refused: \(refusal.reason)") }
    }
    let meter = context.terminal.progress("index full", unit: "products")
    let report = try await shop.indexFull { meter.advance(by: $0) }
    meter.finish()
    await shop.takeUpPrices()
    let seconds = Int(saturating: (ContinuousClock.now - start) / .seconds(1))
    say("indexed \(report.documents) products; ready after \(seconds) s")
    context.terminal.print(
      Self.welcome(
        host: context.settings.http.host, port: port, passwordPath: try await administrator(of: shop, state),
        words: await shop.exampleSearch()))
    let ownServers = OwnServers(postgres: database.server, redis: redis.server, logger: shop.logger)
    try await context.run(
      shop.services(server: server, ownServers: ownServers, worker: shop.service(of: worker)))
  }

  /// Makes the administrator of a shop without staff; returns the file of the password, if there is one.
  private func administrator(of shop: Shop, _ state: String) async throws -> String? {
    let file = SecretFile.administratorPassword(in: state)
    _ = try await shop.addFirstAdministrator { try file.secret() }
    return access(file.path, R_OK) == 0 ? file.path : nil
  }

  /// `passwordPath`: the file of the administrator's password, if 'up' made one. `words`: a search that finds something.
  static func welcome(host: String, port: Int, passwordPath: String? = nil, words: String? = Shop.demoSearch) -> String
  {
    let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    return """

      The shop is open at \(address)   (Ctrl-C closes it)

      \(tries(address, words))
      For staff: \(address)/console: \(passwordPath.map { "sign in as \(Shop.demoAdministrator); the password is in \($0)" } ?? "'vitrine staff add' makes who may sign in")
      """
  }

  private static func tries(_ address: String, _ words: String?) -> String {
    guard let words else { return "The catalog is empty: 'vitrine import' brings products in.\n" }
    var safe = CharacterSet.alphanumerics
    safe.insert(charactersIn: " ")
    let query = (words.addingPercentEncoding(withAllowedCharacters: safe) ?? "").replacing(" ", with: "+")
    let start = (words.prefix(3).description.addingPercentEncoding(withAllowedCharacters: .alphanumerics)) ?? ""
    return """
      Try:
        curl '\(address)/v1/search?q=\(query)'
        curl '\(address)/v1/suggest?q=\(start)'
        a browser at \(address)/search?q=\(query)

      """
  }
}

import Bootstrap
import Configuration
import HTTPServer
import PostgresStore

/// `vitrine work`
struct WorkCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "work", abstract: "Runs the shop's jobs on their schedules, until stopped.",
    discussion: """
      Several may run: each job is held by one of them, and taken up by another within ten seconds of its end. Answers
      /livez, /readyz and /metrics at http.host and jobs.port. 'vitrine up' runs a worker in its own process.
      """)

  func run(_ context: CommandContext) async throws {
    let timeout = Duration.seconds(600)  // A job may read a whole history in one statement.
    try await Database.with(context, statementTimeout: timeout) { pool in
      try await DatabaseRights.work.check(pool)
      let shop = try Shop(context, pool: pool)
      let server = shop.workServer()
      // Made before the start, so that the metrics of jobs exist from the first answer on.
      let services = try shop.workServices(server: server)
      let port = try server.start()
      context.terminal.print("metrics at http://\(shop.settings.http.host):\(port)/metrics")
      try await context.run(services)
    }
  }
}

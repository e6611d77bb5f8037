import Benchmarks
import Bootstrap
import Configuration
import PostgresClient

/// `vitrine bench recommendations`
struct BenchRecommendationsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recommendations", abstract: "Measures answers with recommendations, in process or over HTTP.",
    discussion: """
      In process it asks for made-up shoppers over the catalog and the model as they are, and prints the memory; import
      products first. With --port it asks a running shop at a steady rate while events come in, and prints how soon an event
      changes its shopper's answer; start that shop with http.trustedProxies 127.0.0.1, so that visitors have addresses.
      """)

  @Option(help: "The port of a running shop on this machine; 0 measures in process.") var port = 0
  @Option(help: "Answers a second over HTTP.") var rate = 500
  @Option(help: "Events a second over HTTP.") var events = 500
  @Option(help: "Seconds of load over HTTP.") var seconds = 20

  @Option(help: "Shoppers to make up.") var shoppers = 1_000_000
  @Option(help: "Answers for each placement.") var requests = 20_000
  @Option(help: "Clients at once.") var clients = 2

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    if port > 0 {
      try await RecommendationLoad(
        host: "127.0.0.1", port: UInt16(clamping: port), requestsPerSecond: min(max(0, rate), 100_000),
        eventsPerSecond: min(max(0, events), 100_000), seconds: min(max(1, seconds), 3_600),
        terminal: context.terminal
      ).run()
      return
    }
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      try await RecommendationBenchmark(
        shop: shop, shoppers: UInt64(clamping: max(1, shoppers)), requests: max(1, requests),
        clients: min(max(1, clients), 256), terminal: context.terminal
      ).run()
    }
  }
}

import Benchmarks
import Bootstrap
import Configuration
import PostgresClient

/// `vitrine bench recommendations`
struct BenchRecommendationsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recommendations", abstract: "Measures answers with recommendations in process, and their memory.",
    discussion: "Asks for made-up shoppers over the catalog and the model as they are: import products first.")

  @Option(help: "Shoppers to make up.") var shoppers = 1_000_000
  @Option(help: "Answers for each placement.") var requests = 20_000
  @Option(help: "Clients at once.") var clients = 2

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      try await RecommendationBenchmark(
        shop: shop, shoppers: UInt64(clamping: max(1, shoppers)), requests: max(1, requests),
        clients: min(max(1, clients), 256), terminal: context.terminal
      ).run()
    }
  }
}

import Benchmarks
import Bootstrap
import Configuration

/// `vitrine bench prices`
struct BenchPricesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "Measures the prices in memory: reading, memory and quotes.",
    discussion: "Prices are generated; no database is needed.")

  @Option(help: "Variants to hold.") var variants = 1_000_000

  func run(_ context: CommandContext) async throws {
    try await PriceBenchmark(variants: min(max(100, variants), 20_000_000), terminal: context.terminal).run()
  }
}

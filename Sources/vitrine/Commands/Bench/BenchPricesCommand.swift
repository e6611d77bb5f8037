import Benchmarks
import Bootstrap
import Configuration

/// `vitrine bench prices`
struct BenchPricesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "prices",
    abstract: "Measures the prices in memory, and compares shown with charged prices while they change.",
    discussion: """
      The first part has generated prices and no database. The second changes prices in a temporary one; a shown price is
      a difference if the database did not charge it within the last second.
      """)

  @Option(help: "Variants to hold.") var variants = 1_000_000
  @Option(help: "Prices to compare; 0: none.") var comparisons = 1_000_000
  @Option(help: "Changes a second meanwhile.") var changes = 1_000

  func run(_ context: CommandContext) async throws {
    try await PriceBenchmark(variants: min(max(100, variants), 20_000_000), terminal: context.terminal).run()
    guard comparisons > 0 else { return }
    try await Database.withTemporary(statementTimeout: .seconds(60)) { pool in
      try await PriceComparison(
        pool: pool, comparisons: comparisons, rate: min(max(1, changes), 100_000), terminal: context.terminal
      ).run()
    }
  }
}

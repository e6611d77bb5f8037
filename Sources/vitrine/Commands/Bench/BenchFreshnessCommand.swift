import Benchmarks
import Bootstrap
import Configuration
import Indexer
import LocalServices
import Seeding

/// `vitrine bench freshness`
struct BenchFreshnessCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "freshness", abstract: "Measures the time from a commit to the first search that finds the change.",
    discussion: """
      Makes a catalog of generated products in a private Postgres, indexes it, and changes products at a steady rate while
      sync carries the changes: p50, p99 and the most from commit to found, and what was lost.
      """)

  @Option(help: "embedded, opensearch, elasticsearch7 or elasticsearch8.") var engine = BenchEngine.embedded
  @Option(help: "Changes a second.") var changes = 1_000
  @Option(help: "How long.") var seconds = 60
  @Option(
    help: "How long the same load runs before it is measured; else 120 s for a server, 10 s for the embedded node.")
  var warmUp: Int?
  @Option(help: "Products of a brand that is renamed while the others change.") var rename = 0
  @Option(help: "Products to make.") var products = 20_000
  @Option(help: "Where the random numbers start.") var seed = 1
  @Option(help: "A folder that keeps the catalog for the next run; else it is a temporary one.") var data: String?
  @Option(help: "The search server's heap, in MB.") var heap = 1024

  func run(_ context: CommandContext) async throws {
    let options = try GenerationOptions(products: products, seed: UInt64(bitPattern: Int64(seed)))
    let catalog = try await GeneratedCatalog.open(options, folder: data, context.terminal)
    do {
      let mapping = try ProjectFolder.productsMapping()
      try await FreshnessBenchmark(
        catalog: catalog, mapping: mapping, changesASecond: max(1, changes), seconds: max(1, seconds),
        warmUpSeconds: max(0, warmUp ?? (engine.server == nil ? 10 : 120)), renamed: max(0, rename),
        terminal: context.terminal
      ).run(engine.server, heapMegabytes: heap)
    } catch {
      await catalog.close()
      throw error
    }
    await catalog.close()
  }
}

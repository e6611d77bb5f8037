import Benchmarks
import Bootstrap
import Configuration
import Indexer
import LocalServices
import Seeding

/// The engine that a benchmark measures.
enum BenchEngine: String, CaseIterable, ExpressibleByArgument {
  case embedded, opensearch, elasticsearch7, elasticsearch8

  /// nil: the embedded node.
  var server: LocalSearchServer.Kind? {
    switch self {
    case .embedded: nil
    case .opensearch: .openSearch
    case .elasticsearch7: .elasticsearch7
    case .elasticsearch8: .elasticsearch8
    }
  }
}

/// `vitrine bench index`
struct BenchIndexCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Measures a full index from Postgres, beside the same documents sent ready-made.",
    discussion: """
      Makes a catalog of generated products in a private Postgres and indexes all of it. A search server is started for
      it, and gets the same documents, rendered before, by _bulk from several connections: the ratio is ours to that.
      Each of the two goes first in every other round, so that two rounds favour neither.
      """)

  @Option(help: "embedded, opensearch, elasticsearch7 or elasticsearch8.") var engine = BenchEngine.embedded
  @Option(help: "Products to make.") var products = 1_000_000
  @Option(help: "Where the random numbers start.") var seed = 1
  @Option(help: "A folder that keeps the catalog for the next run; else it is a temporary one.") var data: String?
  @Option(help: "Connections that send the ready-made documents.") var connections = 4
  @Option(help: "Rounds of each contender.") var rounds = 1
  @Option(
    help: """
      Ready-made requests that are sent before anything is measured: Java compiles what it runs often, and an engine \
      still gets faster after 40 of them.
      """)
  var warmUp = 200
  @Option(help: "Documents that are then made to drift, for verify to find and repair.") var drifts = 0
  @Option(help: "The search server's heap, in MB.") var heap = 2048

  func run(_ context: CommandContext) async throws {
    // `vitrine index full` into a server does the same.
    if engine.server != nil { Heap.useOneArena() }
    let options = try GenerationOptions(products: products, seed: UInt64(bitPattern: Int64(seed)))
    let catalog = try await GeneratedCatalog.open(options, folder: data, context.terminal)
    if let seconds = catalog.loadSeconds {
      context.terminal.print("\(products) products generated and loaded in \(Int(saturating: seconds)) s")
    }
    do {
      let mapping = try ProjectFolder.productsMapping()
      let benchmark = IndexBenchmark(
        catalog: catalog, mapping: mapping, products: products, connections: max(1, connections),
        rounds: max(1, rounds), warmUpBulks: max(0, warmUp), drifts: max(0, drifts), terminal: context.terminal)
      if let kind = engine.server {
        try await benchmark.run(kind, heapMegabytes: heap)
      } else {
        try await benchmark.runEmbedded()
      }
    } catch {
      await catalog.close()
      throw error
    }
    await catalog.close()
  }
}

import Bootstrap
import Configuration
import Indexer
import JSON
import Ports
import Ranking

/// `vitrine index full`
struct IndexFullCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "full", abstract: "Builds a new index from Postgres and puts it in use.",
    discussion: """
      The index in use is searched until the new one holds every product at its version; then the alias moves, in one
      request. A run that was stopped is gone on with where it was. Exit code 3: the gate refused, nothing was changed.
      """)

  @Flag(help: "Prints one JSON object.") var json = false
  @Flag(help: "Builds anew where a run that was stopped could be gone on with.") var startOver = false
  @Option(help: "Refused documents that are let through.") var maxDeadLetters = 0
  @Option(help: "A judgments' file (query, product_id, rating) whose nDCG@10 may not fall.") var golden: String?
  @Option(help: "By how much it may be lower than in the index in use.") var goldenTolerance = 0.01

  func run(_ context: CommandContext) async throws {
    Heap.useOneArena()
    try await context.withIndexedShop { shop in
      var options = shop.fullIndexOptions
      options.holder = Shop.holder(of: "index full")
      options.startsOver = startOver
      options.gate.maxDeadLetters = maxDeadLetters
      if let golden {
        let judgments = try Judgments(file: golden)
        options.gate.golden = .init(tolerance: goldenTolerance) { index in
          try await shop.nDCG(of: judgments, in: index)
        }
      }
      let meter = context.terminal.progress("index full", unit: "products", json: json)
      let report = try await shop.indexFull(options) { meter.advance(by: $0) }
      meter.finish()
      context.terminal.print(json ? Self.json(report) : Self.text(report))
    }
  }

  private static func text(_ report: FullIndex.Report) -> String {
    let rate = Int(saturating: Double(report.documents) / max(report.seconds, 0.001))
    return """
      \(report.generation.indexName) is in use: \(report.documents) products in \(inSeconds(report.seconds)) (\(rate) a \
      second)\(report.isResumed ? ", going on with a run that was stopped" : ""), \(report.replayed) changes replayed
      gate: \(report.checks)
      """
  }

  private static func json(_ report: FullIndex.Report) -> String {
    let value: JSONValue = [
      "index": .string(report.generation.indexName), "documents": .int(Int64(report.documents)),
      "is_resumed": .bool(report.isResumed), "replayed": .int(Int64(report.replayed)),
      "dead_letters": .int(Int64(report.deadLetters)), "checks": .string(report.checks),
      "seconds": .double(report.seconds),
    ]
    return value.text
  }
}

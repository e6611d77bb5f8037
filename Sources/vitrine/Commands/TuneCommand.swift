import Configuration
import Foundation
import Importing
import JSON
import PostgresClient
import Ranking
import SearchDSL
import SearchService

/// `vitrine tune`
struct TuneCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Searches the ranking's weights on people's judgments.",
    discussion: """
      Starts from the weights in force. The queries are split into folds; what is printed as held out is each query by
      the weights that were found without it. The file of --out is for --search-weights.

      Exit code 3: no better on held-out queries, and nothing was written.
      """)

  @Option(help: "The judgments' file.") var judgments: String
  @Option(help: "embedded, or the URL of an Elasticsearch or OpenSearch; else as --search-engine.") var engine: String?
  @Option(help: "The source of the judged products; else that of most of them.") var source: String?
  @Option(help: "A file of products to tune on, instead of the shop's catalog.") var catalog: String?
  @Option(help: "The form of that file.") var format = ImportFormat.icecat
  @Option(help: "Parts that the queries are split into.") var folds = 5
  @Option(help: "Where the random numbers of folds and tests start.") var seed: UInt64 = 1
  @Option(help: "nDCG@10 that a step of a weight must be worth.") var penalty = 0.001
  @Option(help: "Weights, with commas between, that stay: what the judgments cannot say.") var hold: String?
  @Option(help: "The file to write the weights to.") var out: String?
  @Flag(help: "Prints one JSON object.") var json = false

  func validate() throws {
    guard folds >= 2 else { throw ValidationError("--folds is at least 2") }
    guard penalty >= 0 else { throw ValidationError("--penalty is not below 0") }
    let names = RankingWeights.parameters.map(\.name)
    for name in held where !names.contains(name) {
      throw ValidationError("--hold: \"\(name)\" is not a weight; the weights are \(names.joined(separator: ", "))")
    }
  }

  private var held: [String] { (hold ?? "").split(separator: ",").map(String.init) }

  func run(_ context: CommandContext) async throws {
    let input = JudgedInput(judgments: judgments, engine: engine, source: source, catalog: catalog, format: format)
    let meter = context.terminal.progress("tune", unit: "folds", total: folds + 1, json: json)
    let (report, file) = try await input.withCatalog(context) { catalog, shop in
      let tuning = WeightTuning(
        catalog: catalog, start: shop.weights.weights,
        options: .init(folds: folds, seed: seed, penalty: penalty, held: Set(held)))
      let report = try await tuning.run { meter.advance(by: 1) }
      let origin = WeightTuning.Origin(
        judgmentsName: judgments.split(separator: "/").last.map(String.init) ?? judgments,
        judgmentsDigest: SHA256.hexadecimal(of: try ProjectFolder.read(judgments)),
        source: catalog.source, productCount: catalog.codes.count,
        engine: try await shop.engine.information(deadline: .now + .seconds(10)), version: Vitrine.version,
        createdAt: shop.clock.now())
      return (report, report.file(from: origin))
    }
    meter.finish()
    context.terminal.print(json ? report.json.text : report.text)
    guard report.isBetter else {
      context.terminal.printError(
        report.isUnchanged
          ? "vitrine: no step of a weight is worth \(penalty): the weights in force stand"
          : "vitrine: on held-out queries the new weights are no better: the weights in force stand")
      throw ExitCode.gateRefused
    }
    guard let out else { return }
    try Data((file.json.text + "\n").utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
    context.terminal.printError("written to \(out): use it with --search-weights \(out)")
  }
}

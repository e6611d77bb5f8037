import Bootstrap
import Configuration
import Evaluation
import Foundation
import Importing
import JSON
import Ports
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

  @Option(help: "The judgments' file; several with commas between.") var judgments: String?
  @Option(help: "embedded, or the URL of an Elasticsearch or OpenSearch; else as --search-engine.") var engine: String?
  @Option(help: "The source of the judged products; else that of most of them.") var source: String?
  @Option(help: "A file of products to tune on, instead of the shop's catalog.") var catalog: String?
  @Option(help: "The form of that file: icecat, csv or ndjson.") var format = "icecat"
  @Option(help: "What is maximised, for all catalogs or for each: ndcg_10 or condensed_ndcg_10.") var metric = "ndcg_10"
  @Option(help: "Queries of one catalog that are searched on, taken at random; else all.") var sample: Int?
  @Option(help: "Parts that the queries are split into.") var folds = 5
  @Option(help: "Where the random numbers of folds and tests start.") var seed: UInt64 = 1
  @Option(help: "nDCG@10 that a step of a weight must be worth.") var penalty = 0.001
  @Option(help: "Weights, with commas between, that stay: what the judgments cannot say.") var hold: String?
  @Option(help: "The file to write the weights to.") var out: String?
  @Flag(help: "Prints one JSON object.") var json = false

  func validate() throws {
    guard folds >= 2 else { throw ValidationError("--folds is at least 2") }
    guard sample.map({ $0 >= folds * 2 }) ?? true else { throw ValidationError("--sample is at least twice --folds") }
    guard penalty >= 0 else { throw ValidationError("--penalty is not below 0") }
    let names = RankingWeights.parameters.map(\.name)
    for name in held where !names.contains(name) {
      throw ValidationError("--hold: \"\(name)\" is not a weight; the weights are \(names.joined(separator: ", "))")
    }
  }

  private var held: [String] { (hold ?? "").split(separator: ",").map(String.init) }

  private func metrics(for count: Int) throws -> [RelevanceMetric] {
    let names = metric.split(separator: ",").map(String.init)
    let metrics = try names.map { name -> RelevanceMetric in
      guard let metric = [RelevanceMetric.ndcg10, .condensed10].first(where: { $0.rawValue == name }) else {
        throw ValidationError("--metric: \"\(name)\" is not ndcg_10 or condensed_ndcg_10")
      }
      return metric
    }
    guard metrics.count == 1 || metrics.count == count else {
      throw ValidationError("--metric needs one name, or one for each catalog: \(count)")
    }
    return metrics.count == 1 ? Array(repeating: metrics[0], count: count) : metrics
  }

  func run(_ context: CommandContext) async throws {
    let inputs = try JudgedInput.all(
      judgments: judgments, engine: engine, source: source, catalog: catalog, format: format)
    let metrics = try metrics(for: inputs.count)
    let meter = context.terminal.progress("tune", unit: "folds", total: folds + 1, json: json)
    var found: (WeightTuning.Report, RankingWeightsFile)?
    try await JudgedInput.withCatalogs(inputs, context) { catalogs, shop in
      let tuning = WeightTuning(
        sets: catalogs.indices.map {
          .init(name: inputs[$0].judgments, catalog: catalogs[$0], metric: metrics[$0])
        }, start: shop.weights.weights,
        options: .init(folds: folds, seed: seed, penalty: penalty, held: Set(held), sample: sample))
      let report = try await tuning.run { meter.advance(by: 1) }
      let origin = WeightTuning.Origin(
        judgmentsName: inputs.map { $0.judgments.split(separator: "/").last.map(String.init) ?? $0.judgments }
          .joined(separator: ","),
        judgmentsDigest: try inputs.map { SHA256.hexadecimal(of: try ProjectFolder.read($0.judgments)) }
          .joined(separator: ","),
        source: catalogs.map(\.source).joined(separator: ","),
        productCount: catalogs.reduce(0) { $0 + $1.codes.count },
        engine: try await shop.engine.information(deadline: .now + .seconds(10)), version: Vitrine.version,
        createdAt: shop.clock.now())
      found = (report, report.file(from: origin))
    }
    guard let (report, file) = found else { return }
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

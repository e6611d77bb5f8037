import Bootstrap
import Configuration
import Evaluation
import Foundation
import Importing
import JSON
import Ranking
import SearchService

/// `vitrine evaluate relevance`
struct EvaluateRelevanceCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "relevance", abstract: "Measures search on people's judgments.",
    discussion: """
      The judgments are a CSV file with the columns query, product_id and rating; product_id is the product's code in
      the catalog. Five plain forms of BM25 are measured beside the shop's own search. With --catalog the products are
      read from a file into a database that lasts as long as the command; the shop's is left alone. Without --judgments
      the hand-written catalog is measured on the project's own judgments, Seeds/judgments.csv. Several judged sets are
      measured one after another: --judgments, --catalog and --format then have a list with commas between.

      Exit code 3: the search is below --at-least.
      """)

  @Option(help: "The judgments' file; several with commas between.") var judgments: String?
  @Option(help: "embedded, or the URL of an Elasticsearch or OpenSearch; else as --search-engine.") var engine: String?
  @Option(help: "The source of the judged products; else that of most of them.") var source: String?
  @Option(help: "A file of products to measure on, instead of the shop's catalog.") var catalog: String?
  @Option(help: "The form of that file: icecat, csv or ndjson.") var format = "icecat"
  @Flag(help: "Measures the search without each of its steps in turn as well.") var ablate = false
  @Option(help: "A file to write the report to as one page of HTML.") var html: String?
  @Option(help: "The nDCG@10 that the search must have.") var atLeast: Double?
  @Option(help: "Where the random numbers of intervals and tests start.") var seed: UInt64 = 1
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let inputs = try JudgedInput.all(
      judgments: judgments, engine: engine, source: source, catalog: catalog, format: format)
    guard inputs.count == 1 || html == nil else { throw ValidationError("--html takes one set of judgments") }
    var worst = Double.infinity
    for input in inputs { worst = min(worst, try await measure(input, context)) }
    guard let atLeast, worst < atLeast else { return }
    context.terminal.printError("vitrine: nDCG@10 is \(decimal(worst, 4)), and \(atLeast) was asked for")
    throw ExitCode.gateRefused
  }

  /// Prints the report of one set, and gives the search's nDCG@10.
  private func measure(_ input: JudgedInput, _ context: CommandContext) async throws -> Double {
    var found: RelevanceReport?
    try await JudgedInput.withCatalogs([input], context) { catalogs, shop in
      found = try await RelevanceEvaluation(
        catalog: catalogs[0], judgmentsFile: input.judgments, weights: shop.weights, seed: seed, ablates: ablate
      ).run()
    }
    guard let report = found else { return 0 }
    context.terminal.print(json ? report.json.text : report.text)
    if let html {
      try Data(RelevancePage(report: report).text.utf8).write(to: URL(fileURLWithPath: html), options: .atomic)
    }
    return report.shopRow.run.mean(.ndcg10) ?? 0
  }
}

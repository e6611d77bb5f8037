import Configuration
import Indexer
import JSON
import PostgresStore
import Ranking
import SearchDSL

/// `vitrine evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how good results are.",
    subcommands: [EvaluateRelevanceCommand.self, EvaluateSpellingCommand.self])
}

/// `vitrine evaluate relevance`
struct EvaluateRelevanceCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "relevance", abstract: "Measures search on people's judgments.",
    discussion: """
      The judgments are a CSV file with the columns query, product_id and rating; product_id is the product's code in
      the catalog. Five plain forms of BM25 are measured beside the shop's own search.
      """, listsSettings: true)

  @Option(help: "The judgments' file.") var judgments: String
  @Option(help: "embedded, or the URL of an Elasticsearch or OpenSearch; else as --search-engine.") var engine: String?
  @Option(help: "The source of the judged products; else that of most of them.") var source: String?
  @Flag(help: "Prints one JSON object.") var json = false

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    let judgments = try Judgments(csv: String(decoding: ProjectFolder.read(judgments), as: UTF8.self))
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, engine: engine)
      let evaluation = RelevanceEvaluation(
        judgments: judgments, source: shop.catalog, catalog: shop.catalog, engine: shop.engine, mapping: shop.mapping,
        clock: shop.clock)
      let information = try await shop.engine.information(deadline: .now + .seconds(10))
      let report = try await evaluation.run(source: source)
      context.terminal.print(json ? Self.json(report, information) : Self.table(report, information))
    }
  }

  private static func table(_ report: RelevanceEvaluation.Report, _ engine: EngineInformation) -> String {
    func number(_ value: Double?, _ digits: Int, _ width: Int) -> String {
      let text = value.map { decimal($0, digits) } ?? "-"
      return String(repeating: " ", count: max(0, width - text.count)) + text
    }
    var lines = [
      "\(report.products) products of source \(report.source) in \(engine.distribution) \(engine.version); \(report.queries) queries, \(report.queriesWithPositive) with a product rated above 0",
      "",
      "ranking                              nDCG@10   known    MRR   P@10  judged@10  empty  p50 ms  p99 ms",
    ]
    for row in report.rows {
      let name = row.name + String(repeating: " ", count: max(0, 35 - row.name.count))
      lines.append(
        name + number(row.ndcg10, 4, 9) + number(row.known, 4, 8) + number(row.reciprocalRank, 3, 7)
          + number(row.precision10, 3, 7) + number(row.judged10, 3, 11) + number(Double(row.empty), 0, 7)
          + number(row.medianMilliseconds, 2, 8) + number(row.p99Milliseconds, 2, 8))
    }
    if report.judgmentsWithoutProduct > 0 {
      lines += ["", "\(report.judgmentsWithoutProduct) judged products are not in the catalog"]
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ report: RelevanceEvaluation.Report, _ engine: EngineInformation) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("engine", engine.distribution)
      writer.member("engine_version", engine.version)
      writer.member("source", report.source)
      writer.member("products", report.products)
      writer.member("queries", report.queries)
      writer.member("queries_with_positive", report.queriesWithPositive)
      writer.name("rankings")
      writer.array { writer in
        for row in report.rows {
          writer.object { writer in
            writer.member("name", row.name)
            for (name, value) in [
              ("ndcg_10", row.ndcg10), ("known_ndcg_10", row.known), ("mrr", row.reciprocalRank),
              ("precision_10", row.precision10), ("judged_10", row.judged10), ("p50_ms", row.medianMilliseconds),
              ("p99_ms", row.p99Milliseconds),
            ] { if let value { writer.member(name, value) } }
            writer.member("empty", row.empty)
          }
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// A number with that many decimals, rounded half away from zero.
func decimal(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int64((value * scale).rounded())
  guard digits > 0 else { return String(scaled) }
  let text = String(scaled.magnitude)
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  return "\(scaled < 0 ? "-" : "")\(padded.dropLast(digits)).\(padded.suffix(digits))"
}

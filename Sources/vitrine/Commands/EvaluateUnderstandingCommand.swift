import Bootstrap
import Catalog
import Configuration
import Evaluation
import JSON
import PostgresClient
import PostgresStore
import SearchService
import Seeding
import Understanding

/// `vitrine evaluate understanding`
struct EvaluateUnderstandingCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "understanding", abstract: "Measures which entities are recognised in labelled queries.",
    discussion: """
      The queries are a CSV file with the columns query, brand, category, colour, size and price, labelled by hand for
      the catalog in Seeds/ (docs/reference/seeds.md); Seeds/labelled-queries.csv is one.
      """)

  @Option(help: "The labelled queries' file.") var queries: String
  @Flag(help: "Prints every query that was not recognised as it is labelled.") var misses = false
  @Flag(help: "Prints one JSON object.") var json = false

  private struct Row {
    var name: String
    var scores: [EntityKind: RecognitionEvaluation.Score]
    var misses: [RecognitionEvaluation.Miss]
  }

  private static let statementTimeout = Duration.seconds(60)

  func run(_ context: CommandContext) async throws {
    let products = try Seeding.handWrittenCatalog(directory: try ProjectFolder.find() + "/Seeds/catalog")
    let evaluation = try RecognitionEvaluation(path: queries, categories: products.flatMap(\.categories))
    let understanding = try await Self.understanding()
    let recognisers: [(name: String, recognise: RecognitionEvaluation.Recogniser)] = [
      ("values word for word", ValueLookUp(products: products).recognise),
      ("vitrine", { RecognitionEvaluation.entities(of: understanding.plan($0)) }),
    ]
    let rows = recognisers.map { recogniser in
      let (scores, misses) = evaluation.measure(recogniser.recognise)
      return Row(name: recogniser.name, scores: scores, misses: misses)
    }
    context.terminal.print(json ? Self.json(rows, evaluation).text : Self.table(rows, evaluation))
    guard misses, !json, let shown = rows.last else { return }
    for miss in shown.misses {
      let parts = [("missed", miss.missed), ("wrong", miss.wrong)].filter { !$0.1.isEmpty }
      let text = parts.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
      context.terminal.print("\(miss.query): \(miss.kind.rawValue) \(text)")
    }
  }

  /// The shop's understanding, learnt from the demo catalog in a separate database.
  private static func understanding() async throws -> QueryUnderstanding {
    try await Database.withTemporary(statementTimeout: statementTimeout) { pool in
      let catalog = PostgresCatalog(pool)
      _ = try await DemoCatalog.load(into: catalog)
      let knowledge = CatalogKnowledge(source: catalog, rules: try ProjectFolder.queryRules())
      try await knowledge.refresh()
      return knowledge.understanding
    }
  }

  private static func table(_ rows: [Row], _ evaluation: RecognitionEvaluation) -> String {
    var table = FigureTable(heading: ["recogniser", "kind", "labels", "precision", "recall", "F1"])
    for row in rows {
      let kinds = EntityKind.allCases.map { ($0.rawValue, row.scores[$0] ?? .init()) }
      let all = kinds.map(\.1).reduce(.init(), +)
      for (name, score) in kinds + [("all", all)] {
        table.add([
          row.name, name, String(score.found + score.missed), decimal(score.precision, 3), decimal(score.recall, 3),
          decimal(score.f1, 3),
        ])
      }
    }
    return (["\(evaluation.queries.count) queries", ""] + table.lines).joined(separator: "\n")
  }

  private static func json(_ rows: [Row], _ evaluation: RecognitionEvaluation) -> JSONValue {
    let recognisers = rows.map { row -> JSONValue in
      let kinds = EntityKind.allCases.map { kind -> JSONObject.Member in
        let score = row.scores[kind] ?? .init()
        return .init(
          kind.rawValue,
          [
            "labels": .int(Int64(score.found + score.missed)), "precision": .double(score.precision),
            "recall": .double(score.recall), "f1": .double(score.f1),
          ])
      }
      return ["name": .string(row.name), "kinds": .object(JSONObject(kinds))]
    }
    return ["queries": .int(Int64(evaluation.queries.count)), "recognisers": .array(recognisers)]
  }
}

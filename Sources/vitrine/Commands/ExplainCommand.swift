import Bootstrap
import Configuration
import JSON
import SearchDSL
import SearchService
import Understanding

/// `vitrine explain`
struct ExplainCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Shows how a query is understood, step by step.",
    discussion: """
      The catalog's words are learnt first, so that it is understood as the shop does. The engine's query stands last;
      /v1/search?why=true says the same of a running shop.
      """)

  @Argument(help: "The query, as a shopper types it.") var query: String
  @Flag(help: "Prints one JSON object.") var json = false

  private static let statementTimeout = Duration.seconds(600)

  func run(_ context: CommandContext) async throws {
    try await Database.with(context, statementTimeout: Self.statementTimeout) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      try await shop.knowledge.refresh()
      let input = try SearchInput(parameters: [("q", query)])
      let understanding = shop.knowledge.understanding
      var plan = understanding.plan(input.text)
      if let correction = shop.knowledge.correct(plan.text) {
        plan.steps.append(.init(name: "spelling", detail: "\(correction.text), where nothing has every word"))
      }
      let request = shop.searchService().request(for: input)
      context.terminal.print(json ? Self.json(plan, request) : Self.lines(plan, request))
    }
  }

  private static func lines(_ plan: QueryPlan, _ request: SearchRequest) -> String {
    var lines = plan.steps.map { step in
      step.name + String(repeating: " ", count: max(1, 14 - step.name.count)) + step.detail
    }
    let slots = plan.slots.map { slot in
      ([slot.words] + slot.alternatives.map(\.text)).joined(separator: " | ")
    }
    lines.append("words         " + (slots.isEmpty ? "-" : slots.joined(separator: "  +  ")))
    if plan.namesProductKind, !plan.namesAccessory { lines.append("accessories   stand lower") }
    if let language = plan.language { lines.append("language      \(language)") }
    return (lines + ["query         " + request.query.json.text]).joined(separator: "\n")
  }

  private static func json(_ plan: QueryPlan, _ request: SearchRequest) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("text", plan.text)
      writer.name("steps")
      writer.array { writer in
        for step in plan.steps {
          writer.object { writer in
            writer.member("step", step.name)
            writer.member("detail", step.detail)
          }
        }
      }
      writer.name("query")
      writer.value(request.query.json)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

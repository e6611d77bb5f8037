import Bootstrap
import Catalog
import Configuration
import Evaluation
import JSON
import PostgresClient
import Ranking
import StorefrontAPI

/// `vitrine evaluate personal`
struct EvaluatePersonalCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "personal", abstract: "Measures personal ranking on the demo's shoppers, whose tastes are known.",
    discussion: """
      Works on the demo shop of 'vitrine up' (--state-folder), after its jobs load-demo-history, train-recommender and
      count-conduct. Half of the shoppers click on pages by their hidden tastes, and rankings are learned from that log; the
      other half judge the orders. Visitors who decide as they do then buy in an experiment of the engine's order against the
      personal one, which is read as any experiment of the shop is. Nothing is written to the shop.
      """)

  @Option(help: "Shoppers, 100 to 2000.") var shoppers = 2_000
  @Option(help: "Pages that each shopper of the log sees, 1 to 50.") var pages = 6
  @Option(help: "Where the random numbers start.") var seed: UInt64 = 1
  @Option(help: "Visitors of the experiment for each judging shopper, 0 to 1000; 0: no experiment.") var visitors = 20
  @Flag(help: "Learns weighted sums even where LightGBM is installed.") var linear = false
  @Flag(help: "Prints one JSON object.") var json = false

  func validate() throws {
    guard (100...2_000).contains(shoppers) else { throw ValidationError("--shoppers must be from 100 to 2000") }
    guard (0...1_000).contains(visitors) else { throw ValidationError("--visitors must be from 0 to 1000") }
    guard (1...50).contains(pages) else { throw ValidationError("--pages must be from 1 to 50") }
  }

  func run(_ context: CommandContext) async throws {
    try await Database.with(context) { pool in
      let shop = try Shop(context, pool: pool, engine: "embedded", isQuiet: true)
      var options = PersonalTrial.Options()
      (options.pagesOfShopper, options.seed, options.visitorsOfJudge) = (pages, seed, visitors)
      let isQuiet = json
      let report = try await PersonalEvaluation.run(
        shop, shoppers: shoppers, options: options, grow: linear ? nil : TreeGrowing.byLightGBM()
      ) { if !isQuiet { context.terminal.printError($0) } }
      context.terminal.print(json ? Self.json(report).text : Self.text(report))
    }
  }

  private static func text(_ report: PersonalTrial.Report) -> String {
    let arms = PersonalTrial.Arm.allCases.map { arm in
      "\(arm.rawValue.padding(to: 12))nDCG@10 \(figure(report.ndcg[arm] ?? 0))"
    }
    let steps = report.steps.map { step in
      let test = step.comparison
      return "\(step.from.rawValue) -> \(step.to.rawValue): \(figure(test.difference)) "
        + "(\(figure(test.interval.lowerBound)) to \(figure(test.interval.upperBound))), p \(figure(test.pValue))"
    }
    let share = "share of the oracle's gain: \(figure(report.shareOfOracle))"
    let head = "\(report.pages) pages with a click, \(report.judged) shoppers judge"
    let experiments = [
      ("personal against the engine's order", report.experiment), ("the same order in both arms", report.placebo),
    ]
    .flatMap { title, report in report.map { ["", "experiment: \(title)", ExperimentText.report($0, .gbp)] } ?? [] }
    return ([head] + arms + steps + [share] + experiments).joined(separator: "\n")
  }

  private static func json(_ report: PersonalTrial.Report) -> JSONValue {
    let ndcg = PersonalTrial.Arm.allCases.map { JSONObject.Member($0.rawValue, .double(report.ndcg[$0] ?? 0)) }
    let steps = report.steps.map { step -> JSONValue in
      [
        "from": .string(step.from.rawValue), "to": .string(step.to.rawValue),
        "difference": .double(step.comparison.difference), "lower": .double(step.comparison.interval.lowerBound),
        "upper": .double(step.comparison.interval.upperBound), "p": .double(step.comparison.pValue),
      ]
    }
    return [
      "pages": .int(Int64(report.pages)), "judged": .int(Int64(report.judged)),
      "ndcg_at_10": .object(JSONObject(ndcg)), "steps": .array(steps),
      "share_of_oracle": .double(report.shareOfOracle),
      "experiment": report.experiment.map(ExperimentJSON.report) ?? .null,
      "placebo": report.placebo.map(ExperimentJSON.report) ?? .null,
    ]
  }

  private static func figure(_ value: Double) -> String {
    ((value * 10_000).rounded() / 10_000).shortText
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

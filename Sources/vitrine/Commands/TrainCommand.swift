import Bootstrap
import Configuration
import JSON
import Ports
import PostgresClient
import RankingTraining
import Recommendations

/// `vitrine train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learns models from the shop's records.",
    subcommands: [TrainRecommenderCommand.self, TrainRankingCommand.self])
}

/// `vitrine train recommender`
struct TrainRecommenderCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "recommender", abstract: "Learns the recommender, and serves it if it beats the one in use.",
    discussion: """
      The days since the model in use was trained are held out, and both models are measured on them. Exit code 3: the
      gate refused the new model, and the one in use is served on. After 'vitrine models rollback' a new model waits for
      'vitrine models promote'.
      """)

  @Flag(help: "Trains and measures only: 'vitrine models promote' serves the model later.") var noPromote = false
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let timeout = Duration.seconds(600)  // A month of a busy shop is read by one statement.
    try await Database.with(context, statementTimeout: timeout) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      let terminal = context.terminal
      let isQuiet = json
      let report = try await shop.recommender.train(promotes: !noPromote) { step in
        if !isQuiet { terminal.printError(step) }
      }
      if json {
        terminal.print(ModelText.json(report.entry).text)
      } else {
        terminal.print(
          "\(ModelText.page(report.entry))\nlearnt from \(report.deeds) deeds with \(report.products) products; \(report.unknownProducts) deeds were with products that the catalog does not hold"
        )
      }
      guard report.verdict.isPassed else { throw ExitCode.gateRefused }
    }
  }
}

/// `vitrine train ranking`
struct TrainRankingCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "ranking",
    abstract: "Learns the ranking of search results, and serves it if it beats the one in force.",
    discussion: """
      Learns from searches that were logged with feature values and led to a deed. The newest fifth is held out, and both
      models are measured on it. By trees where 'scripts/install-lightgbm' put LightGBM, else by a weighted sum. Exit code
      3: the gate refused the new model, and the one in force stays.
      """)

  @Flag(help: "Trains and measures only: 'vitrine models promote' serves the model later.") var noPromote = false
  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) async throws {
    let timeout = Duration.seconds(600)  // A month of a busy shop is read by one statement.
    try await Database.with(context, statementTimeout: timeout) { pool in
      let shop = try Shop(context, pool: pool, isQuiet: true)
      let terminal = context.terminal
      let isQuiet = json
      let report = try await shop.trainRanking(promotes: !noPromote) { step in
        if !isQuiet { terminal.printError(step) }
      }
      terminal.print(json ? ModelText.json(report.entry).text : ModelText.page(report.entry))
      guard report.verdict.isPassed else { throw ExitCode.gateRefused }
    }
  }
}

import Configuration

/// `vitrine evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures how good results are.",
    subcommands: [
      EvaluateRelevanceCommand.self, EvaluateSpellingCommand.self, EvaluateUnderstandingCommand.self,
      EvaluateRecommenderCommand.self, EvaluateRankingCommand.self, EvaluatePersonalCommand.self,
    ])
}

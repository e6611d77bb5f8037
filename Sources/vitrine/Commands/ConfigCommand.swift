import Bootstrap
import Configuration

/// `vitrine config`
struct ConfigCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Prints the settings in force and where each came from; secrets are blanked.",
    discussion: """
      A setting is read from its flag, else from the environment, else from the file, else its default is taken.
      What is printed is such a file, with the defaults as comments.
      """)

  @Flag(help: "Prints one JSON object.") var json = false

  func run(_ context: CommandContext) {
    let report = SettingsReport(context.resolved)
    context.terminal.print(json ? report.json : report.text)
    for variable in context.resolved.unusedVariables {
      let nearest = nearestName(
        to: variable,
        among: ResolvedSettings.declarations.map(\.key.environmentVariable) + [ResolvedSettings.fileVariable])
      let advice = nearest.map { "; did you mean \($0)?" } ?? ""
      context.terminal.printError("vitrine: environment variable \(variable) names no setting\(advice)")
    }
  }
}

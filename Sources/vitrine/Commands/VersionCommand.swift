import Bootstrap
import Configuration

/// `vitrine version`
struct VersionCommand: Command {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run(_ context: CommandContext) {
    context.terminal.print("vitrine \(Vitrine.version)")
  }
}

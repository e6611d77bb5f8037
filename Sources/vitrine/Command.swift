import Configuration

/// A command that can be run: its arguments by `ParsableCommand`, its work here.
///
/// To add one: a file under `Commands/`, and a line in `Vitrine.configuration`, or in the configuration of the command
/// that it stands under.
protocol Command: ParsableCommand {
  func run(_ context: CommandContext) async throws
}

/// What a command is given of the world.
struct CommandContext: Sendable {
  let resolved: ResolvedSettings
  let environment: [String: String]
  let terminal: Terminal

  var settings: Settings { resolved.settings }
}

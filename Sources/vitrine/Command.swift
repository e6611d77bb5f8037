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

  /// What the services behind the HTTP server get to end, beside the time that it drains.
  private static let shutdownMarginSeconds = 10

  /// Runs services until the process is told to stop.
  func run(_ services: [ServiceConfiguration]) async throws {
    let terminal = terminal
    let limit = Duration.seconds(settings.http.drainSeconds + Self.shutdownMarginSeconds)
    let group = ServiceGroup(services: services, gracefulShutdownLimit: limit) { names in
      terminal.printError("vitrine: stopped without waiting for \(names.joined(separator: ", "))")
      exitProcess(.failure)
    }
    try await group.run()
  }
}

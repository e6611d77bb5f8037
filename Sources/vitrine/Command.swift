import Configuration

/// A command that can be run: `ParsableCommand` gives its arguments, and `run` does its work.
///
/// To add one: a file under `Commands/`, and a line in `Vitrine.configuration`, or in the configuration of its parent
/// command.
protocol Command: ParsableCommand {
  func run(_ context: CommandContext) async throws
}

/// A command's access to the world.
struct CommandContext: Sendable {
  let resolved: ResolvedSettings
  let environment: [String: String]
  let terminal: Terminal

  var settings: Settings { resolved.settings }

  /// Time for the services behind the HTTP server to end, in addition to the time for draining.
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

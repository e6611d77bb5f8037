package import Configuration

/// A command's access to the world.
package struct CommandContext: Sendable {
  package let resolved: ResolvedSettings
  package let environment: [String: String]
  package let terminal: Terminal

  package init(resolved: ResolvedSettings, environment: [String: String], terminal: Terminal) {
    self.resolved = resolved
    self.environment = environment
    self.terminal = terminal
  }

  package var settings: Settings { resolved.settings }

  /// Time for the services behind the HTTP server to end, in addition to the time for draining.
  private static let shutdownMarginSeconds = 10

  /// Runs services until the process is told to stop.
  package func run(_ services: [ServiceConfiguration]) async throws {
    let terminal = terminal
    let limit = Duration.seconds(settings.http.drainSeconds + Self.shutdownMarginSeconds)
    let group = ServiceGroup(services: services, gracefulShutdownLimit: limit) { names in
      terminal.printError("vitrine: stopped without waiting for \(names.joined(separator: ", "))")
      exitProcess(.failure)
    }
    try await group.run()
  }
}

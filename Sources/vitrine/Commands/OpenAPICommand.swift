import Bootstrap
import Configuration
import StorefrontAPI

/// `vitrine openapi`
struct OpenAPICommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "openapi", abstract: "Prints the description of the HTTP API, OpenAPI 3.1.")

  func run(_ context: CommandContext) {
    // The text ends with a newline of its own.
    context.terminal.write(OpenAPI.pretty, false)
  }
}

import Bootstrap
import Configuration

/// `vitrine reference`
struct ReferenceCommand: Command {
  enum Page: String, CaseIterable, ExpressibleByArgument {
    case commands, settings, metrics, problems, schema
  }

  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Prints a generated page of docs/reference.",
    discussion: """
      commands, settings, metrics and problems are Markdown made from the program itself. schema is SQL, dumped by
      pg_dump from a temporary database that this program has migrated.
      """)

  @Argument(help: "Page to print: commands, settings, metrics, problems or schema.") var page: Page

  func run(_ context: CommandContext) async throws {
    // Each text ends with a newline of its own.
    context.terminal.write(try await Self.text(of: page), false)
  }

  static func text(of page: Page) async throws -> String {
    switch page {
    case .commands: CommandsReference(root: Vitrine.self).markdown
    case .settings: SettingsReference.markdown
    case .metrics: try await MetricsReference.markdown()
    case .problems: ProblemsReference.markdown
    case .schema: try await SchemaReference.sql()
    }
  }
}

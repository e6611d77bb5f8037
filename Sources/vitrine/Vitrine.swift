import Bootstrap
import Configuration
import Glibc
import PostgresClient

/// The executable: reads the command line and the settings, and runs the command.
@main
struct Vitrine: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "vitrine", abstract: "A search-centric storefront backend.",
    discussion: "'vitrine up' runs everything on this machine with demo data.",
    subcommands: [
      // One line for each command, each in its own file under Commands/.
      UpCommand.self,
      ServeCommand.self,
      MigrateCommand.self,
      SeedCommand.self,
      ImportCommand.self,
      TrainCommand.self,
      ModelsCommand.self,
      WorkCommand.self,
      JobsCommand.self,
      RulesCommand.self,
      ExperimentsCommand.self,
      StaffCommand.self,
      TokensCommand.self,
      EraseCommand.self,
      ExportPersonCommand.self,
      IndexCommand.self,
      EvaluateCommand.self,
      ExplainCommand.self,
      ForecastCommand.self,
      CustomersCommand.self,
      ReportCommand.self,
      TuneCommand.self,
      PriceCommand.self,
      BenchCommand.self,
      ConfigCommand.self,
      OpenAPICommand.self,
      ReferenceCommand.self,
      VersionCommand.self,
    ])

  static func main() async {
    // If a reader closes its end (`vitrine config | head`, a connection), the write fails, but the process must not
    // end.
    signal(SIGPIPE, SIG_IGN)
    let words = Array(Swift.CommandLine.arguments.dropFirst())
    let code = await run(words, environment: ProcessEnvironment.current, terminal: Terminal())
    exitProcess(code)
  }

  /// Runs one command line and returns its exit code; prints any error thrown.
  static func run(_ words: [String], environment: [String: String], terminal: Terminal) async -> ExitCode {
    let parser = CommandLineParser(
      root: Vitrine.self, version: "vitrine \(version)", settings: ResolvedSettings.declarations)
    do {
      switch try parser.parse(words) {
      case .show(let text):
        terminal.print(text)
      case .run(let command, let settingFlags):
        guard let command = command as? any Command else {
          preconditionFailure("\(type(of: command)) has neither subcommands nor a run of its own")
        }
        let resolved = try ResolvedSettings(flags: settingFlags, environment: environment)
        try await command.run(CommandContext(resolved: resolved, environment: environment, terminal: terminal))
      }
      return .success
    } catch let error as UsageError {
      terminal.printError("vitrine: \(error)")
      return .validationFailure
    } catch let error as InvalidConfiguration {
      for problem in error.errors { terminal.printError("vitrine: \(problem)") }
      return .validationFailure
    } catch let code as ExitCode {
      return code
    } catch {
      terminal.printError("vitrine: \(explanation(of: error))")
      return .failure
    }
  }

  /// The person who types the command may read text that clients must not see: the server's own words.
  private static func explanation(of error: any Error) -> String {
    switch error {
    case PostgresError.server(let refusal), MigrationError.failed(_, .server(let refusal)):
      "\(error): \(refusal.message)"
    default: "\(error)"
    }
  }
}

import Bootstrap
import Configuration

/// A command that can be run: `ParsableCommand` gives its arguments, and `run` does its work.
///
/// To add one: a file under `Commands/`, and a line in `Vitrine.configuration`, or in the configuration of its parent
/// command.
protocol Command: ParsableCommand {
  func run(_ context: CommandContext) async throws
}

/// The reference page of all commands, `docs/reference/commands.md`, made from the commands' own declarations.
public struct CommandsReference {
  private let commands: [[any ParsableCommand.Type]]

  public init(root: any ParsableCommand.Type) {
    commands = Self.paths(below: [root])
  }

  /// Paths from the root to each command, parents before their subcommands.
  private static func paths(below path: [any ParsableCommand.Type]) -> [[any ParsableCommand.Type]] {
    path[path.count - 1].configuration.subcommands.flatMap { [path + [$0]] + paths(below: path + [$0]) }
  }

  public var markdown: String {
    var text = """
      # Commands
      Made by `make docs` from the commands' declarations; not edited by hand.

      Every command accepts the [settings](settings.md) as options. Exit codes: 0 done, 1 failed, 2 wrong usage or a wrong
      setting, 3 a gate refused. Results go to standard output, progress and errors to standard error.


      """
    for path in commands { text += "- `\(Self.name(path))`: \(path[path.count - 1].configuration.abstract)\n" }
    for path in commands {
      let arguments = CommandArguments(of: path[path.count - 1].init())
      text += "\n## `\(Self.name(path))`\n```text\n\(HelpText(path: path, arguments: arguments))\n```\n"
    }
    return text
  }

  private static func name(_ path: [any ParsableCommand.Type]) -> String {
    path.map { $0.configuration.commandName }.joined(separator: " ")
  }
}

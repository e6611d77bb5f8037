/// A command: its arguments are its properties, wrapped in `@Argument`, `@Option` or `@Flag`.
///
///     struct Import: ParsableCommand {
///       static let configuration = CommandConfiguration(commandName: "import", abstract: "Reads products from a
///       file.")
///       @Option(help: "Format of the file.") var format: Format = .ndjson
///       @Argument(help: "File to read.") var file: String
///     }
///
/// Names and shapes are swift-argument-parser's, so that this package can be replaced by it.
public protocol ParsableCommand: SendableMetatype {
  static var configuration: CommandConfiguration { get }
  init()
  /// Checks conditions on several arguments together; throws `ValidationError`.
  func validate() throws
}

extension ParsableCommand {
  public func validate() throws {}
}

/// The help's texts about a command, and its subcommands.
public struct CommandConfiguration: Sendable {
  public let commandName: String
  /// One sentence.
  public let abstract: String
  /// Further text, below the abstract in the command's own help.
  public let discussion: String
  /// A command with subcommands has no arguments of its own.
  public let subcommands: [any ParsableCommand.Type]
  /// The subcommand of a command line that names none of them: `import --format csv` is `import products --format csv`.
  public let defaultSubcommand: (any ParsableCommand.Type)?

  public init(
    commandName: String, abstract: String, discussion: String = "", subcommands: [any ParsableCommand.Type] = [],
    defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) {
    self.defaultSubcommand = defaultSubcommand
    self.commandName = commandName
    self.abstract = abstract
    self.discussion = discussion
    self.subcommands = subcommands
  }
}
